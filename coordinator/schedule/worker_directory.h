#pragma once
// The farm's workers as this coordinator knows them: a snapshot that is read
// again when it is a moment old, so that a poll of one among a thousand workers
// costs no list of them all.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/status/status.h"
#include "common/time/clock.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

// Thread-safe; no lock is held over the store's I/O. Borrows all for its own
// life.
class WorkerDirectory {
 public:
  using Snapshot = std::shared_ptr<const std::vector<WorkerRecord>>;

  // timeout: a worker not heard of for so long no longer counts.
  WorkerDirectory(Store& store, Clock& clock, absl::Duration timeout)
      : store_(store), clock_(clock), timeout_(timeout) {}

  Status Put(const WorkerRecord& worker);
  // It was heard of; its record, at most kFresh old. NotFound when it never
  // registered.
  StatusOr<WorkerRecord> Seen(const std::string& worker_id);
  // As the store has it now.
  StatusOr<WorkerRecord> Look(const std::string& worker_id);
  Status Drain(const std::string& worker_id);
  Status PutHealth(const std::string& worker_id, const WorkerHealth& health);
  // Those heard of lately; empty when the store can't tell.
  Snapshot Live();
  // Slots of those that take work.
  int LiveSlots();

  static constexpr absl::Duration kFresh = absl::Seconds(1);

 private:
  struct Known {
    WorkerRecord record;
    absl::Time touched;
  };
  void Forget(const std::string& worker_id);

  Store& store_;
  Clock& clock_;
  const absl::Duration timeout_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
  Snapshot live_ ABSL_GUARDED_BY(mutex_);
  absl::Time listed_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace longtake::coordinator
