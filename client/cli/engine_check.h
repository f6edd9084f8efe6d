#pragma once
// A job's engine, looked at before any work starts.

#include <memory>
#include <vector>

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::client {

using Engines = std::vector<std::shared_ptr<const worker::Engine>>;

// `engines` has the job's engine, and that takes the job's controls. Else
// InvalidArgument with what is known. A farm waits for a worker that has the
// engine; in one process no other will ever come.
Status CheckEngine(const Engines& engines, const JobSpec& spec);

}  // namespace longtake::client
