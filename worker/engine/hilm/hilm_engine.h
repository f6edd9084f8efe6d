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
  // Holds face-api/ with the face networks (see face_networks.h).
  std::string models_dir;
  // LibTorch's name of the device that draws: "cpu", "cuda", "cuda:1".
  std::string device = "cpu";
};

// FailedPrecondition, naming the folder and the remedy, where the face networks
// are missing; DataLoss where they are damaged.
StatusOr<std::shared_ptr<const Engine>> CreateHilmEngine(
    const HilmOptions& options);

// Planning and sampling need no networks: the same engine for motion alone.
// EncodeIdentity then fails with FailedPrecondition.
std::shared_ptr<const Engine> CreateHilmMotionEngine();

}  // namespace longtake::worker
