#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/scheduler.h"

// From the queue to a worker, or straight to the result of an earlier run.

namespace longtake::coordinator {
namespace {

constexpr int kReadyPage = 16;

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool CanRun(const WorkerOffer& offer, const EngineBinding& binding) {
  return std::find(offer.engines.begin(), offer.engines.end(), binding) !=
         offer.engines.end();
}

std::string KindOf(const WorkerOffer& offer) {
  std::string kind;
  for (const EngineBinding& engine : offer.engines) {
    kind += fmt::format("{}/{}/{};", engine.name, engine.version,
                        engine.numerics_class);
  }
  return fmt::format("{}|{}|{}|{}", kind, fmt::join(offer.pools, ","),
                     offer.gpu_memory_bytes,
                     fmt::join(offer.capabilities, ","));
}

// Another worker was faster, or the job's end was.
bool IsTooLate(const Status& status) {
  return status.code() == StatusCode::kAborted ||
         status.code() == StatusCode::kNotFound;
}

}  // namespace

bool Scheduler::BetterElsewhere(const ReadyTask& ready,
                                const std::string& worker_id) {
  if (!Contains(ready.avoid_workers, worker_id)) return false;
  const WorkerDirectory::Snapshot live = workers_.Live();
  return std::any_of(live->begin(), live->end(),
                     [&](const WorkerRecord& other) {
                       return other.worker_id != worker_id && !other.draining &&
                              !Contains(ready.avoid_workers, other.worker_id) &&
                              CanRun(other.offer, ready.binding);
                     });
}

void Scheduler::WriteDownBinding(const std::string& job_id,
                                 const EngineBinding& binding) {
  JobChange bound;
  bound.kind = JobChange::Kind::kBound;
  bound.binding = binding;
  // A recovery that does not find it binds the job to whoever asks first.
  const Status written = WriteDown(job_id, std::move(bound));
  if (written.ok()) return;
  Log(LogLevel::kWarning, "binding not written down",
      {{"job", job_id}, {"error", written}});
}

StatusOr<bool> Scheduler::CompleteFromCache(const std::string& job_id,
                                            const TaskRecord& task,
                                            const std::string& tenant,
                                            const EngineBinding& binding,
                                            const std::string& key) {
  if (task.past_cache) return false;
  const auto result = cache_.Find(key);
  if (!result || !CheckResult(task, *result).ok()) return false;
  const auto* take = std::get_if<AssembleResult>(&result->result);
  if (take != nullptr && take->take.empty()) return false;
  CacheHitRequest hit;
  hit.job_id = job_id;
  hit.task_id = task.task_id;
  hit.binding = binding;
  hit.result = std::make_shared<const TaskResult>(*result);
  LT_RETURN_IF_ERROR(GrantResult(tenant, *result));
  if (take != nullptr) {
    hit.outcome = {JobState::kSucceeded, OkStatus(), take->take};
    hit.seams = take->seams;
  }
  hit.now = now();
  hit.event = fmt::format("{} from the cache", task.task_id);
  LT_ASSIGN_OR_RETURN(const int open, store_.CompleteFromCache(hit));
  ++cache_hits_;
  options_.metrics.CacheHit(task.kind);
  Log(LogLevel::kDebug, "task from the cache",
      {{"job", job_id}, {"task", task.task_id}});
  signals_.JobChanged(job_id);
  if (hit.outcome) LT_RETURN_IF_ERROR(WriteDownEnd(job_id));
  LT_RETURN_IF_ERROR(PlanAfter(job_id, task.kind, open));
  return true;
}

StatusOr<Lease> Scheduler::TakeLease(const std::string& job_id,
                                     const TaskInJob& task,
                                     const std::string& worker_id,
                                     const EngineBinding& binding,
                                     const std::string& key, bool backup) {
  LeaseRequest request;
  request.job_id = job_id;
  request.task_id = task.task_id;
  request.worker_id = worker_id;
  request.binding = binding;
  request.epoch = epoch_;
  request.now = now();
  request.expires = request.now + options_.lease;
  request.backup = backup;
  if (backup) {
    request.event =
        fmt::format("{} is late: {} runs it as well", task.task_id, worker_id);
  }
  LT_ASSIGN_OR_RETURN(const TaskRecord leased, store_.Lease(request));
  if (!task.binding) WriteDownBinding(job_id, binding);
  Lease lease{{job_id, task.task_id, request.epoch, leased.attempt},
              leased.spec};
  CountLease(leased, lease.token, worker_id, backup);
  // Of a task with two attempts the state knows more than either's lease.
  if (!backup) {
    LeasedTask memo{task, key};
    static_cast<TaskRecord&>(memo.task) = leased;
    memo.task.binding = binding;
    leased_.Note(lease.token, std::move(memo));
  } else if (!task.leases.empty()) {
    leased_.Take(
        {job_id, task.task_id, task.leases[0].epoch, task.leases[0].attempt});
  }
  return lease;
}

StatusOr<Scheduler::Offer> Scheduler::OfferTask(const ReadyTask& ready,
                                                const std::string& worker_id,
                                                bool look_up, Lease* lease) {
  std::shared_ptr<const TaskInJob> known = ready.task;
  if (known == nullptr) {
    LT_ASSIGN_OR_RETURN(TaskInJob read,
                        store_.GetTask(ready.job_id, ready.task_id));
    known = std::make_shared<const TaskInJob>(std::move(read));
  }
  const TaskInJob& task = *known;
  if (task.state != TaskState::kReady) {
    // The hint is old. The store's own refusal drops it.
    return TakeLease(ready.job_id, task, worker_id, ready.binding, "", false)
        .status();
  }
  const std::string key = TaskKey(*task.spec, ready.binding, task.tenant);
  bool cached = false;
  if (look_up) {
    LT_ASSIGN_OR_RETURN(
        cached,
        CompleteFromCache(ready.job_id, task, task.tenant, ready.binding, key));
  } else if (!task.past_cache && cache_.HasRecord(key)) {
    return Offer::kToLookUp;
  }
  if (cached) {
    if (!task.binding) WriteDownBinding(ready.job_id, ready.binding);
    return Offer::kFromCache;
  }
  LT_ASSIGN_OR_RETURN(*lease, TakeLease(ready.job_id, task, worker_id,
                                        ready.binding, key, false));
  return Offer::kLeased;
}

std::optional<Lease> Scheduler::TryBackup(const WorkerRecord& worker) {
  std::set<std::string> jobs;
  {
    absl::MutexLock lock(&mutex_);
    jobs = late_jobs_;
  }
  for (const std::string& job_id : jobs) {
    const auto tasks = store_.ListTasks(job_id);
    if (!tasks.ok()) continue;
    const auto late =
        PickStraggler(*tasks, worker.worker_id, now(), options_.straggler);
    if (!late) continue;
    const auto task = store_.GetTask(job_id, *late);
    if (!task.ok() || !task->binding || !Meets(worker.offer, task->needs) ||
        !CanRun(worker.offer, *task->binding)) {
      continue;
    }
    auto lease =
        TakeLease(job_id, *task, worker.worker_id, *task->binding, "", true);
    if (lease.ok()) return *std::move(lease);
  }
  return std::nullopt;
}

StatusOr<LeaseAttempt> Scheduler::TakeFromQueue(
    const WorkerRecord& worker, const std::set<std::string>& held_identities,
    bool look_up) {
  LeaseAttempt attempt;
  const auto better = [&](const ReadyTask& ready) {
    return BetterElsewhere(ready, worker.worker_id);
  };
  const auto passes = [this](const ReadyTask& r) { return passes_.Of(r); };
  PollRequest poll{worker.offer, std::nullopt, kReadyPage};
  int lookups = 0;
  while (true) {
    LT_ASSIGN_OR_RETURN(std::vector<ReadyTask> page, store_.PollReady(poll));
    if (page.empty()) return attempt;
    poll.after = page.back().position;
    while (true) {
      std::erase_if(page,
                    [this](const ReadyTask& r) { return claims_.Has(r); });
      if (page.empty()) break;
      const Pick pick = PickForWorker(page, held_identities, better, passes,
                                      options_.affinity);
      if (pick.task == page.size()) {
        attempt.others_may = true;
        break;
      }
      if (++lookups > options_.lookups_per_poll) {
        attempt.ask_again = true;
        return attempt;
      }
      if (pick.task != pick.head) passes_.GonePast(page[pick.head]);
      const ReadyTask ready = page[pick.task];
      page.erase(page.begin() + static_cast<int64_t>(pick.task));
      if (!claims_.Take(ready)) continue;
      passes_.Forget(ready);
      Lease lease;
      const auto offer = OfferTask(ready, worker.worker_id, look_up, &lease);
      if (!offer.ok() || *offer == Offer::kToLookUp) claims_.Leave(ready);
      if (!offer.ok() && !IsTooLate(offer.status())) return offer.status();
      if (offer.ok() && *offer == Offer::kLeased) {
        attempt.lease = std::move(lease);
        return attempt;
      }
      if (offer.ok() && *offer == Offer::kToLookUp) {
        attempt.ask_again = true;
        return attempt;
      }
      if (offer.ok()) {
        // What follows a result found may come before the rest of the page.
        poll.after.reset();
        break;
      }
    }
  }
}

StatusOr<LeaseAttempt> Scheduler::TryLease(
    const std::string& worker_id, const std::set<std::string>& held_identities,
    bool look_up) {
  LT_RETURN_IF_ERROR(CheckReady());
  LT_ASSIGN_OR_RETURN(const auto seen, workers_.Seen(worker_id));
  const WorkerRecord& worker = *seen;
  LeaseAttempt attempt;
  attempt.kind = KindOf(worker.offer);
  attempt.drain = worker.draining;
  if (worker.draining) return attempt;
  const int allowed = LeasesAllowed(worker.health, worker.slots, now());
  if (allowed < worker.slots) {
    // In quarantine or on probation: how many it holds counts.
    LT_ASSIGN_OR_RETURN(const int held, HeldLeases(worker_id));
    if (held >= allowed) {
      attempt.others_may = true;
      return attempt;
    }
  }
  LT_ASSIGN_OR_RETURN(LeaseAttempt taken,
                      TakeFromQueue(worker, held_identities, look_up));
  taken.kind = attempt.kind;
  if (!taken.lease && !taken.ask_again) taken.lease = TryBackup(worker);
  return taken;
}

StatusOr<int> Scheduler::HeldLeases(const std::string& worker_id) {
  LT_ASSIGN_OR_RETURN(const std::vector<WorkerRecord> workers,
                      store_.ListWorkers(now() - options_.worker_timeout));
  for (const WorkerRecord& worker : workers) {
    if (worker.worker_id == worker_id) return worker.busy;
  }
  return 0;
}

}  // namespace longtake::coordinator
