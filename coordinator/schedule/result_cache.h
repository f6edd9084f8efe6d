#pragma once
// Finished tasks by key: object results/<TaskKey> holds the result's canonical
// JSON, without timings (they belong to a run, not to the bytes).

#include <atomic>
#include <optional>
#include <string>

#include "common/artifact/artifact_store.h"
#include "common/job/job.h"
#include "common/status/status.h"
#include "coordinator/metrics/coordinator_metrics.h"

namespace longtake::coordinator {

// Thread-safe as the artifact store is. Blocks on its I/O.
class ResultCache {
 public:
  // Borrows `artifacts` for its own life.
  explicit ResultCache(ArtifactStore& artifacts,
                       const ScheduleMetrics& metrics = {})
      : artifacts_(artifacts), metrics_(metrics) {}

  // Whether Find has something to look at; reads no blob.
  bool HasRecord(const std::string& key);
  // A record that parses and whose blobs are all there and whole, digests
  // checked; anything less is a miss.
  std::optional<TaskResult> Find(const std::string& key);
  // The first record under a key stays, unless it no longer holds (its blobs
  // were collected): a duplicate's bytes are dropped.
  Status Publish(const std::string& key, const TaskResult& result);
  // Replaces what is there: the render that a repair chose.
  Status Replace(const std::string& key, const TaskResult& result);

  bool HasAllBlobs(const TaskResult& result);
  // As HasAllBlobs, and reads them: a damaged one is dropped (and logged).
  bool VerifyAllBlobs(const TaskResult& result);

  // Publications that found another valid record under their key: renders of
  // one key that differ in bytes.
  int64_t conflicts() const { return conflicts_; }

 private:
  ArtifactStore& artifacts_;
  const ScheduleMetrics metrics_;
  std::atomic<int64_t> conflicts_ = 0;
};

}  // namespace longtake::coordinator
