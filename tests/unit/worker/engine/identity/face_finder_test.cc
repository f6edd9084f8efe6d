#include "worker/engine/identity/face_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "tests/unit/worker/engine/identity/pictures.h"
#include "worker/engine/identity/resample.h"

namespace longtake::worker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FaceFinderTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = FaceNetworks::Load(ModelDir());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    networks_ = std::move(*loaded).release();
  }
  static void TearDownTestSuite() {
    delete networks_;
    networks_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(networks_, nullptr); }

  StatusOr<FoundFace> Find(const Image& picture,
                           const FaceChoice& choice = {}) {
    warnings_.clear();
    return FindFace(*networks_, picture, "p.jpg", &warnings_, choice);
  }

  static FaceNetworks* networks_;
  std::vector<std::string> warnings_;
};
FaceNetworks* FaceFinderTest::networks_ = nullptr;

// The demo portrait at `scale`, its corner at (x, y) of a grey picture.
Image Astronaut(double scale, int x, int y, int width, int height) {
  const Image source = ReadAstronaut();
  const int side = static_cast<int>(512 * scale);
  const Image small = ScaleAndShift(source, scale, 0, 0, side, side);
  Image out = FlatPicture(width, height, 120);
  for (int row = 0; row < side; ++row) {
    std::copy_n(&small.rgb[static_cast<size_t>(row) * side * 3], side * 3,
                &out.rgb[(static_cast<size_t>(y + row) * width + x) * 3]);
  }
  return out;
}

Image MirrorOf(const Image& image) {
  Image out(image.width, image.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      std::copy_n(&image.rgb[(static_cast<size_t>(y) * image.width + x) * 3], 3,
                  &out.rgb[(static_cast<size_t>(y) * image.width + image.width -
                            1 - x) *
                           3]);
    }
  }
  return out;
}

TEST_F(FaceFinderTest, FindsTheDemoPortraitWithoutWarnings) {
  auto face = Find(ReadAstronaut());
  ASSERT_TRUE(face.ok()) << face.status();
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_EQ(face->faces, 1);
  EXPECT_GT(face->box.score, 0.9f);
  // Irises (centres of their darkness) and mouth corners, measured by hand.
  EXPECT_NEAR(EyeCentre(face->landmarks, true).x, 202.1f, 2.f);
  EXPECT_NEAR(EyeCentre(face->landmarks, true).y, 99.7f, 2.f);
  EXPECT_NEAR(EyeCentre(face->landmarks, false).x, 247.5f, 2.f);
  EXPECT_NEAR(EyeCentre(face->landmarks, false).y, 102.f, 2.f);
  EXPECT_NEAR(face->landmarks[48].x, 203.f, 3.f);
  EXPECT_NEAR(face->landmarks[54].x, 246.f, 3.f);
  EXPECT_NEAR(face->iod_px, 42.9f, 1.f);
}

TEST_F(FaceFinderTest, MirroredPictureGivesMirroredLandmarks) {
  const Image picture = ReadAstronaut();
  auto face = Find(picture);
  auto reflected = Find(MirrorOf(picture));
  ASSERT_TRUE(face.ok() && reflected.ok());
  const float width = static_cast<float>(picture.width);
  // The network alone is off by 0.026 IOD between the two, always to one side.
  for (const auto& [a, b] : {std::pair<size_t, size_t>{36, 45},
                             {39, 42},
                             {48, 54},
                             {8, 8},
                             {30, 30},
                             {0, 16}}) {
    EXPECT_NEAR(face->landmarks[a].x, width - 1 - reflected->landmarks[b].x,
                0.02f * face->iod_px)
        << a;
    EXPECT_NEAR(face->landmarks[a].y, reflected->landmarks[b].y,
                0.02f * face->iod_px)
        << a;
  }
}

TEST_F(FaceFinderTest, SamePictureGivesTheSameBits) {
  const Image picture = ReadAstronaut();
  auto a = Find(picture);
  auto b = Find(picture);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->box, b->box);
  EXPECT_EQ(a->descriptor, b->descriptor);
  EXPECT_EQ(std::memcmp(&a->landmarks, &b->landmarks, sizeof a->landmarks), 0);
}

TEST_F(FaceFinderTest, SmallFaceInALargePictureIsFoundWithAWarning) {
  auto face = Find(Astronaut(0.5, 900, 500, 1600, 900));
  ASSERT_TRUE(face.ok()) << face.status();
  EXPECT_NEAR(face->iod_px, 21.5f, 1.f);
  EXPECT_NEAR(EyeCentre(face->landmarks, true).x, 900 + 202.1f / 2, 2.f);
  EXPECT_NEAR(EyeCentre(face->landmarks, true).y, 500 + 99.7f / 2, 2.f);
  EXPECT_THAT(warnings_,
              ElementsAre(AllOf(HasSubstr("portrait p.jpg: the face is small"),
                                HasSubstr("better 30"))));
}

TEST_F(FaceFinderTest, FaceThatFillsThePictureIsFound) {
  const Image picture =
      ScaleAndShift(ReadAstronaut(), 6, -165 * 6, -65 * 6, 720, 720);
  auto face = Find(picture);
  ASSERT_TRUE(face.ok()) << face.status();
  EXPECT_NEAR(face->iod_px, 42.9f * 6, 8.f);
}

TEST_F(FaceFinderTest, FaceBelowFifteenPixelsIsRefused) {
  auto face = Find(Astronaut(0.25, 10, 20, 200, 180));
  EXPECT_EQ(face.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(face.status()),
              AllOf(HasSubstr("decode portrait p.jpg: the face is too small"),
                    HasSubstr("need 15")));
}

// The larger of two on the left.
Image TwoFaces() {
  Image picture = Astronaut(1, 0, 0, 1000, 512);
  const Image smaller = Astronaut(0.8, 530, 0, 1000, 512);
  for (int y = 0; y < 512; ++y) {
    std::copy_n(&smaller.rgb[(static_cast<size_t>(y) * 1000 + 530) * 3],
                470 * 3,
                &picture.rgb[(static_cast<size_t>(y) * 1000 + 530) * 3]);
  }
  return picture;
}

TEST_F(FaceFinderTest, OfSeveralFacesTheLargestIsTakenWithAWarning) {
  auto face = Find(TwoFaces());
  ASSERT_TRUE(face.ok()) << face.status();
  EXPECT_EQ(face->faces, 2);
  EXPECT_LT(face->box.x, 300.f);
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("2 faces found"),
                                           HasSubstr("--face 2"))));
}

TEST_F(FaceFinderTest, AFaceIsChosenByItsPlaceAmongThemBySize) {
  const Image picture = TwoFaces();
  auto unchosen = Find(picture);
  auto first = Find(picture, {.number = 1});
  ASSERT_TRUE(unchosen.ok() && first.ok());
  EXPECT_EQ(first->box, unchosen->box);
  EXPECT_THAT(warnings_, IsEmpty());
  auto second = Find(picture, {.number = 2});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GT(second->box.x, 530.f);
  EXPECT_LT(second->iod_px, first->iod_px);
  EXPECT_THAT(warnings_, IsEmpty());
  auto third = Find(picture, {.number = 3});
  EXPECT_EQ(third.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(third.status()),
            "decode portrait p.jpg: face 3 was asked for, the picture has 2: "
            "give 1 (the largest) to 2");
}

TEST_F(FaceFinderTest, MoreFacesThanTheLimitAreRefused) {
  const Image picture = TwoFaces();
  EXPECT_TRUE(Find(picture, {.max_faces = 2}).ok());
  EXPECT_THAT(Message(Find(picture, {.max_faces = 1}).status()),
              HasSubstr("2 faces found, the limit is 1 (faces): crop"));
}

TEST_F(FaceFinderTest, AFaceThatThePictureCutsOffIsRefused) {
  // From the middle of the chin up; without the left cheek.
  for (const Image& picture :
       {ScaleAndShift(ReadAstronaut(), 1, 0, 0, 512, 150),
        ScaleAndShift(ReadAstronaut(), 1, -190, 0, 322, 512)}) {
    EXPECT_THAT(Message(Find(picture).status()),
                HasSubstr("the face is cut off by the picture's edge: give"));
  }
}

TEST_F(FaceFinderTest, PicturesWithoutAFaceGetOneClearLine) {
  for (const Image& picture :
       {NoisePicture(400, 300), FlatPicture(256, 512, 200),
        // The space suit below the face.
        ScaleAndShift(ReadAstronaut(), 1, 0, -230, 512, 282)}) {
    auto face = Find(picture);
    ASSERT_FALSE(face.ok());
    EXPECT_EQ(face.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(
        Message(face.status()),
        AllOf(HasSubstr("decode portrait p.jpg: no face found (best score 0."),
              HasSubstr("need 0.5): give a picture with one clearly visible")));
  }
}

// The detector finds upside-down faces too; the landmarks would be nonsense.
TEST_F(FaceFinderTest, UpsideDownFaceIsRefusedWithTheRemedy) {
  Image picture = MirrorOf(ReadAstronaut());
  const size_t line = static_cast<size_t>(picture.width) * 3;
  for (int y = 0; y < picture.height / 2; ++y) {
    std::swap_ranges(
        picture.rgb.begin() + static_cast<ptrdiff_t>(y * line),
        picture.rgb.begin() + static_cast<ptrdiff_t>((y + 1) * line),
        picture.rgb.end() - static_cast<ptrdiff_t>((y + 1) * line));
  }
  auto face = Find(picture);
  ASSERT_EQ(face.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(face.status()),
              HasSubstr("decode portrait p.jpg: no upright face found: turn"));
}

TEST_F(FaceFinderTest, EmptyPictureIsRefused) {
  EXPECT_EQ(Find(Image()).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
