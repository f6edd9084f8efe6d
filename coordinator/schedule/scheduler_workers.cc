#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "coordinator/schedule/job_views.h"
#include "coordinator/schedule/scheduler.h"

// The workers: registered, listed, renewed, drained, quarantined, readmitted.

namespace longtake::coordinator {
namespace {

StatusOr<WorkerRecord> Find(const std::vector<WorkerRecord>& workers,
                            const std::string& worker_id) {
  for (const WorkerRecord& worker : workers) {
    if (worker.worker_id == worker_id) return worker;
  }
  return NotFound(fmt::format(
      "no worker {} was heard of lately; longtake workers lists them",
      worker_id));
}

}  // namespace

StatusOr<absl::Duration> Scheduler::Register(
    WorkerRecord worker, const std::optional<std::string>& store_id) {
  if (worker.worker_id.empty()) return InvalidArgument("worker_id is empty");
  if (worker.slots < 1) {
    return InvalidArgument(fmt::format("worker {} has {} slots; give 1 or more",
                                       worker.worker_id, worker.slots));
  }
  if (worker.offer.engines.empty()) {
    return InvalidArgument(
        fmt::format("worker {} brings no engine", worker.worker_id));
  }
  if (store_id && !options_.store_id.empty() &&
      *store_id != options_.store_id) {
    return FailedPrecondition(fmt::format(
        "worker {} sees another artifact store than the coordinator: give it "
        "the coordinator's directory with --artifacts, and see that the same "
        "file system is mounted there",
        worker.worker_id));
  }
  LT_RETURN_IF_ERROR(CheckReady());
  worker.last_seen = now();
  LT_RETURN_IF_ERROR(workers_.Put(worker));
  Log(LogLevel::kInfo, "worker registered",
      {{"worker", worker.worker_id},
       {"version", worker.version},
       {"slots", worker.slots}});
  return options_.lease;
}

StatusOr<std::vector<WorkerView>> Scheduler::ListWorkers() {
  LT_RETURN_IF_ERROR(CheckReady());
  LT_ASSIGN_OR_RETURN(const std::vector<WorkerRecord> workers,
                      store_.ListWorkers(now() - options_.worker_timeout));
  std::vector<WorkerView> views;
  for (const WorkerRecord& worker : workers) {
    views.push_back(ViewOf(worker, now()));
  }
  return views;
}

StatusOr<std::string> Scheduler::OwnerOf(const std::string& worker_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  LT_ASSIGN_OR_RETURN(const auto worker, workers_.Look(worker_id));
  return worker->owner;
}

StatusOr<WorkerView> Scheduler::DrainWorker(const std::string& worker_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  LT_ASSIGN_OR_RETURN(const std::vector<WorkerRecord> workers,
                      store_.ListWorkers(now() - options_.worker_timeout));
  LT_ASSIGN_OR_RETURN(WorkerRecord worker, Find(workers, worker_id));
  LT_RETURN_IF_ERROR(workers_.Drain(worker_id));
  Log(LogLevel::kInfo, "worker asked to drain", {{"worker", worker_id}});
  // Its long poll is answered with the news.
  signals_.QueueChanged();
  worker.draining = true;
  return ViewOf(worker, now());
}

StatusOr<WorkerView> Scheduler::ReadmitWorker(const std::string& worker_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  LT_ASSIGN_OR_RETURN(const std::vector<WorkerRecord> workers,
                      store_.ListWorkers(now() - options_.worker_timeout));
  LT_ASSIGN_OR_RETURN(WorkerRecord worker, Find(workers, worker_id));
  worker.health = WorkerHealth();
  LT_RETURN_IF_ERROR(workers_.PutHealth(worker_id, worker.health));
  Log(LogLevel::kInfo, "worker readmitted", {{"worker", worker_id}});
  // Its long poll may be answered with a task.
  signals_.QueueChanged();
  return ViewOf(worker, now());
}

void Scheduler::NoteHealth(const std::string& worker_id,
                           const FencingToken& token, const Status& error) {
  const auto worker = workers_.Seen(worker_id);
  if (!worker.ok()) return;
  const WorkerHealth& before = (*worker)->health;
  WorkerHealth after = AfterSuccess();
  if (!error.ok()) {
    // While what all share is full or away, failures are nobody's.
    if (!artifacts_.CheckRoom().ok()) return;
    after = AfterFailure(before, token.job_id + "/" + token.task_id,
                         error.code(), now(), options_.health);
  }
  if (after == before) return;
  if (!workers_.PutHealth(worker_id, after).ok()) return;
  if (after.quarantines > before.quarantines) {
    options_.metrics.WorkerQuarantined();
    Log(LogLevel::kWarning, "worker quarantined: it fails all it is given",
        {{"worker", worker_id},
         {"until", absl::FormatTime(after.quarantined_until)},
         {"error", error}});
  }
}

int Scheduler::EligibleWorkers(const TaskInJob& task) {
  int eligible = 0;
  for (const WorkerRecord& worker : *workers_.Live()) {
    const auto& engines = worker.offer.engines;
    const bool runs = std::any_of(
        engines.begin(), engines.end(), [&task](const EngineBinding& engine) {
          return task.binding ? *task.binding == engine
                              : task.spec->engine == engine.name;
        });
    eligible += runs && !worker.draining && Meets(worker.offer, task.needs) &&
                !IsQuarantined(worker.health, now());
  }
  return eligible;
}

StatusOr<RenewOutcome> Scheduler::Renew(
    const std::string& worker_id, const std::vector<LeaseProgress>& leases) {
  LT_RETURN_IF_ERROR(CheckReady());
  RenewOutcome outcome;
  const auto worker = workers_.Seen(worker_id);
  outcome.register_again = worker.status().code() == StatusCode::kNotFound;
  outcome.drain = worker.ok() && (*worker)->draining;
  for (const LeaseProgress& lease : leases) {
    RenewRequest request;
    request.token = lease.token;
    request.worker_id = worker_id;
    request.frames_done = lease.frames_done;
    request.now = now();
    request.expires = request.now + options_.lease;
    request.event = "rendering";
    const Status renewed = store_.Renew(request);
    if (renewed.code() == StatusCode::kAborted) {
      outcome.stop.push_back(lease.token);
      // It was suspended or cut off, it has not crashed.
      store_.Forgive(lease.token).IgnoreError();
    } else if (renewed.ok()) {
      signals_.JobChanged(lease.token.job_id);
    }
  }
  return outcome;
}

}  // namespace longtake::coordinator
