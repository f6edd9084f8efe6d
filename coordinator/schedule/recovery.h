#pragma once
// Makes sure that the state is whole before it is used: what was acknowledged
// is in the artifact store (manifests, their logs, result records), so state
// that is missing, older than what was seen, or of unknown origin is built
// again from there, under a new recovery epoch. Leases from before are refused
// by that epoch.
//
// How a loss is noticed: the state carries the epoch it was built under, the
// artifact store the newest one taken and the state server's instance that was
// last proven to hold it (object state/instance). At a coordinator's start the
// three must agree; while it runs, it remembers what it saw acknowledged
// (Store::HasForgotten).
//
// Two farms with a state each on one artifact store would undo each other's
// work. The later one takes a newer epoch for its own server; the earlier one
// sees that and stops to serve.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/job/input_limits.h"
#include "common/status/status.h"
#include "common/time/clock.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

struct RecoveryOptions {
  // Names this coordinator where several take turns.
  std::string owner;
  // False: nothing is restored; the state lives and dies with this process.
  bool durable = true;
  // Of jobs that have ended, the newest are restored.
  size_t max_ended_jobs = 10000;
  AnalysisLimits limits;  // of the jobs that are planned anew
};

struct RecoveryCounts {
  int64_t rebuilt = 0;        // how often this coordinator rebuilt the state
  int64_t restored_jobs = 0;  // the last time
  int64_t unreadable = 0;     // manifests or logs, the last time
};

// One thread only. Borrows all constructor arguments for its own life; blocks
// on their I/O.
class Recovery {
 public:
  Recovery(Store& store, ArtifactStore& artifacts, Clock& clock,
           RecoveryOptions options);

  // The epoch in force, after whatever had to be rebuilt. `on_loss` is called
  // first where the state is not whole: nobody may use it until this returned
  // an epoch. Unavailable: another coordinator is at it, or the store can't be
  // reached; ask again. FailedPrecondition: another farm has the artifact
  // store.
  StatusOr<int64_t> Ensure(const std::function<void()>& on_loss);
  const RecoveryCounts& counts() const { return counts_; }
  // Live jobs that the last rebuild restored: what they had finished is to be
  // found again among the result records. Empties the list.
  std::vector<std::string> TakeRestored();

 private:
  StatusOr<bool> IsWhole(const StateStamp& stamp);
  // `stamp` is of a state that is whole.
  Status CheckAlone(const StateStamp& stamp);
  bool IsTakenOver(const StateStamp& stamp, int64_t newest_epoch);
  StatusOr<int64_t> Rebuild(const std::string& instance);
  Status RestoreAll(int64_t epoch);
  StatusOr<JobRecord> ReadJob(const std::string& job_id, int64_t epoch);
  Status Restore(const JobRecord& job);

  Store& store_;
  ArtifactStore& artifacts_;
  Clock& clock_;
  const RecoveryOptions options_;
  RecoveryCounts counts_;
  std::vector<std::string> restored_;
  int64_t epoch_ = 0;     // in force when last looked
  std::string instance_;  // proven when last looked
  absl::Time next_look_for_others_ = absl::InfinitePast();
};

}  // namespace longtake::coordinator
