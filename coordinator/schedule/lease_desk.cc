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
                    const std::set<std::string>& held_identities,
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
      question.held_identities = held_identities;
      question.deadline = deadline;
      deadlines_.insert({deadline, ticket});
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
  std::set<std::string> held_identities;
  std::string kind;
  bool withdrawn = false, too_late = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = questions_.find(ticket);
    if (it == questions_.end()) return;
    // The line may be long, and nobody is to lease what nobody waits for.
    withdrawn = it->second.withdrawn;
    too_late = it->second.deadline + kLookupExtra < scheduler_.clock().Now();
    it->second.tried_at = wake_count_;
    worker_id = it->second.worker_id;
    held_identities = it->second.held_identities;
    kind = it->second.kind;
  }
  if (withdrawn) Finish(ticket, Cancelled("the worker no longer waits"));
  if (too_late) Finish(ticket, LeaseAttempt{});
  if (withdrawn || too_late) {
    ScoutNext(kind);
    return;
  }
  StatusOr<LeaseAttempt> attempt =
      scheduler_.TryLease(worker_id, held_identities);
  if (!attempt.ok() || attempt->lease || attempt->drain) {
    Finish(ticket, std::move(attempt));
    ScoutNext(kind);
  } else if (!Park(ticket, *attempt)) {
    absl::MutexLock lock(&mutex_);
    line_.push_back(ticket);
  }
}

void LeaseDesk::ScoutOn(const std::string& kind) {
  const auto parked = parked_.find(kind);
  while (parked != parked_.end() && !parked->second.empty()) {
    const uint64_t ticket = parked->second.front();
    const auto it = questions_.find(ticket);
    if (it == questions_.end() || it->second.trying) {
      parked->second.pop_front();
      continue;
    }
    if (it->second.tried_at == wake_count_) break;
    parked->second.pop_front();
    it->second.trying = true;
    scouting_.insert(kind);
    line_.push_back(ticket);
    return;
  }
  scouting_.erase(kind);
}

void LeaseDesk::ScoutNext(const std::string& kind) {
  if (kind.empty()) return;
  absl::MutexLock lock(&mutex_);
  if (scouting_.contains(kind)) ScoutOn(kind);
}

bool LeaseDesk::Park(uint64_t ticket, const LeaseAttempt& attempt) {
  const absl::Time now = scheduler_.clock().Now();
  bool withdrawn = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = questions_.find(ticket);
    if (it == questions_.end()) return true;
    Question& question = it->second;
    const bool scout =
        question.kind == attempt.kind && scouting_.contains(attempt.kind);
    question.kind = attempt.kind;
    withdrawn = question.withdrawn;
    // Look-ups that are under way are not waiting.
    const absl::Time end =
        question.deadline +
        (attempt.ask_again ? kLookupExtra : absl::ZeroDuration());
    const bool over = withdrawn || closed_ || end <= now;
    // The queue changed while we looked: what we saw is old.
    if (!over && (attempt.ask_again || question.tried_at != wake_count_)) {
      return false;
    }
    if (!over) {
      question.trying = false;
      parked_[attempt.kind].push_back(ticket);
    }
    // What this one may not have, another of its kind may.
    if (scout && (over || attempt.others_may)) {
      ScoutOn(attempt.kind);
    } else if (scout) {
      scouting_.erase(attempt.kind);
    }
    if (!over) return true;
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
    deadlines_.erase({it->second.deadline, ticket});
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

std::vector<uint64_t> LeaseDesk::Overdue() {
  const absl::Time now = scheduler_.clock().Now();
  std::vector<uint64_t> overdue;
  for (const auto& [deadline, ticket] : deadlines_) {
    if (deadline > now) break;
    if (!questions_.at(ticket).trying) overdue.push_back(ticket);
  }
  return overdue;
}

void LeaseDesk::Wake() {
  std::vector<uint64_t> overdue;
  {
    absl::MutexLock lock(&mutex_);
    ++wake_count_;
    overdue = Overdue();
    for (auto it = parked_.begin(); it != parked_.end();) {
      // One that is under way sees the new count when it is done.
      if (!scouting_.contains(it->first)) ScoutOn(it->first);
      it = it->second.empty() && !scouting_.contains(it->first)
               ? parked_.erase(it)
               : std::next(it);
    }
  }
  for (uint64_t ticket : overdue) Finish(ticket, LeaseAttempt{});
  StartTries();
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
