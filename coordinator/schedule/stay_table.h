#pragma once
// The newest shares of policy/stay_shares.h, by job, as this coordinator knows
// them.

#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/policy/stay_shares.h"

namespace longtake::coordinator {

// Thread-safe. Times are the farm's clock's.
class StayTable {
 public:
  // Instead of those before. `part`: see StayPart.
  void Set(std::vector<StayShare> shares, double part);
  // Leases that the job may hold with workers that stay; 0: none stays.
  double SlotsOf(const std::string& job_id, absl::Time now) const;
  double part() const;
  // Something else may be more urgent: none stays until the next shares are
  // known, or none with jobs of a lower priority.
  void Drop();
  void DropBelow(int priority);
  // None stays with the job for a while.
  void Suspend(const std::string& job_id, absl::Time until);

 private:
  mutable absl::Mutex mutex_;
  double part_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::string, StayShare> shares_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, absl::Time> suspended_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator
