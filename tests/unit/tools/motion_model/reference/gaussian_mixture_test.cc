#include "tools/motion_model/reference/gaussian_mixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace longtake::reference {
namespace {

Feature Filled(float value) {
  Feature f;
  f.fill(value);
  return f;
}

std::vector<const Feature*> Pointers(const std::vector<Feature>& frames) {
  std::vector<const Feature*> out;
  for (const Feature& f : frames) out.push_back(&f);
  return out;
}

// `count` frames evenly spread over centre - 1 to centre + 1 in dimension 0,
// which has mean `centre` and variance near 1/3.
std::vector<Feature> Cloud(float centre, int count) {
  std::vector<Feature> frames(count, Filled(0));
  for (int i = 0; i < count; ++i) {
    frames[i][0] =
        centre - 1 +
        2 * (static_cast<float>(i) + 0.5f) / static_cast<float>(count);
  }
  return frames;
}

float LogDensityOf(const GaussianMixture& mixture, const Feature& frame) {
  float out = 0;
  mixture.LogDensities({&frame, 1}, {&out, 1});
  return out;
}

TEST(GaussianMixtureTest, FitsMeanAndVariance) {
  const auto frames = Cloud(3, 10000);
  const auto mixture = GaussianMixture::Fit(Pointers(frames), Filled(1));
  ASSERT_EQ(mixture.size(), 1);
  EXPECT_NEAR(mixture.mean(0)[0], 3, 1e-3);
  EXPECT_NEAR(mixture.variance(0)[0], 1.0 / 3, 2e-3);
}

TEST(GaussianMixtureTest, FewFramesLeanOnThePrior) {
  const auto frames = Cloud(3, 10);
  const auto mixture = GaussianMixture::Fit(Pointers(frames), Filled(1));
  EXPECT_NEAR(mixture.variance(0)[0], (0.33 * 10 + 1.0 * 10) / 20, 5e-3);
  const auto none = GaussianMixture::Fit({}, Filled(2));
  EXPECT_EQ(none.mean(0)[0], 0);
  EXPECT_FLOAT_EQ(none.variance(0)[0], 2);
}

TEST(GaussianMixtureTest, TheDensityIsTheGaussians) {
  const GaussianMixture mixture(Filled(4));
  Feature frame = Filled(0);
  frame[5] = 2;
  const double expected =
      -0.5 * kFeatures * std::log(2 * std::numbers::pi * 4) - 0.5 * 4.0 / 4;
  EXPECT_NEAR(LogDensityOf(mixture, frame), expected, 1e-3);
}

TEST(GaussianMixtureTest, UpdatesFindTwoCloudsWithTheirShares) {
  std::vector<Feature> frames = Cloud(-4, 900);
  for (const Feature& f : Cloud(4, 300)) frames.push_back(f);
  auto mixture = GaussianMixture::Fit(Pointers(frames), Filled(0.3f));
  mixture.Split(2);
  ASSERT_EQ(mixture.size(), 2);
  for (int i = 0; i < 20; ++i) mixture.Update(Pointers(frames), Filled(0.3f));
  ASSERT_EQ(mixture.size(), 2);
  const int low = mixture.mean(0)[0] < mixture.mean(1)[0] ? 0 : 1;
  EXPECT_NEAR(mixture.mean(low)[0], -4, 0.05);
  EXPECT_NEAR(mixture.mean(1 - low)[0], 4, 0.05);
  EXPECT_NEAR(mixture.weight(low), 0.75, 0.01);
}

TEST(GaussianMixtureTest, AnUpdateNeverMakesTheFramesLessLikely) {
  std::vector<Feature> frames = Cloud(-1, 400);
  for (const Feature& f : Cloud(2, 200)) frames.push_back(f);
  auto mixture = GaussianMixture::Fit(Pointers(frames), Filled(0.01f));
  mixture.Split(2);
  const auto total = [&] {
    std::vector<float> logs(frames.size());
    mixture.LogDensities(frames, logs);
    double sum = 0;
    for (const float l : logs) sum += l;
    return sum;
  };
  // Rounding, and the prior's pull.
  const double slack = 1e-2 * static_cast<double>(frames.size());
  double before = total();
  for (int i = 0; i < 8; ++i) {
    mixture.Update(Pointers(frames), Filled(0.01f));
    const double after = total();
    EXPECT_GE(after, before - slack);
    before = after;
  }
}

TEST(GaussianMixtureTest, SplitsTheHeaviestUpToTheLimit) {
  const auto frames = Cloud(0, 200);
  auto mixture = GaussianMixture::Fit(Pointers(frames), Filled(1));
  mixture.Split(2);
  mixture.Split(3);
  EXPECT_EQ(mixture.size(), 3);
  mixture.Split(3);
  EXPECT_EQ(mixture.size(), 3);
  double sum = 0;
  for (int i = 0; i < mixture.size(); ++i) sum += mixture.weight(i);
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(GaussianMixtureTest, AGaussianWithoutFramesIsDropped) {
  std::vector<Feature> frames = Cloud(-4, 300);
  for (const Feature& f : Cloud(4, 300)) frames.push_back(f);
  auto mixture = GaussianMixture::Fit(Pointers(frames), Filled(0.3f));
  mixture.Split(2);
  for (int i = 0; i < 20; ++i) mixture.Update(Pointers(frames), Filled(0.3f));
  const auto only_left = Cloud(-4, 300);
  mixture.Update(Pointers(only_left), Filled(0.3f));
  ASSERT_EQ(mixture.size(), 1);
  EXPECT_NEAR(mixture.mean(0)[0], -4, 0.05);
}

TEST(GaussianMixtureTest, BlocksOfFramesGiveWhatSingleFramesGive) {
  std::vector<Feature> frames = Cloud(1, 77);
  auto mixture = GaussianMixture::Fit(Pointers(frames), Filled(1));
  mixture.Split(2);
  std::vector<float> together(frames.size());
  mixture.LogDensities(frames, together);
  for (size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(together[i], LogDensityOf(mixture, frames[i])) << i;
  }
}

}  // namespace
}  // namespace longtake::reference
