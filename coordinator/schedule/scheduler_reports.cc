#include <fmt/format.h>

#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/scheduler.h"

// What workers report.

namespace longtake::coordinator {
namespace {

// Messages end up in one line of a terminal.
Status OneLine(const Status& status) {
  std::string text = Message(status);
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return MakeStatus(status.code(), text);
}

bool Holds(const TaskRecord& task, const FencingToken& token,
           const std::string& worker_id) {
  const TaskLease* lease = task.FindLease(token);
  return lease != nullptr && lease->worker_id == worker_id;
}

// As far as a look at the task from when it was leased can tell: a lease that
// was renewed since then may hold for longer.
bool HoldsStill(const TaskRecord& then, const FencingToken& token,
                const std::string& worker_id, absl::Time now) {
  return Holds(then, token, worker_id) && now < then.FindLease(token)->expires;
}

// The attempt whose result the task has.
bool HasCompleted(const TaskRecord& task, const FencingToken& token,
                  const std::string& worker_id) {
  const ClosedAttempt* closed = task.FindClosed(token);
  return closed != nullptr && closed->end == AttemptEnd::kCompleted &&
         closed->worker_id == worker_id && task.result != nullptr;
}

bool AsksForRepair(const TaskResult& result) {
  const auto* assembly = std::get_if<AssembleResult>(&result.result);
  return assembly != nullptr && !assembly->repair_segments.empty();
}

std::string DoneText(const TaskRecord& task, const TaskResult& result) {
  if (!AsksForRepair(result)) return fmt::format("{} done", task.task_id);
  return fmt::format(
      "{}: {} segment(s) to be rendered again for their seams", task.task_id,
      std::get<AssembleResult>(result.result).repair_segments.size());
}

}  // namespace

Status Scheduler::Stale(const FencingToken& token,
                        const std::string& worker_id) {
  const auto task = store_.GetTask(token.job_id, token.task_id);
  const ClosedAttempt* closed = task.ok() ? task->FindClosed(token) : nullptr;
  if (closed != nullptr && closed->end == AttemptEnd::kSuperseded) {
    // Nothing is wrong: of two that ran it, the other was faster.
    ++superseded_;
    return Aborted(
        fmt::format("{} is done: another worker was faster", token.task_id));
  }
  ++stale_reports_;
  options_.metrics.StaleReportRefused();
  // Only a count of crashes depends on it.
  store_.Forgive(token).IgnoreError();
  Log(LogLevel::kWarning, "stale report refused",
      {{"job", token.job_id},
       {"task", token.task_id},
       {"attempt", token.attempt},
       {"epoch", token.epoch},
       {"worker", worker_id}});
  return Aborted(fmt::format("attempt {} of {} is stale; drop its result",
                             token.attempt, token.task_id));
}

StatusOr<TaskInJob> Scheduler::FindReported(const FencingToken& token,
                                            const std::string& worker_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  // An earlier life of the state: whatever the task is called now.
  if (token.epoch != epoch_) return Stale(token, worker_id);
  auto task = store_.GetTask(token.job_id, token.task_id);
  if (task.status().code() != StatusCode::kNotFound) return task;
  if (store_.GetJob(token.job_id).status().code() == StatusCode::kNotFound) {
    const Status lost = Explain(token.job_id, task.status());
    if (lost.code() == StatusCode::kUnavailable) return lost;
  }
  return Stale(token, worker_id);
}

Status Scheduler::GrantResult(const std::string& tenant,
                              const TaskResult& result) {
  BlobRef blob;
  if (const auto* assembly = std::get_if<AssembleResult>(&result.result)) {
    blob = assembly->take;
  } else if (const auto* plan = std::get_if<PlanResult>(&result.result)) {
    blob = plan->transcript_report;
  }
  return blob.empty() ? OkStatus() : blobs_.Grant(tenant, blob);
}

Status Scheduler::PublishResult(const std::string& job_id,
                                const LeasedTask& leased,
                                const TaskResult& result) {
  const TaskInJob& task = leased.task;
  const auto* assembly = std::get_if<AssembleResult>(&result.result);
  LT_RETURN_IF_ERROR(GrantResult(task.tenant, result));
  // A repair is published once an assembly has chosen it; a demand for repair
  // belongs to this job alone.
  if (task.past_cache || AsksForRepair(result) || !task.binding) {
    return OkStatus();
  }
  Status published = OkStatus();
  if (assembly != nullptr) {
    published = PublishChosen(job_id, task, *assembly);
  }
  if (published.ok()) {
    published = cache_.Publish(
        leased.key.empty() ? TaskKey(*task.spec, *task.binding, task.tenant)
                           : leased.key,
        result);
  }
  return Annotate(
      published,
      fmt::format("{}: the result record can't be written", task.task_id));
}

void Scheduler::NoteTrouble(const std::string& job_id, const Status& trouble) {
  absl::MutexLock lock(&mutex_);
  if (trouble.ok()) {
    trouble_.erase(job_id);
  } else {
    trouble_[job_id] = Message(OneLine(trouble));
  }
}

Status Scheduler::RefusePublication(const std::string& worker_id,
                                    const TaskInJob& task,
                                    const FencingToken& token,
                                    const Status& trouble) {
  // Records are written here: another worker could do nothing about it.
  if (RetryActionFor(trouble.code()) != RetryAction::kAgain) {
    NoteTrouble(token.job_id, OkStatus());
    // Where it is full, the store's own words say what to do.
    const Status room = trouble.code() == StatusCode::kResourceExhausted
                            ? artifacts_.CheckRoom()
                            : OkStatus();
    const Status& reason = room.ok() ? trouble : room;
    LT_RETURN_IF_ERROR(
        FailAttempt(worker_id, task, token, reason, RetryAction::kNever));
    return FailedPrecondition(Message(reason));
  }
  NoteTrouble(token.job_id, trouble);
  Log(LogLevel::kWarning, "result can't be published yet",
      {{"job", token.job_id},
       {"task", token.task_id},
       {"attempt", token.attempt},
       {"worker", worker_id},
       {"error", trouble}});
  signals_.JobChanged(token.job_id);
  return Unavailable(Message(trouble));
}

Status Scheduler::PublishChosen(const std::string& job_id,
                                const TaskInJob& assembly,
                                const AssembleResult& result) {
  const auto& segments = std::get<AssembleTask>(assembly.spec->task).segments;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (result.chosen[i] == 0) continue;
    // Candidates are in the order of generations, from 0.
    LT_ASSIGN_OR_RETURN(const TaskInJob render,
                        store_.GetTask(job_id, RenderTaskId(static_cast<int>(i),
                                                            result.chosen[i])));
    if (render.result == nullptr) continue;
    // Under the first render's key, which is where the next job looks: the
    // repair's own differs where it had a longer overlap.
    LT_ASSIGN_OR_RETURN(
        const TaskInJob first,
        store_.GetTask(job_id, RenderTaskId(static_cast<int>(i), 0)));
    LT_RETURN_IF_ERROR(
        cache_.Replace(TaskKey(*first.spec, *assembly.binding, assembly.tenant),
                       *render.result));
  }
  return OkStatus();
}

Status Scheduler::AcceptResult(const std::string& worker_id,
                               const TaskInJob& task, const FencingToken& token,
                               const TaskResult& result) {
  Status refused = CheckResult(task, result);
  StatusCode answer = StatusCode::kInvalidArgument;
  if (refused.ok() && !cache_.HasAllBlobs(result)) {
    answer = StatusCode::kDataLoss;
    refused = DataLoss(
        fmt::format("{}: a blob of the result is not in the artifact store",
                    token.task_id));
  }
  if (refused.ok()) return OkStatus();
  LT_RETURN_IF_ERROR(
      FailAttempt(worker_id, task, token, refused, RetryAction::kAgain));
  return MakeStatus(answer, Message(refused));
}

Status Scheduler::Complete(const std::string& worker_id,
                           const FencingToken& token, const TaskResult& result,
                           std::optional<Lease>* next) {
  LT_RETURN_IF_ERROR(CheckReady());
  const auto known = leased_.Take(token);
  if (known != nullptr && token.epoch == epoch_ &&
      HoldsStill(known->task, token, worker_id, now())) {
    LT_RETURN_IF_ERROR(AcceptResult(worker_id, known->task, token, result));
    LT_ASSIGN_OR_RETURN(const bool taken,
                        TakeResult(worker_id, token, *known, result, next));
    if (taken) return OkStatus();
  }
  LeasedTask found;
  LT_ASSIGN_OR_RETURN(found.task, FindReported(token, worker_id));
  const bool repeat =
      HasCompleted(found.task, token, worker_id) &&
      TaskResultToJson(*found.task.result) == TaskResultToJson(result);
  if (!repeat) {
    if (!Holds(found.task, token, worker_id)) return Stale(token, worker_id);
    LT_RETURN_IF_ERROR(AcceptResult(worker_id, found.task, token, result));
  }
  LT_ASSIGN_OR_RETURN(const bool taken,
                      TakeResult(worker_id, token, found, result, next));
  return taken ? OkStatus() : Stale(token, worker_id);
}

StatusOr<bool> Scheduler::TakeResult(const std::string& worker_id,
                                     const FencingToken& token,
                                     const LeasedTask& leased,
                                     const TaskResult& result,
                                     std::optional<Lease>* next) {
  const TaskInJob& task = leased.task;
  CompleteRequest request;
  request.token = token;
  request.worker_id = worker_id;
  request.result = std::make_shared<const TaskResult>(result);
  if (const auto* assembly = std::get_if<AssembleResult>(&result.result)) {
    request.seams = assembly->seams;
    if (!AsksForRepair(result)) {
      request.outcome = {JobState::kSucceeded, OkStatus(), assembly->take};
    }
  }
  request.event = DoneText(task, result);
  // Published before the transition: a job that is seen to be done has all its
  // records. A report that goes stale right here published a result of its key
  // all the same.
  if (const Status published = PublishResult(token.job_id, leased, result);
      !published.ok()) {
    return RefusePublication(worker_id, task, token, published);
  }
  NoteTrouble(token.job_id, OkStatus());
  request.now = now();
  if (next != nullptr) request.stay = MayStay(worker_id, token.job_id, task);
  const StatusOr<Completion> done = store_.Complete(request);
  if (done.status().code() == StatusCode::kAborted) return false;
  LT_RETURN_IF_ERROR(done.status());
  CountCompletion(task, token, result);
  Log(LogLevel::kInfo, "task completed",
      {{"job", token.job_id},
       {"task", token.task_id},
       {"attempt", token.attempt},
       {"epoch", token.epoch},
       {"worker", worker_id}});
  NoteHealth(worker_id, token, OkStatus());
  signals_.JobChanged(token.job_id);
  if (request.outcome) LT_RETURN_IF_ERROR(WriteDownEnd(token.job_id));
  // Done again when the worker repeats its report.
  LT_RETURN_IF_ERROR(PlanAfter(token.job_id, task.kind, done->open_tasks));
  if (done->next) {
    *next = TakeStay(worker_id, leased, token.job_id, *done->next);
  }
  return true;
}

Status Scheduler::FailAttempt(const std::string& worker_id,
                              const TaskInJob& task, const FencingToken& token,
                              const Status& error, RetryAction action) {
  FailRequest request;
  request.token = token;
  request.worker_id = worker_id;
  request.error = OneLine(error);
  const int failures = task.failures + 1;
  request.fatal = action == RetryAction::kNever;
  if (!request.fatal &&
      EndsTheJob(task, worker_id, EligibleWorkers(task), options_.failure)) {
    request.fatal = true;
    request.error =
        MakeStatus(error.code(), WhyItEnds(task, worker_id, request.error));
  }
  if (action == RetryAction::kElsewhere) {
    // All workers share the artifact store: where that is full, no other could
    // do better, and its own words say what to do.
    const Status room = artifacts_.CheckRoom();
    if (!room.ok()) {
      request.error = room;
      request.fatal = true;
    }
  }
  // Whatever it was: somebody else may do better.
  request.elsewhere = true;
  request.now = now();
  const absl::Duration pause =
      PauseBeforeRetry(options_.retry, failures, token.job_id, token.task_id);
  request.not_before = request.now + pause;
  request.event =
      request.fatal
          ? fmt::format("{} failed: {}", token.task_id, Message(request.error))
          : fmt::format("{} failed, again in {} ms: {}", token.task_id,
                        absl::ToInt64Milliseconds(pause),
                        Message(request.error));
  const Status failed = store_.Fail(request);
  if (failed.code() == StatusCode::kAborted) return Stale(token, worker_id);
  LT_RETURN_IF_ERROR(failed);
  CountAttempt(task, token, AttemptOutcome::kFailed);
  Log(LogLevel::kWarning, "task failed",
      {{"job", token.job_id},
       {"task", token.task_id},
       {"attempt", token.attempt},
       {"epoch", token.epoch},
       {"worker", worker_id},
       {"fatal", request.fatal},
       {"error", request.error}});
  NoteHealth(worker_id, token, error);
  signals_.JobChanged(token.job_id);
  if (request.fatal) LT_RETURN_IF_ERROR(WriteDownEnd(token.job_id));
  return OkStatus();
}

Status Scheduler::Fail(const std::string& worker_id, const FencingToken& token,
                       const Status& error) {
  leased_.Take(token);
  const auto task = FindReported(token, worker_id);
  LT_RETURN_IF_ERROR(task.status());
  const Status reported =
      error.ok() ? Internal("the worker reported a failure without an error")
                 : error;
  if (Holds(*task, token, worker_id)) {
    LT_ASSIGN_OR_RETURN(const bool healed,
                        HealInputs(worker_id, *task, token, reported));
    if (healed) return OkStatus();
  }
  return FailAttempt(worker_id, *task, token, reported,
                     RetryActionFor(reported.code()));
}

Status Scheduler::Release(const std::string& worker_id,
                          const FencingToken& token) {
  leased_.Take(token);
  const auto task = FindReported(token, worker_id);
  LT_RETURN_IF_ERROR(task.status());
  const Status released = store_.Release(
      {token, worker_id, now(), fmt::format("{} given back", token.task_id)});
  if (released.code() == StatusCode::kAborted) {
    return Stale(token, worker_id);
  }
  LT_RETURN_IF_ERROR(released);
  CountAttempt(*task, token, AttemptOutcome::kReleased);
  Log(LogLevel::kInfo, "task given back",
      {{"job", token.job_id},
       {"task", token.task_id},
       {"attempt", token.attempt},
       {"epoch", token.epoch},
       {"worker", worker_id}});
  signals_.JobChanged(token.job_id);
  signals_.QueueChanged();
  return OkStatus();
}

}  // namespace longtake::coordinator
