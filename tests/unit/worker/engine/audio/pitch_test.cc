#include "worker/engine/audio/pitch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"

namespace longtake::worker {
namespace {

constexpr double kTau = 2 * std::numbers::pi;

// A voice of `hz(t)` with the harmonics first..last, each weaker than the one
// before.
template <typename F>
VectorPcm Voice(double seconds, F hz, int first = 1, int last = 12) {
  VectorPcm pcm;
  double turn = 0;
  for (int64_t i = 0; i < static_cast<int64_t>(seconds * 16000); ++i) {
    const double t = static_cast<double>(i) / 16000;
    turn += kTau * hz(t) / 16000;
    double sum = 0;
    for (int h = first; h <= last; ++h) sum += std::sin(h * turn) / h;
    pcm.samples.push_back(static_cast<float>(.1 * sum));
  }
  return pcm;
}

double HzOf(const PitchHop& hop) { return 100 * std::exp2(hop.octaves); }

std::vector<PitchHop> Track(const VectorPcm& pcm, HopRange range) {
  const auto hops = TrackPitch(pcm, range);
  EXPECT_TRUE(hops.ok());
  return *hops;
}

TEST(PitchTest, VoicesFromBassToChildAreFound) {
  for (double hz : {75., 98., 131., 176., 220., 294., 370., 440.}) {
    for (int first : {1, 2}) {  // a telephone takes the fundamental away
      if (first * hz > 700) continue;
      const VectorPcm pcm = Voice(
          .6, [&](double) { return hz; }, first);
      for (const PitchHop& hop : Track(pcm, {15, 45})) {
        EXPECT_NEAR(HzOf(hop) / hz, 1, .015) << hz << " from " << first;
        EXPECT_GT(hop.voiced, .9f);
      }
    }
  }
}

TEST(PitchTest, AGlideIsFollowed) {
  const VectorPcm pcm = Voice(1, [](double t) { return 120 * std::exp2(t); });
  const auto hops = Track(pcm, {10, 90});
  for (int64_t h = 10; h < 90; ++h) {
    EXPECT_NEAR(hops[h - 10].octaves,
                std::log2(1.2) + static_cast<double>(h) / 100, .03)
        << h;
  }
}

TEST(PitchTest, NoiseAndSilenceHaveNone) {
  VectorPcm noise;
  noise.samples.assign(32000, 0);
  for (const PitchHop& hop : Track(noise, {0, 200})) EXPECT_EQ(hop.voiced, 0);
  AddNoise(.1, &noise);
  double voiced = 0;
  for (const PitchHop& hop : Track(noise, {0, 200})) voiced += hop.voiced;
  EXPECT_LT(voiced / 200, .05);
}

TEST(PitchTest, NoiseUnderAVoiceDoesNotHideIt) {
  VectorPcm pcm = Voice(.6, [](double) { return 150.; });
  AddNoise(.03, &pcm);
  for (const PitchHop& hop : Track(pcm, {15, 45})) {
    EXPECT_NEAR(HzOf(hop), 150, 5);
    EXPECT_GT(hop.voiced, .5f);
  }
}

TEST(PitchTest, AHopIsTheSameWhateverTheRangeAndWhateverIsFar) {
  VectorPcm pcm = Voice(1, [](double t) { return 100 + 80 * t; });
  const auto all = Track(pcm, {-5, 105});
  const auto some = Track(pcm, {40, 60});
  for (int64_t h = 40; h < 60; ++h) {
    EXPECT_EQ(all[h + 5].octaves, some[h - 40].octaves);
  }
  for (int64_t i = 0; i < pcm.size_samples(); ++i) {
    if (std::abs(i - 50 * kHopSamples) > kPitchReachSamples) {
      pcm.samples[i] = .3f;
    }
  }
  EXPECT_EQ(Track(pcm, {50, 51})[0].octaves, some[10].octaves);
}

}  // namespace
}  // namespace longtake::worker
