// longtake-coordinator: flags in, CoordinatorServer, signals out.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "common/artifact/artifact_store.h"
#include "common/log/log.h"
#include "common/process/stop_signals.h"
#include "coordinator/app/coordinator_server.h"
#include "coordinator/app/listen_address.h"
#include "coordinator/app/redis_state.h"

namespace longtake::coordinator {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitFailure = 1;
constexpr absl::Duration kGrace = absl::Seconds(5);
// Blobs used this lately stay whatever the limit is: a job's first segments are
// needed when its last one is done.
constexpr absl::Duration kArtifactsGrace = absl::Hours(24);

struct Flags {
  std::string listen = "127.0.0.1:7400";
  std::string artifacts;
  int artifacts_gb = 0;
  int lease_seconds = 30;
  std::string log_level = "info";
  bool insecure = false;
  std::string redis;
  bool no_housekeeping = false;
};

void Declare(CLI::App& app, Flags& flags) {
  app.description(
      "Longtake's coordinator: takes jobs, hands tasks to workers.\n"
      "With --redis any number of coordinators share one state. Without it the "
      "state is this process's, alone on its artifact directory, and is "
      "rebuilt "
      "from there at each start. Either way nothing acknowledged is lost.");
  app.set_version_flag("--version", LONGTAKE_VERSION);
  app.add_option("--listen", flags.listen,
                 "host:port to serve on; port 0 = any free one")
      ->capture_default_str();
  app.add_option("--artifacts", flags.artifacts,
                 "directory of the artifact store, shared with the workers")
      ->required();
  app.add_option("--artifacts-size", flags.artifacts_gb,
                 "GB of blobs to keep there, least recently used go first; 0 = "
                 "no limit. What live jobs are to find again must fit")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  app.add_option("--lease-seconds", flags.lease_seconds,
                 "a worker not heard of for so long loses its task")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--log-level", flags.log_level,
                 "debug, info, warning, error or off")
      ->capture_default_str();
  app.add_option(
         "--redis", flags.redis,
         "redis://[user:password@]host:port[/db] or "
         "redis-sentinel://s1:26379,s2:26379/master: where coordinators "
         "share their state; also $LONGTAKE_REDIS, which hides a "
         "password from the process list")
      ->envname("LONGTAKE_REDIS");
  app.add_flag("--no-housekeeping", flags.no_housekeeping,
               "put nothing right that died half-way; for tests")
      ->group("");
  app.add_flag("--insecure", flags.insecure,
               "allow --listen on more than this machine, without encryption "
               "or authentication: only inside a network you trust");
}

Status Run(const Flags& flags, const sigset_t& stop_signals) {
  LT_ASSIGN_OR_RETURN(const LogLevel level, ParseLogLevel(flags.log_level));
  SetUpLogging(level);
  LT_ASSIGN_OR_RETURN(const ListenAddress address,
                      ParseListenAddress(flags.listen));
  if (!address.is_loopback && !flags.insecure) {
    return InvalidArgument(fmt::format(
        "--listen {} is reachable from other machines, and this version has "
        "neither encryption nor authentication; listen on 127.0.0.1, or add "
        "--insecure inside a network you trust",
        flags.listen));
  }
  CoordinatorServer::Options options;
  DirectoryStoreOptions store;
  store.root = flags.artifacts;
  store.max_bytes = int64_t{flags.artifacts_gb} << 30;
  store.eviction_grace = kArtifactsGrace;
  store.flag = "--artifacts";
  LT_ASSIGN_OR_RETURN(options.artifacts, OpenDirectoryStore(store));
  options.listen_address = flags.listen;
  options.scheduler.lease = absl::Seconds(flags.lease_seconds);
  options.housekeeping = !flags.no_housekeeping;
  if (!flags.redis.empty()) {
    options.open_state = [&flags](ChangeSignals& signals) {
      RedisStateOptions redis;
      redis.url = flags.redis;
      return OpenRedisState(redis, signals);
    };
  }
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<CoordinatorServer> server,
                      CoordinatorServer::Start(std::move(options)));
  fmt::print("listening on {}:{}\n", address.host, server->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  Log(LogLevel::kInfo, "shutting down", {{"signal", signal}});
  server->Shutdown(kGrace);
  return OkStatus();
}

int Main(int argc, char** argv) {
  const sigset_t stop_signals = HoldStopSignals();
  Flags flags;
  CLI::App app;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kExitUsage;
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
  return longtake::coordinator::Main(argc, argv);
}
