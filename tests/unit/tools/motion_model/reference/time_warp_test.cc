#include "tools/motion_model/reference/time_warp.h"

#include <gmock/gmock.h>

namespace longtake::reference {
namespace {

using ::testing::ElementsAre;

TEST(TimeWarpTest, EqualSequencesMapOntoThemselves) {
  const std::vector<float> x = {0, 1, 5, 2};
  EXPECT_THAT(WarpOnto({x, 1}, {x, 1}, 0.1f), ElementsAre(0, 1, 2, 3));
}

TEST(TimeWarpTest, WhatIsSaidSlowlyFallsOnOneRow) {
  const std::vector<float> slow = {0, 5, 5, 5, 9};
  const std::vector<float> fast = {0, 5, 9};
  EXPECT_THAT(WarpOnto({slow, 1}, {fast, 1}, 0.1f), ElementsAre(0, 1, 1, 1, 2));
  // The other way round, a row takes the last of its partners.
  EXPECT_THAT(WarpOnto({fast, 1}, {slow, 1}, 0.1f), ElementsAre(0, 3, 4));
}

TEST(TimeWarpTest, UsesAllOfARow) {
  const std::vector<float> a = {0, 0, 0, 9, 9, 9};
  const std::vector<float> b = {0, 0, 0, 9, 0, 9, 9, 9};
  EXPECT_THAT(WarpOnto({a, 2}, {b, 2}, 0.1f), ElementsAre(0, 2, 3));
}

TEST(TimeWarpTest, ACostlyStepKeepsToTheDiagonal) {
  const std::vector<float> a = {0, 1, 1, 2};
  const std::vector<float> b = {0, 0, 1, 2};
  EXPECT_THAT(WarpOnto({a, 1}, {b, 1}, 0.0f), ElementsAre(1, 2, 2, 3));
  EXPECT_THAT(WarpOnto({a, 1}, {b, 1}, 10.0f), ElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace longtake::reference
