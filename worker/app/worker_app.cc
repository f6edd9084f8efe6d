#include "worker/app/worker_app.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <utility>

#include "common/artifact/artifact_store.h"
#include "common/config/byte_size.h"
#include "common/log/log.h"
#include "common/process/stop_signals.h"
#include "common/provenance/watermark_key.h"
#include "common/rpc/channel.h"
#include "common/rpc/coordinator_list.h"
#include "common/rpc/security_flags.h"
#include "fmt/format.h"
#include "worker/agent/worker_agent.h"
#include "worker/app/machine.h"
#include "worker/app/offer.h"
#include "worker/metrics/worker_metrics.h"

namespace longtake::worker {
namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
constexpr timespec kSignalPoll = {0, 100'000'000};

std::string DefaultWorkerId() {
  char host[256] = "worker";
  ::gethostname(host, sizeof(host) - 1);
  return fmt::format("{}-{}", host, ::getpid());
}

int Fail(const Status& status, int exit_code) {
  fmt::print(stderr, "longtake-worker: {}\n", Message(status));
  return exit_code;
}

// What was given can't work, whatever the farm does.
bool IsUsageError(const Status& status) {
  return status.code() == StatusCode::kInvalidArgument ||
         status.code() == StatusCode::kFailedPrecondition ||
         status.code() == StatusCode::kNotFound;
}

int FailToStart(const Status& status) {
  return Fail(status, IsUsageError(status) ? kExitUsage : kExitFailure);
}

StatusOr<std::unique_ptr<WorkerAgent>> StartAgent(
    const WorkerAppOptions& options,
    std::vector<std::shared_ptr<const Engine>> engines,
    metrics::Monitoring& monitoring) {
  WorkerAgent::Options agent;
  agent.worker_id = options.worker_id;
  agent.build_version = LONGTAKE_VERSION;
  agent.slots = options.slots > 0 ? options.slots : DefaultSlots();
  agent.engines = std::move(engines);
  agent.drain_grace = absl::Seconds(options.drain_seconds);
  LT_ASSIGN_OR_RETURN(agent.pools, CheckNames(options.pools, "--pool"));
  const StatusOr<int64_t> gpu_memory = ParseByteSize(options.gpu_memory);
  LT_RETURN_IF_ERROR(Annotate(gpu_memory.status(), "--gpu-memory"));
  agent.gpu_memory_bytes = *gpu_memory;
  LT_ASSIGN_OR_RETURN(agent.capabilities,
                      CheckNames(options.capabilities, "--capability"));
  LT_ASSIGN_OR_RETURN(WatermarkKeys keys,
                      WatermarkKeys::Read(options.watermark_keys));
  agent.watermark_keys = std::make_shared<const WatermarkKeys>(std::move(keys));
  // The store is the coordinator's: a mistyped directory must not become one.
  DirectoryStoreOptions store;
  store.root = options.artifacts;
  store.create_if_missing = false;
  store.flag = "--artifacts";
  LT_ASSIGN_OR_RETURN(agent.artifacts, OpenDirectoryStore(store));
  if (monitoring.registry() != nullptr) {
    agent.metrics =
        WorkerMetrics(monitoring.registry(), LONGTAKE_VERSION, agent.slots);
    agent.artifacts = CountBytes(std::move(agent.artifacts), agent.metrics);
  }
  agent.readiness = &monitoring.readiness();
  LT_ASSIGN_OR_RETURN(
      const FarmCredentials credentials,
      MakeFarmCredentials(options.security, options.coordinators));
  CoordinatorList::Options coordinators;
  coordinators.salt = options.worker_id;
  LT_ASSIGN_OR_RETURN(
      agent.coordinators,
      OpenCoordinators(options.coordinators, "--coordinators", coordinators,
                       [&credentials](const std::string& address) {
                         return OpenFarmChannel(address, credentials);
                       }));
  return WorkerAgent::Start(std::move(agent));
}

// Until the agent has ended. The signal that ended it at once, else 0.
int AwaitEnd(WorkerAgent& agent, const sigset_t& signals,
             const std::string& line) {
  bool announced = false;
  bool draining = false;
  while (!agent.WaitFor(absl::ZeroDuration())) {
    if (!announced && agent.WaitUntilRegistered(absl::ZeroDuration()).ok()) {
      announced = true;
      fmt::print("{}\n", line);
      std::fflush(stdout);
    }
    const int signal = ::sigtimedwait(&signals, nullptr, &kSignalPoll);
    if (signal <= 0) continue;
    if (draining) {
      // A third signal ends the process the usual way.
      ReleaseStopSignals();
      agent.Stop();
      return signal;
    }
    draining = true;
    agent.Drain();
  }
  return 0;
}

}  // namespace

void AddWorkerFlags(CLI::App& app, WorkerAppOptions* options) {
  app.add_option("--coordinators,--coordinator", options->coordinators,
                 "Addresses of the farm's coordinators, host:port with commas "
                 "between; any of them serves this worker, and another where "
                 "one dies")
      ->capture_default_str();
  app.add_option("--artifacts", options->artifacts,
                 "Directory of the artifact store that the coordinators and "
                 "all workers share; also $LONGTAKE_ARTIFACTS")
      ->envname("LONGTAKE_ARTIFACTS")
      ->required();
  app.add_option("--slots", options->slots,
                 "Tasks at once; 0: as many as cores and memory carry")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--pool", options->pools,
                 "A pool that this worker belongs to; repeat it, or give "
                 "several with commas between. Tasks of a pool go to its "
                 "workers only")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--gpu-memory", options->gpu_memory,
                 fmt::format("Memory of this worker's GPU that a task may ask "
                             "for: {}; {}; 0: no GPU",
                             kByteSizeForm, kByteSizeUnits))
      ->capture_default_str();
  app.add_option("--capability", options->capabilities,
                 "What else tasks may ask for, as a name of your own; repeat "
                 "it, or give several with commas between")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--watermark-key", options->watermark_keys,
                 "File of the key that the farm's watermark is drawn with "
                 "(provenance.watermark_key of its coordinators), 64 hex "
                 "digits; repeat it while keys change. Without it this worker "
                 "has the public key alone")
      ->allow_extra_args(false);
  app.add_option("--worker-id", options->worker_id,
                 "Name in the farm, unique; default: host name and process id");
  app.add_option("--drain-seconds", options->drain_seconds,
                 "What running tasks get to finish after SIGTERM or SIGINT "
                 "before they are given back; a render that can't finish in "
                 "this time is given back at once")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  app.add_option("--metrics-listen", options->monitoring.listen,
                 "host:port to serve /metrics, /healthz and /readyz on, plain "
                 "HTTP; port 0 = any free one; default: none");
  app.add_flag("--metrics-open", options->monitoring.open,
               "Allow --metrics-listen on more than this machine: only inside "
               "a network you trust");
  AddSecurityFlags(app, &options->security);
  app.add_option("--log-level", options->log_level,
                 "debug, info, warning, error or off")
      ->capture_default_str();
  app.add_option("--log-format", options->log_format,
                 "text, or json: one object a line")
      ->capture_default_str();
  app.footer(
      "The first SIGTERM or SIGINT drains: no new tasks, running ones finish "
      "or are given back. The second stops at once.");
}

int RunWorkerApp(const WorkerAppOptions& options, const sigset_t& stop_signals,
                 std::vector<std::shared_ptr<const Engine>> engines) {
  const StatusOr<LogLevel> level = ParseLogLevel(options.log_level);
  if (!level.ok()) return FailToStart(level.status());
  const StatusOr<LogFormat> format = ParseLogFormat(options.log_format);
  if (!format.ok()) return FailToStart(format.status());
  SetUpLogging(*level, *format);
  RaiseOpenFileLimit();
  LimitHeapArenas();
  WorkerAppOptions resolved = options;
  if (resolved.worker_id.empty()) resolved.worker_id = DefaultWorkerId();
  const auto monitoring = metrics::Monitoring::Start(options.monitoring);
  if (!monitoring.ok()) return FailToStart(monitoring.status());
  if (!(*monitoring)->address().empty()) {
    fmt::print("metrics on {}\n", (*monitoring)->address());
    std::fflush(stdout);
  }
  auto agent = StartAgent(resolved, std::move(engines), **monitoring);
  if (!agent.ok()) return FailToStart(agent.status());
  const int signal =
      AwaitEnd(**agent, stop_signals,
               fmt::format("registered as {}", resolved.worker_id));
  if (signal != 0) return 128 + signal;
  const Status end = (*agent)->Wait();
  return end.ok() ? 0 : Fail(end, kExitFailure);
}

int RunWorkerApp(const WorkerAppOptions& options, const sigset_t& stop_signals,
                 const EngineFactory& build_engines) {
  auto engines = build_engines();
  if (!engines.ok()) return FailToStart(engines.status());
  return RunWorkerApp(options, stop_signals, *std::move(engines));
}

std::optional<int> ParseWorkerFlags(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kExitUsage;
  }
  ReconnectPromptly();
  return std::nullopt;
}

}  // namespace longtake::worker
