#pragma once
// Where a job's motion comes from: sampled by the engine from the audio and the
// key motions, or imported from a Live Link Face CSV. Runners see no
// difference.

#include <memory>
#include <string>

#include "common/artifact/artifact_store.h"
#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Thread-safe.
class MotionSource {
 public:
  virtual ~MotionSource() = default;
  // The motion of `range`; any cover of it by smaller ranges gives the same.
  virtual StatusOr<MotionTrack> Sample(FrameRange range) const = 0;
};

// What a render names: motion_csv says that the plan's blob holds imported
// rows (motion_rows.h), else it holds key motions. `engine` is borrowed and
// must outlive the source, as must `task`.
StatusOr<std::unique_ptr<MotionSource>> OpenMotionSource(
    ArtifactStore& store, const Engine& engine, const RenderTask& task);

}  // namespace longtake::worker
