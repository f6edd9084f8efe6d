#include "worker/engine/rig/numerics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

// Reference values in this file come from scipy 1.10 and numpy 1.24.
TEST(MonotoneCubicTest, AgreesWithTheReference) {
  const MonotoneCubic f({-1, -.4, .1, .5, 1}, {0, .2, .25, .1, 0});
  EXPECT_NEAR(f(-.8), 0.086066784, 1e-8);
  EXPECT_NEAR(f(-.1), 0.239666055, 1e-8);
  EXPECT_NEAR(f(.3), 0.188192182, 1e-8);
  EXPECT_NEAR(f(.9), 0.012756279, 1e-8);
  EXPECT_NEAR(f(1.1), -0.007532248, 1e-8);  // its last piece, extrapolated
}

TEST(MonotoneCubicTest, DoesNotOvershootAtATurningPoint) {
  const MonotoneCubic f({0, 1, 2}, {0, 1, 0});
  for (double x = 0; x <= 2; x += .01) {
    EXPECT_GE(f(x), 0);
    EXPECT_LE(f(x), 1);
  }
}

TEST(GaussianSmoothTest, AgreesWithTheReferenceAtReflectedEnds) {
  const std::vector<double> v = {0, 1, 5, 2, 0, 3};
  EXPECT_THAT(
      GaussianSmooth(v, 1.5),
      Pointwise(DoubleNear(1e-12),
                {1.1397897353304218, 1.6513987983465808, 2.112594391621667,
                 2.146090701521431, 1.996075619870382, 1.954050753309518}));
}

TEST(GaussianTest, TheRasterFilterAgreesWithTheOneOnVectors) {
  const std::vector<double> v = {0, 1, 5, 2, 0, 3};
  const cv::Mat1f row = cv::Mat1f(std::vector<float>(v.begin(), v.end())).t();
  const cv::Mat1f along = Gaussian(row, 0, 1.5);
  const cv::Mat1f across = Gaussian(row.t(), 1.5, 0);
  const std::vector<double> expected = GaussianSmooth(v, 1.5);
  for (int i = 0; i < 6; ++i) {
    EXPECT_NEAR(along(0, i), expected[i], 1e-6);
    EXPECT_NEAR(across(i, 0), expected[i], 1e-6);
  }
}

TEST(PercentileTest, InterpolatesBetweenOrderStatistics) {
  EXPECT_DOUBLE_EQ(Percentile({3, 1, 4, 1, 5, 9}, 45), 3.25);
  EXPECT_DOUBLE_EQ(Median({4, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(Median({}), 0);
}

TEST(InterpolateTest, IsConstantOutside) {
  const std::vector<double> xs = {0, 1, 3}, ys = {5, 7, 1};
  EXPECT_DOUBLE_EQ(Interpolate(xs, ys, -2), 5);
  EXPECT_DOUBLE_EQ(Interpolate(xs, ys, 2), 4);
  EXPECT_DOUBLE_EQ(Interpolate(xs, ys, 9), 1);
  EXPECT_DOUBLE_EQ(InterpolateUniform(-1, 1, ys, -.5), 6);
  EXPECT_DOUBLE_EQ(InterpolateUniform(-1, 1, ys, 4), 1);
}

TEST(MakeIncreasingTest, UnfoldsBetweenFixedEnds) {
  std::vector<double> xs = {-1, .9, .2, .95, 1};
  MakeIncreasing(&xs, .1);
  EXPECT_DOUBLE_EQ(xs.front(), -1);
  EXPECT_DOUBLE_EQ(xs.back(), 1);
  for (size_t i = 1; i < xs.size(); ++i) {
    EXPECT_GE(xs[i] - xs[i - 1], .1 - 1e-12);
  }
}

TEST(CheapestPathTest, FollowsTheValleyAndPaysForSteps) {
  cv::Mat1d cost(5, 4, 1.0);
  cost(1, 0) = cost(2, 1) = cost(4, 2) = cost(3, 3) = 0;
  EXPECT_THAT(CheapestPath(cost, .01), ElementsAre(1, 2, 4, 3));
  // Steps too dear: stay in one row that is free once.
  const std::vector<int> flat = CheapestPath(cost, 100);
  EXPECT_THAT(flat, testing::Each(flat[0]));
}

TEST(FillOutwardTest, KeepsTheKnownAndFillsTheRestFromIt) {
  cv::Mat3f source(9, 9, cv::Vec3f(10, 20, 30));
  source(4, 4) = cv::Vec3f(200, 200, 200);  // unknown: must not leak
  cv::Mat1f known(9, 9, 1.f);
  known(4, 4) = 0;
  const double sigmas[] = {1};
  const cv::Mat3f out = FillOutward(source, known, sigmas, 1e-3);
  EXPECT_NEAR(out(4, 4)[0], 10, 1e-3);
  EXPECT_NEAR(out(4, 4)[2], 30, 1e-3);
  EXPECT_EQ(out(0, 0), cv::Vec3f(10, 20, 30));
}

}  // namespace
}  // namespace longtake::worker
