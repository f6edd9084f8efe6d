#pragma once
// The built-in engine: one photograph animated by geometry, its motion planned
// once for the whole job. Joins identity, rig, motion and render; holds nothing
// of its own but the loaded networks.

#include <memory>
#include <string>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

struct HilmOptions {
  // Holds face-api/ with the face networks (see face_networks.h) and, where
  // another motion model than the built-in one is wanted,
  // hilm/motion.safetensors.
  std::string models_dir;
  // LibTorch's name of the device that draws: "cpu", "cuda", "cuda:1".
  std::string device = "cpu";
};

// FailedPrecondition, naming the folder and the remedy, where the face networks
// are missing; DataLoss where they are damaged; InvalidArgument for the motion
// model's weights (weights_file.h).
StatusOr<std::shared_ptr<const Engine>> CreateHilmEngine(
    const HilmOptions& options);

// Planning and sampling need no face networks: the same engine for motion
// alone, with the weights in `models_dir` where there are any. EncodeIdentity
// then fails with FailedPrecondition.
StatusOr<std::shared_ptr<const Engine>> CreateHilmMotionEngine(
    const std::string& models_dir = "");

}  // namespace longtake::worker
