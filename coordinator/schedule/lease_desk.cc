#include "coordinator/schedule/lease_desk.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace longtake::coordinator {

LeaseDesk::LeaseDesk(Scheduler& scheduler, Executor& executor)
    : scheduler_(scheduler), executor_(executor) {
  watch_ = scheduler_.signals().WatchQueue([this] { Wake(); });
}

LeaseDesk::~LeaseDesk() {
  scheduler_.signals().Unwatch(watch_);
  Close();
}

uint64_t LeaseDesk::NewTicket() {
  absl::MutexLock lock(&mutex_);
  return ++last_ticket_;
}

void LeaseDesk::Ask(uint64_t ticket, const std::string& worker_id,
                    absl::Duration max_wait, Answer answer) {
  const absl::Time deadline =
      scheduler_.clock().Now() +
      std::clamp(max_wait, absl::ZeroDuration(), kMaxWait);
  bool closed = false;
  {
    absl::MutexLock lock(&mutex_);
    closed = closed_;
    if (!closed) {
      Question& question = questions_[ticket];
      question.worker_id = worker_id;
      question.deadline = deadline;
      question.answer = std::move(answer);
      question.trying = true;
    }
  }
  if (closed) {
    answer(LeaseAttempt{});
  } else {
    TryLater(ticket);
  }
}

void LeaseDesk::TryLater(uint64_t ticket) {
  {
    absl::MutexLock lock(&mutex_);
    line_.push_back(ticket);
  }
  StartTries();
}

void LeaseDesk::StartTries() {
  while (true) {
    uint64_t ticket = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (line_.empty() || tries_ >= kTriesAtOnce) return;
      ticket = line_.front();
      line_.pop_front();
      ++tries_;
    }
    const Status scheduled = executor_.Schedule([this, ticket] {
      Try(ticket);
      {
        absl::MutexLock lock(&mutex_);
        --tries_;
      }
      StartTries();
    });
    if (scheduled.ok()) continue;
    {
      absl::MutexLock lock(&mutex_);
      --tries_;
    }
    Finish(ticket, scheduled);
  }
}

void LeaseDesk::Try(uint64_t ticket) {
  std::string worker_id;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = questions_.find(ticket);
    if (it == questions_.end()) return;
    it->second.tried_at = wake_count_;
    worker_id = it->second.worker_id;
  }
  StatusOr<LeaseAttempt> attempt = scheduler_.TryLease(worker_id);
  if (!attempt.ok() || attempt->lease || attempt->drain) {
    Finish(ticket, std::move(attempt));
  } else if (!Park(ticket, attempt->ask_again)) {
    absl::MutexLock lock(&mutex_);
    line_.push_back(ticket);
  }
}

bool LeaseDesk::Park(uint64_t ticket, bool ask_again) {
  const absl::Time now = scheduler_.clock().Now();
  bool withdrawn = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = questions_.find(ticket);
    if (it == questions_.end()) return true;
    Question& question = it->second;
    withdrawn = question.withdrawn;
    // Look-ups that are under way are not waiting.
    const absl::Time end =
        question.deadline + (ask_again ? kLookupExtra : absl::ZeroDuration());
    const bool over = withdrawn || closed_ || end <= now;
    if (!over) {
      // The queue changed while we looked: what we saw is old.
      if (ask_again || question.tried_at != wake_count_) return false;
      question.trying = false;
      return true;
    }
  }
  if (withdrawn) {
    Finish(ticket, Cancelled("the worker no longer waits"));
  } else {
    Finish(ticket, LeaseAttempt{});
  }
  return true;
}

void LeaseDesk::Finish(uint64_t ticket, StatusOr<LeaseAttempt> outcome) {
  Answer answer;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = questions_.find(ticket);
    if (it == questions_.end()) return;
    answer = std::move(it->second.answer);
    questions_.erase(it);
  }
  answer(std::move(outcome));
}

void LeaseDesk::Withdraw(uint64_t ticket) {
  {
    absl::MutexLock lock(&mutex_);
    const auto it = questions_.find(ticket);
    if (it == questions_.end()) return;
    it->second.withdrawn = true;
    if (it->second.trying) return;
  }
  Finish(ticket, Cancelled("the worker no longer waits"));
}

void LeaseDesk::Wake() {
  std::vector<uint64_t> waiting;
  {
    absl::MutexLock lock(&mutex_);
    ++wake_count_;
    for (auto& [ticket, question] : questions_) {
      if (question.trying) continue;
      question.trying = true;
      waiting.push_back(ticket);
    }
  }
  for (uint64_t ticket : waiting) TryLater(ticket);
}

int LeaseDesk::waiting() {
  absl::MutexLock lock(&mutex_);
  int count = 0;
  for (const auto& [ticket, question] : questions_) {
    if (!question.trying) ++count;
  }
  return count;
}

void LeaseDesk::Close() {
  std::vector<uint64_t> waiting;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    for (const auto& [ticket, question] : questions_) {
      if (!question.trying) waiting.push_back(ticket);
    }
  }
  for (uint64_t ticket : waiting) Finish(ticket, LeaseAttempt{});
}

}  // namespace longtake::coordinator
