// The reference figures were made with the package's own implementation
// (tfjs 4, CPU backend) on the demo portrait.

#include "worker/engine/identity/face_networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>
#include <vector>

#include "tests/unit/worker/engine/identity/pictures.h"
#include "worker/engine/identity/detector_boxes.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

constexpr float kPixels = 0.5f;
constexpr float kValues = 1e-2f;

class FaceNetworksTest : public ::testing::Test {
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

  FaceBox AstronautBox() {
    auto boxes = networks_->Detect(ReadAstronaut(), 416, 0.5f);
    EXPECT_TRUE(boxes.ok()) << boxes.status();
    EXPECT_EQ(boxes->size(), 1u);
    return boxes.ok() && !boxes->empty() ? boxes->front() : FaceBox();
  }

  static FaceNetworks* networks_;
};
FaceNetworks* FaceNetworksTest::networks_ = nullptr;

TEST_F(FaceNetworksTest, DetectorGivesTheReferenceBox) {
  const FaceBox box = AstronautBox();
  EXPECT_NEAR(box.score, 0.97547f, 1e-4);
  EXPECT_NEAR(box.x, 163.252f, 0.01);
  EXPECT_NEAR(box.y, 75.660f, 0.01);
  EXPECT_NEAR(box.width, 116.038f, 0.01);
  EXPECT_NEAR(box.height, 110.983f, 0.01);
}

TEST_F(FaceNetworksTest, DetectorAtAnotherInputSizeGivesItsReferenceBox) {
  auto boxes = networks_->Detect(ReadAstronaut(), 608, 0.1f);
  ASSERT_TRUE(boxes.ok()) << boxes.status();
  ASSERT_EQ(boxes->size(), 1u);
  EXPECT_NEAR(boxes->front().score, 0.94700f, 1e-4);
  EXPECT_NEAR(boxes->front().x, 160.433f, 0.01);
  EXPECT_NEAR(boxes->front().height, 110.068f, 0.01);
}

TEST_F(FaceNetworksTest, LandmarksAreTheReferencePoints) {
  const Image image = ReadAstronaut();
  const FaceBox box = AstronautBox();
  ASSERT_EQ(FloorRect(box, image), (PixelRect{163, 75, 116, 110}));
  auto points = networks_->Landmarks(image, box);
  ASSERT_TRUE(points.ok()) << points.status();
  const std::vector<Vec2> mouth = {
      {201.9f, 140.9f}, {209.0f, 139.4f}, {218.3f, 138.7f}, {223.0f, 139.7f},
      {227.5f, 138.7f}, {237.4f, 140.3f}, {245.1f, 142.4f}, {236.5f, 150.0f},
      {229.7f, 153.4f}, {222.6f, 154.4f}, {216.3f, 153.3f}, {209.4f, 149.6f},
      {203.0f, 141.3f}, {216.1f, 141.9f}, {223.0f, 142.4f}, {229.5f, 142.6f},
      {243.5f, 142.2f}, {229.5f, 148.2f}, {223.0f, 148.8f}, {216.7f, 148.1f}};
  for (size_t i = 0; i < mouth.size(); ++i) {
    EXPECT_NEAR((*points)[48 + i].x, mouth[i].x, kPixels) << 48 + i;
    EXPECT_NEAR((*points)[48 + i].y, mouth[i].y, kPixels) << 48 + i;
  }
  const std::vector<std::pair<size_t, Vec2>> others = {
      {0, {176.35f, 99.96f}},   {8, {221.35f, 177.54f}},
      {16, {271.57f, 106.12f}}, {27, {224.30f, 103.43f}},
      {30, {223.07f, 127.39f}}, {36, {195.23f, 99.75f}},
      {45, {253.56f, 103.69f}}};
  for (const auto& [i, at] : others) {
    EXPECT_NEAR((*points)[i].x, at.x, 0.02) << i;
    EXPECT_NEAR((*points)[i].y, at.y, 0.02) << i;
  }
}

TEST_F(FaceNetworksTest, DescriptorHasTheReferenceNormAndValues) {
  auto descriptor = networks_->Descriptor(ReadAstronaut(), AstronautBox());
  ASSERT_TRUE(descriptor.ok()) << descriptor.status();
  double sum = 0;
  for (float v : *descriptor) sum += static_cast<double>(v) * v;
  EXPECT_NEAR(std::sqrt(sum), 1.4544, kValues);
  const float first[] = {-0.04733f, 0.01401f,  -0.03224f, -0.03327f,
                         -0.15891f, -0.00336f, -0.00238f, -0.14530f};
  for (size_t i = 0; i < std::size(first); ++i) {
    EXPECT_NEAR((*descriptor)[i], first[i], 1e-4) << i;
  }
  EXPECT_EQ(DescriptorDistance(*descriptor, *descriptor), 0.f);
}

TEST_F(FaceNetworksTest, ResultsAreTheSameBitsOnEveryCallAndThread) {
  const Image image = ReadAstronaut();
  const FaceBox box = AstronautBox();
  const auto points = *networks_->Landmarks(image, box);
  const auto descriptor = *networks_->Descriptor(image, box);
  bool same = false;
  std::jthread([&] {
    same = *networks_->Detect(image, 416, 0.5f) == std::vector<FaceBox>{box} &&
           *networks_->Descriptor(image, box) == descriptor;
    const auto again = *networks_->Landmarks(image, box);
    for (size_t i = 0; i < points.size(); ++i) {
      same = same && points[i].x == again[i].x && points[i].y == again[i].y;
    }
  }).join();
  EXPECT_TRUE(same);
}

TEST_F(FaceNetworksTest, PicturesWithoutAFaceHaveNone) {
  for (const Image& image : {FlatPicture(320, 240, 128), FlatPicture(64, 64, 0),
                             NoisePicture(512, 384)}) {
    auto boxes = networks_->Detect(image, 416, 0.5f);
    ASSERT_TRUE(boxes.ok()) << boxes.status();
    EXPECT_TRUE(boxes->empty());
  }
}

TEST_F(FaceNetworksTest, ImpossibleInputsAreRefused) {
  const Image image = FlatPicture(100, 80, 9);
  for (int size : {-32, 0, 31, 417, 100000}) {
    EXPECT_EQ(networks_->Detect(image, size, 0.5f).status().code(),
              StatusCode::kInvalidArgument)
        << size;
  }
  EXPECT_FALSE(networks_->Detect(Image(), 416, 0.5f).ok());
  for (const PixelRect& crop :
       {PixelRect{0, 0, 0, 10}, PixelRect{90, 0, 11, 10},
        PixelRect{-1, 0, 10, 10}, PixelRect{0, 80, 1, 1}}) {
    auto points = networks_->Landmarks(image, crop);
    ASSERT_FALSE(points.ok());
    EXPECT_THAT(Message(points.status()), HasSubstr("100x80 picture"));
    EXPECT_FALSE(networks_->Descriptor(image, crop).ok());
  }
  EXPECT_EQ(FaceNetworks::Load("/nonexistent").status().code(),
            StatusCode::kFailedPrecondition);
}

TEST(DetectorBoxesTest, BoxesAreClippedToWholePixelsOfTheImage) {
  const Image image(100, 80);
  EXPECT_EQ(FloorRect({-5.f, 10.5f, 20.f, 30.f, 1.f}, image),
            (PixelRect{0, 10, 15, 30}));
  EXPECT_EQ(FloorRect({90.f, 70.f, 1e30f, 1e30f, 1.f}, image),
            (PixelRect{90, 70, 10, 10}));
  EXPECT_EQ(FloorRect({200.f, 0.f, 5.f, 5.f, 1.f}, image).width, 0);
}

TEST(DetectorBoxesTest, OverlapIsSharedAreaOverAllArea) {
  const FaceBox box = {0, 0, 2, 2, 1};
  EXPECT_DOUBLE_EQ(BoxOverlap(box, box), 1);
  EXPECT_DOUBLE_EQ(BoxOverlap(box, {1, 0, 2, 2, 1}), 1. / 3);
  EXPECT_DOUBLE_EQ(BoxOverlap(box, {2, 0, 2, 2, 1}), 0);
}

TEST(NetInputTest, SamplesWithoutHalfPixelShiftAndPadsOnTheRight) {
  Image image(1, 2);
  image.rgb = {255, 0, 0, 0, 255, 0};
  const std::vector<float> net =
      MakeNetInput(image, {0, 0, 1, 2}, 4, SquarePadding::kTopLeft, {0, 0, 0});
  ASSERT_EQ(net.size(), 48u);
  // Red of the first row: the pixel, half of it, then padding.
  EXPECT_FLOAT_EQ(net[0], 1.f);
  EXPECT_FLOAT_EQ(net[1], 0.5f);
  EXPECT_FLOAT_EQ(net[2], 0.f);
  // Red of the first column falls to the second pixel's 0 and stays.
  EXPECT_FLOAT_EQ(net[4], 0.5f);
  EXPECT_FLOAT_EQ(net[8], 0.f);
  // Green grows to 1.
  EXPECT_FLOAT_EQ(net[16 + 4], 0.5f);
  EXPECT_FLOAT_EQ(net[16 + 12], 1.f);
}

TEST(NetInputTest, CentredPaddingPutsTheOddRowLast) {
  const Image image = FlatPicture(4, 1, 255);
  const std::vector<float> net =
      MakeNetInput(image, {0, 0, 4, 1}, 4, SquarePadding::kCentred, {0, 0, 0});
  const float rows[] = {0.f, 1.f, 0.f, 0.f};
  for (size_t y = 0; y < 4; ++y) EXPECT_FLOAT_EQ(net[y * 4], rows[y]) << y;
}

}  // namespace
}  // namespace longtake::worker
