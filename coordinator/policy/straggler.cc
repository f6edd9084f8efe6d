#include "coordinator/policy/straggler.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "coordinator/store/task_state.h"

namespace longtake::coordinator {
namespace {

bool IsNearItsEnd(const std::vector<TaskRecord>& tasks,
                  const StragglerPolicy& policy) {
  int renders = 0;
  int open = 0;
  for (const TaskRecord& task : tasks) {
    if (task.kind != TaskKind::kRender) continue;
    if (task.state == TaskState::kReady) return false;
    ++renders;
    if (IsOpen(task.state)) ++open;
  }
  const int fraction = static_cast<int>(policy.end_fraction * renders);
  return open > 0 && open <= std::max(policy.end_renders, fraction);
}

// Of the finished renders whose completed attempt is known; one from the cache
// has none. Nothing when there are too few.
std::optional<absl::Duration> MedianPerFrame(
    const std::vector<TaskRecord>& tasks, int min_finished) {
  std::vector<absl::Duration> per_frame;
  for (const TaskRecord& task : tasks) {
    if (task.kind != TaskKind::kRender || task.range.empty() ||
        task.state != TaskState::kSucceeded) {
      continue;
    }
    for (const ClosedAttempt& closed : task.closed) {
      if (closed.end != AttemptEnd::kCompleted) continue;
      per_frame.push_back((closed.ended_at - closed.leased_at) /
                          task.range.size());
    }
  }
  const size_t least = static_cast<size_t>(std::max(1, min_finished));
  if (per_frame.size() < least) return std::nullopt;
  const auto middle = per_frame.begin() + per_frame.size() / 2;
  std::nth_element(per_frame.begin(), middle, per_frame.end());
  return *middle;
}

// By its own progress; infinite when that says nothing.
absl::Duration Remaining(const TaskLease& lease, int64_t frames,
                         absl::Duration age) {
  if (lease.frames_done <= 0) return absl::InfiniteDuration();
  const int64_t left = std::max<int64_t>(0, frames - lease.frames_done);
  return age / lease.frames_done * left;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool MayBackUp(const TaskRecord& task, const std::string& worker_id) {
  return task.kind == TaskKind::kRender && task.state == TaskState::kLeased &&
         task.leases.size() == 1 && task.leases[0].worker_id != worker_id &&
         !Contains(task.failed_workers, worker_id) &&
         !Contains(task.avoid_workers, worker_id);
}

}  // namespace

std::optional<std::string> PickStraggler(const std::vector<TaskRecord>& tasks,
                                         const std::string& worker_id,
                                         absl::Time now,
                                         const StragglerPolicy& policy) {
  if (!IsNearItsEnd(tasks, policy)) return std::nullopt;
  const auto per_frame = MedianPerFrame(tasks, policy.min_finished);
  if (!per_frame) return std::nullopt;
  const TaskRecord* last = nullptr;
  std::tuple<absl::Duration, absl::Duration> last_rank;  // remaining, age
  for (const TaskRecord& task : tasks) {
    if (!MayBackUp(task, worker_id)) continue;
    const TaskLease& lease = task.leases[0];
    const absl::Duration age = now - lease.leased_at;
    const absl::Duration fresh = *per_frame * task.range.size();
    if (age <= std::max(policy.min_age, fresh * policy.suspect_after)) continue;
    absl::Duration remaining = Remaining(lease, task.range.size(), age);
    if (age > std::max(policy.min_age, fresh * policy.hopeless_after)) {
      remaining = absl::InfiniteDuration();
    }
    if (remaining <= fresh) continue;
    const std::tuple rank(remaining, age);
    if (last != nullptr && rank <= last_rank) continue;
    last = &task;
    last_rank = rank;
  }
  if (last == nullptr) return std::nullopt;
  return last->task_id;
}

}  // namespace longtake::coordinator
