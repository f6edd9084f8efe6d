// The drawer in LibTorch: uploads the rig once, then runs the stages.

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <cstring>
#include <utility>
#include <vector>

#include "worker/engine/render/drawer.h"
#include "worker/engine/render/layer_texture.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/rig_check.h"
#include "worker/engine/render/torch_eyes.h"
#include "worker/engine/render/torch_mouth.h"
#include "worker/engine/render/torch_ops.h"
#include "worker/engine/render/torch_warp.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Rows that are sampled together: low enough to follow a head's outline, high
// enough that a call's overhead stays small.
constexpr int kBandHeight = 48;

class TorchDrawer : public FrameDrawer {
 public:
  TorchDrawer(std::shared_ptr<const FaceRig> rig, TorchDrawerOptions options)
      : rig_(std::move(rig)),
        options_(std::move(options)),
        bands_(MovingBands(*rig_, kBandHeight)),
        box_(Around(bands_)),
        warp_(*rig_, box_, options_.device),
        eyes_(*rig_, box_, options_.device),
        mouth_(*rig_, box_, options_.device),
        still_(rig_->width, rig_->height) {
    const LayerTexture texture = MakeHeadTexture(*rig_);
    head_ = FloatTensor(texture.data.data(),
                        {1, texture.channels, texture.height, texture.width},
                        options_.device)
                // A pixel's four channels in one cache line.
                .contiguous(at::MemoryFormat::ChannelsLast);
    eyes_.SetHead(head_);
    const auto boxed = [&](const Plane& plane) {
      return PlaneTensor(plane, options_.device)[0]
          .narrow(1, box_.y0, box_.h)
          .narrow(2, box_.x0, box_.w)
          .contiguous();
    };
    plate_ = boxed(rig_->plate);
    rest_ = boxed(rig_->image);
    for (size_t i = 0; i < still_.rgb.size(); ++i) {
      still_.rgb[i] = static_cast<uint8_t>(
          std::lround(std::clamp(rig_->image.data[i], 0.f, 255.f)));
    }
  }

  Status Draw(const MotionFrame& motion, Image* out) override {
    const auto pose = PoseFromMotion(*rig_, motion);
    if (!pose.ok()) return pose.status();
    try {
      const c10::InferenceMode no_grad;
      Store(Frame(*pose), out);
    } catch (const std::exception& e) {
      return Internal(fmt::format("draw frame: LibTorch: {}", e.what()));
    }
    return OkStatus();
  }

 private:
  void Stage(std::string_view name) const {
    if (options_.on_stage) options_.on_stage(name);
  }

  // The moving box: [box.h, box.w, 3] bytes.
  Tensor Frame(const FacePose& pose) {
    warp_.Solve(pose);
    Stage("warp");
    Tensor canvas = rest_.clone();
    for (const PixelBox& band : bands_) {
      const auto mine = [&](const Tensor& v) {
        return v.narrow(1, band.y0 - box_.y0, band.h)
            .narrow(2, band.x0 - box_.x0, band.w);
      };
      const Tensor layer = Sample(head_, mine(warp_.map()).unsqueeze(0))[0];
      mine(canvas).copy_(
          at::addcmul(layer.narrow(0, 0, 3), mine(plate_), 1 - layer[3]));
    }
    Stage("head");
    mouth_.Draw(pose, warp_, head_, plate_, &canvas);
    Stage("mouth");
    eyes_.Draw(pose, warp_.map(), head_, &canvas);
    Stage("eyes");
    const Tensor bytes =
        canvas.add_(0.5f).clamp_(0, 255).to(at::kByte).permute({1, 2, 0});
    return bytes.contiguous().cpu();
  }

  void Store(const Tensor& bytes, Image* out) {
    *out = still_;
    const uint8_t* from = bytes.data_ptr<uint8_t>();
    const size_t row = static_cast<size_t>(box_.w) * 3;
    for (int y = 0; y < box_.h; ++y) {
      std::memcpy(
          out->rgb.data() +
              (static_cast<size_t>(box_.y0 + y) * out->width + box_.x0) * 3,
          from + y * row, row);
    }
    Stage("store");
  }

  const std::shared_ptr<const FaceRig> rig_;
  const TorchDrawerOptions options_;
  const std::vector<PixelBox> bands_;  // what can move, in frame pixels
  const PixelBox box_;                 // around all of them
  TorchWarp warp_;
  TorchEyes eyes_;
  const TorchMouth mouth_;
  Image still_;
  Tensor head_;   // [1, 4, 2 height - 1, 2 width - 1]
  Tensor plate_;  // [3, box.h, box.w]
  Tensor rest_;   // [3, box.h, box.w] the portrait
};

}  // namespace

StatusOr<std::unique_ptr<FrameDrawer>> CreateTorchDrawer(
    std::shared_ptr<const FaceRig> rig, TorchDrawerOptions options) {
  if (Status s = CheckRig(*rig); !s.ok()) return s;
  try {
    const c10::InferenceMode no_grad;
    return std::make_unique<TorchDrawer>(std::move(rig), std::move(options));
  } catch (const std::exception& e) {
    return Internal(fmt::format("open drawer: LibTorch: {}", e.what()));
  }
}

}  // namespace longtake::worker
