#pragma once
// What a job needs of its workers, on the command line.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake::client {

struct NeedsFlags {
  std::string pool;
  std::string gpu_memory;
  std::vector<std::string> capabilities;
};

// --pool, --gpu-memory, --capability; with `prefix` "support-":
// --support-pool, … `flags` outlives running.
void AddNeedsFlags(CLI::App* command, const std::string& prefix,
                   NeedsFlags* flags);

StatusOr<TaskNeeds> ParseNeeds(const NeedsFlags& flags);

}  // namespace longtake::client
