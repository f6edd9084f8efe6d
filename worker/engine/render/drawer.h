#pragma once
// Draws frames of one animated portrait. docs/drawing.md is the specification
// that every drawer follows and the tolerance to which two must agree.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/image.h"
#include "worker/engine/motion/motion_track.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// One thread only. A frame depends on the rig and its own motion and on
// nothing drawn before: any order of calls gives the same bits.
class FrameDrawer {
 public:
  virtual ~FrameDrawer() = default;
  // Draws `motion` into `out`, which is resized to the rig's size. Blendshapes
  // outside [0, 1] and extreme angles are clamped (motion_to_handles.h); NaN or
  // infinite channels are InvalidArgument and leave `out` as it was. A motion
  // of zeros gives the framed portrait, within one level.
  virtual Status Draw(const MotionFrame& motion, Image* out) = 0;

  // How many frames this drawer draws in one go: DrawBatch is best called with
  // as many. 1: one by one.
  virtual int batch_frames() const { return 1; }
  // Draws each of `motions` into the image at its place in `out` (as many): any
  // number of them, the same bits as Draw, whatever is drawn together. Errors
  // are Draw's and name the frame, the first one being `first`; the images then
  // hold anything. The default calls Draw.
  virtual Status DrawBatch(std::span<const MotionFrame> motions,
                           FrameIndex first, std::span<Image> out);
};

// Frames that a device draws in one go: enough that the time to start some four
// hundred operations is shared by many frames, few enough that a batch of
// 512 x 512 needs no more than 500 MB there.
inline constexpr int kDeviceBatchFrames = 16;

struct DrawerOptions {
  // As LibTorch spells it: "cpu", "cuda", "cuda:1". The host drawer has none.
  std::string device = "cpu";
  // Frames that the LibTorch drawer draws in one go, at least 1. Fewer are
  // padded: a frame's bits depend on this number, never on how many were
  // asked for. The host drawer draws one by one.
  int batch_frames = 1;
  // Called after each stage of a frame with its name, for profiling. Not owned
  // resources: must outlive the drawer.
  std::function<void(std::string_view stage)> on_stage = {};
};

// Both keep a reference to `rig`; InvalidArgument for a rig whose parts do not
// fit together and for options out of range.

// The drawer of processors: the same bits on each of them, whatever its vector
// instructions.
StatusOr<std::unique_ptr<FrameDrawer>> CreateHostDrawer(
    std::shared_ptr<const FaceRig> rig, DrawerOptions options = {});

// The drawer of other devices, and the reference for the other one. The caller
// sets LibTorch's thread count; the same count gives the same bits. It waits
// for its device once a batch, when the pictures come back. Internal for what
// LibTorch reports (device missing, memory).
StatusOr<std::unique_ptr<FrameDrawer>> CreateTorchDrawer(
    std::shared_ptr<const FaceRig> rig, DrawerOptions options = {});

}  // namespace longtake::worker
