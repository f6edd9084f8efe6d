// What is warned of in a sound's levels, at the edges of each rule.

#include "worker/task/pcm_levels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kHalfMinute = 30 * kAnalysisSampleRateHz;

// Samples in memory, zeros around them.
class Samples : public PcmReader {
 public:
  explicit Samples(std::vector<float> samples) : samples_(std::move(samples)) {}
  int64_t size_samples() const override { return std::ssize(samples_); }
  Status Read(int64_t first, std::span<float> out) const override {
    for (size_t i = 0; i < out.size(); ++i) {
      const int64_t at = first + static_cast<int64_t>(i);
      out[i] = at >= 0 && at < size_samples()
                   ? samples_[static_cast<size_t>(at)]
                   : 0.f;
    }
    return OkStatus();
  }

 private:
  const std::vector<float> samples_;
};

// `level` throughout.
std::vector<float> Level(float level, int64_t samples = 20000) {
  return std::vector<float>(static_cast<size_t>(samples), level);
}

// `run` samples of `value` at each of `places`.
std::vector<float> With(std::vector<float> samples,
                        const std::vector<int64_t>& places, int run,
                        float value) {
  for (const int64_t place : places) {
    std::fill_n(samples.begin() + place, run, value);
  }
  return samples;
}

std::vector<std::string> WarningsOf(std::vector<float> samples) {
  return WarnAboutLevels(Samples(std::move(samples)), "a.wav").value();
}

TEST(PcmLevelsTest, SilentQuietAndHeard) {
  EXPECT_THAT(WarningsOf(Level(0.0004f)), ElementsAre(HasSubstr("is silent")));
  EXPECT_THAT(WarningsOf(Level(-0.0004f)), ElementsAre(HasSubstr("is silent")));
  EXPECT_THAT(WarningsOf(Level(-0.0006f)),
              ElementsAre(HasSubstr("very quiet (peak -64 dB)")));
  EXPECT_THAT(WarningsOf(Level(0.009f)),
              ElementsAre(HasSubstr("very quiet (peak -41 dB)")));
  EXPECT_THAT(WarningsOf(Level(-0.011f)), IsEmpty());
}

TEST(PcmLevelsTest, TheLastSampleCounts) {
  for (const int64_t samples : {1, 8191, 8192, 8193, 20000}) {
    EXPECT_THAT(WarningsOf(With(Level(0, samples), {samples - 1}, 1, 0.5f)),
                IsEmpty())
        << samples;
  }
}

// A clean recording touches full scale for a sample or two.
TEST(PcmLevelsTest, ClippingIsThreeSamplesAtFullScale) {
  const std::vector<int64_t> places = {100, 5000, 8190, 15000};
  for (const float full : {1.f, -1.f}) {
    EXPECT_THAT(WarningsOf(With(Level(0.5f), places, 2, full)), IsEmpty());
    EXPECT_THAT(WarningsOf(With(Level(0.5f), places, 3, full)),
                ElementsAre(HasSubstr("is clipped in 4 places")));
    EXPECT_THAT(WarningsOf(With(Level(0.5f), places, 300, full)),
                ElementsAre(HasSubstr("is clipped in 4 places")));
  }
}

TEST(PcmLevelsTest, OneClippedPlaceInHalfAMinuteIsNothing) {
  EXPECT_THAT(WarningsOf(With(Level(0.5f, kHalfMinute), {77}, 5, 1.f)),
              IsEmpty());
  EXPECT_THAT(WarningsOf(With(Level(0.5f, kHalfMinute - 1), {77}, 5, 1.f)),
              ElementsAre(HasSubstr("is clipped in 1 places")));
}

}  // namespace
}  // namespace longtake::worker
