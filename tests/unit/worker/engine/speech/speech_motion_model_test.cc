#include "worker/engine/speech/speech_motion_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstring>
#include <map>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/windows.h"
#include "worker/engine/speech/module_weights.h"
#include "worker/engine/speech/mouth_denoiser_module.h"
#include "worker/engine/speech/speech_net_module.h"
#include "worker/engine/speech/weights_file.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

const std::map<std::string, std::string> kNoControls;

void PutRandomDenoiser(int64_t hidden, Safetensors* file) {
  const MouthDenoiserShape shape = {hidden, 16, 5};
  file->PutInt64("diffusion.channels", shape.channels);
  file->PutInt64("diffusion.block_count", shape.blocks);
  file->PutFloats("diffusion.spread", std::vector<float>(kMouthCurves, .1f),
                  {kMouthCurves});
  PutModule(*MouthDenoiserModule(shape), "diffusion.", file);
}

// A small network with drawn weights: what it hears is nonsense, but nonsense
// that depends on everything within its reach, and that it is half sure of
// (sureness.h).
Safetensors RandomWeights() {
  torch::manual_seed(3);
  const SpeechNetShape shape = {24, 8};
  SpeechNetModule net(shape);
  {
    const torch::NoGradGuard no_grad;
    net->named_parameters()["head.bias"][kMouthCurves + 7] += 3;
  }
  Safetensors file;
  file.PutInt64("speech.channels", shape.channels);
  file.PutInt64("speech.block_count", shape.blocks);
  file.PutFloats("speech.priors",
                 std::vector<float>(kPhoneClasses, 1.f / kPhoneClasses),
                 {kPhoneClasses});
  file.PutFloats("speech.gain", std::vector<float>(kMouthCurves, 1.2f),
                 {kMouthCurves});
  file.PutFloats("speech.centre", std::vector<float>(kMouthCurves, .3f),
                 {kMouthCurves});
  PutModule(*net, "speech.", &file);
  PutRandomDenoiser(shape.channels, &file);
  return file;
}

std::unique_ptr<SpeechMotionModel> RandomModel() {
  auto model =
      SpeechMotionModel::Create(SealWeights(RandomWeights()), "random");
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

struct Job {
  VectorPcm pcm;
  FrameRate rate;
  int64_t frames;
  KeyMotions keys;

  Job(VectorPcm audio, FrameRate r) : pcm(std::move(audio)), rate(r) {
    frames = FramesForSamples(pcm.size_samples(), 16000, rate);
    keys = *PlanKeyMotions(Request());
  }
  MotionRequest Request() const { return {pcm, frames, rate, 5, kNoControls}; }
  MotionTrack Sample(const FineMotionModel& model, FrameRange range) const {
    auto track = SampleMotion(model, Request(), keys, range);
    EXPECT_TRUE(track.ok()) << track.status();
    return *std::move(track);
  }
};

bool SameBits(const MotionFrame& a, const MotionFrame& b) {
  return std::memcmp(a.data(), b.data(), sizeof a) == 0;
}

TEST(SpeechMotionModelTest, AnyCutGivesTheSameBits) {
  // Two models: one remembers what it has heard.
  const auto model = RandomModel(), other = RandomModel();
  for (FrameRate rate :
       {FrameRate{24000, 1001}, FrameRate{30, 1}, FrameRate{60000, 1001}}) {
    const Job job(SyntheticSpeech(9), rate);
    const MotionTrack whole = job.Sample(*other, {0, job.frames});
    for (FrameIndex begin = 0; begin < job.frames; begin += 61) {
      const FrameRange range = {begin, std::min(begin + 61, job.frames)};
      const MotionTrack part = job.Sample(*model, range);
      for (FrameIndex f = range.begin; f < range.end; ++f) {
        ASSERT_TRUE(SameBits(part.at(f), whole.at(f)))
            << f << " at " << rate.num << "/" << rate.den;
      }
    }
  }
}

TEST(SpeechMotionModelTest, WhatItRemembersIsOfTheSameArguments) {
  const FrameRate rate = {30, 1};
  const Job job(SyntheticSpeech(9), rate);
  Job angry(SyntheticSpeech(9), rate);
  angry.keys.emotions = {{0, Emotion::kAngry, 255}};
  const auto model = RandomModel();
  const auto sample = [&](const FineMotionModel& by, const Job& of,
                          uint64_t seed) {
    const MotionRequest request = {of.pcm, of.frames, rate, seed, kNoControls};
    return *SampleMotion(by, request, of.keys, {0, of.frames});
  };
  for (const Job* of : std::array<const Job*, 3>{&job, &angry, &job}) {
    for (const uint64_t seed : {5, 6, 5}) {
      const MotionTrack remembered = sample(*model, *of, seed);
      const MotionTrack fresh = sample(*RandomModel(), *of, seed);
      for (FrameIndex f = 0; f < of->frames; ++f) {
        ASSERT_TRUE(SameBits(remembered.at(f), fresh.at(f))) << f;
      }
    }
  }
}

TEST(RecentResultsTest, KeepsTheLastOnes) {
  RecentResults<int> results(2);
  EXPECT_EQ(results.Find("a"), nullptr);
  for (const int n : {1, 2, 3}) {
    results.Add(std::to_string(n), std::make_shared<const int>(n));
  }
  EXPECT_EQ(results.Find("1"), nullptr);
  EXPECT_EQ(*results.Find("2"), 2);
  EXPECT_EQ(*results.Find("3"), 3);
}

TEST(SpeechMotionModelTest, AudioOutsideTheDeclaredReachChangesNothing) {
  const auto model = RandomModel();
  const FrameRate rate = {30, 1};
  const Job job(SyntheticSpeech(30), rate);
  const FrameRange range = {400, 440};
  const MotionTrack before = job.Sample(*model, range);
  const SampleRange reach = MotionAudioReach(*model, rate, range);
  VectorPcm outside = job.pcm, inside = job.pcm;
  for (int64_t i = 0; i < outside.size_samples(); ++i) {
    if (i < reach.begin || i >= reach.end) outside.samples[i] = 0.1f;
  }
  for (int64_t i = 400 * 16000 / 30; i < 440 * 16000 / 30; ++i) {
    inside.samples[i] *= -0.3f * static_cast<float>(i % 3);
  }
  const auto sample = [&](const VectorPcm& pcm) {
    const MotionRequest request = {pcm, job.frames, rate, 5, kNoControls};
    return *SampleMotion(*model, request, job.keys, range);
  };
  const MotionTrack same = sample(outside), other = sample(inside);
  int differing = 0;
  for (FrameIndex f = range.begin; f < range.end; ++f) {
    EXPECT_TRUE(SameBits(same.at(f), before.at(f))) << f;
    differing += !SameBits(other.at(f), before.at(f));
  }
  EXPECT_GT(differing, 20);
}

TEST(SpeechMotionModelTest, WeightsSurviveTheirFile) {
  const Safetensors file = RandomWeights();
  const auto parsed = Safetensors::Parse(file.Serialize());
  ASSERT_TRUE(parsed.ok());
  const auto net = SpeechNet::Create(*parsed, "speech.");
  ASSERT_TRUE(net.ok()) << net.status();
  std::vector<float> features(2 * 40 * 80);
  for (size_t i = 0; i < features.size(); ++i) {
    features[i] = std::sin(static_cast<float>(i) * 0.37f);
  }
  const SpeechNetOutput heard = (*net)->Listen(features);
  ASSERT_EQ(heard.steps(), 40);
  for (int64_t k = 0; k < heard.steps(); ++k) {
    float sum = 0;
    for (PhoneClass p = 0; p < kPhoneClasses; ++p) sum += heard.phone(k, p);
    EXPECT_NEAR(sum, 1, 1e-4);
    for (float v : heard.curves[k]) {
      EXPECT_GE(v, 0);
      EXPECT_LE(v, 1);
    }
  }
  EXPECT_EQ(heard.phones, (*net)->Listen(features).phones);
}

TEST(SpeechMotionModelTest, AnOutputDependsOnItsReachAlone) {
  const auto net = *SpeechNet::Create(RandomWeights(), "speech.");
  const int64_t steps = 2 * kSpeechNetReachSteps + 21;
  std::vector<float> features(static_cast<size_t>(2 * steps * 80));
  for (size_t i = 0; i < features.size(); ++i) {
    features[i] = std::sin(static_cast<float>(i) * 0.11f);
  }
  const SpeechNetOutput before = net->Listen(features);
  for (size_t i = 0; i < 80; ++i) features[i] += 1;  // the first hop
  const SpeechNetOutput after = net->Listen(features);
  EXPECT_NE(before.curves[0], after.curves[0]);
  for (int64_t k = kSpeechNetReachSteps; k < steps; ++k) {
    EXPECT_EQ(before.curves[k], after.curves[k]) << k;
  }
}

TEST(SpeechMotionModelTest, FaultyWeightsAreRefusedByName) {
  const auto refuse = [](const std::string& bytes, const char* what) {
    const auto model = SpeechMotionModel::Create(bytes, "weights.safetensors");
    ASSERT_FALSE(model.ok()) << what;
    EXPECT_EQ(model.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(model.status()), HasSubstr("weights.safetensors"));
    EXPECT_THAT(Message(model.status()), HasSubstr(what));
  };
  refuse("not weights", "");
  Safetensors file = RandomWeights();
  refuse(SealWeights(file).substr(0, 4000), "no weights");
  refuse(file.Serialize(), "version 'none', this build needs");
  std::string damaged = SealWeights(file);
  damaged[damaged.size() - 100] ^= 1;
  refuse(damaged, "damaged weights");
  file.PutInt64("speech.channels", 32);
  refuse(SealWeights(file), "has another shape");
  file.PutInt64("speech.channels", 0);
  refuse(SealWeights(file), "0 channels");
  refuse(SealWeights({}), "channels");
  file = RandomWeights();
  file.PutInt64("speech.block_count", 9);
  refuse(SealWeights(file), "blocks.8");
}

TEST(SpeechMotionModelTest, NonsenseBecomesShapesThatMouthsTake) {
  const auto model = RandomModel();
  const MouthManifold manifold;
  const Job job(SyntheticSpeech(9), {30, 1});
  int frames = 0, far = 0;
  for (const MotionFrame& f : job.Sample(*model, {0, job.frames}).frames) {
    const float open = 1 - f[kMouthClose];
    if (open < .3f) continue;
    MouthCurves x{};
    x[kCurveJaw] = f[kJawOpen];
    x[kCurveLipClose] = f[kMouthClose];
    x[kCurveFunnel] = f[kMouthFunnel];
    x[kCurvePucker] = f[kMouthPucker];
    x[kCurveStretch] = f[kMouthStretchLeft];
    x[kCurveSmile] = f[kMouthSmileLeft];
    x[kCurveRollLower] = f[kMouthRollLower];
    x[kCurvePress] = f[kMouthPressLeft];
    x[kCurveUpperUp] = f[kMouthUpperUpLeft] / open;
    x[kCurveLowerDown] = f[kMouthLowerDownLeft] / open;
    x[kCurveTongue] = f[kTongueOut];
    const MouthCurves near = manifold.Reconstruct(x);
    double away = 0;
    for (int c = 0; c < kMouthCurves; ++c) {
      // The seal is kept, the smile is the face's too.
      if (c == kCurveLipClose || c == kCurveSmile) continue;
      away += (x[c] - near[c]) * (x[c] - near[c]);
    }
    ++frames;
    far += away > .2 * .2;
  }
  EXPECT_GT(frames, 100);
  EXPECT_LT(far, frames / 20) << frames;
}

TEST(SpeechMotionModelTest, TheVersionNamesTheWeights) {
  Safetensors file = RandomWeights();
  const auto a = SpeechMotionModel::Create(SealWeights(file), "a");
  file.PutText("note", "other bytes");
  const auto b = SpeechMotionModel::Create(SealWeights(file), "b");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_NE((*a)->version(), (*b)->version());
}

}  // namespace
}  // namespace longtake::worker
