// Which of several finds is the face, as a table: no network is asked.

#include "worker/engine/identity/face_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

constexpr int kSide = 400;

// A face of `size` pixels whose box begins at (x, y); eyes half as far apart.
FoundFace FaceAt(float x, float y, float size, float score = 0.9f) {
  FoundFace face;
  face.box = {x, y, size, size, score};
  face.landmarks.fill({x + size / 2, y + size / 2});
  face.iod_px = size / 2;
  return face;
}

StatusOr<FoundFace> Choose(std::vector<FoundFace> found,
                           const FaceChoice& choice = {}) {
  return ChooseFace(std::move(found), Image(kSide, kSide), "p.jpg", choice);
}

TEST(FaceChoiceTest, TheLargestComesFirst) {
  const std::vector<FoundFace> found = {FaceAt(0, 0, 50), FaceAt(100, 0, 80),
                                        FaceAt(200, 0, 60)};
  for (const auto& [number, x] :
       {std::pair{0, 100.f}, {1, 100.f}, {2, 200.f}, {3, 0.f}}) {
    const auto face = Choose(found, {.number = number});
    ASSERT_TRUE(face.ok()) << face.status();
    EXPECT_EQ(face->box.x, x) << number;
    EXPECT_EQ(face->faces, 3);
  }
  EXPECT_THAT(Message(Choose(found, {.number = 4}).status()),
              HasSubstr("face 4 was asked for, the picture has 3: give 1 (the "
                        "largest) to 3"));
}

// Of equals the upper one, then the one further left.
TEST(FaceChoiceTest, EqualFacesHaveAnOrderToo) {
  const std::vector<FoundFace> found = {
      FaceAt(200, 90, 60), FaceAt(300, 10, 60), FaceAt(100, 10, 60)};
  EXPECT_EQ(Choose(found, {.number = 1})->box.x, 100);
  EXPECT_EQ(Choose(found, {.number = 2})->box.x, 300);
  EXPECT_EQ(Choose(found, {.number = 3})->box.x, 200);
}

TEST(FaceChoiceTest, WhatIsMuchLessSureIsNoFace) {
  const auto face =
      Choose({FaceAt(0, 0, 90, 0.6f), FaceAt(100, 0, 50, 0.9f)}, {.number = 1});
  ASSERT_TRUE(face.ok()) << face.status();
  EXPECT_EQ(face->box.x, 100);
  EXPECT_EQ(face->faces, 1);
}

TEST(FaceChoiceTest, AsManyAsTheLimitAreTaken) {
  const std::vector<FoundFace> two = {FaceAt(0, 0, 50), FaceAt(100, 0, 80)};
  EXPECT_TRUE(Choose(two, {.max_faces = 2}).ok());
  EXPECT_TRUE(Choose(two, {.max_faces = 0}).ok());
  EXPECT_THAT(Message(Choose(two, {.max_faces = 1}).status()),
              HasSubstr("2 faces found, the limit is 1 (faces)"));
}

TEST(FaceChoiceTest, AFaceMayTouchEachEdgeAndNotGoBeyond) {
  constexpr float kIod = 40, kJustIn = 0.24f * kIod, kOut = 0.26f * kIod;
  const auto with = [](float x, float y) {
    FoundFace face = FaceAt(100, 100, 2 * kIod);
    face.landmarks[8] = {x, y};  // the chin
    return Choose({face});
  };
  constexpr float kEnd = kSide - 1, kMiddle = kSide / 2.f;
  EXPECT_TRUE(with(-kJustIn, kMiddle).ok());
  EXPECT_TRUE(with(kEnd + kJustIn, kMiddle).ok());
  EXPECT_TRUE(with(kMiddle, -kJustIn).ok());
  EXPECT_TRUE(with(kMiddle, kEnd + kJustIn).ok());
  for (const auto& [x, y] : {std::pair{-kOut, kMiddle},
                             {kEnd + kOut, kMiddle},
                             {kMiddle, -kOut},
                             {kMiddle, kEnd + kOut}}) {
    EXPECT_THAT(Message(with(x, y).status()),
                HasSubstr("cut off by the picture's edge"))
        << x << " " << y;
  }
}

TEST(FaceChoiceTest, FifteenPixelsBetweenTheEyesAreEnough) {
  EXPECT_TRUE(Choose({FaceAt(100, 100, 2 * kFaceMinIodPx)}).ok());
  EXPECT_THAT(
      Message(Choose({FaceAt(100, 100, 2 * kFaceMinIodPx - 2)}).status()),
      HasSubstr("the face is too small (14 pixels between the eyes, need 15"));
}

}  // namespace
}  // namespace longtake::worker
