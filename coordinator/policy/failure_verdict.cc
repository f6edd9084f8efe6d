#include "coordinator/policy/failure_verdict.h"

#include <fmt/format.h>

#include <algorithm>

namespace longtake::coordinator {
namespace {

int WorkersFailed(const TaskRecord& task, const std::string& failing_worker) {
  const auto& failed = task.failed_workers;
  const bool known =
      std::find(failed.begin(), failed.end(), failing_worker) != failed.end();
  return static_cast<int>(failed.size()) + (known ? 0 : 1);
}

std::string Count(int count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

bool EndsTheJob(const TaskRecord& task, const std::string& failing_worker,
                int eligible_workers, const FailurePolicy& policy) {
  const int failures = task.failures + 1;
  if (failures >= policy.max_failures) return true;
  return failures >= policy.min_failures &&
         WorkersFailed(task, failing_worker) >=
             std::min(policy.different_workers, eligible_workers);
}

std::string WhyItEnds(const TaskRecord& task, const std::string& failing_worker,
                      const Status& error) {
  const std::string last =
      fmt::format("{}: {}: {}", failing_worker,
                  absl::StatusCodeToString(error.code()), Message(error));
  const int failures = task.failures + 1;
  if (failures == 1) {
    return fmt::format("{} failed on {}", task.task_id, last);
  }
  return fmt::format(
      "{} failed {} on {}, last on {}", task.task_id, Count(failures, "time"),
      Count(WorkersFailed(task, failing_worker), "worker"), last);
}

}  // namespace longtake::coordinator
