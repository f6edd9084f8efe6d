#include "client/embedded/embedded_farm.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "worker/app/machine.h"

namespace longtake::client {
namespace {

constexpr absl::Duration kRegistrationTimeout = absl::Seconds(30);
constexpr absl::Duration kShutdownGrace = absl::Seconds(2);
// Workers renew, and tell how many frames they have, three times a lease: often
// enough here for a progress bar. Workers of this process die with it, so the
// lease guards against nothing but a process that was suspended.
constexpr absl::Duration kLease = absl::Seconds(6);

}  // namespace

StatusOr<std::unique_ptr<EmbeddedFarm>> EmbeddedFarm::Start(
    const EmbeddedFarmOptions& options) {
  worker::RaiseOpenFileLimit();
  worker::LimitHeapArenas();
  std::unique_ptr<EmbeddedFarm> farm(new EmbeddedFarm());
  DirectoryStoreOptions store;
  store.root = options.cache_dir;
  store.max_bytes = options.cache_bytes;
  // The job's first segments are needed when its last one is done.
  store.keep_used_while_open = true;
  LT_ASSIGN_OR_RETURN(std::unique_ptr<ArtifactStore> directory,
                      OpenDirectoryStore(store));
  farm->artifacts_ = std::make_shared<WatchedStore>(std::move(directory));
  coordinator::CoordinatorServer::Options coordinator;
  coordinator.artifacts = farm->artifacts_;
  coordinator.scheduler.lease = kLease;
  coordinator.scheduler.limits = options.limits;
  // Its jobs end with it.
  coordinator.scheduler.durable = false;
  LT_ASSIGN_OR_RETURN(coordinator.scheduler.provenance,
                      RuleOf(options.provenance));
  std::vector<std::string> key_files;
  if (!options.provenance.watermark_key.empty()) {
    key_files.push_back(options.provenance.watermark_key);
  }
  LT_ASSIGN_OR_RETURN(WatermarkKeys keys, WatermarkKeys::Read(key_files));
  LT_ASSIGN_OR_RETURN(farm->coordinator_, coordinator::CoordinatorServer::Start(
                                              std::move(coordinator)));
  farm->channel_ = farm->coordinator_->InProcessChannel();
  LT_RETURN_IF_ERROR(farm->StartWorkers(
      options, std::make_shared<const WatermarkKeys>(std::move(keys))));
  return farm;
}

Status EmbeddedFarm::StartWorkers(const EmbeddedFarmOptions& options,
                                  std::shared_ptr<const WatermarkKeys> keys) {
  for (int i = 1; i <= options.workers; ++i) {
    worker::WorkerAgent::Options agent;
    agent.worker_id = fmt::format("local-{}", i);
    agent.build_version = LONGTAKE_VERSION;
    agent.channel = channel_;
    agent.artifacts = artifacts_;
    agent.engines = options.engines;
    agent.slots = 1;
    agent.watermark_keys = keys;
    LT_ASSIGN_OR_RETURN(workers_.emplace_back(),
                        worker::WorkerAgent::Start(std::move(agent)));
  }
  for (const auto& worker : workers_) {
    LT_RETURN_IF_ERROR(worker->WaitUntilRegistered(kRegistrationTimeout));
  }
  return OkStatus();
}

EmbeddedFarm::~EmbeddedFarm() {
  for (const auto& worker : workers_) {
    if (worker != nullptr) worker->Stop();
  }
  workers_.clear();
  channel_.reset();
  if (coordinator_ != nullptr) coordinator_->Shutdown(kShutdownGrace);
}

StatusOr<std::string> DefaultCacheDirectory() {
  // XDG Base Directory Specification: a relative path there is to be ignored.
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && xdg[0] == '/') return std::string(xdg) + "/longtake";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') {
    return std::string(home) + "/.cache/longtake";
  }
  return FailedPrecondition(
      "no place for the cache: HOME is not set; give --cache-dir");
}

int DefaultWorkers() { return worker::DefaultSlots(); }

}  // namespace longtake::client
