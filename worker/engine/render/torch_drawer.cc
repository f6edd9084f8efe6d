// The drawer in LibTorch: uploads the rig once, then runs the stages.

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "worker/engine/render/drawer.h"
#include "worker/engine/render/layer_texture.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/rig_check.h"
#include "worker/engine/render/torch_eyes.h"
#include "worker/engine/render/torch_mouth.h"
#include "worker/engine/render/torch_ops.h"
#include "worker/engine/render/torch_skin.h"
#include "worker/engine/render/torch_warp.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Rows that are sampled together: low enough to follow a head's outline, high
// enough that a call's overhead stays small.
constexpr int kBandHeight = 48;
// Bands are kept for motions up to these shares of kLongestMove: in speech the
// head sways by little.
constexpr std::array<float, 4> kMoveSteps = {0.125f, 0.25f, 0.5f, 1};

// A frame's part that moves, and what is behind it there.
struct Band {
  PixelBox box;  // from the moving box's corner
  Tensor plate;  // [3, box.h, box.w]
  Tensor canvas;
};

class TorchDrawer : public FrameDrawer {
 public:
  TorchDrawer(std::shared_ptr<const FaceRig> rig, DrawerOptions options)
      : rig_(std::move(rig)),
        options_(std::move(options)),
        box_(Around(MovingBands(*rig_, kBandHeight))),
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
    skin_ = std::make_unique<TorchSkin>(*rig_, head_, options_.device);
    const auto boxed = [&](const Plane& plane) {
      return PlaneTensor(plane, options_.device)[0]
          .narrow(1, box_.y0, box_.h)
          .narrow(2, box_.x0, box_.w)
          .contiguous();
    };
    plate_ = boxed(rig_->plate);
    canvas_ = boxed(rig_->image);
    for (size_t i = 0; i < kMoveSteps.size(); ++i) {
      for (PixelBox b :
           MovingBands(*rig_, kBandHeight, kMoveSteps[i] * kLongestMove)) {
        b.x0 -= box_.x0;
        b.y0 -= box_.y0;
        bands_[i].push_back({b, PartOf(plate_, b), PartOf(canvas_, b)});
      }
    }
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

  // [c, h, w] cut to a box.
  static Tensor PartOf(const Tensor& planes, const PixelBox& box) {
    return planes.narrow(1, box.y0, box.h).narrow(2, box.x0, box.w);
  }

  // Draws over the canvas and says where: nowhere else can the frame differ
  // from the portrait. What the canvas holds outside of these bands is left
  // from frames before.
  const std::vector<Band>& Frame(const FacePose& pose) {
    warp_.Solve(pose);
    Stage("warp");
    skin_->Apply(pose);
    size_t step = 0;
    while (step + 1 < kMoveSteps.size() &&
           warp_.longest_move() > kMoveSteps[step] * kLongestMove) {
      ++step;
    }
    const Tensor map = warp_.map().unsqueeze(0);
    for (Band& band : bands_[step]) {
      const Tensor layer =
          Sample(head_, map.narrow(2, band.box.y0, band.box.h)
                            .narrow(3, band.box.x0, band.box.w))[0];
      at::addcmul_out(band.canvas, layer.narrow(0, 0, 3), band.plate, layer[3]);
    }
    Stage("head");
    mouth_.Draw(pose, warp_, head_, plate_, &canvas_);
    Stage("mouth");
    eyes_.Draw(pose, warp_.map(), head_, &canvas_);
    Stage("eyes");
    return bands_[step];
  }

  void Store(const std::vector<Band>& bands, Image* out) {
    *out = still_;
    // Rounded where it was drawn: a quarter of the bytes to fetch.
    const Tensor bytes = (canvas_ + 0.5f)
                             .clamp_(0, 255)
                             .to(at::kByte)
                             .permute({1, 2, 0})
                             .contiguous()
                             .cpu();
    const uint8_t* pixels = bytes.data_ptr<uint8_t>();
    for (const Band& band : bands) {
      const PixelBox& b = band.box;
      for (int y = b.y0; y < b.y0 + b.h; ++y) {
        const size_t to =
            static_cast<size_t>(box_.y0 + y) * out->width + box_.x0 + b.x0;
        const size_t from = static_cast<size_t>(y) * box_.w + b.x0;
        std::copy_n(pixels + 3 * from, 3 * static_cast<size_t>(b.w),
                    &out->rgb[3 * to]);
      }
    }
    Stage("store");
  }

  const std::shared_ptr<const FaceRig> rig_;
  const DrawerOptions options_;
  const PixelBox box_;  // what can move, frame pixels
  TorchWarp warp_;
  TorchEyes eyes_;
  const TorchMouth mouth_;
  Image still_;
  Tensor head_;  // [1, 4, 2 height - 1, 2 width - 1], of the pose last drawn
  std::unique_ptr<TorchSkin> skin_;  // writes into head_
  Tensor plate_;                     // [3, box.h, box.w]
  Tensor canvas_;                    // [3, box.h, box.w]
  std::array<std::vector<Band>, kMoveSteps.size()> bands_;
};

}  // namespace

StatusOr<std::unique_ptr<FrameDrawer>> CreateTorchDrawer(
    std::shared_ptr<const FaceRig> rig, DrawerOptions options) {
  if (Status s = CheckRig(*rig); !s.ok()) return s;
  try {
    const c10::InferenceMode no_grad;
    return std::make_unique<TorchDrawer>(std::move(rig), std::move(options));
  } catch (const std::exception& e) {
    return Internal(fmt::format("open drawer: LibTorch: {}", e.what()));
  }
}

}  // namespace longtake::worker
