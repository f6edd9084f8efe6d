// The drawer in LibTorch: uploads the rig once, then draws batches of frames.
// Every batch has the same shapes, whatever is in it, and all numbers that its
// poses come down to travel to the device in one copy; nothing waits for the
// device until the pictures come back.

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "worker/engine/render/drawer.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/rig_check.h"
#include "worker/engine/render/torch_eyes.h"
#include "worker/engine/render/torch_head.h"
#include "worker/engine/render/torch_mouth.h"
#include "worker/engine/render/torch_ops.h"
#include "worker/engine/render/torch_warp.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Rows that are copied together: low enough to follow a head's outline.
constexpr int kBandHeight = 48;

// Columns of a frame's row of numbers.
constexpr int kWarpAt = 0;
constexpr int kHeadAt = kWarpAt + TorchWarp::kNumbers;
constexpr int kMouthAt = kHeadAt + TorchHead::kNumbers;
constexpr int kEyesAt = kMouthAt + TorchMouth::kNumbers;
constexpr int kNumbers = kEyesAt + TorchEyes::kNumbers;

// Memory of the host that the device reads and writes by itself.
Tensor HostTensor(at::IntArrayRef sizes, at::ScalarType type,
                  const std::string& device) {
  return at::empty(sizes, at::TensorOptions(type).pinned_memory(
                              at::Device(device).is_cuda()));
}

class TorchDrawer : public FrameDrawer {
 public:
  TorchDrawer(std::shared_ptr<const FaceRig> rig, DrawerOptions options)
      : rig_(std::move(rig)),
        options_(std::move(options)),
        bands_(MovingBands(*rig_, kBandHeight)),
        box_(Around(bands_)),
        warp_(*rig_, box_, options_.device),
        head_(*rig_, options_.device),
        mouth_(*rig_, box_, options_.device),
        eyes_(*rig_, box_, head_, options_.batch_frames, options_.device),
        still_(rig_->width, rig_->height),
        plate_(PlaneTensor(rig_->plate, options_.device)[0]
                   .narrow(1, box_.y0, box_.h)
                   .narrow(2, box_.x0, box_.w)
                   .contiguous()),
        numbers_(HostTensor({options_.batch_frames, kNumbers}, at::kFloat,
                            options_.device)),
        pictures_(HostTensor({options_.batch_frames, box_.h, box_.w, 3},
                             at::kByte, options_.device)) {
    for (size_t i = 0; i < still_.rgb.size(); ++i) {
      still_.rgb[i] = static_cast<uint8_t>(
          std::lround(std::clamp(rig_->image.data[i], 0.f, 255.f)));
    }
  }

  int batch_frames() const override { return options_.batch_frames; }

  Status Draw(const MotionFrame& motion, Image* out) override {
    LT_ASSIGN_OR_RETURN(const FacePose pose, PoseFromMotion(*rig_, motion));
    return DrawPoses({&pose, 1}, {out, 1});
  }

  Status DrawBatch(std::span<const MotionFrame> motions, FrameIndex first,
                   std::span<Image> out) override {
    std::vector<FacePose> poses;
    for (const MotionFrame& motion : motions) {
      const auto pose = PoseFromMotion(*rig_, motion);
      if (!pose.ok()) {
        const auto frame = first + static_cast<FrameIndex>(poses.size());
        return Annotate(pose.status(), fmt::format("frame {}", frame));
      }
      poses.push_back(*pose);
    }
    return DrawPoses(poses, out);
  }

 private:
  void Stage(std::string_view name) const {
    if (options_.on_stage) options_.on_stage(name);
  }

  Status DrawPoses(std::span<const FacePose> poses, std::span<Image> out) {
    const auto most = static_cast<size_t>(options_.batch_frames);
    try {
      const c10::InferenceMode no_grad;
      std::vector<FacePose> batch;
      for (size_t at = 0; at < poses.size(); at += most) {
        const auto some = poses.subspan(at, std::min(most, poses.size() - at));
        batch.assign(some.begin(), some.end());
        batch.resize(most, some.back());
        Fetch(Frames(batch));
        for (size_t i = 0; i < some.size(); ++i) Store(i, &out[at + i]);
        Stage("store");
      }
    } catch (const std::exception& e) {
      return Internal(fmt::format("draw frame: LibTorch: {}", e.what()));
    }
    return OkStatus();
  }

  // The moving box of each frame, [n, 3, box.h, box.w].
  Tensor Frames(std::span<const FacePose> poses) {
    const Tensor numbers = Numbers(poses);
    warp_.Solve(numbers.narrow(1, kWarpAt, TorchWarp::kNumbers));
    Stage("warp");
    head_.Set(numbers.narrow(1, kHeadAt, TorchHead::kNumbers));
    const Tensor layers = head_.At(warp_.map());
    Tensor canvas =
        at::addcmul(layers.narrow(1, 0, 3), plate_, layers.narrow(1, 3, 1));
    Stage("head");
    mouth_.Draw(poses, numbers.narrow(1, kMouthAt, TorchMouth::kNumbers), warp_,
                head_, plate_, &canvas);
    Stage("mouth");
    eyes_.Draw(poses, numbers.narrow(1, kEyesAt, TorchEyes::kNumbers),
               warp_.map(), head_, &canvas);
    Stage("eyes");
    return canvas;
  }

  // [n, kNumbers] on the device, without waiting for it. The last batch's
  // pictures are back: nothing reads its numbers any more.
  Tensor Numbers(std::span<const FacePose> poses) {
    float* row = numbers_.data_ptr<float>();
    for (const FacePose& pose : poses) {
      warp_.Fill(pose, row + kWarpAt);
      TorchHead::Fill(pose, row + kHeadAt);
      mouth_.Fill(pose, row + kMouthAt);
      eyes_.Fill(pose, row + kEyesAt);
      row += kNumbers;
    }
    return numbers_.to(at::Device(options_.device), at::kFloat,
                       /*non_blocking=*/true);
  }

  // The only wait for the device. Rounded where it was drawn: a quarter of the
  // bytes to fetch.
  void Fetch(const Tensor& canvas) {
    pictures_.copy_((canvas + 0.5f)
                        .clamp_(0, 255)
                        .to(at::kByte)
                        .permute({0, 2, 3, 1})
                        .contiguous());
  }

  // Outside of the bands nothing can differ from the portrait.
  void Store(size_t frame, Image* out) const {
    *out = still_;
    const uint8_t* pixels = pictures_.data_ptr<uint8_t>() +
                            frame * 3 * static_cast<size_t>(box_.w) * box_.h;
    for (const PixelBox& b : bands_) {
      for (int y = b.y0; y < b.y0 + b.h; ++y) {
        const size_t to = static_cast<size_t>(y) * out->width + b.x0;
        const size_t from =
            static_cast<size_t>(y - box_.y0) * box_.w + b.x0 - box_.x0;
        std::copy_n(pixels + 3 * from, 3 * static_cast<size_t>(b.w),
                    &out->rgb[3 * to]);
      }
    }
  }

  const std::shared_ptr<const FaceRig> rig_;
  const DrawerOptions options_;
  const std::vector<PixelBox> bands_;  // what can move, frame pixels
  const PixelBox box_;                 // the smallest box around them
  TorchWarp warp_;
  TorchHead head_;
  const TorchMouth mouth_;
  const TorchEyes eyes_;
  Image still_;
  const Tensor plate_;  // [3, box.h, box.w]
  // Of one batch, in the host's memory.
  Tensor numbers_;   // [n, kNumbers]
  Tensor pictures_;  // [n, box.h, box.w, 3] bytes
};

}  // namespace

StatusOr<std::unique_ptr<FrameDrawer>> CreateTorchDrawer(
    std::shared_ptr<const FaceRig> rig, DrawerOptions options) {
  if (Status s = CheckRig(*rig); !s.ok()) return s;
  if (options.batch_frames < 1) {
    return InvalidArgument(fmt::format(
        "open drawer: batches of {} frames: at least 1", options.batch_frames));
  }
  try {
    const c10::InferenceMode no_grad;
    return std::make_unique<TorchDrawer>(std::move(rig), std::move(options));
  } catch (const std::exception& e) {
    return Internal(fmt::format("open drawer: LibTorch: {}", e.what()));
  }
}

}  // namespace longtake::worker
