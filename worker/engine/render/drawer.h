#pragma once
// Draws frames of one animated portrait. docs/drawing.md is the specification
// that every drawer follows and the tolerance to which two must agree.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

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
};

struct DrawerOptions {
  // As LibTorch spells it: "cpu", "cuda", "cuda:1". The host drawer has none.
  std::string device = "cpu";
  // Called after each stage of a frame with its name, for profiling. Not owned
  // resources: must outlive the drawer.
  std::function<void(std::string_view stage)> on_stage = {};
};

// Both keep a reference to `rig`; InvalidArgument for a rig whose parts do not
// fit together.

// The drawer of processors: the same bits on each of them, whatever its vector
// instructions.
StatusOr<std::unique_ptr<FrameDrawer>> CreateHostDrawer(
    std::shared_ptr<const FaceRig> rig, DrawerOptions options = {});

// The drawer of other devices, and the reference for the other one. The caller
// sets LibTorch's thread count; the same count gives the same bits. Internal
// for what LibTorch reports (device missing, memory).
StatusOr<std::unique_ptr<FrameDrawer>> CreateTorchDrawer(
    std::shared_ptr<const FaceRig> rig, DrawerOptions options = {});

}  // namespace longtake::worker
