#pragma once
// A whole farm in this process: the same coordinator and workers as the
// distributed one, wired over gRPC's in-process channel, state in memory,
// artifacts in a directory of the user's.

#include <grpcpp/channel.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/embedded/watched_store.h"
#include "common/artifact/artifact_store.h"
#include "common/provenance/provenance_config.h"
#include "common/provenance/watermark_key.h"
#include "common/status/status.h"
#include "coordinator/app/coordinator_server.h"
#include "worker/agent/worker_agent.h"
#include "worker/engine/engine.h"

namespace longtake::client {

struct EmbeddedFarmOptions {
  std::string cache_dir;
  int64_t cache_bytes = 0;  // 0 = no limit
  int workers = 1;          // each takes one task at a time
  std::vector<std::shared_ptr<const worker::Engine>> engines;
  coordinator::FarmLimits limits;
  // Marks of origin; its watermark_key is the workers' too.
  ProvenanceConfig provenance = {};
};

// Thread-compatible.
class EmbeddedFarm {
 public:
  // Returns once all workers are registered.
  static StatusOr<std::unique_ptr<EmbeddedFarm>> Start(
      const EmbeddedFarmOptions& options);
  // Stops workers in the middle of their tasks, then the coordinator. What was
  // finished stays in the cache.
  ~EmbeddedFarm();
  EmbeddedFarm(const EmbeddedFarm&) = delete;
  EmbeddedFarm& operator=(const EmbeddedFarm&) = delete;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  // Of the cache, found damaged or cut off so far; each is made again.
  int64_t damaged_blobs() const { return artifacts_->damaged_blobs(); }

 private:
  EmbeddedFarm() = default;
  Status StartWorkers(const EmbeddedFarmOptions& options,
                      std::shared_ptr<const WatermarkKeys> keys);

  std::shared_ptr<WatchedStore> artifacts_;
  std::unique_ptr<coordinator::CoordinatorServer> coordinator_;
  std::shared_ptr<grpc::Channel> channel_;
  std::vector<std::unique_ptr<worker::WorkerAgent>> workers_;
};

// $XDG_CACHE_HOME/longtake, else ~/.cache/longtake. FailedPrecondition where
// neither is set.
StatusOr<std::string> DefaultCacheDirectory();

// What this machine carries: cores that this process may use, and memory.
int DefaultWorkers();

}  // namespace longtake::client
