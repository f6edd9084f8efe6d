#include "worker/agent/lease_table.h"

#include <algorithm>

namespace longtake::worker {

void HeldLease::Stop(StopReason reason) {
  if (reason == StopReason::kAbandon) {
    reason_ = reason;
  } else {
    StopReason none = StopReason::kNone;
    reason_.compare_exchange_strong(none, reason);
  }
  stop_.request_stop();
}

void HeldLease::SetFramesDone(int64_t frames) {
  absl::MutexLock lock(&mutex_);
  if (frames_done_ == 0) {
    frames_at_first_ = frames;
    first_at_ = SteadyNow();
  }
  frames_done_ = frames;
}

int64_t HeldLease::frames_done() const {
  absl::MutexLock lock(&mutex_);
  return frames_done_;
}

TaskPace HeldLease::Pace() const {
  absl::MutexLock lock(&mutex_);
  TaskPace pace;
  pace.total_frames = total_frames_;
  pace.frames_done = frames_done_;
  pace.frames_at_first = frames_at_first_;
  if (frames_done_ > 0) {
    pace.since_first = absl::FromChrono(SteadyNow() - first_at_);
  }
  return pace;
}

std::shared_ptr<HeldLease> LeaseTable::Add(const FencingToken& token,
                                           int64_t total_frames) {
  auto lease = std::make_shared<HeldLease>(token, total_frames);
  absl::MutexLock lock(&mutex_);
  held_.push_back(lease);
  return lease;
}

void LeaseTable::Remove(const HeldLease* lease) {
  absl::MutexLock lock(&mutex_);
  held_.remove_if([lease](const auto& held) { return held.get() == lease; });
}

std::vector<std::shared_ptr<HeldLease>> LeaseTable::Snapshot() const {
  absl::MutexLock lock(&mutex_);
  return {held_.begin(), held_.end()};
}

std::vector<LeaseReport> LeaseTable::Reports() const {
  std::vector<LeaseReport> reports;
  for (const auto& lease : Snapshot()) {
    reports.push_back({lease->token(), lease->frames_done()});
  }
  return reports;
}

// Stop callbacks run in the caller, so none of these holds the lock meanwhile.
void LeaseTable::StopTokens(const std::vector<FencingToken>& tokens) {
  for (const auto& lease : Snapshot()) {
    if (std::find(tokens.begin(), tokens.end(), lease->token()) !=
        tokens.end()) {
      lease->Stop(StopReason::kLost);
    }
  }
}

void LeaseTable::StopAll(StopReason reason) {
  for (const auto& lease : Snapshot()) lease->Stop(reason);
}

}  // namespace longtake::worker
