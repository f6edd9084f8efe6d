#include "worker/engine/motion/smoothing.h"

#include <gtest/gtest.h>

#include <numeric>

namespace longtake::worker {
namespace {

TEST(SmoothingTest, KernelSumsToOneAndIsSymmetric) {
  for (double sigma : {0.1, 0.5, 1.0, 3.7, 36.0}) {
    const FirKernel k = GaussianKernel(sigma);
    EXPECT_NEAR(std::accumulate(k.taps.begin(), k.taps.end(), 0.0), 1, 1e-12);
    ASSERT_EQ(k.taps.size() % 2, 1u);
    for (size_t i = 0; i < k.taps.size(); ++i) {
      EXPECT_EQ(k.taps[i], k.taps[k.taps.size() - 1 - i]);
    }
  }
}

TEST(SmoothingTest, TimeConstantScalesWithTheRate) {
  EXPECT_EQ(GaussianKernel(int64_t{100000}, FrameRate{30, 1}).radius(), 8);
  EXPECT_EQ(GaussianKernel(int64_t{100000}, FrameRate{60, 1}).radius(), 15);
  EXPECT_EQ(GaussianKernel(int64_t{100000}, FrameRate{1, 1}).radius(), 1);
}

TEST(SmoothingTest, ConvolveKeepsWhatIsWhollyCovered) {
  const FirKernel k{{0.25, 0.5, 0.25}};
  EXPECT_EQ(Convolve({0, 0, 4, 0, 8}, k), (std::vector<double>{1, 2, 3}));
  EXPECT_TRUE(Convolve({1, 2}, k).empty());
}

TEST(SmoothingTest, QuinticStepEasesBothEnds) {
  EXPECT_EQ(SmoothStep5(-1), 0);
  EXPECT_EQ(SmoothStep5(0.5), 0.5);
  EXPECT_EQ(SmoothStep5(2), 1);
  EXPECT_LT(SmoothStep5(0.01), 2e-5);
}

}  // namespace
}  // namespace longtake::worker
