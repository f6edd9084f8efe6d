#include "worker/engine/motion/opening_speed.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/baseline_model.h"
#include "worker/engine/motion/windows.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRates[] = {{24000, 1001}, {25, 1}, {30000, 1001},
                                {30, 1},       {50, 1}, {60000, 1001}};

MotionFrame Mouth(float jaw, float seal, float parting) {
  MotionFrame frame{};
  frame[kJawOpen] = jaw;
  frame[kMouthClose] = seal;
  for (MotionChannel c : {kMouthUpperUpLeft, kMouthUpperUpRight,
                          kMouthLowerDownLeft, kMouthLowerDownRight}) {
    frame[c] = parting * (1 - seal);
  }
  return frame;
}

// How far the mouth is open, as seen.
float Opening(const MotionFrame& frame) {
  return frame[kJawOpen] * (1 - frame[kMouthClose]);
}

// The first frames of a take are preceded by as many as the limit needs.
std::vector<MotionFrame> Limited(FrameRate rate,
                                 std::vector<MotionFrame> frames) {
  frames.insert(frames.begin(), static_cast<size_t>(OpeningReach(rate)),
                frames.front());
  LimitOpening(rate, 1, &frames);
  return frames;
}

TEST(OpeningSpeedTest, AShutMouthTakesATenthOfASecondToOpenWide) {
  for (FrameRate rate : kRates) {
    std::vector<MotionFrame> frames(3, Mouth(0, 1, 1));
    frames.resize(40, Mouth(.58f, 0, .3f));
    const std::vector<MotionFrame> out = Limited(rate, frames);
    ASSERT_EQ(out.size(), frames.size());
    size_t wide = 0;
    while (wide < out.size() && Opening(out[wide]) < .5f) ++wide;
    const double seconds = static_cast<double>(wide - 2) *
                           static_cast<double>(rate.den) /
                           static_cast<double>(rate.num);
    EXPECT_GE(seconds, .099) << FormatFrameRate(rate);
    EXPECT_LE(seconds, .17) << FormatFrameRate(rate);
    EXPECT_TRUE(out.back() == frames.back());
  }
}

TEST(OpeningSpeedTest, ClosuresAreLeftAsQuickAsTheyAre) {
  std::vector<MotionFrame> frames(20, Mouth(.58f, 0, .3f));
  frames.push_back(Mouth(.05f, 1, .3f));
  frames.push_back(Mouth(0, 1, 0));
  const std::vector<MotionFrame> out = Limited({30, 1}, frames);
  for (size_t i = 0; i < frames.size(); ++i) {
    EXPECT_TRUE(out[i] == frames[i]) << i;
  }
}

TEST(OpeningSpeedTest, LipsHeldTogetherBareNoTeeth) {
  std::vector<MotionFrame> frames(10, Mouth(0, 1, 1));
  frames.resize(20, Mouth(.5f, 0, .8f));
  for (const MotionFrame& frame : Limited({30, 1}, frames)) {
    EXPECT_LE(frame[kMouthUpperUpLeft], .8f * (1 - frame[kMouthClose]) + 1e-6f);
  }
}

TEST(OpeningSpeedTest, OnlyTheDeclaredFramesBeforeCount) {
  const FrameRate rate{30, 1};
  const size_t reach = static_cast<size_t>(OpeningReach(rate));
  std::vector<MotionFrame> shut(reach + 1, Mouth(0, 1, 0));
  shut.back() = Mouth(1, 0, 0);
  std::vector<MotionFrame> once = shut;
  LimitOpening(rate, 1, &once);
  ASSERT_EQ(once.size(), 1u);
  EXPECT_LT(once[0][kJawOpen], .2f);
  // A frame further back never does: full range fits into the reach.
  for (size_t i = 1; i < reach; ++i) shut[i] = Mouth(1, 0, 0);
  LimitOpening(rate, 1, &shut);
  EXPECT_EQ(shut[0][kJawOpen], 1.f);
  EXPECT_EQ(shut[0][kMouthClose], 0.f);
  std::vector<MotionFrame> few(reach, Mouth(0, 1, 0));
  LimitOpening(rate, 1, &few);
  EXPECT_TRUE(few.empty());
}

TEST(OpeningSpeedTest, SpeechNeverOpensFromShutToWideInOneFrame) {
  const std::map<std::string, std::string> controls;
  for (FrameRate rate : kRates) {
    const VectorPcm pcm = SyntheticSpeech(12);
    const int64_t frames = FramesForSamples(pcm.size_samples(), 16000, rate);
    const MotionRequest request{pcm, frames, rate, 5, controls};
    const auto keys = PlanKeyMotions(request);
    ASSERT_TRUE(keys.ok());
    const auto track =
        SampleMotion(BaselineMotionModel(), request, *keys, {0, frames});
    ASSERT_TRUE(track.ok());
    const double step = static_cast<double>(rate.den) / rate.num;
    float widest = 0;
    for (FrameIndex f = 1; f < frames; ++f) {
      const MotionFrame &a = track->at(f - 1), &b = track->at(f);
      EXPECT_LE(b[kJawOpen] - a[kJawOpen], kJawOpeningPerSecond * step + 1e-5);
      EXPECT_LE(a[kMouthClose] - b[kMouthClose],
                kUnsealingPerSecond * step + 1e-5);
      widest = std::max(widest, Opening(b));
    }
    EXPECT_GT(widest, .3f) << FormatFrameRate(rate);
  }
}

}  // namespace
}  // namespace longtake::worker
