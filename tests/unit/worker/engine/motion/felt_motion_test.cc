// Emotions, pose tracks and speech in one motion.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <string>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/baseline_model.h"
#include "worker/engine/motion/mouth_channels.h"
#include "worker/engine/motion/windows.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRate{30000, 1001};

struct Job {
  VectorPcm pcm = SyntheticSpeech(12);
  std::map<std::string, std::string> controls;

  MotionTrack Sample(const Guides& guides, FrameRange range) const {
    const MotionRequest request{
        pcm,      FramesForSamples(pcm.size_samples(), 16000, kRate),
        kRate,    5,
        controls, &guides};
    const auto keys = PlanKeyMotions(request);
    EXPECT_TRUE(keys.ok()) << keys.status();
    auto track = SampleMotion(BaselineMotionModel(), request, *keys, range);
    EXPECT_TRUE(track.ok()) << track.status();
    return *std::move(track);
  }
};

Guides Dials() {
  return {{"emotion_track",
           {"time,emotion,intensity\n0,happy,0.6\n3,sad,1\n3.2,angry,0.7\n"
            "7,surprised,1\n9,neutral,0\n",
            "cues.csv"}},
          {"pose_track",
           {"time,yaw,pitch,roll\n2,10,0,0\n4,-10,4,2\n4.1,-10,5,2\n",
            "pose.csv"}}};
}

TEST(FeltMotionTest, AnyCoverOfTheJobGivesTheSameBits) {
  const Job job;
  const MotionTrack whole = job.Sample(Dials(), {0, 350});
  for (int64_t length : {31, 97}) {
    for (FrameIndex begin = 0; begin < 350; begin += length) {
      const FrameRange range{begin, std::min<int64_t>(begin + length, 350)};
      const MotionTrack part = job.Sample(Dials(), range);
      for (FrameIndex f = range.begin; f < range.end; ++f) {
        ASSERT_EQ(0, std::memcmp(part.at(f).data(), whole.at(f).data(),
                                 sizeof(MotionFrame)))
            << f;
      }
    }
  }
}

TEST(FeltMotionTest, ClosuresOfSpeechAreKept) {
  Job job;
  const MotionTrack plain = job.Sample({}, {0, 350});
  for (const char* emotion : {"happy", "sad", "angry", "surprised", "fearful",
                              "disgusted", "contempt"}) {
    job.controls = {{"emotion", emotion}};
    const MotionTrack felt = job.Sample({}, {0, 350});
    int shut = 0;
    for (FrameIndex f = 0; f < 350; ++f) {
      EXPECT_EQ(felt.at(f)[kMouthClose], plain.at(f)[kMouthClose]) << f;
      if (plain.at(f)[kMouthClose] < 1) continue;
      ++shut;
      for (MotionChannel c : kPartingChannels) {
        EXPECT_EQ(felt.at(f)[c], 0) << emotion << f;
      }
    }
    EXPECT_GT(shut, 20);
  }
}

TEST(FeltMotionTest, TheIntensityOfEachEmotionShows) {
  Job job;
  for (const char* emotion : {"happy", "sad", "angry", "surprised", "fearful",
                              "disgusted", "contempt"}) {
    const MotionTrack plain = job.Sample({}, {90, 100});
    double last = 0;
    for (const char* intensity : {"0.2", "0.4", "0.6", "0.8", "1"}) {
      job.controls = {{"emotion", std::string(emotion) + ":" + intensity}};
      const MotionTrack felt = job.Sample({}, {90, 100});
      double distance = 0;
      for (FrameIndex f = 90; f < 100; ++f) {
        for (int c = 0; c < kHeadYaw; ++c) {
          distance += std::abs(felt.at(f)[c] - plain.at(f)[c]);
        }
      }
      EXPECT_GT(distance, last) << emotion << " " << intensity;
      last = distance;
    }
    job.controls = {};
  }
}

TEST(FeltMotionTest, ExpressionScalesTheEmotionToo) {
  Job job;
  const auto sample = [&job](const char* expression) {
    job.controls = {{"emotion", "angry"}, {"expression", expression}};
    return job.Sample({}, {0, 100});
  };
  const MotionTrack still = sample("0"), half = sample("0.5"),
                    full = sample("1");
  for (FrameIndex f = 0; f < 100; ++f) {
    EXPECT_EQ(still.at(f)[kBrowDownLeft], 0) << f;
    EXPECT_LT(half.at(f)[kBrowDownLeft], full.at(f)[kBrowDownLeft]) << f;
    EXPECT_EQ(still.at(f)[kEyeBlinkLeft], full.at(f)[kEyeBlinkLeft]) << f;
  }
}

}  // namespace
}  // namespace longtake::worker
