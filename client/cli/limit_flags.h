#pragma once
// --limit: what inputs of a render may be at most. Names and values are those
// of `limits:` in deploy/coordinator.yaml.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "coordinator/app/config.h"

namespace longtake::client {

struct LimitFlags {
  std::vector<std::string> limits;  // "portrait_pixels=100000000"
};
// --limit, repeatable, or $LONGTAKE_LIMITS with commas between. `flags`
// outlives running.
void AddLimitFlags(CLI::App* command, LimitFlags* flags);

// The defaults, with what was given. InvalidArgument names the limit and what
// it takes.
StatusOr<coordinator::FarmLimits> ParseLimits(const LimitFlags& flags);

}  // namespace longtake::client
