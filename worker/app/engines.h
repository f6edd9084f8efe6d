#pragma once
// The engines that a worker offers. The only place that names them.

#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

struct EngineOptions {
  // Directory of the networks' weights; empty = DefaultModelsDirectory().
  std::string models_dir;
  // What draws: "cpu", "cuda", "cuda:1".
  std::string device = "cpu";
};

// <directory of the running binary>/../share/longtake/models.
std::string DefaultModelsDirectory();

// One engine of each kind; at least one. Loads weights: a second or so, and
// each engine is shared by all slots. FailedPrecondition, with the remedy,
// where the weights are not there.
StatusOr<std::vector<std::shared_ptr<const Engine>>> BuildEngines(
    const EngineOptions& options);

}  // namespace longtake::worker
