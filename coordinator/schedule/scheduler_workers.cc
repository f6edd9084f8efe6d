#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/job_views.h"
#include "coordinator/schedule/scheduler.h"

// What workers ask for: registration, leases, renewals.

namespace longtake::coordinator {
namespace {

constexpr int kReadyPage = 16;

bool Avoids(const ReadyTask& ready, const std::string& worker_id) {
  return std::find(ready.avoid_workers.begin(), ready.avoid_workers.end(),
                   worker_id) != ready.avoid_workers.end();
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
  worker.last_seen = now();
  LT_RETURN_IF_ERROR(store_.PutWorker(worker));
  Log(LogLevel::kInfo, "worker registered",
      {{"worker", worker.worker_id},
       {"version", worker.version},
       {"slots", worker.slots}});
  return options_.lease;
}

std::vector<WorkerRecord> Scheduler::LiveWorkers() {
  auto workers = store_.ListWorkers(now() - options_.worker_timeout);
  return workers.ok() ? *std::move(workers) : std::vector<WorkerRecord>();
}

StatusOr<std::vector<WorkerView>> Scheduler::ListWorkers() {
  LT_ASSIGN_OR_RETURN(const std::vector<WorkerRecord> workers,
                      store_.ListWorkers(now() - options_.worker_timeout));
  std::vector<WorkerView> views;
  for (const WorkerRecord& worker : workers) views.push_back(ViewOf(worker));
  return views;
}

bool Scheduler::BetterElsewhere(const ReadyTask& ready,
                                const std::string& worker_id,
                                const std::vector<WorkerRecord>& live) const {
  if (!Avoids(ready, worker_id)) return false;
  return std::any_of(live.begin(), live.end(), [&](const WorkerRecord& other) {
    return other.worker_id != worker_id && !other.draining &&
           !Avoids(ready, other.worker_id) &&
           std::find(other.offer.engines.begin(), other.offer.engines.end(),
                     ready.binding) != other.offer.engines.end();
  });
}

StatusOr<bool> Scheduler::CompleteFromCache(const ReadyTask& ready,
                                            const TaskRecord& task) {
  if (task.past_cache) return false;
  const auto result = cache_.Find(TaskKey(*task.spec, ready.binding));
  if (!result || !CheckResult(task, *result).ok()) return false;
  const auto* take = std::get_if<AssembleResult>(&result->result);
  if (take != nullptr && take->take.empty()) return false;
  CacheHitRequest hit;
  hit.job_id = ready.job_id;
  hit.task_id = ready.task_id;
  hit.binding = ready.binding;
  hit.result = std::make_shared<const TaskResult>(*result);
  if (take != nullptr) {
    hit.outcome = {JobState::kSucceeded, OkStatus(), take->take};
    hit.seams = take->seams;
  }
  hit.now = now();
  hit.event = fmt::format("{} from the cache", ready.task_id);
  LT_ASSIGN_OR_RETURN(const int open, store_.CompleteFromCache(hit));
  ++cache_hits_;
  Log(LogLevel::kDebug, "task from the cache",
      {{"job", ready.job_id}, {"task", ready.task_id}});
  signals_.JobChanged(ready.job_id);
  LT_RETURN_IF_ERROR(PlanAfter(ready.job_id, task.kind, open));
  return true;
}

StatusOr<Scheduler::Offer> Scheduler::OfferTask(const ReadyTask& ready,
                                                const std::string& worker_id,
                                                Lease* lease) {
  LT_ASSIGN_OR_RETURN(const TaskInJob task,
                      store_.GetTask(ready.job_id, ready.task_id));
  LT_ASSIGN_OR_RETURN(const bool cached, CompleteFromCache(ready, task));
  if (cached) return Offer::kFromCache;
  LeaseRequest request;
  request.job_id = ready.job_id;
  request.task_id = ready.task_id;
  request.worker_id = worker_id;
  request.binding = ready.binding;
  request.epoch = options_.epoch;
  request.now = now();
  request.expires = request.now + options_.lease;
  LT_ASSIGN_OR_RETURN(const TaskRecord leased, store_.Lease(request));
  lease->token = {ready.job_id, ready.task_id, request.epoch, leased.attempt};
  lease->spec = leased.spec;
  Log(LogLevel::kInfo, "task leased",
      {{"job", ready.job_id},
       {"task", ready.task_id},
       {"attempt", leased.attempt},
       {"worker", worker_id}});
  return Offer::kLeased;
}

StatusOr<LeaseAttempt> Scheduler::TryLease(const std::string& worker_id) {
  LT_ASSIGN_OR_RETURN(const WorkerRecord worker,
                      store_.TouchWorker(worker_id, now()));
  LeaseAttempt attempt;
  attempt.drain = worker.draining;
  if (worker.draining) return attempt;
  const std::vector<WorkerRecord> live = LiveWorkers();
  PollRequest poll{worker.offer, std::nullopt, kReadyPage};
  int lookups = 0;
  while (true) {
    LT_ASSIGN_OR_RETURN(const std::vector<ReadyTask> page,
                        store_.PollReady(poll));
    for (const ReadyTask& ready : page) {
      poll.after = ready.position;
      if (BetterElsewhere(ready, worker_id, live)) continue;
      if (++lookups > options_.lookups_per_poll) {
        attempt.ask_again = true;
        return attempt;
      }
      Lease lease;
      const auto offer = OfferTask(ready, worker_id, &lease);
      if (!offer.ok()) {
        // Another worker or the job's end was faster: try the next.
        const StatusCode code = offer.status().code();
        if (code == StatusCode::kAborted || code == StatusCode::kNotFound) {
          continue;
        }
        return offer.status();
      }
      if (*offer == Offer::kLeased) {
        attempt.lease = std::move(lease);
        return attempt;
      }
    }
    if (page.empty()) return attempt;
  }
}

RenewOutcome Scheduler::Renew(const std::string& worker_id,
                              const std::vector<LeaseProgress>& leases) {
  RenewOutcome outcome;
  const auto worker = store_.TouchWorker(worker_id, now());
  outcome.register_again = worker.status().code() == StatusCode::kNotFound;
  outcome.drain = worker.ok() && worker->draining;
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
