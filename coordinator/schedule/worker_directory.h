#pragma once
// The farm's workers as this coordinator knows them: a list that is read again
// when it is a moment old, so that a thousand workers that come and go cost one
// list a second, and each a note now and then that it was heard of.

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
  using Record = std::shared_ptr<const WorkerRecord>;
  using Snapshot = std::shared_ptr<const std::vector<WorkerRecord>>;

  // timeout: a worker not heard of for so long no longer counts.
  WorkerDirectory(Store& store, Clock& clock, absl::Duration timeout)
      : store_(store), clock_(clock), timeout_(timeout) {}

  Status Put(const WorkerRecord& worker);
  // It was heard of; its record, a moment more than kFresh old at most.
  // NotFound when it never registered.
  StatusOr<Record> Seen(const std::string& worker_id);
  // As the store has it now.
  StatusOr<Record> Look(const std::string& worker_id);
  Status Drain(const std::string& worker_id);
  Status PutHealth(const std::string& worker_id, const WorkerHealth& health);
  // Those heard of lately; empty when the store can't tell.
  Snapshot Live();
  // Slots of those that take work.
  int LiveSlots();

  static constexpr absl::Duration kFresh = absl::Seconds(1);
  // How often the store is told that a worker was heard of; more often where
  // the timeout is short.
  static constexpr absl::Duration kTouchEvery = absl::Seconds(5);

 private:
  struct Known {
    Record record;  // shared with live_ where that is as new
    absl::Time read;
    absl::Time touched;
  };
  void Forget(const std::string& worker_id);
  bool IsFresh(absl::Time read, absl::Time now) const {
    return read <= now && now - read < kFresh;
  }
  // Reads the list and brings what is known of each up to date.
  Status ReadAll();

  Store& store_;
  Clock& clock_;
  const absl::Duration timeout_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
  Snapshot live_ ABSL_GUARDED_BY(mutex_);
  // When live_ was read; past when it is known to be old.
  absl::Time listed_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time next_list_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace longtake::coordinator
