#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/digest/sha256.h"
#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/baseline_model.h"
#include "worker/engine/motion/windows.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRates[] = {{24000, 1001}, {30, 1}, {60000, 1001}};

struct Job {
  VectorPcm pcm;
  FrameRate rate;
  std::map<std::string, std::string> controls;
  Guides guides;
  KeyMotions keys;  // last: planned from the others

  explicit Job(VectorPcm audio, FrameRate r = {30, 1}, Guides g = {})
      : pcm(std::move(audio)),
        rate(r),
        guides(std::move(g)),
        keys(*PlanKeyMotions(Request())) {}
  MotionRequest Request() const {
    return {pcm,      FramesForSamples(pcm.size_samples(), 16000, rate),
            rate,     5,
            controls, &guides};
  }
  std::string Digest(FrameRange range) const {
    auto digest =
        MotionInputDigest(BaselineMotionModel(), Request(), keys, range);
    EXPECT_TRUE(digest.ok()) << digest.status();
    return *std::move(digest);
  }
  MotionTrack Sample(FrameRange range) const {
    auto track = SampleMotion(BaselineMotionModel(), Request(), keys, range);
    EXPECT_TRUE(track.ok()) << track.status();
    return *std::move(track);
  }
};

TEST(MotionDigestTest, ReplacingTwoSecondsTouchesAtMostThreeSegments) {
  const VectorPcm original = SyntheticSpeech(60);
  const Job before(original);
  for (int64_t at_ms : {0, 9000, 19500, 24000, 29000, 33700, 58000}) {
    VectorPcm edited = original;
    ReplaceSpeech(at_ms * 16, at_ms * 16 + 2 * 16000, 2, &edited);
    const Job after(edited);
    int changed = 0;
    for (FrameIndex begin = 0; begin < 1800; begin += 300) {
      const FrameRange segment{begin - 2, begin + 302};
      const bool differs = before.Digest(segment) != after.Digest(segment);
      changed += differs;
      if (begin * 1000 / 30 <= at_ms && at_ms < (begin + 300) * 1000 / 30) {
        EXPECT_TRUE(differs) << at_ms;
      }
    }
    EXPECT_GE(changed, 1) << at_ms;
    EXPECT_LE(changed, 3) << at_ms;
  }
}

Guides Cues(const std::string& rows) {
  return {{"emotion_track", {"time,emotion,intensity\n" + rows, "cues.csv"}}};
}
Guides Poses(const std::string& rows) {
  return {{"pose_track", {"time,yaw,pitch,roll\n" + rows, "pose.csv"}}};
}

// The segments of 10 s, with their overlaps, whose digests differ.
std::vector<int> Changed(const Job& before, const Job& after) {
  std::vector<int> changed;
  for (int i = 0; i < 6; ++i) {
    const FrameRange segment{i * 300 - 2, i * 300 + 302};
    if (before.Digest(segment) != after.Digest(segment)) changed.push_back(i);
  }
  return changed;
}

TEST(MotionDigestTest, OneCueTouchesOnlyTheSegmentsItCanReach) {
  const VectorPcm pcm = SyntheticSpeech(60);
  const std::string first = "5,happy,0.5\n12,neutral,0\n";
  const std::string last = "47,sad,1\n";
  const Job before(pcm, {30, 1},
                   Cues(first + "24,angry,1\n26,happy,1\n" + last));
  // What the cue is; when it begins; that it is there at all.
  for (const std::string middle :
       {"24,angry,0.9\n26,happy,1\n", "24.5,angry,1\n26,happy,1\n",
        "26,happy,1\n"}) {
    const Job after(pcm, {30, 1}, Cues(first + middle + last));
    EXPECT_EQ(Changed(before, after), std::vector<int>{2}) << middle;
  }
  // In force until the next cue, two segments on.
  const Job longer(pcm, {30, 1},
                   Cues(first + "24,angry,1\n26,happy,0.9\n" + last));
  EXPECT_EQ(Changed(before, longer), (std::vector<int>{2, 3, 4}));
}

TEST(MotionDigestTest, OneKeyframeTouchesOnlyTheSegmentsItCanReach) {
  const VectorPcm pcm = SyntheticSpeech(60);
  const auto track = [](const char* at_25) {
    std::string rows;
    for (int t = 1; t < 60; ++t) {
      rows += std::to_string(t) + "," + (t == 25 ? at_25 : "5") + ",0,0\n";
    }
    return Poses(rows);
  };
  const Job before(pcm, {30, 1}, track("5")), after(pcm, {30, 1}, track("8"));
  EXPECT_EQ(Changed(before, after), std::vector<int>{2});
  const Job none(pcm);
  const Job early(pcm, {30, 1}, Poses("3,10,0,0\n"));
  EXPECT_EQ(Changed(none, early), std::vector<int>{0});
}

TEST(MotionDigestTest, TheSameWordsOtherwiseWrittenChangeNothing) {
  const VectorPcm pcm = SyntheticSpeech(60);
  const Job a(pcm, {30, 1}, Cues("5,happy,0.5\n"));
  const Job b(pcm, {30, 1}, Cues("\r\n00:00:05.000, happy ,0.50\r\n"));
  EXPECT_TRUE(Changed(a, b).empty());
  EXPECT_EQ(a.keys, b.keys);
}

// Equal digests must mean equal motion: else a cache returns the wrong frames.
TEST(MotionDigestTest, EqualDigestsGiveEqualMotion) {
  const VectorPcm original = SyntheticSpeech(40);
  VectorPcm edited = original;
  ReplaceSpeech(18 * 16000, 20 * 16000, 2, &edited);
  for (FrameRate rate : kRates) {
    const Job a(original, rate), b(edited, rate);
    const int64_t step = FramesForMillis(1000, rate);
    int equal = 0, different = 0;
    for (FrameIndex begin = 0; begin + step <= a.Request().total_frames;
         begin += step) {
      const FrameRange range{begin, begin + step};
      if (a.Digest(range) != b.Digest(range)) {
        ++different;
        continue;
      }
      ++equal;
      const MotionTrack x = a.Sample(range), y = b.Sample(range);
      for (size_t i = 0; i < x.frames.size(); ++i) {
        ASSERT_EQ(0, std::memcmp(x.frames[i].data(), y.frames[i].data(),
                                 sizeof(MotionFrame)))
            << FormatFrameRate(rate) << " " << begin + i;
      }
    }
    EXPECT_GT(equal, 20) << FormatFrameRate(rate);
    EXPECT_GE(different, 2) << FormatFrameRate(rate);
    EXPECT_LE(different, 12) << FormatFrameRate(rate);
  }
}

TEST(MotionDigestTest, SamplesOutsideTheReachNeverChangeTheMotion) {
  for (FrameRate rate : kRates) {
    const Job job(SyntheticSpeech(20), rate);
    const FrameIndex f = FramesForMillis(10013, rate);
    const FrameRange range{f, f + 7};
    const SampleRange reach =
        MotionAudioReach(BaselineMotionModel(), rate, range);
    Job changed = job;  // with the same key motions
    for (int64_t i = 0; i < changed.pcm.size_samples(); ++i) {
      if (i < reach.begin || i >= reach.end) {
        changed.pcm.samples[i] = i % 2 ? 0.9f : -0.9f;
      }
    }
    EXPECT_EQ(job.Digest(range), changed.Digest(range));
    const MotionTrack a = job.Sample(range), b = changed.Sample(range);
    for (size_t i = 0; i < a.frames.size(); ++i) {
      EXPECT_EQ(0, std::memcmp(a.frames[i].data(), b.frames[i].data(),
                               sizeof(MotionFrame)));
    }
  }
}

TEST(MotionDigestTest, EverySampleWithinTheReachCounts) {
  Job job(SyntheticSpeech(20));
  const FrameRange range{300, 330};
  const SampleRange reach =
      MotionAudioReach(BaselineMotionModel(), job.rate, range);
  const std::string before = job.Digest(range);
  const auto digest_with_change_at = [&](int64_t at) {
    const float kept = std::exchange(job.pcm.samples[at], 0.7f);
    std::string digest = job.Digest(range);
    job.pcm.samples[at] = kept;
    return digest;
  };
  for (int64_t at : {reach.begin, reach.begin + 1,
                     (reach.begin + reach.end) / 2, reach.end - 1}) {
    EXPECT_NE(digest_with_change_at(at), before) << at;
  }
  for (int64_t at : {reach.begin - 1, reach.end}) {
    EXPECT_EQ(digest_with_change_at(at), before) << at;
  }
}

TEST(MotionDigestTest, ReachIsUnderFourSecondsASide) {
  for (FrameRate rate : kRates) {
    const FrameRange range{900, 1200};
    const SampleRange reach =
        MotionAudioReach(BaselineMotionModel(), rate, range);
    EXPECT_LT(FeatureSample(900, rate) - reach.begin, 4 * 16000);
    EXPECT_LT(reach.end - FeatureSample(1199, rate), 4 * 16000);
  }
  EXPECT_LT(kKeyAudioReachMicros + kKeyPoseReachMicros, 4000000);
}

TEST(MotionDigestTest, ControlsCountButNotHowTheyAreWritten) {
  Job job(SyntheticSpeech(10));
  const FrameRange range{60, 90};
  const std::string plain = job.Digest(range);
  EXPECT_TRUE(IsSha256Hex(plain));
  job.controls = {{"lip", "1.00"}};
  EXPECT_EQ(job.Digest(range), plain);
  job.controls = {{"lip", "0.9"}};
  EXPECT_NE(job.Digest(range), plain);
}

// Levels leave out what lies past the audio's end, so the end itself counts.
TEST(MotionDigestTest, TrailingZerosAreNotTheEndOfTheAudio) {
  Job job(SyntheticSpeech(10));
  const FrameRange near_end{270, 300};
  const std::string before = job.Digest(near_end);
  job.pcm.samples.resize(job.pcm.samples.size() + 1600);
  EXPECT_NE(job.Digest(near_end), before);
}

}  // namespace
}  // namespace longtake::worker
