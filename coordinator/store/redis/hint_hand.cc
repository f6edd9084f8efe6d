#include "coordinator/store/redis/hint_hand.h"

#include <charconv>
#include <utility>

namespace longtake::coordinator::redis {
namespace {

int64_t Number(const std::string& text, size_t from) {
  int64_t value = 0;
  if (from < text.size()) {
    std::from_chars(text.data() + from, text.data() + text.size(), value);
  }
  return value;
}

}  // namespace

int64_t OrderOf(const std::string& value) { return Number(value, 0); }

int64_t RouteOf(const std::string& value) {
  const size_t space = value.find(' ');
  return space == std::string::npos ? 0 : Number(value, space + 1);
}

std::string HintHand::Key(const std::string& job_id,
                          const std::string& task_id) {
  return job_id + '\n' + task_id;
}

Hint HintHand::Remove(Entries::iterator it) {
  Hint hint = std::move(it->second);
  entries_.erase(it);
  index_.erase(Key(hint.job_id, hint.task_id));
  if (--counts_[hint.queue_ref] == 0) counts_.erase(hint.queue_ref);
  return hint;
}

std::optional<Hint> HintHand::Add(Hint hint) {
  absl::MutexLock lock(&mutex_);
  std::optional<Hint> loser;
  const std::string key = Key(hint.job_id, hint.task_id);
  if (const auto known = index_.find(key); known != index_.end()) {
    const auto it = entries_.find(known->second);
    if (it->second.entry_id == hint.entry_id &&
        it->second.queue_ref == hint.queue_ref) {
      it->second.taken_at = hint.taken_at;  // taken once more
      return std::nullopt;
    }
    if (it->second.value == hint.value) return hint;
    loser = Remove(it);
  }
  QueuePosition position{hint.queue.priority, OrderOf(hint.value)};
  while (entries_.contains(position)) ++position.order;
  index_[key] = position;
  ++counts_[hint.queue_ref];
  entries_.emplace(position, std::move(hint));
  return loser;
}

std::vector<ReadyTask> HintHand::Select(
    const std::optional<QueuePosition>& after, size_t limit,
    const Fits& fits) const {
  absl::MutexLock lock(&mutex_);
  std::vector<ReadyTask> tasks;
  auto it = after ? entries_.upper_bound(*after) : entries_.begin();
  for (; it != entries_.end() && tasks.size() < limit; ++it) {
    const Hint& hint = it->second;
    ReadyTask task;
    if (!fits(hint, &task)) continue;
    task.position = it->first;
    task.job_id = hint.job_id;
    task.task_id = hint.task_id;
    task.avoid_workers = hint.avoid_workers;
    task.identity = hint.identity;
    task.task = hint.task;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

std::optional<Hint> HintHand::Take(const std::string& job_id,
                                   const std::string& task_id) {
  absl::MutexLock lock(&mutex_);
  const auto known = index_.find(Key(job_id, task_id));
  if (known == index_.end()) return std::nullopt;
  return Remove(entries_.find(known->second));
}

std::vector<Hint> HintHand::TakeIf(
    const std::function<bool(const Hint&)>& chosen) {
  absl::MutexLock lock(&mutex_);
  std::vector<Hint> hints;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    if (chosen(it->second)) hints.push_back(Remove(it));
    it = next;
  }
  return hints;
}

std::vector<Hint> HintHand::TakeJob(const std::string& job_id,
                                    std::optional<int64_t> but_route) {
  return TakeIf([&](const Hint& hint) {
    return hint.job_id == job_id &&
           !(but_route && RouteOf(hint.value) == *but_route);
  });
}

std::vector<Hint> HintHand::TakeOlder(
    std::chrono::steady_clock::time_point than) {
  return TakeIf([than](const Hint& hint) { return hint.taken_at < than; });
}

std::vector<Hint> HintHand::TakeAll() {
  return TakeIf([](const Hint&) { return true; });
}

size_t HintHand::CountIn(const std::string& queue_ref) const {
  absl::MutexLock lock(&mutex_);
  const auto it = counts_.find(queue_ref);
  return it == counts_.end() ? 0 : it->second;
}

}  // namespace longtake::coordinator::redis
