#pragma once
// What this process saw acknowledged of each job, to notice when the state has
// forgotten some of it. A version alone can't tell: a state that was set back
// goes on, and soon has the same version again. So each transition notes whose
// it is, and the record keeps of each coordinator its newest two (history.lua);
// a process knows by its own ones whether this is the history it was part of.
//
// The rules, of versions that this process's own transitions were given: they
// rise; what was answered is the newest one, or before it; and between the
// newest one and its predecessor there is none.

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/status/status.h"

namespace longtake::coordinator::redis {

// A job's record, as a script's answer or a look at it tells.
struct JobMark {
  int64_t version = 0;     // 0: never seen
  int64_t own = 0;         // after the newest transition of this process
  int64_t own_before = 0;  // after the one before that
  friend bool operator==(const JobMark&, const JobMark&) = default;
};

// From the field `numbers`. `maker`: this process; `seen`: its newest known
// transition, for a record that may have let go of it.
StatusOr<JobMark> MarkOf(const std::string& numbers, const std::string& maker,
                         int64_t seen);

// Unavailable: what the record of a job has forgotten is about to be rebuilt.
Status StateForgotten(const std::string& job_id);

// Thread-safe. Holds `capacity` jobs; beyond, some job is let go.
class SeenHistories {
 public:
  // What was known when a call began. Ends with the state that it was of.
  struct Known {
    JobMark mark;
    int64_t era = 0;
  };

  explicit SeenHistories(size_t capacity) : capacity_(capacity) {}

  Known Get(const std::string& job_id) const;
  // `now`: what a call answered that began with `before`.
  void Note(const std::string& job_id, const Known& before, const JobMark& now);
  // As Note, of a job whose record is not there.
  void NoteLoss(const Known& before);
  // The job is gone, and that is no loss.
  void Forget(const std::string& job_id);
  // Something that was seen is gone.
  bool has_loss() const;

  // Some of the jobs, others each time; all with SIZE_MAX.
  std::vector<std::pair<std::string, Known>> Sample(size_t limit);

  // Another state: nothing is known of it.
  void StartEra();

 private:
  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::unordered_map<std::string, JobMark> marks_ ABSL_GUARDED_BY(mutex_);
  int64_t era_ ABSL_GUARDED_BY(mutex_) = 0;
  bool has_loss_ ABSL_GUARDED_BY(mutex_) = false;
  size_t sample_at_ ABSL_GUARDED_BY(mutex_) = 0;  // bucket
};

}  // namespace longtake::coordinator::redis
