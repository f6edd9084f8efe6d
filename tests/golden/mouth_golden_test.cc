// The built-in weights on voices that training never heard: eight utterances
// whose phones are known (tests/golden/speech, made by longtake_make_speech),
// and sounds that nobody speaks. The limits are a little below what the weights
// reach; ./dev eval-motion measures them in full.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/evaluate/motion_scorer.h"
#include "worker/engine/motion/baseline_model.h"
#include "worker/engine/motion/windows.h"
#include "worker/engine/phonetics/phone_segments.h"
#include "worker/engine/speech/speech_motion_model.h"
#include "worker/engine/speech/weights_file.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::worker {
namespace {

namespace fs = std::filesystem;

constexpr FrameRate kRate = {50, 1};

std::vector<MouthCurves> MouthOf(
    const FineMotionModel& model, const PcmReader& pcm, uint64_t seed = 1,
    const std::map<std::string, std::string>& controls = {}) {
  const MotionRequest request = {
      pcm, FramesForSamples(pcm.size_samples(), kAnalysisSampleRateHz, kRate),
      kRate, seed, controls};
  const auto keys = PlanKeyMotions(request);
  EXPECT_TRUE(keys.ok()) << keys.status();
  const auto track =
      SampleMotion(model, request, *keys, {0, request.total_frames});
  EXPECT_TRUE(track.ok()) << track.status();
  std::vector<MouthCurves> curves;
  for (const MotionFrame& frame : track->frames) {
    curves.push_back(CurvesOf(frame));
  }
  return curves;
}

struct Recording {
  std::unique_ptr<PcmReader> pcm;
  std::vector<PhoneSegment> phones;
};

const std::vector<Recording>& Recordings() {
  static const std::vector<Recording> all = [] {
    std::vector<Recording> recordings;
    const std::string scratch =
        testing::TempDir() + "/mouth_golden_" + std::to_string(::getpid());
    for (const auto& entry :
         fs::directory_iterator(LONGTAKE_GOLDEN_DIR "/speech")) {
      fs::path path = entry.path();
      if (path.extension() != ".phones") continue;
      const auto phones = ReadPhones(path.string());
      EXPECT_TRUE(phones.ok()) << phones.status();
      path.replace_extension(".flac");
      const auto facts = AnalyzeAudio(path.string(), path.string(), scratch);
      EXPECT_TRUE(facts.ok()) << facts.status();
      const auto file = *PcmFile::Open(scratch);
      auto pcm = std::make_unique<VectorPcm>();
      pcm->samples.resize(static_cast<size_t>(file->size_samples()));
      EXPECT_TRUE(file->Read(0, pcm->samples).ok());
      recordings.push_back({std::move(pcm), *phones});
    }
    fs::remove(scratch);
    return recordings;
  }();
  return all;
}

MotionScore ScoreOf(const FineMotionModel& model, uint64_t seed = 1) {
  MotionScorer scorer;
  for (const Recording& r : Recordings()) {
    scorer.Add(kRate, MouthOf(model, *r.pcm, seed), r.phones);
  }
  return scorer.Score();
}

std::unique_ptr<SpeechMotionModel> BuiltIn() {
  auto model = SpeechMotionModel::Create(BuiltInWeights(), "built-in");
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

TEST(MouthGoldenTest, TheBuiltInMouthFollowsUnheardVoices) {
  const MotionScore score = ScoreOf(*BuiltIn());
  EXPECT_GT(score.seconds, 20);
  EXPECT_GT(score.closures, 20);
  EXPECT_GT(score.mean_r, 0.78);
  EXPECT_GT(score.r[kCurveJaw], 0.80);
  EXPECT_GT(score.closure_f1, 0.75);
  EXPECT_GT(score.mean_std_ratio, 0.85);
  EXPECT_LT(score.mean_std_ratio, 1.10);
  EXPECT_LT(std::abs(score.lag_ms), 25);
}

TEST(MouthGoldenTest, TheBaselineItReplacedIsFarBehind) {
  const MotionScore score = ScoreOf(BaselineMotionModel());
  EXPECT_LT(score.mean_r, 0.45);
  EXPECT_LT(score.closure_f1, 0.6);
}

// Another seed is another take: other movements, equally right.
TEST(MouthGoldenTest, AnotherSeedIsAnotherTake) {
  const auto model = BuiltIn();
  const MotionScore one = ScoreOf(*model), two = ScoreOf(*model, 2);
  EXPECT_NEAR(one.mean_r, two.mean_r, 0.02);
  EXPECT_EQ(one.closure_f1, two.closure_f1);
  const PcmReader& pcm = *Recordings().front().pcm;
  const auto a = MouthOf(*model, pcm), b = MouthOf(*model, pcm, 2);
  double square = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    square += std::pow(a[i][kCurveJaw] - b[i][kCurveJaw], 2);
  }
  const double difference = std::sqrt(square / static_cast<double>(a.size()));
  EXPECT_GT(difference, 0.01);
  EXPECT_LT(difference, 0.08);
}

double MeanJaw(const std::vector<MouthCurves>& curves) {
  double sum = 0;
  for (const MouthCurves& row : curves) sum += row[kCurveJaw];
  return sum / static_cast<double>(curves.size());
}

// Sad speech opens the jaw less, angry speech further, each in proportion.
TEST(MouthGoldenTest, EmotionsArticulate) {
  const auto model = BuiltIn();
  const PcmReader& pcm = *Recordings().front().pcm;
  const auto jaw = [&](const char* emotion) {
    return MeanJaw(MouthOf(*model, pcm, 1, {{"emotion", emotion}}));
  };
  const double usual = jaw("neutral");
  EXPECT_LT(jaw("sad:1"), jaw("sad:0.5"));
  EXPECT_LT(jaw("sad:0.5"), usual);
  EXPECT_GT(jaw("angry:0.5"), usual);
  EXPECT_GT(jaw("angry:1"), jaw("angry:0.5"));
}

TEST(MouthGoldenTest, TheMouthRestsWhereNobodySpeaks) {
  const auto model = BuiltIn();
  VectorPcm noise, hum, tones;
  for (VectorPcm* pcm : {&noise, &hum, &tones}) {
    pcm->samples.resize(6 * 16000);
    AddNoise(0.0005, pcm);
  }
  AddNoise(0.1, &noise, 7);
  for (size_t i = 0; i < hum.samples.size(); ++i) {
    const double t = static_cast<double>(i) / 16000;
    for (int h = 1; h < 10; h += 2) {
      hum.samples[i] +=
          static_cast<float>(0.2 / h * std::sin(6.283 * 50 * h * t));
    }
    const double hz = 440 + 110 * (static_cast<int>(2 * t) % 5);
    tones.samples[i] += static_cast<float>(0.2 * std::sin(6.283 * hz * t));
  }
  EXPECT_LT(MeanJaw(MouthOf(*model, noise)), 0.02);
  EXPECT_LT(MeanJaw(MouthOf(*model, hum)), 0.02);
  EXPECT_LT(MeanJaw(MouthOf(*model, tones)), 0.03);
}

}  // namespace
}  // namespace longtake::worker
