#pragma once
// How fast this machine would render a job, tried out: a few seconds of it are
// drawn and encoded by as many threads as there would be workers, in a store of
// their own that goes away. For plan, where no render has left a rate.

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "client/plan/render_rates.h"
#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::client {

struct StageOptions {
  std::shared_ptr<const worker::Engine> engine;
  std::string portrait_path, audio_path;
  JobSpec spec;  // output, controls and seed count
  int workers = 1;
  std::stop_token stop;
};

// About three seconds, and what decoding the sound takes. Its assembly is not
// measured. nullopt for a sound of less than kLeastRateFrames. Errors are those
// of the analyses and of drawing, and of the scratch directory.
StatusOr<std::optional<RenderRate>> MeasureStage(const StageOptions& options);

}  // namespace longtake::client
