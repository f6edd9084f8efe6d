#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "coordinator/schedule/lost_results.h"
#include "coordinator/schedule/scheduler.h"

// Results that are lost after they were published, before they are needed: the
// job makes them again by itself. What was uploaded nobody can make again.

namespace longtake::coordinator {
namespace {

// The artifact store answered, and the answer is no.
bool IsLoss(const Status& status) {
  return status.code() == StatusCode::kNotFound ||
         status.code() == StatusCode::kDataLoss;
}

}  // namespace

bool Scheduler::AnyLost(const std::vector<BlobRef>& blobs, bool read_them) {
  return std::any_of(blobs.begin(), blobs.end(), [&](const BlobRef& blob) {
    // What is there is not read: most failures have other reasons.
    if (!read_them && artifacts_.HasBlob(blob)) return false;
    return IsLoss(artifacts_.VerifyBlob(blob));
  });
}

StatusOr<bool> Scheduler::TakeBackLost(
    const std::string& job_id, const std::optional<FencingToken>& found_by,
    const std::string& worker_id) {
  LT_ASSIGN_OR_RETURN(const std::vector<TaskRecord> tasks,
                      store_.ListTasks(job_id));
  LostWork work = FindLostWork(tasks, [this](const TaskResult& result) {
    return !AnyLost(BlobsOf(result), true);
  });
  if (work.lost.empty()) return false;
  for (const LostResult& lost : work.lost) {
    if (lost.times_lost < options_.retry.max_losses) continue;
    return DataLoss(fmt::format(
        "{}: its result was made {} times and damaged or lost each time; look "
        "for what eats files in the artifact directory (its disk?) and retry "
        "the job",
        lost.task_id, lost.times_lost + 1));
  }
  HealRequest request;
  request.job_id = job_id;
  request.event = HealingText(work.lost);
  request.lost = std::move(work.lost);
  request.drop = std::move(work.drop);
  request.found_by = found_by;
  request.worker_id = worker_id;
  request.now = now();
  LT_RETURN_IF_ERROR(store_.HealJob(request));
  options_.metrics.ResultsLost(request.lost.size());
  Log(LogLevel::kWarning, "lost results are made again",
      {{"job", job_id},
       {"lost_results", request.lost.size()},
       {"dropped_tasks", request.drop.size()},
       {"what", request.event}});
  signals_.JobChanged(job_id);
  signals_.QueueChanged();
  return true;
}

StatusOr<bool> Scheduler::HealInputs(const std::string& worker_id,
                                     const TaskInJob& task,
                                     const FencingToken& token,
                                     const Status& error) {
  const bool is_last =
      RetryActionFor(error.code()) == RetryAction::kNever ||
      EndsTheJob(task, worker_id, EligibleWorkers(task), options_.failure);
  if (AnyLost(UploadedInputs(*task.spec), is_last)) {
    LT_ASSIGN_OR_RETURN(const JobRecord job, store_.GetJob(token.job_id));
    const Status inputs = CheckInputs(job.spec);
    // Unless it was uploaded this moment.
    if (inputs.code() == StatusCode::kFailedPrecondition) {
      LT_RETURN_IF_ERROR(FailAttempt(
          worker_id, task, token,
          FailedPrecondition(fmt::format("{}: {}, then retry the job",
                                         task.task_id, Message(inputs))),
          RetryAction::kNever));
      return true;
    }
  }
  if (!AnyLost(MadeInputs(*task.spec), is_last)) return false;
  const StatusOr<bool> healed = TakeBackLost(token.job_id, token, worker_id);
  if (healed.status().code() == StatusCode::kAborted) {
    return Stale(token, worker_id);
  }
  if (healed.status().code() == StatusCode::kDataLoss) {
    LT_RETURN_IF_ERROR(FailAttempt(worker_id, task, token, healed.status(),
                                   RetryAction::kNever));
    return true;
  }
  LT_RETURN_IF_ERROR(healed.status());
  if (!*healed) return false;
  CountAttempt(task, token, AttemptOutcome::kFailed);
  Log(LogLevel::kWarning, "task failed",
      {{"job", token.job_id},
       {"task", token.task_id},
       {"attempt", token.attempt},
       {"epoch", token.epoch},
       {"worker", worker_id},
       {"fatal", false},
       {"error", error}});
  // No fault of the worker's: its health stays as it is. What follows the
  // results that are made again is planned when they are done.
  return true;
}

}  // namespace longtake::coordinator
