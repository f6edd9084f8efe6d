// What a worker gets that draws on a device. LibTorch's own name of the
// processor stands for the device: it takes the same way through the engine.

#include <limits>
#include <span>
#include <vector>

#include "gmock/gmock.h"
#include "tests/unit/worker/engine/render/drawn_rig.h"
#include "worker/engine/hilm/hilm_engine.h"
#include "worker/engine/render/drawer.h"
#include "worker/engine/rig/rig_file.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string Latent() {
  Safetensors file;
  AddRig(*SmallRig(DrawnGap::kTeeth), &file);
  return file.Serialize();
}

std::shared_ptr<const Engine> OpenEngine(const std::string& device) {
  auto engine = CreateHilmEngine({LONGTAKE_SHARE_DIR "/models", device});
  EXPECT_TRUE(engine.ok()) << engine.status();
  return *std::move(engine);
}

TEST(DeviceRendererTest, ADeviceDrawsInBatchesWhatItDrawsAlone) {
  const auto engine = OpenEngine("cpu:0");
  EXPECT_THAT(engine->Describe().numerics_class, EndsWith("/batch-16"));
  const auto renderer = engine->OpenRenderer(Latent());
  ASSERT_TRUE(renderer.ok()) << renderer.status();
  EXPECT_EQ((*renderer)->preferred_batch(), kDeviceBatchFrames);

  std::vector<MotionFrame> take(kDeviceBatchFrames + 1);
  for (size_t i = 0; i < take.size(); ++i) {
    take[i].fill(0);
    take[i][kJawOpen] = 0.05f * static_cast<float>(i);
    take[i][kHeadYaw] = 0.01f * static_cast<float>(i);
  }
  std::vector<Image> frames(take.size());
  ASSERT_TRUE((*renderer)->RenderBatch(take, 7, frames).ok());
  for (const size_t i : {size_t{2}, take.size() - 1}) {
    Image alone;
    ASSERT_TRUE((*renderer)
                    ->Render(take[i], 7 + static_cast<FrameIndex>(i), &alone)
                    .ok());
    EXPECT_EQ(frames[i], alone) << i;
  }
  EXPECT_NE(frames[2], frames[3]);

  take[4][kHeadRoll] = std::numeric_limits<float>::quiet_NaN();
  const Status s = (*renderer)->RenderBatch(take, 7, frames);
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("frame 11"));
}

TEST(DeviceRendererTest, TheProcessorDrawsOneByOne) {
  const auto engine = OpenEngine("cpu");
  EXPECT_THAT(engine->Describe().numerics_class,
              testing::Not(HasSubstr("batch")));
  const auto renderer = engine->OpenRenderer(Latent());
  ASSERT_TRUE(renderer.ok()) << renderer.status();
  EXPECT_EQ((*renderer)->preferred_batch(), 1);
}

}  // namespace
}  // namespace longtake::worker
