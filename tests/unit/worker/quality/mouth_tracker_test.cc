#include "worker/quality/mouth_tracker.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/worker/engine/identity/pictures.h"
#include "worker/engine/identity/resample.h"

namespace longtake::worker {
namespace {

// Eyes 100 apart, inner lips `gap` apart, turned by `angle` radians.
FaceLandmarks Face(float gap, float angle = 0) {
  FaceLandmarks points{};
  for (size_t i = 36; i < 42; ++i) points[i] = {-50, 0};
  for (size_t i = 42; i < 48; ++i) points[i] = {50, 0};
  const float y = 110;
  points[61] = {-10, y};
  points[62] = {0, y};
  points[63] = {10, y};
  points[67] = {-10, y + gap};
  points[66] = {0, y + gap};
  points[65] = {10, y + gap};
  for (Vec2& p : points) {
    p = {p.x * std::cos(angle) - p.y * std::sin(angle),
         p.x * std::sin(angle) + p.y * std::cos(angle)};
  }
  return points;
}

TEST(LipOpeningTest, IsInDistancesBetweenTheEyes) {
  EXPECT_NEAR(LipOpening(Face(0)), 0, 1e-6);
  EXPECT_NEAR(LipOpening(Face(12)), 0.12, 1e-6);
  EXPECT_NEAR(LipOpening(Face(-1)), -0.01, 1e-6);
  EXPECT_EQ(LipOpening(FaceLandmarks{}), 0);
}

TEST(LipOpeningTest, DoesNotDependOnTheHeadsRoll) {
  for (const float angle : {-0.6f, 0.3f, 1.2f}) {
    EXPECT_NEAR(LipOpening(Face(12, angle)), 0.12, 1e-5) << angle;
  }
}

class MouthTrackerTest : public testing::Test {
 protected:
  void SetUp() override {
    networks_ = *FaceNetworks::Load(ModelDir());
    picture_ = ReadAstronaut();
    auto face = FindFace(*networks_, picture_, "astronaut", nullptr);
    ASSERT_TRUE(face.ok()) << face.status();
    face_ = *face;
  }
  Image Moved(double dx, double dy) const {
    return ScaleAndShift(picture_, 1, dx, dy, picture_.width, picture_.height);
  }

  std::unique_ptr<FaceNetworks> networks_;
  Image picture_;
  FoundFace face_;
};

TEST_F(MouthTrackerTest, OneFaceHasOneOpeningWhereverItGoes) {
  MouthTracker tracker(*networks_, face_);
  const auto first = tracker.Next(picture_);
  ASSERT_TRUE(first.ok() && first->has_value());
  // Smiles, with teeth.
  EXPECT_GT(**first, 0.08);
  EXPECT_LT(**first, 0.25);
  for (int i = 1; i <= 10; ++i) {
    const auto moved = tracker.Next(Moved(4. * i, 2. * i));
    ASSERT_TRUE(moved.ok() && moved->has_value()) << i;
    EXPECT_NEAR(**moved, **first, 0.025) << i;
  }
}

TEST_F(MouthTrackerTest, AfterACutTheFaceIsSoughtAgain) {
  MouthTracker tracker(*networks_, face_);
  const auto first = tracker.Next(picture_);
  ASSERT_TRUE(first.ok() && first->has_value());
  const auto cut = tracker.Next(Moved(-120, 90));
  ASSERT_TRUE(cut.ok() && cut->has_value());
  EXPECT_NEAR(**cut, **first, 0.03);
}

TEST_F(MouthTrackerTest, WhereNoFaceIsThereIsNoMouth) {
  MouthTracker tracker(*networks_, face_);
  for (int i = 0; i < 3; ++i) {
    const auto none = tracker.Next(FlatPicture(512, 512, 90));
    ASSERT_TRUE(none.ok());
    EXPECT_FALSE(none->has_value()) << i;
  }
  // It is found again within a second.
  bool found = false;
  for (int i = 0; i < 30 && !found; ++i) {
    found = tracker.Next(picture_)->has_value();
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace longtake::worker
