#include "tools/motion_model/own/mouth_measures.h"

#include <gtest/gtest.h>

#include <cmath>

namespace longtake::own {
namespace {

using worker::FaceLandmarks;
using worker::Vec2;

// Eyes 2 apart about the origin; distances below are in halves of that.
FaceLandmarks Face() {
  FaceLandmarks points{};
  for (size_t i = 36; i < 42; ++i) points[i] = {-1, 0};
  for (size_t i = 42; i < 48; ++i) points[i] = {1, 0};
  points[30] = {.2f, 1};
  for (size_t i = 31; i < 36; ++i) points[i] = {0, 1.4f};
  for (size_t i = 6; i < 11; ++i) points[i] = {0, 3.6f};
  points[48] = {-.8f, 2.2f};
  points[54] = {.8f, 2.2f};
  for (size_t i = 61; i < 64; ++i) points[i] = {0, 2.1f};
  for (size_t i = 65; i < 68; ++i) points[i] = {0, 2.4f};
  return points;
}

// Turned in the picture, grown and moved.
FaceLandmarks Moved(FaceLandmarks points, float roll, float scale) {
  for (Vec2& p : points) {
    p = {400 + scale * (p.x * std::cos(roll) - p.y * std::sin(roll)),
         300 + scale * (p.x * std::sin(roll) + p.y * std::cos(roll))};
  }
  return points;
}

TEST(MouthMeasuresTest, AreInDistancesBetweenTheEyesOnTheFacesOwnAxes) {
  for (const float roll : {0.f, -.5f, .3f}) {
    for (const float scale : {10.f, 70.f}) {
      const MouthMeasures m = MeasureMouth(Moved(Face(), roll, scale));
      EXPECT_NEAR(m.opening, .15, 1e-4) << roll;
      EXPECT_NEAR(m.lower, 1.8 + .5 * 1.2 + .5 * 1.1, 1e-4) << roll;
      EXPECT_NEAR(m.width, .8, 1e-4) << roll;
      EXPECT_NEAR(m.turn, .1, 1e-4) << roll;
      EXPECT_NEAR(m.nod, .7, 1e-4) << roll;
    }
  }
}

}  // namespace
}  // namespace longtake::own
