#include "worker/engine/motion/windows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/baseline_model.h"

namespace longtake::worker {
namespace {

const std::map<std::string, std::string> kNoControls;
constexpr FrameRate kRates[] = {{24000, 1001}, {25, 1}, {30000, 1001},
                                {30, 1},       {50, 1}, {60000, 1001}};

bool SameBits(const MotionFrame& a, const MotionFrame& b) {
  return std::memcmp(a.data(), b.data(), sizeof a) == 0;
}

// Depends on everything a model is given, the whole window included, so that
// any dependence on the cut shows.
class NosyModel : public FineMotionModel {
 public:
  std::string_view version() const override { return "nosy-1"; }
  FineMotionReach Reach(FrameRate) const override {
    return {3, 5, kWindowFrames - 1 + 3};
  }
  Status SampleWindow(const FineMotionWindow& w,
                      FineMotion* out) const override {
    float sum = static_cast<float>(w.index % 7) * 0.01f;
    for (const AudioFeatures& a : w.audio) sum += 0.003f * a.loudness;
    for (const FrameNoise& n : w.noise) sum += 0.01f * n[1];
    for (const KeyMotionState& k : w.keys) sum += 0.01f * float(k.yaw);
    out->frames.assign(kWindowFrames, MotionFrame{});
    for (int i = 0; i < kWindowFrames; ++i) {
      MotionFrame& f = out->frames[i];
      for (int c = 0; c < kMotionChannels; ++c) {
        f[c] = 0.5f + 0.3f * std::sin(sum + 0.1f * c + w.noise[i + 5][c % 4]);
      }
    }
    return OkStatus();
  }
};

struct Job {
  VectorPcm pcm;
  FrameRate rate;
  int64_t frames;
  KeyMotions keys;

  Job(double seconds, FrameRate r) : pcm(SyntheticSpeech(seconds)), rate(r) {
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

// Covers the whole job by pieces of `length` and compares bits.
void ExpectCoverMatches(const Job& job, const FineMotionModel& model,
                        const MotionTrack& whole, int64_t length) {
  for (FrameIndex begin = 0; begin < job.frames; begin += length) {
    const FrameRange range{begin, std::min(begin + length, job.frames)};
    const MotionTrack part = job.Sample(model, range);
    ASSERT_EQ(part.range, range);
    ASSERT_EQ(part.frames.size(), static_cast<size_t>(range.size()));
    for (FrameIndex f = range.begin; f < range.end; ++f) {
      ASSERT_TRUE(SameBits(part.at(f), whole.at(f)))
          << model.version() << " " << FormatFrameRate(job.rate) << " frame "
          << f << " of pieces of " << length;
    }
  }
}

TEST(WindowsTest, AnyCoverOfTheJobGivesTheSameBits) {
  const BaselineMotionModel baseline;
  const NosyModel nosy;
  for (FrameRate rate : kRates) {
    const Job job(9.3, rate);
    for (const FineMotionModel* model :
         {static_cast<const FineMotionModel*>(&baseline),
          static_cast<const FineMotionModel*>(&nosy)}) {
      const MotionTrack whole = job.Sample(*model, {0, job.frames});
      for (int64_t length : {31, 64, 97, 127, 240}) {
        ExpectCoverMatches(job, *model, whole, length);
      }
    }
  }
}

TEST(WindowsTest, SingleFramesGiveTheSameBits) {
  const NosyModel nosy;
  const BaselineMotionModel baseline;
  const Job job(5.1, {30000, 1001});
  ExpectCoverMatches(job, nosy, job.Sample(nosy, {0, job.frames}), 1);
  ExpectCoverMatches(job, baseline, job.Sample(baseline, {0, job.frames}), 1);
}

TEST(WindowsTest, LengthsAroundAWindowAndOneFrameJobs) {
  const BaselineMotionModel model;
  const Job job(8, {30, 1});
  const MotionTrack whole = job.Sample(model, {0, job.frames});
  for (int64_t length : {1, 2, 3, 63, 65, 79, 80, 81, 95, 96, 101, 193}) {
    for (FrameIndex begin : {0, 15, 16, 17, 47, 48, 49}) {
      if (begin + length > job.frames) continue;
      const MotionTrack part = job.Sample(model, {begin, begin + length});
      for (FrameIndex f = begin; f < begin + length; ++f) {
        ASSERT_TRUE(SameBits(part.at(f), whole.at(f))) << begin << " " << f;
      }
    }
  }
  const Job tiny(0.01, {30, 1});
  ASSERT_EQ(tiny.frames, 1);
  EXPECT_EQ(tiny.Sample(model, {0, 1}).frames.size(), 1u);
}

TEST(WindowsTest, OverlapFramesPastTheJobsEndsExist) {
  const BaselineMotionModel model;
  const Job job(4, {30, 1});
  const MotionTrack wide = job.Sample(model, {-2, job.frames + 2});
  const MotionTrack whole = job.Sample(model, {0, job.frames});
  for (FrameIndex f = 0; f < job.frames; ++f) {
    ASSERT_TRUE(SameBits(wide.at(f), whole.at(f)));
  }
}

TEST(WindowsTest, EveryChannelStaysLegal) {
  for (FrameRate rate : kRates) {
    const Job job(12, rate);
    for (const MotionFrame& frame :
         job.Sample(BaselineMotionModel(), {0, job.frames}).frames) {
      for (int c = 0; c < kMotionChannels; ++c) {
        ASSERT_TRUE(std::isfinite(frame[c]));
        ASSERT_GE(frame[c], c < kHeadYaw ? 0.f : -1.f);
        ASSERT_LE(frame[c], 1.f);
      }
    }
  }
}

TEST(WindowsTest, SeamsOfWindowsAreNoFasterThanTheMotionItself) {
  // A model whose windows disagree by a constant: the fade must spread it.
  class Disagreeing : public FineMotionModel {
   public:
    std::string_view version() const override { return "disagreeing"; }
    FineMotionReach Reach(FrameRate) const override { return {0, 0, 0}; }
    Status SampleWindow(const FineMotionWindow& w,
                        FineMotion* out) const override {
      MotionFrame f{};
      f[kBrowInnerUp] = w.index % 2 ? 1.f : 0.f;
      out->frames.assign(kWindowFrames, f);
      return OkStatus();
    }
  };
  const Job job(20, {30, 1});
  const MotionTrack track = job.Sample(Disagreeing(), {0, job.frames});
  float lowest = 1, highest = 0;
  for (FrameIndex f = 1; f < job.frames; ++f) {
    const float now = track.at(f)[kBrowInnerUp];
    EXPECT_LT(std::abs(now - track.at(f - 1)[kBrowInnerUp]), 0.07f) << f;
    lowest = std::min(lowest, now);
    highest = std::max(highest, now);
  }
  EXPECT_EQ(lowest, 0);
  EXPECT_EQ(highest, 1);
}

TEST(WindowsTest, WhatAModelHearsSpokenIsNoSilence) {
  // Opens the mouth all the time; every second window is sure of a voice.
  class Whisperer : public FineMotionModel {
   public:
    explicit Whisperer(bool sure) : sure_(sure) {}
    std::string_view version() const override { return "whisperer"; }
    FineMotionReach Reach(FrameRate) const override { return {0, 0, 0}; }
    Status SampleWindow(const FineMotionWindow& w,
                        FineMotion* out) const override {
      MotionFrame f{};
      f[kJawOpen] = .5f;
      out->frames.assign(kWindowFrames, f);
      out->spoken.assign(sure_ ? kWindowFrames : 0, w.index % 2 ? 1.f : 0.f);
      return OkStatus();
    }

   private:
    const bool sure_;
  };
  Job job(10, {30, 1});
  job.pcm.samples.assign(job.pcm.samples.size(), 0.f);  // silence
  const MotionTrack deaf = job.Sample(Whisperer(false), {0, job.frames});
  const MotionTrack track = job.Sample(Whisperer(true), {0, job.frames});
  // Frames of window 1 alone, and of window 2 alone.
  const FrameIndex spoken = WindowBegin(1) + kWindowFrames / 2;
  const FrameIndex silent = WindowBegin(2) + kWindowFrames / 2;
  EXPECT_EQ(deaf.at(spoken)[kJawOpen], 0);
  EXPECT_EQ(deaf.at(spoken)[kMouthClose], 1);
  EXPECT_GT(track.at(spoken)[kJawOpen], .4f);
  EXPECT_LT(track.at(spoken)[kMouthClose], .1f);
  EXPECT_EQ(track.at(silent)[kJawOpen], 0);
}

TEST(WindowsTest, FadeWeightsAreAPartitionSymmetricAboutTheMiddle) {
  const FrameIndex begin = WindowBegin(3);
  for (int i = 0; i < kWindowOverlap; ++i) {
    EXPECT_NEAR(FadeInWeight(begin + i, 3) +
                    FadeInWeight(begin + kWindowOverlap - 1 - i, 3),
                1, 1e-12);
  }
  EXPECT_LT(FadeInWeight(begin, 3), 1e-4);
}

TEST(WindowsTest, SilenceShutsTheMouthWhateverTheModelSays) {
  MotionFrame frame;
  frame.fill(0.7f);
  AudioFeatures audio;
  audio.silence = 1;
  ApplyMouthRules(audio, &frame);
  EXPECT_EQ(frame[kMouthClose], 1);
  EXPECT_EQ(frame[kJawOpen], 0);
  EXPECT_EQ(frame[kMouthFunnel], 0);
  EXPECT_EQ(frame[kMouthUpperUpLeft], 0);
  EXPECT_EQ(frame[kMouthSmileLeft], 0.7f);
}

TEST(WindowsTest, EyeBlendshapesAgreeWithTheAngles) {
  KeyMotionState s;
  s.eye_yaw = 0.2617994;    // 15 degrees to the image right
  s.eye_pitch = -0.218166;  // 12.5 degrees up
  s.yaw = 0.1;
  s.blink = 0.5;
  MotionFrame frame{};
  ApplyKeyMotions(s, &frame);
  EXPECT_NEAR(frame[kEyeLookOutLeft], 0.5, 1e-5);
  EXPECT_NEAR(frame[kEyeLookInRight], 0.5, 1e-5);
  EXPECT_EQ(frame[kEyeLookInLeft], 0);
  EXPECT_NEAR(frame[kEyeLookUpRight], 0.5, 1e-5);
  EXPECT_EQ(frame[kEyeLookDownRight], 0);
  EXPECT_NEAR(frame[kLeftEyeYaw], 0.2617994, 1e-6);
  EXPECT_NEAR(frame[kHeadYaw], 0.1, 1e-6);
  EXPECT_EQ(frame[kEyeBlinkLeft], 0.5f);
}

TEST(WindowsTest, ClampRemovesWhatIsNotFinite) {
  MotionFrame frame;
  frame.fill(std::numeric_limits<float>::quiet_NaN());
  frame[kHeadYaw] = -7;
  frame[kJawOpen] = 3;
  ClampToLegal(&frame);
  EXPECT_EQ(frame[kHeadYaw], -1);
  EXPECT_EQ(frame[kJawOpen], 1);
  EXPECT_EQ(frame[kMouthClose], 0);
}

TEST(WindowsTest, BadControlsAndRatesAreRefused) {
  const Job job(1, {30, 1});
  const std::map<std::string, std::string> bad = {{"lips", "1"}};
  EXPECT_EQ(
      SampleMotion(BaselineMotionModel(),
                   {job.pcm, job.frames, {30, 1}, 1, bad}, job.keys, {0, 3})
          .status()
          .code(),
      StatusCode::kInvalidArgument);
  EXPECT_EQ(SampleMotion(BaselineMotionModel(),
                         {job.pcm, job.frames, {0, 1}, 1, kNoControls},
                         job.keys, {0, 3})
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
