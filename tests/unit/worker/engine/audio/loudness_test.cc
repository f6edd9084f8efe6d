#include "worker/engine/audio/loudness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/audio/hop_spectrum.h"

namespace longtake::worker {
namespace {

TEST(LoudnessTest, DecibelsOfASineAndOfNothing) {
  VectorPcm pcm;
  for (int i = 0; i < 32000; ++i) {
    pcm.samples.push_back(
        i < 16000 ? static_cast<float>(
                        0.1 * std::sin(2 * std::numbers::pi * 1000 * i / 16000))
                  : 0.f);
  }
  std::vector<uint8_t> loudness;
  ASSERT_TRUE(ComputeLoudness(pcm, {25, 1}, {0, 50}, &loudness).ok());
  ASSERT_EQ(loudness.size(), 50u);
  // 0.1 amplitude: mean square -23 dB, 77 dB above the floor.
  EXPECT_NEAR(loudness[10] * kLoudnessStepDb + kSilenceDb, -23.0, 0.5);
  EXPECT_EQ(loudness[40], 0);
}

TEST(LoudnessTest, AnyRangeGivesTheSameBytesAsTheWhole) {
  const VectorPcm pcm = SyntheticSpeech(70);
  for (FrameRate rate : {FrameRate{24000, 1001}, FrameRate{30, 1},
                         FrameRate{60000, 1001}, FrameRate{120, 1}}) {
    const int64_t frames =
        FramesForSamples(pcm.size_samples(), kAnalysisSampleRateHz, rate);
    std::vector<uint8_t> whole, part;
    ASSERT_TRUE(ComputeLoudness(pcm, rate, {0, frames}, &whole).ok());
    ASSERT_EQ(whole.size(), static_cast<size_t>(frames));
    for (FrameRange r : {FrameRange{0, 1}, FrameRange{17, 100},
                         FrameRange{frames / 2, frames}}) {
      ASSERT_TRUE(ComputeLoudness(pcm, rate, r, &part).ok());
      EXPECT_EQ(part, std::vector<uint8_t>(whole.begin() + r.begin,
                                           whole.begin() + r.end));
    }
  }
}

TEST(LoudnessTest, QuietestFrameLiesInAPause) {
  const VectorPcm pcm = SyntheticSpeech(12);
  std::vector<uint8_t> loudness;
  ASSERT_TRUE(ComputeLoudness(pcm, {30, 1}, {60, 150}, &loudness).ok());
  const auto quietest = std::min_element(loudness.begin(), loudness.end());
  const FrameIndex frame = 60 + (quietest - loudness.begin());
  EXPECT_FALSE(SpokenAt(SampleAtFrameCentre(frame, 16000, {30, 1})));
  EXPECT_LT(*quietest + 30,
            *std::max_element(loudness.begin(), loudness.end()));
}

TEST(LoudnessTest, EmptyRangeGivesNothing) {
  std::vector<uint8_t> loudness = {1, 2};
  ASSERT_TRUE(ComputeLoudness(VectorPcm(), {30, 1}, {4, 4}, &loudness).ok());
  EXPECT_TRUE(loudness.empty());
}

}  // namespace
}  // namespace longtake::worker
