// The drawer for processors: whole-number samples of a texture of 16 bits, rows
// of pixels in vector instructions. Runs the stages.

#include "worker/engine/render/drawer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "worker/engine/render/host/eyes.h"
#include "worker/engine/render/host/mouth.h"
#include "worker/engine/render/host/sampler.h"
#include "worker/engine/render/host/skin.h"
#include "worker/engine/render/host/warp.h"
#include "worker/engine/render/layer_texture.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/rig_check.h"

namespace longtake::worker {
namespace host {
namespace {

// Rows that are as wide as each other: low enough to follow a head's outline.
constexpr int kBandHeight = 48;
// Bands are kept for motions up to these shares of kLongestMove: in speech the
// head sways by little.
constexpr std::array<float, 4> kMoveSteps = {0.125f, 0.25f, 0.5f, 1};

Texture HeadTexture(const FaceRig& rig) {
  const LayerTexture from = MakeHeadTexture(rig);
  const size_t size = static_cast<size_t>(from.width) * from.height;
  Texture out(from.width, from.height);
  for (size_t i = 0; i < size; ++i) {
    for (int c = 0; c < 3; ++c) {
      out.texels[4 * i + c] = ToTexel(from.data[c * size + i]);
    }
    out.texels[4 * i + 3] = ToShare(from.data[3 * size + i]);
  }
  return out;
}

uint8_t ToByte(float level) {
  return static_cast<uint8_t>(std::lround(std::clamp(level, 0.f, 255.f)));
}

class HostDrawer : public FrameDrawer {
 public:
  HostDrawer(std::shared_ptr<const FaceRig> rig, DrawerOptions options)
      : rig_(std::move(rig)),
        options_(std::move(options)),
        box_(Around(MovingBands(*rig_, kBandHeight))),
        head_(HeadTexture(*rig_)),
        skin_(*rig_, head_),
        warp_(*rig_, box_),
        mouth_(*rig_, box_),
        eyes_(*rig_, box_, head_),
        still_(rig_->width, rig_->height) {
    for (size_t i = 0; i < kMoveSteps.size(); ++i) {
      bands_[i] = MovingBands(*rig_, kBandHeight, kMoveSteps[i] * kLongestMove);
    }
    const size_t pixels = static_cast<size_t>(rig_->width) * rig_->height;
    plate_.resize(4 * pixels);
    for (size_t i = 0; i < pixels; ++i) {
      for (int c = 0; c < 3; ++c) {
        plate_[4 * i + c] = ToByte(rig_->plate.data[3 * i + c]);
        still_.rgb[3 * i + c] = ToByte(rig_->image.data[3 * i + c]);
      }
    }
    const auto width = static_cast<size_t>(rig_->width);
    at_.resize(2 * width);
    layer_.resize(4 * width);
  }

  Status Draw(const MotionFrame& motion, Image* out) override {
    const auto pose = PoseFromMotion(*rig_, motion);
    if (!pose.ok()) return pose.status();
    *out = still_;
    Stage("still");
    warp_.Solve(*pose);
    Stage("warp");
    skin_.Apply(*pose, &head_);
    Stage("skin");
    DrawHead(out);
    Stage("head");
    mouth_.Draw(*pose, warp_, head_, plate_.data(), out);
    Stage("mouth");
    eyes_.Draw(*pose, warp_, head_, out);
    Stage("eyes");
    return OkStatus();
  }

 private:
  void Stage(std::string_view name) const {
    if (options_.on_stage) options_.on_stage(name);
  }

  void DrawHead(Image* out) {
    size_t step = 0;
    while (step + 1 < kMoveSteps.size() &&
           warp_.longest_move() > kMoveSteps[step] * kLongestMove) {
      ++step;
    }
    for (const PixelBox& band : bands_[step]) {
      for (int y = band.y0; y < band.y0 + band.h; ++y) {
        warp_.MapRow(band.x0, y, band.w, at_.data());
        // Two texels a pixel.
        for (int i = 0; i < 2 * band.w; ++i) at_[i] *= 2;
        SampleTexture(head_, at_.data(), band.w, layer_.data());
        const size_t pixel = static_cast<size_t>(y) * rig_->width + band.x0;
        PutOverPlate(layer_.data(), &plate_[4 * pixel], band.w,
                     &out->rgb[3 * pixel]);
      }
    }
  }

  const std::shared_ptr<const FaceRig> rig_;
  const DrawerOptions options_;
  const PixelBox box_;  // what can move, frame pixels
  Texture head_;        // doubled, with the shading of the pose last drawn
  Skin skin_;
  Warp warp_;
  Mouth mouth_;
  Eyes eyes_;
  Image still_;
  std::vector<uint8_t> plate_;  // [height, width, 4]
  std::array<std::vector<PixelBox>, kMoveSteps.size()> bands_;
  std::vector<float> at_;  // of a row
  std::vector<int16_t> layer_;
};

}  // namespace
}  // namespace host

StatusOr<std::unique_ptr<FrameDrawer>> CreateHostDrawer(
    std::shared_ptr<const FaceRig> rig, DrawerOptions options) {
  if (Status s = CheckRig(*rig); !s.ok()) return s;
  return std::make_unique<host::HostDrawer>(std::move(rig), std::move(options));
}

}  // namespace longtake::worker
