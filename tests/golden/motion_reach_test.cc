// How far a change of the sound reaches, with everything that is planned over a
// whole job: key motions, and a transcript aligned to all of the sound. What a
// segment's motion depends on is its digest; where digests are equal the motion
// is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "coordinator/planner/cuts.h"
#include "worker/engine/audio/loudness.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/mouth_limits.h"
#include "worker/engine/motion/windows.h"
#include "worker/engine/speech/speech_motion_model.h"
#include "worker/engine/speech/transcript_plan.h"
#include "worker/engine/speech/weights_file.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRate = {30, 1};
constexpr int kOverlap = 2;  // frames, as the engine asks for
constexpr int64_t kSampleRate = kAnalysisSampleRateHz;
// What a change may reach beyond its own ends: docs/preview.md.
constexpr double kReachSeconds = 7.72;

constexpr char kText[] =
    "Good morning, and welcome to the long take. Please watch my lips on maps, "
    "bread and butter. Bob Brown bumped my big mum before the bus came by. "
    "The quick fox jumps over the lazy dog while people put purple boots in "
    "the oven. Perhaps tomorrow we climb the hill and look at the sea. "
    "Seven ships sailed slowly south, and nobody on board was in a hurry. "
    "My brother paints the kitchen, my mother reads the paper, and I am here. "
    "It was a bright cold day in April when the clocks struck the hour. "
    "Every morning the baker opens his shop and sweeps the pavement first. "
    "Remember me, baby, when the music stops and the lamps go out. "
    "We measured every frame of it, and then we measured it again. "
    "Thank you for your patience; this is the end of my speech.";

class MemoryPcm : public PcmReader {
 public:
  explicit MemoryPcm(std::vector<float> samples)
      : samples_(std::move(samples)) {}
  int64_t size_samples() const override { return std::ssize(samples_); }
  Status Read(int64_t first, std::span<float> out) const override {
    for (float& sample : out) {
      sample = first >= 0 && first < size_samples()
                   ? samples_[static_cast<size_t>(first)]
                   : 0.f;
      ++first;
    }
    return OkStatus();
  }

 private:
  const std::vector<float> samples_;
};

// A job's segments, each with all that its motion depends on.
struct Planned {
  std::vector<FrameRange> segments;
  std::vector<std::string> digests;
  KeyMotions keys;
  int64_t total_frames = 0;

  int64_t Unchanged(const Planned& before) const {
    int64_t same = 0;
    for (size_t i = 0; i < segments.size(); ++i) {
      for (size_t k = 0; k < before.segments.size(); ++k) {
        same += before.segments[k] == segments[i] &&
                before.digests[k] == digests[i];
      }
    }
    return same;
  }
};

class MotionReachTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string base =
        testing::TempDir() + "/motion_reach_" + std::to_string(::getpid());
    const std::string say = "espeak-ng -v en -s 140 -w " + base + ".wav '" +
                            std::string(kText) + "'";
    ASSERT_EQ(std::system(say.c_str()), 0) << say;
    ASSERT_TRUE(AnalyzeAudio(base + ".wav", "en", base).ok());
    {
      const auto pcm = *PcmFile::Open(base);
      speech_ =
          new std::vector<float>(static_cast<size_t>(pcm->size_samples()));
      ASSERT_TRUE(pcm->Read(0, *speech_).ok());
    }
    std::filesystem::remove(base + ".wav");
    std::filesystem::remove(base);
    auto model = SpeechMotionModel::Create(BuiltInWeights(), "built-in");
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = model->release();
  }
  static void TearDownTestSuite() {
    delete model_;
    delete speech_;
  }

  MotionRequest Request(const PcmReader& pcm) const {
    return {pcm,       FramesForSamples(pcm.size_samples(), kSampleRate, kRate),
            kRate,     7,
            controls_, with_words_ ? &guides_ : nullptr};
  }

  Planned Plan(const std::vector<float>& samples) const {
    const MemoryPcm pcm(samples);
    const MotionRequest request = Request(pcm);
    Planned planned;
    planned.total_frames = request.total_frames;
    std::vector<uint8_t> loudness;
    EXPECT_TRUE(
        ComputeLoudness(pcm, kRate, {0, request.total_frames}, &loudness).ok());
    planned.segments = *coordinator::CutSegments(
        {loudness.begin(), loudness.end()}, kRate, 10000);
    auto keys = PlanKeyMotions(request);
    EXPECT_TRUE(keys.ok()) << keys.status();
    planned.keys = *std::move(keys);
    const auto clauses = AddTranscript(model_->net(), request, &planned.keys);
    EXPECT_TRUE(clauses.ok()) << clauses.status();
    for (const FrameRange& range : planned.segments) {
      planned.digests.push_back(*MotionInputDigest(
          *model_, request, planned.keys,
          coordinator::WithOverlap(range, kOverlap, request.total_frames)));
    }
    return planned;
  }

  // Two seconds at `second` say something else.
  static std::vector<float> Replaced(double second) {
    std::vector<float> samples = *speech_;
    const auto at = static_cast<size_t>(second * kSampleRate);
    for (size_t i = 0; i < 2 * kSampleRate && at + i < samples.size(); ++i) {
      samples[at + i] =
          0.8f * (*speech_)[(at + i + 17 * kSampleRate) % samples.size()];
    }
    return samples;
  }
  static std::vector<float> Inserted(double second, double length) {
    std::vector<float> samples = *speech_;
    const auto at = static_cast<ptrdiff_t>(second * kSampleRate);
    const auto some = static_cast<ptrdiff_t>(length * kSampleRate);
    const std::vector<float> other(speech_->begin() + 9 * kSampleRate,
                                   speech_->begin() + 9 * kSampleRate + some);
    samples.insert(samples.begin() + at, other.begin(), other.end());
    return samples;
  }
  static double Seconds() {
    return static_cast<double>(speech_->size()) / kSampleRate;
  }

  void CheckReplacements(double step) const {
    const Planned before = Plan(*speech_);
    ASSERT_GE(before.segments.size(), 6u);
    const auto segments = std::ssize(before.segments);
    for (double at = 0; at + 2 < Seconds(); at += step) {
      const int64_t same = Plan(Replaced(at)).Unchanged(before);
      EXPECT_LT(same, segments) << "nothing changed at " << at << " s";
      EXPECT_GE(same, segments - 3) << "replaced at " << at << " s";
    }
  }
  void CheckInsertion(double at) const {
    const Planned before = Plan(*speech_);
    const Planned after = Plan(Inserted(at, 1));
    int64_t untouched = 0;
    for (const FrameRange& s : before.segments) {
      untouched +=
          static_cast<double>(s.end + kOverlap) / 30 < at - kReachSeconds;
    }
    ASSERT_GE(untouched, 3);
    EXPECT_GE(after.Unchanged(before), untouched) << "inserted at " << at;
    for (int64_t i = 0; i < untouched; ++i) {
      EXPECT_EQ(after.segments[static_cast<size_t>(i)],
                before.segments[static_cast<size_t>(i)]);
    }
  }

  static std::vector<float>* speech_;
  static SpeechMotionModel* model_;
  std::map<std::string, std::string> controls_;
  Guides guides_ = {{kTranscriptRole, {kText, "talk.txt"}}};
  bool with_words_ = false;
};

std::vector<float>* MotionReachTest::speech_ = nullptr;
SpeechMotionModel* MotionReachTest::model_ = nullptr;

TEST_F(MotionReachTest, ReplacingTwoSecondsTouchesAtMostThreeSegments) {
  CheckReplacements(2.9);
}

// The longest that the declared reaches come to: of the audio that the mouth
// hears, by where a frame lies in its windows, and of the audio that key poses
// hear, by way of the frames around that limits look at.
TEST_F(MotionReachTest, TheDeclaredReachesComeToNoMore) {
  double worst = 0;
  for (FrameIndex f = 6400; f < 6400 + kWindowStride; ++f) {
    const FrameRange one = {f, f + 1};
    const SampleRange audio = MotionAudioReach(*model_, kRate, one);
    const double begins = static_cast<double>(f) / 30;
    const double rate = static_cast<double>(kSampleRate);
    worst =
        std::max({worst, begins - static_cast<double>(audio.begin) / rate,
                  static_cast<double>(audio.end) / rate - begins - 1.0 / 30});
    const FrameRange limits = FramesUnderLimits(kRate, one);
    const double keys =
        static_cast<double>(kKeyAudioReachMicros + kKeyPoseReachMicros) / 1e6;
    worst = std::max({worst, keys + static_cast<double>(f - limits.begin) / 30,
                      keys + static_cast<double>(limits.end - f - 1) / 30});
  }
  RecordProperty("declared_reach_seconds", std::to_string(worst));
  EXPECT_LE(worst, kReachSeconds);
  EXPECT_GT(worst, kReachSeconds - 0.1);
}

TEST_F(MotionReachTest, NothingChangesBeyondTheReach) {
  const MemoryPcm before(*speech_);
  const MotionRequest request = Request(before);
  const auto keys_before = PlanKeyMotions(request);
  ASSERT_TRUE(keys_before.ok());
  double farthest = 0;
  for (const double at : {14.1, 22.7, 30.0, 37.9}) {
    const MemoryPcm after(Replaced(at));
    const auto keys_after = PlanKeyMotions(Request(after));
    ASSERT_TRUE(keys_after.ok());
    const auto changed = [&](double second) {
      const auto frame = static_cast<FrameIndex>(second * 30);
      const FrameRange one = {frame, frame + 1};
      return *MotionInputDigest(*model_, request, *keys_before, one) !=
             *MotionInputDigest(*model_, Request(after), *keys_after, one);
    };
    for (double away = 0; away < 12; away += 0.1) {
      if (changed(at - away) || changed(at + 2 + away)) {
        farthest = std::max(farthest, away);
      }
    }
  }
  RecordProperty("farthest_change_seconds", std::to_string(farthest));
  EXPECT_LT(farthest, kReachSeconds);
  EXPECT_GT(farthest, 3);
}

TEST_F(MotionReachTest, AnInsertionLeavesWhatLiesBeforeIt) {
  for (const double at : {33.3, 41.0, 50.2}) CheckInsertion(at);
}

TEST_F(MotionReachTest, ATranscriptCarriesNoChangeFurther) {
  with_words_ = true;
  controls_["language"] = "en";
  CheckReplacements(7.3);
  CheckInsertion(41.0);
}

TEST_F(MotionReachTest, EqualDigestsAreEqualMotion) {
  with_words_ = true;
  controls_["language"] = "en";
  const Planned before = Plan(*speech_);
  const std::vector<float> replaced = Replaced(25);
  const Planned after = Plan(replaced);
  const MemoryPcm pcm_before(*speech_), pcm_after(replaced);
  int compared = 0;
  for (size_t i = 0; i < before.segments.size(); ++i) {
    if (after.digests[i] != before.digests[i]) continue;
    const FrameRange range = coordinator::WithOverlap(
        before.segments[i], kOverlap, before.total_frames);
    const auto a =
        SampleMotion(*model_, Request(pcm_before), before.keys, range);
    const auto b = SampleMotion(*model_, Request(pcm_after), after.keys, range);
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_TRUE(a->frames == b->frames) << "segment " << i;
    ++compared;
  }
  EXPECT_GE(compared, 3);
}

}  // namespace
}  // namespace longtake::worker
