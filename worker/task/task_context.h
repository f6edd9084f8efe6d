#pragma once
// What every task runner is given besides its task.

#include <cstdint>
#include <functional>
#include <stop_token>

#include "common/artifact/artifact_store.h"
#include "common/provenance/watermark_key.h"
#include "worker/engine/engine.h"
#include "worker/task/renderer_cache.h"

namespace longtake::worker {

// References are borrowed for the run.
struct TaskContext {
  ArtifactStore& store;
  const Engine& engine;
  RendererCache& renderers;  // the slot's own
  // Requested: the runner returns Cancelled soon (a frame or so).
  std::stop_token stop;
  // Told the frames done so far, from any of the run's threads; may be empty.
  std::function<void(int64_t frames_done)> progress;
  // Of the watermarks that are asked for; null = the public key alone.
  const WatermarkKeys* watermark_keys = nullptr;

  void ReportProgress(int64_t frames_done) const {
    if (progress) progress(frames_done);
  }
};

}  // namespace longtake::worker
