#pragma once
// The command line of longtake-coordinator.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "common/status/status.h"
#include "coordinator/app/config.h"

namespace longtake::coordinator {

// What was given; the rest is the configuration file's, or the default.
struct CoordinatorFlags {
  std::string config;
  std::optional<std::string> listen, artifacts, redis, metrics_listen;
  std::optional<std::string> artifacts_size;
  std::optional<int> lease_seconds, ended_jobs;
  std::optional<std::string> tls_cert, tls_key, tls_client_ca, tokens;
  bool require_client_cert = false;
  std::optional<std::string> log_level, log_format;
  bool metrics_open = false;
  bool insecure = false;
  bool no_housekeeping = false;
};

// `flags` outlives parsing.
void DeclareCoordinatorFlags(CLI::App& app, CoordinatorFlags* flags);

// File, then flags, then CheckCoordinatorConfig. InvalidArgument.
StatusOr<CoordinatorConfig> ResolveConfig(const CoordinatorFlags& flags);

}  // namespace longtake::coordinator
