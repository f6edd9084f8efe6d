#include "coordinator/schedule/job_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "coordinator/policy/worker_health.h"
#include "coordinator/store/job_state.h"

namespace longtake::coordinator {

JobView ViewOf(const JobRecord& job) {
  JobView view;
  view.job_id = job.job_id;
  view.tenant = job.tenant;
  view.spec = job.spec;
  view.state = job.state;
  view.progress = job.progress;
  view.error = job.error;
  view.submitted_at_micros = absl::ToUnixMicros(job.submitted_at);
  view.ended_at_micros =
      HasEnded(job.state) ? absl::ToUnixMicros(job.ended_at) : 0;
  view.take = job.take;
  view.seams = job.seams;
  view.inputs_digest = job.inputs_digest;
  view.paused = job.paused;
  return view;
}

std::vector<AttemptView> AttemptsOf(const TaskRecord& task) {
  std::vector<AttemptView> attempts;
  for (const ClosedAttempt& a : task.closed) {
    attempts.push_back({a.attempt, a.worker_id, absl::ToUnixMicros(a.ready_at),
                        absl::ToUnixMicros(a.leased_at),
                        absl::ToUnixMicros(a.ended_at), AttemptEndName(a.end),
                        a.backup});
  }
  for (const TaskLease& l : task.leases) {
    attempts.push_back({l.attempt, l.worker_id, absl::ToUnixMicros(l.ready_at),
                        absl::ToUnixMicros(l.leased_at), 0, "", l.backup});
  }
  return attempts;
}

TaskView ViewOf(const TaskRecord& task) {
  TaskView view;
  view.task_id = task.task_id;
  view.kind = task.kind;
  view.state = task.state;
  view.segment = task.segment;
  view.range = task.range;
  view.attempt = task.attempt;
  view.worker_id = task.worker_id;
  view.from_cache = task.from_cache;
  view.generation = task.generation;
  if (task.result != nullptr) {
    view.timings = task.result->timings;
    const auto* render = std::get_if<RenderResult>(&task.result->result);
    if (render != nullptr) view.chunk = render->chunk;
  }
  view.error = task.last_error;
  view.frames_done = task.frames_done;
  view.attempts = AttemptsOf(task);
  view.ready_at_micros = absl::ToUnixMicros(task.ready_at);
  view.needs = task.needs;
  return view;
}

WorkerView ViewOf(const WorkerRecord& worker, absl::Time now) {
  WorkerView view;
  view.worker_id = worker.worker_id;
  view.version = worker.version;
  view.slots = worker.slots;
  view.busy = worker.busy;
  if (!worker.offer.engines.empty()) {
    view.numerics_class = worker.offer.engines.front().numerics_class;
  }
  view.draining = worker.draining;
  view.last_seen_micros = absl::ToUnixMicros(worker.last_seen);
  view.pools = worker.offer.pools;
  view.gpu_memory_bytes = worker.offer.gpu_memory_bytes;
  view.capabilities = worker.offer.capabilities;
  if (worker.health.quarantined_until > now) {
    view.quarantined_until_micros =
        absl::ToUnixMicros(worker.health.quarantined_until);
  }
  return view;
}

std::vector<std::string> WarningsOf(const std::vector<TaskRecord>& tasks) {
  std::vector<std::string> warnings;
  std::set<std::string> seen;
  for (const TaskRecord& task : tasks) {
    if (task.result == nullptr) continue;
    for (const std::string& warning : task.result->warnings) {
      if (seen.insert(warning).second) warnings.push_back(warning);
    }
  }
  return warnings;
}

BlobRef TranscriptReportOf(const std::vector<TaskRecord>& tasks) {
  for (const TaskRecord& task : tasks) {
    if (task.result == nullptr) continue;
    const auto* plan = std::get_if<PlanResult>(&task.result->result);
    if (plan != nullptr) return plan->transcript_report;
  }
  return {};
}

namespace {

std::string NeedsText(const TaskNeeds& needs) {
  std::string text;
  if (!needs.pool.empty()) text += fmt::format(", in pool {}", needs.pool);
  if (needs.gpu_memory_bytes > 0) {
    text += fmt::format(", {} MiB of GPU memory", needs.gpu_memory_bytes >> 20);
  }
  for (const std::string& capability : needs.capabilities) {
    text += fmt::format(", with {}", capability);
  }
  return text;
}

std::string EngineText(const JobRecord& job) {
  if (!job.binding) return job.spec.engine;
  return fmt::format("{} {}, numerics class {}", job.binding->name,
                     job.binding->version, job.binding->numerics_class);
}

// How many of `live` could take a task with these needs.
struct Able {
  int now = 0;
  int quarantined = 0;  // will be, unless they fail again
};

Able CountAble(const JobRecord& job, const TaskNeeds& needs,
               const std::vector<WorkerRecord>& live, absl::Time now) {
  Able able;
  for (const WorkerRecord& worker : live) {
    if (worker.draining || !Serves(worker, job) ||
        !Meets(worker.offer, needs)) {
      continue;
    }
    ++(IsQuarantined(worker.health, now) ? able.quarantined : able.now);
  }
  return able;
}

// Why no worker can take a task with these needs.
std::string NoneAble(const JobRecord& job, const TaskNeeds& needs,
                     const Able& able, size_t live) {
  std::string others = "none is connected";
  if (able.quarantined > 0) {
    others = fmt::format("{} connected, none fits but {} in quarantine", live,
                         able.quarantined);
  } else if (live > 0) {
    others = fmt::format("{} connected, none fits", live);
  }
  return fmt::format("a worker with engine {}{}: {}", EngineText(job),
                     NeedsText(needs), others);
}

// The first ready task of each kind of needs.
std::vector<const TaskRecord*> ReadyByNeeds(
    const std::vector<TaskRecord>& tasks) {
  std::vector<const TaskRecord*> ready;
  for (const TaskRecord& task : tasks) {
    if (task.state != TaskState::kReady) continue;
    const bool told = std::any_of(
        ready.begin(), ready.end(),
        [&task](const TaskRecord* t) { return t->needs == task.needs; });
    if (!told) ready.push_back(&task);
  }
  return ready;
}

}  // namespace

bool Serves(const WorkerRecord& worker, const JobRecord& job) {
  const auto& engines = worker.offer.engines;
  return std::any_of(engines.begin(), engines.end(),
                     [&job](const EngineBinding& engine) {
                       return job.binding ? *job.binding == engine
                                          : job.spec.engine == engine.name;
                     });
}

std::string WaitingFor(const JobRecord& job,
                       const std::vector<TaskRecord>& tasks,
                       const std::vector<WorkerRecord>& live, absl::Time now) {
  if (!IsLive(job.state)) return "";
  if (job.paused)
    return "its resumption: the job is paused (longtake resume JOB)";
  const auto in_state = [&tasks](TaskState state) {
    return std::find_if(
        tasks.begin(), tasks.end(),
        [state](const TaskRecord& task) { return task.state == state; });
  };
  if (in_state(TaskState::kLeased) != tasks.end()) return "";
  std::string text;
  for (const TaskRecord* task : ReadyByNeeds(tasks)) {
    const Able able = CountAble(job, task->needs, live, now);
    if (!text.empty()) text += "; ";
    text += able.now == 0 ? NoneAble(job, task->needs, able, live.size())
                          : fmt::format("a free slot for {} on {} worker(s)",
                                        task->task_id, able.now);
  }
  if (!text.empty()) return text;
  const auto failed = in_state(TaskState::kWaitingRetry);
  const TaskNeeds needs = failed == tasks.end() ? TaskNeeds() : failed->needs;
  const Able able = CountAble(job, needs, live, now);
  if (able.now == 0) return NoneAble(job, needs, able, live.size());
  if (failed == tasks.end()) return "";
  return fmt::format("the pause before {} is tried again: {}", failed->task_id,
                     Message(failed->last_error));
}

}  // namespace longtake::coordinator
