#include "coordinator/schedule/stay_table.h"

#include <utility>

namespace longtake::coordinator {

void StayTable::Set(std::vector<StayShare> shares, double part) {
  absl::MutexLock lock(&mutex_);
  part_ = part;
  shares_.clear();
  for (StayShare& share : shares) {
    std::string job_id = share.job_id;
    shares_[std::move(job_id)] = std::move(share);
  }
  std::erase_if(suspended_, [this](const auto& entry) {
    return !shares_.contains(entry.first);
  });
}

double StayTable::SlotsOf(const std::string& job_id, absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  const auto share = shares_.find(job_id);
  if (share == shares_.end()) return 0;
  const auto suspended = suspended_.find(job_id);
  if (suspended != suspended_.end() && now < suspended->second) return 0;
  return share->second.slots;
}

double StayTable::part() const {
  absl::MutexLock lock(&mutex_);
  return part_;
}

void StayTable::Drop() {
  absl::MutexLock lock(&mutex_);
  shares_.clear();
}

void StayTable::DropBelow(int priority) {
  absl::MutexLock lock(&mutex_);
  std::erase_if(shares_, [priority](const auto& entry) {
    return entry.second.priority < priority;
  });
}

void StayTable::Suspend(const std::string& job_id, absl::Time until) {
  absl::MutexLock lock(&mutex_);
  suspended_[job_id] = until;
}

}  // namespace longtake::coordinator
