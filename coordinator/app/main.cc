// longtake-coordinator: flags in, CoordinatorServer, signals out.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "common/artifact/artifact_store.h"
#include "common/artifact/directory_lock.h"
#include "common/auth/token_registry.h"
#include "common/concurrency/mutex_checks.h"
#include "common/log/log.h"
#include "common/metrics/monitoring.h"
#include "common/net/listen_address.h"
#include "common/process/stop_signals.h"
#include "common/rpc/certificate_files.h"
#include "common/rpc/credentials.h"
#include "coordinator/app/config.h"
#include "coordinator/app/coordinator_server.h"
#include "coordinator/app/flags.h"
#include "coordinator/app/redis_state.h"

namespace longtake::coordinator {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitFailure = 1;
// Blobs used this lately stay whatever the limit is: a job's first segments are
// needed when its last one is done.
constexpr absl::Duration kArtifactsGrace = absl::Hours(24);

void Declare(CLI::App& app, CoordinatorFlags* flags) {
  app.description(
      "Longtake's coordinator: takes jobs, hands tasks to workers.\n"
      "With --redis any number of coordinators share one state. Without it the "
      "state is this process's, alone on its artifact directory, and is "
      "rebuilt "
      "from there at each start. Either way nothing acknowledged is lost.");
  app.set_version_flag("--version", LONGTAKE_VERSION);
  DeclareCoordinatorFlags(app, flags);
}

StatusOr<CoordinatorServer::Options> OptionsFrom(
    const CoordinatorConfig& config, metrics::Monitoring* monitoring) {
  CoordinatorServer::Options options;
  options.monitoring = monitoring;
  LT_ASSIGN_OR_RETURN(options.credentials, MakeServerCredentials(config.tls));
  if (!config.tokens.empty()) {
    LT_ASSIGN_OR_RETURN(options.tokens, TokenRegistry::Open(config.tokens));
  }
  DirectoryStoreOptions store;
  store.root = config.artifacts;
  store.max_bytes = config.artifacts_bytes;
  store.eviction_grace = kArtifactsGrace;
  store.flag = "--artifacts";
  LT_ASSIGN_OR_RETURN(options.artifacts, OpenDirectoryStore(store));
  options.listen_address = config.listen;
  options.housekeeping = config.housekeeping;
  options.build_version = LONGTAKE_VERSION;
  options.artifacts_path = config.artifacts;
  options.max_ended_jobs = static_cast<size_t>(EndedJobsOf(config));
  if (!config.redis.url.empty()) {
    options.open_state =
        [url = config.redis.url, max_ended_jobs = options.max_ended_jobs,
         registry = monitoring->registry()](ChangeSignals& signals) {
          RedisStateOptions redis;
          redis.url = url;
          redis.max_ended_jobs = max_ended_jobs;
          redis.observer = ObserverFor(RedisMetrics(registry));
          return OpenRedisState(redis, signals);
        };
  }
  if (config.tls.on()) {
    options.certificate_expiry = [path = config.tls.certificate] {
      return CertificateExpiry(path);
    };
  }
  LT_ASSIGN_OR_RETURN(options.scheduler, SchedulerOptionsOf(config));
  return options;
}

// Two that keep states of their own over one directory would each rebuild the
// other's jobs and do them a second time.
StatusOr<std::unique_ptr<DirectoryLock>> LockArtifacts(
    const CoordinatorConfig& config) {
  const bool alone = config.redis.url.empty();
  auto lock = DirectoryLock::Take(
      config.artifacts, alone ? DirectoryUse::kAlone : DirectoryUse::kShared);
  if (lock.status().code() == StatusCode::kFailedPrecondition) {
    return InvalidArgument(fmt::format(
        "--artifacts {}: {}; stop it, give all of them the same --redis, or "
        "choose another directory",
        config.artifacts,
        alone ? "another coordinator uses it, and without --redis a "
                "coordinator must be alone there"
              : "a coordinator without --redis uses it, which must be alone "
                "there"));
  }
  LT_RETURN_IF_ERROR(lock.status());
  if (!(*lock)->is_held()) {
    Log(LogLevel::kWarning, "the artifact directory can't be locked",
        {{"artifacts", config.artifacts},
         {"why",
          "its file system has no flock: see to it yourself that no "
          "coordinator of another state uses it"}});
  }
  return lock;
}

Status Run(const CoordinatorFlags& flags, const sigset_t& stop_signals) {
  LT_ASSIGN_OR_RETURN(const CoordinatorConfig config, ResolveConfig(flags));
  SetUpLogging(config.log_level, config.log_format);
  LT_ASSIGN_OR_RETURN(const ListenAddress address,
                      ParseListenAddress(config.listen, "--listen"));
  for (const std::string& warning : WarningsOf(config)) {
    Log(LogLevel::kWarning, "insecure", {{"why", warning}});
  }
  LT_ASSIGN_OR_RETURN(
      const std::unique_ptr<metrics::Monitoring> monitoring,
      metrics::Monitoring::Start({config.metrics_listen, config.metrics_open}));
  if (!monitoring->address().empty()) {
    fmt::print("metrics on {}\n", monitoring->address());
    std::fflush(stdout);
  }
  LT_ASSIGN_OR_RETURN(CoordinatorServer::Options options,
                      OptionsFrom(config, monitoring.get()));
  // Let go once the server is gone.
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<DirectoryLock> lock,
                      LockArtifacts(config));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<CoordinatorServer> server,
                      CoordinatorServer::Start(std::move(options)));
  fmt::print("listening on {}:{}\n", address.host, server->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  Log(LogLevel::kInfo, "shutting down", {{"signal", signal}});
  server->Shutdown(config.grace);
  return OkStatus();
}

int Main(int argc, char** argv) {
  const sigset_t stop_signals = HoldStopSignals();
  CoordinatorFlags flags;
  CLI::App app;
  Declare(app, &flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // help, version
    fmt::print(stderr, "longtake-coordinator: {}; --help tells more\n",
               e.what());
    return kExitUsage;
  }
  const Status status = Run(flags, stop_signals);
  if (status.ok()) return 0;
  fmt::print(stderr, "longtake-coordinator: {}\n", Message(status));
  return status.code() == StatusCode::kInvalidArgument ? kExitUsage
                                                       : kExitFailure;
}

}  // namespace
}  // namespace longtake::coordinator

int main(int argc, char** argv) {
  longtake::SwitchOffMutexChecks();
  return longtake::coordinator::Main(argc, argv);
}
