#pragma once
// The worker process around an agent: flags, signals, lines for people.

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "common/metrics/monitoring.h"
#include "common/rpc/credentials.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

struct WorkerAppOptions {
  std::string coordinators = "127.0.0.1:7400";  // host:port,host:port,…
  std::string artifacts;                        // directory of the shared store
  int slots = 0;                                // 0 = DefaultSlots()
  std::string worker_id;                        // empty = host name and pid
  std::vector<std::string> pools;
  std::string gpu_memory = "0";  // ParseBytes
  std::vector<std::string> capabilities;
  std::vector<std::string> watermark_keys;  // files
  int drain_seconds = 20;
  metrics::MonitoringOptions monitoring;
  std::string log_level = "info";
  std::string log_format = "text";
  FarmSecurity security;
};

// Declares the flags; they fill `options`, which must outlive parsing.
void AddWorkerFlags(CLI::App& app, WorkerAppOptions* options);

// Prints "metrics on HOST:PORT" where it serves any, "registered as ID" once
// the coordinator knows the worker, on standard output, and returns when the
// worker has ended: the first SIGTERM or SIGINT drains, the second stops at
// once. `stop_signals`: from HoldStopSignals, which main calls first. Exit
// code: 0 after a drain, 130 or 143 after a second signal; after one line on
// standard error 2 where what was given can't work (flags, directories,
// weights), else 1.
int RunWorkerApp(const WorkerAppOptions& options, const sigset_t& stop_signals,
                 std::vector<std::shared_ptr<const Engine>> engines);
// As above; engines that can't be built end it as what was given does.
using EngineFactory =
    std::function<StatusOr<std::vector<std::shared_ptr<const Engine>>>()>;
int RunWorkerApp(const WorkerAppOptions& options, const sigset_t& stop_signals,
                 const EngineFactory& build_engines);

// The exit code when the process is to end: 0 after --help and --version, 2
// after a wrong flag.
std::optional<int> ParseWorkerFlags(CLI::App& app, int argc, char** argv);

}  // namespace longtake::worker
