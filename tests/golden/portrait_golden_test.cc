// The picture itself: the demo photograph in the poses that show a renderer's
// faults, against a sheet that a person looked at and approved.
//
// LONGTAKE_UPDATE_GOLDEN=1 writes the sheet anew: look at it at full size
// before you commit it.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "worker/engine/hilm/hilm_engine.h"
#include "worker/media/image_file.h"

namespace longtake::worker {
namespace {

constexpr int kTile = 256;
constexpr int kColumns = 4;
// Machines differ in the last bits of a float, not in what is seen.
constexpr double kMinPsnrDb = 40;
constexpr char kSheet[] = LONGTAKE_GOLDEN_DIR "/astronaut_poses.png";

struct Pose {
  const char* name;
  std::vector<std::pair<MotionChannel, float>> channels;
};

const std::vector<Pose>& Poses() {
  static const std::vector<Pose> poses = {
      {"rest", {}},
      {"closed", {{kMouthClose, 1.f}, {kJawOpen, 0.05f}}},
      {"open",
       {{kJawOpen, 0.7f},
        {kMouthLowerDownLeft, 0.25f},
        {kMouthLowerDownRight, 0.25f}}},
      {"round", {{kJawOpen, 0.4f}, {kMouthFunnel, 0.9f}, {kMouthPucker, 0.3f}}},
      {"spread",
       {{kJawOpen, 0.18f},
        {kMouthStretchLeft, 0.9f},
        {kMouthStretchRight, 0.9f}}},
      {"blink", {{kEyeBlinkLeft, 1.f}, {kEyeBlinkRight, 1.f}}},
      {"turned", {{kHeadYaw, 0.14f}, {kHeadPitch, 0.06f}, {kJawOpen, 0.3f}}},
      {"glance",
       {{kLeftEyeYaw, 0.35f}, {kRightEyeYaw, 0.35f}, {kHeadRoll, -0.07f}}},
  };
  return poses;
}

void Paste(const Image& tile, int index, Image* sheet) {
  const int x0 = index % kColumns * kTile, y0 = index / kColumns * kTile;
  for (int y = 0; y < kTile; ++y) {
    std::copy_n(tile.rgb.begin() + size_t(y) * kTile * 3, kTile * 3,
                sheet->rgb.begin() + (size_t(y0 + y) * sheet->width + x0) * 3);
  }
}

double TilePsnr(const Image& a, const Image& b, int index) {
  const int x0 = index % kColumns * kTile, y0 = index / kColumns * kTile;
  double sum = 0;
  for (int y = y0; y < y0 + kTile; ++y) {
    for (int i = x0 * 3; i < (x0 + kTile) * 3; ++i) {
      const size_t at = size_t(y) * a.width * 3 + i;
      const double d = double(a.rgb[at]) - b.rgb[at];
      sum += d * d;
    }
  }
  const double mse = sum / (3.0 * kTile * kTile);
  return mse == 0 ? 99 : 10 * std::log10(255 * 255 / mse);
}

Image DrawSheet() {
  auto engine = CreateHilmEngine({LONGTAKE_SHARE_DIR "/models", "cpu"});
  EXPECT_TRUE(engine.ok()) << engine.status();
  auto portrait =
      DecodeImage(LONGTAKE_SHARE_DIR "/demo/astronaut.png", "astronaut.png");
  EXPECT_TRUE(portrait.ok()) << portrait.status();
  auto identity = (*engine)->EncodeIdentity(*portrait, {kTile, kTile, "a"});
  EXPECT_TRUE(identity.ok()) << identity.status();
  auto renderer = (*engine)->OpenRenderer(identity->latent);
  EXPECT_TRUE(renderer.ok()) << renderer.status();
  const int rows = (int(Poses().size()) + kColumns - 1) / kColumns;
  Image sheet(kColumns * kTile, rows * kTile), tile;
  for (size_t i = 0; i < Poses().size(); ++i) {
    MotionFrame motion{};
    for (const auto& [channel, value] : Poses()[i].channels) {
      motion[channel] = value;
    }
    EXPECT_TRUE((*renderer)->Render(motion, FrameIndex(i), &tile).ok());
    Paste(tile, int(i), &sheet);
  }
  return sheet;
}

TEST(PortraitGoldenTest, PosesLookAsApproved) {
  const Image drawn = DrawSheet();
  if (std::getenv("LONGTAKE_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(WritePng(drawn, kSheet).ok());
  }
  const auto approved = DecodeImage(kSheet, "astronaut_poses.png");
  ASSERT_TRUE(approved.ok()) << approved.status();
  ASSERT_EQ(approved->width, drawn.width);
  ASSERT_EQ(approved->height, drawn.height);
  for (size_t i = 0; i < Poses().size(); ++i) {
    EXPECT_GE(TilePsnr(drawn, *approved, int(i)), kMinPsnrDb)
        << Poses()[i].name;
  }
}

}  // namespace
}  // namespace longtake::worker
