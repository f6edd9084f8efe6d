#include <utility>

#include "absl/random/random.h"
#include "common/job/job_json.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/scheduler.h"

// A worker that goes on with the job whose segment it has just rendered; see
// policy/stay_shares.h.

namespace longtake::coordinator {
namespace {

double Luck() {
  thread_local absl::InsecureBitGen generator;
  return absl::Uniform(generator, 0.0, 1.0);
}

// A job with results from earlier runs is the queue's for so long: there they
// are looked up before anything is leased.
constexpr absl::Duration kSuspendedForCache = absl::Seconds(5);

}  // namespace

std::optional<StayRequest> Scheduler::MayStay(const std::string& worker_id,
                                              const std::string& job_id,
                                              const TaskInJob& task) {
  if (task.kind != TaskKind::kRender || !task.binding) return std::nullopt;
  const double slots = stays_.SlotsOf(job_id, now());
  if (slots <= 0 || Luck() >= stays_.part()) return std::nullopt;
  const auto worker = workers_.Seen(worker_id);
  if (!worker.ok() || (*worker)->draining ||
      LeasesAllowed((*worker)->health, (*worker)->slots, now()) <
          (*worker)->slots) {
    return std::nullopt;
  }
  return StayRequest{epoch_, now() + options_.lease, slots, Luck()};
}

std::optional<Lease> Scheduler::TakeStay(const std::string& worker_id,
                                         const LeasedTask& before,
                                         const std::string& job_id,
                                         const TaskRecord& next) {
  if (next.leases.empty() || next.spec == nullptr) return std::nullopt;
  const TaskLease& lease = next.leases.back();
  const FencingToken token{job_id, next.task_id, lease.epoch, lease.attempt};
  LeasedTask memo{before.task, TaskKey(*next.spec, *before.task.binding,
                                       before.task.tenant)};
  if (!next.past_cache && cache_.HasRecord(memo.key)) {
    stays_.Suspend(job_id, now() + kSuspendedForCache);
    // If this fails it expires.
    store_.Release({token, worker_id, now(), ""}).IgnoreError();
    signals_.QueueChanged();
    return std::nullopt;
  }
  static_cast<TaskRecord&>(memo.task) = next;
  leased_.Note(token, std::move(memo));
  CountLease(next, token, worker_id, /*backup=*/false);
  return Lease{token, next.spec};
}

}  // namespace longtake::coordinator
