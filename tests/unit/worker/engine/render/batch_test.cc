// Frames that are drawn together are the frames that are drawn alone: what the
// bits of a job rest on where a device draws. docs/drawing.md, "Batches".

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "gmock/gmock.h"
#include "tests/unit/worker/engine/render/drawn_rig.h"
#include "worker/engine/render/drawer.h"

namespace longtake::worker {
namespace {

using testing::HasSubstr;

// Small, so that processors can draw many; no divisor of the take's length.
constexpr int kBatch = 4;

MotionFrame Motion(
    const std::vector<std::pair<MotionChannel, float>>& channels) {
  MotionFrame motion{};
  for (const auto& [channel, value] : channels) motion[channel] = value;
  return motion;
}

// Frames that share nothing with their neighbours: another part of the frame
// moves in each, and in some of them no eye, no mouth or nothing at all.
std::vector<MotionFrame> Take() {
  return {
      Motion({{kJawOpen, .8f}, {kHeadYaw, .6f}, {kHeadRoll, .3f}}),
      Motion({}),
      Motion({{kEyeBlinkLeft, 1}, {kEyeBlinkRight, .6f}, {kHeadYaw, -.1f}}),
      Motion({{kMouthSmileLeft, 1}, {kMouthSmileRight, 1}, {kTongueOut, 1}}),
      Motion({{kJawOpen, .01f}}),
      Motion({{kBrowDownLeft, 1}, {kBrowDownRight, 1}, {kHeadPitch, .2f}}),
      Motion({{kJawOpen, .45f}, {kMouthFunnel, .9f}, {kMouthPucker, .3f}}),
      Motion({{kMouthClose, 1}, {kMouthPressLeft, .7f}, {kHeadRoll, -.2f}}),
      Motion({{kEyeLookOutLeft, 1}, {kEyeLookInRight, 1}}),
      Motion({{kMouthRollLower, 1}, {kMouthUpperUpLeft, .7f}}),
      Motion({{kHeadYaw, .02f}, {kJawOpen, .2f}, {kEyeSquintLeft, 1}}),
  };
}

double Psnr(const Image& a, const Image& b) {
  EXPECT_EQ(a.rgb.size(), b.rgb.size());
  double sum = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) {
    const double d = double{1} * a.rgb[i] - b.rgb[i];
    sum += d * d;
  }
  return sum == 0 ? 99
                  : 10 * std::log10(255.0 * 255 *
                                    static_cast<double>(a.rgb.size()) / sum);
}

class BatchTest : public testing::TestWithParam<DrawnGap> {
 protected:
  static void SetUpTestSuite() { at::set_num_threads(1); }

  std::unique_ptr<FrameDrawer> Open(int batch_frames) const {
    auto drawer = CreateTorchDrawer(rig_, {.batch_frames = batch_frames});
    EXPECT_TRUE(drawer.ok()) << drawer.status();
    return *std::move(drawer);
  }
  // The take, drawn in runs that end before each of `cuts` and at its end.
  static std::vector<Image> DrawCut(FrameDrawer& drawer,
                                    std::vector<size_t> cuts) {
    const std::vector<MotionFrame> take = Take();
    std::vector<Image> frames(take.size());
    cuts.push_back(take.size());
    size_t begin = 0;
    for (const size_t end : cuts) {
      const Status s =
          drawer.DrawBatch(std::span(take).subspan(begin, end - begin),
                           static_cast<FrameIndex>(begin),
                           std::span(frames).subspan(begin, end - begin));
      EXPECT_TRUE(s.ok()) << s;
      begin = end;
    }
    return frames;
  }

  const std::shared_ptr<const FaceRig> rig_ = SmallRig(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Mouths, BatchTest,
                         testing::Values(DrawnGap::kTeeth, DrawnGap::kClosed));

TEST_P(BatchTest, FramesHaveTheSameBitsWhereverTheTakeIsCut) {
  const auto drawer = Open(kBatch);
  const std::vector<Image> whole = DrawCut(*drawer, {});
  for (const std::vector<size_t>& cuts :
       {std::vector<size_t>{1}, {3, 4}, {2, 5, 6, 10}}) {
    const std::vector<Image> frames = DrawCut(*drawer, cuts);
    for (size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(frames[i], whole[i]) << "frame " << i << ", cut " << cuts[0];
    }
  }
}

TEST_P(BatchTest, DrawGivesTheBitsOfABatch) {
  const auto drawer = Open(kBatch);
  const std::vector<Image> whole = DrawCut(*drawer, {});
  for (const size_t i : {size_t{10}, size_t{1}, size_t{3}}) {
    Image alone;
    ASSERT_TRUE(drawer->Draw(Take()[i], &alone).ok());
    EXPECT_EQ(alone, whole[i]) << i;
  }
}

TEST_P(BatchTest, ABatchOfAnotherSizeGivesTheSamePicture) {
  const std::vector<Image> singles = DrawCut(*Open(1), {});
  const std::vector<Image> batches = DrawCut(*Open(kBatch), {});
  for (size_t i = 0; i < singles.size(); ++i) {
    EXPECT_GE(Psnr(batches[i], singles[i]), 60) << i;
  }
}

TEST_P(BatchTest, AMotionThatIsNotANumberIsNamedAndNothingIsDrawn) {
  std::vector<MotionFrame> take = Take();
  take[6][kHeadYaw] = std::numeric_limits<float>::quiet_NaN();
  for (const int batch_frames : {1, kBatch}) {
    std::vector<Image> frames(take.size());
    const Status s = Open(batch_frames)->DrawBatch(take, 100, frames);
    EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(s), HasSubstr("frame 106"));
    EXPECT_THAT(Message(s), HasSubstr(MotionChannelNames()[kHeadYaw]));
    EXPECT_EQ(frames[0], Image());
  }
}

TEST(HostBatchTest, TheHostDrawerDrawsABatchOneByOne) {
  const auto drawer = CreateHostDrawer(SmallRig(DrawnGap::kDark));
  ASSERT_TRUE(drawer.ok());
  EXPECT_EQ((*drawer)->batch_frames(), 1);
  std::vector<MotionFrame> take = Take();
  take.resize(3);
  std::vector<Image> frames(take.size());
  ASSERT_TRUE((*drawer)->DrawBatch(take, 0, frames).ok());
  for (size_t i = 0; i < take.size(); ++i) {
    Image alone;
    ASSERT_TRUE((*drawer)->Draw(take[i], &alone).ok());
    EXPECT_EQ(frames[i], alone) << i;
  }
  take[1][kJawOpen] = std::numeric_limits<float>::infinity();
  const Status s = (*drawer)->DrawBatch(take, 41, frames);
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("frame 42"));
}

TEST(TorchBatchTest, ABatchOfNothingIsRefused) {
  EXPECT_EQ(CreateTorchDrawer(SmallRig(DrawnGap::kDark), {.batch_frames = 0})
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
