#include "tests/chaos/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace longtake::chaos {
namespace {

constexpr char kLeased[] = "task leased";
constexpr char kCompleted[] = "task completed";
// Accepted ends that exclude a later completion by the same token.
constexpr const char* kOtherEnds[] = {"lease expired", "task failed",
                                      "task given back"};

using Lines = std::vector<std::string>;

struct TaskEpoch {
  std::string job, task, epoch;
  auto operator<=>(const TaskEpoch&) const = default;
  std::string Text() const {
    return fmt::format("{} {} epoch {}", job, task, epoch);
  }
};

// What the logs say of one task under one epoch.
struct TaskLog {
  std::vector<const LogEvent*> leases;       // coordinators'
  std::vector<const LogEvent*> held;         // workers'
  std::vector<const LogEvent*> completions;  // coordinators', accepted
  std::vector<const LogEvent*> other_ends;   // likewise
};

// No loss of state between the two: they contradict each other.
bool SameEra(const LogEvent& a, const LogEvent& b) {
  return a.era >= 0 && a.era == b.era;
}

bool SameAttempt(const LogEvent& a, const LogEvent& b) {
  return a.Field("attempt") == b.Field("attempt");
}

std::map<TaskEpoch, TaskLog> ByTask(const History& history) {
  std::map<TaskEpoch, TaskLog> tasks;
  for (const LogEvent& e : history.events) {
    if (e.Field("task").empty()) continue;
    TaskLog& log = tasks[{e.Field("job"), e.Field("task"), e.Field("epoch")}];
    if (e.event == kLeased)
      (e.coordinator ? log.leases : log.held).push_back(&e);
    if (!e.coordinator) continue;
    if (e.event == kCompleted) log.completions.push_back(&e);
    for (const char* end : kOtherEnds) {
      if (e.event == end) log.other_ends.push_back(&e);
    }
  }
  return tasks;
}

// The lease that the completion's token names; a coordinator may have died
// before it logged it, then its worker did.
const LogEvent* LeaseOf(const LogEvent& completion, const TaskLog& log) {
  for (const auto* leases : {&log.leases, &log.held}) {
    for (const LogEvent* lease : *leases) {
      if (SameAttempt(*lease, completion) &&
          lease->Field("worker") == completion.Field("worker")) {
        return lease;
      }
    }
  }
  return nullptr;
}

void AuditTaskReports(const TaskEpoch& task, const TaskLog& log,
                      bool may_be_redone, Lines* bad) {
  for (const LogEvent* done : log.completions) {
    if (LeaseOf(*done, log) == nullptr) {
      bad->push_back(fmt::format(
          "{}: a completion of attempt {} by {} was accepted, which held no "
          "such lease",
          task.Text(), done->Field("attempt"), done->Field("worker")));
    }
    for (const LogEvent* end : log.other_ends) {
      if (SameAttempt(*done, *end) && SameEra(*done, *end)) {
        bad->push_back(
            fmt::format("{}: attempt {} was accepted as completed and as '{}'",
                        task.Text(), done->Field("attempt"), end->event));
      }
    }
  }
  if (may_be_redone) return;
  for (size_t i = 0; i < log.completions.size(); ++i) {
    for (size_t j = i + 1; j < log.completions.size(); ++j) {
      const LogEvent& a = *log.completions[i];
      const LogEvent& b = *log.completions[j];
      if (SameAttempt(a, b) || !SameEra(a, b)) continue;
      bad->push_back(fmt::format("{}: published twice, by attempts {} and {}",
                                 task.Text(), a.Field("attempt"),
                                 b.Field("attempt")));
    }
  }
}

void AuditTaskLeases(const TaskEpoch& task, const TaskLog& log, Lines* bad) {
  for (size_t i = 0; i < log.leases.size(); ++i) {
    for (size_t j = i + 1; j < log.leases.size(); ++j) {
      const LogEvent& a = *log.leases[i];
      const LogEvent& b = *log.leases[j];
      if (!SameEra(a, b)) continue;
      if (SameAttempt(a, b)) {
        bad->push_back(fmt::format("{}: attempt {} was given to {} and to {}",
                                   task.Text(), a.Field("attempt"),
                                   a.Field("worker"), b.Field("worker")));
      } else if (a.process == b.process &&
                 a.Number("attempt") > b.Number("attempt")) {
        bad->push_back(fmt::format("{}: attempt {} came after attempt {}",
                                   task.Text(), b.Field("attempt"),
                                   a.Field("attempt")));
      }
    }
  }
}

// Leases of a task that already had a published result under an earlier epoch.
void AuditRepeatedWork(const std::map<TaskEpoch, TaskLog>& tasks, Lines* bad) {
  std::map<std::pair<std::string, std::string>, std::set<int>> published;
  for (const auto& [key, log] : tasks) {
    if (!log.completions.empty()) {
      published[{key.job, key.task}].insert(std::atoi(key.epoch.c_str()));
    }
  }
  for (const auto& [key, log] : tasks) {
    const auto it = published.find({key.job, key.task});
    if (it == published.end() || log.leases.empty()) continue;
    if (*it->second.begin() < std::atoi(key.epoch.c_str())) {
      bad->push_back(fmt::format(
          "{}: leased again, though its result was published under epoch {}",
          key.Text(), *it->second.begin()));
    }
  }
}

void Append(const Lines& more, Lines* all) {
  all->insert(all->end(), more.begin(), more.end());
}

void AuditAcknowledged(const JobHistory& job, Lines* bad) {
  const Acknowledged& promise = job.acknowledged;
  if (promise.cancelled && job.view.state != JobState::kCancelled) {
    bad->push_back(fmt::format("{}: cancelled, and yet it is {}", job.job_id,
                               JobStateName(job.view.state)));
  }
  if (!promise.cancelled && promise.paused != job.view.paused &&
      !HasEnded(job.view.state)) {
    bad->push_back(fmt::format("{}: {} was acknowledged, and it is not",
                               job.job_id,
                               promise.paused ? "a pause" : "a resume"));
  }
  if (promise.has_priority && job.view.spec.priority != promise.priority) {
    bad->push_back(fmt::format("{}: priority {} was acknowledged, it has {}",
                               job.job_id, promise.priority,
                               job.view.spec.priority));
  }
  if (promise.cancelled || promise.paused) return;
  if (job.view.state != job.expected_state) {
    bad->push_back(fmt::format(
        "{}: it is {} ({}), not {}", job.job_id, JobStateName(job.view.state),
        Message(job.view.error), JobStateName(job.expected_state)));
  }
}

void AuditSegments(const JobHistory& job, Lines* bad) {
  std::vector<const TaskView*> renders;
  for (const TaskView& task : job.tasks) {
    if (task.kind == TaskKind::kRender && task.generation == 0) {
      renders.push_back(&task);
    }
  }
  std::sort(renders.begin(), renders.end(),
            [](const TaskView* a, const TaskView* b) {
              return a->range.begin < b->range.begin;
            });
  FrameIndex next = 0;
  for (const TaskView* task : renders) {
    if (task->range.begin != next) {
      bad->push_back(fmt::format("{}: no segment covers frames {} to {}",
                                 job.job_id, next, task->range.begin));
    }
    next = task->range.end;
    if (task->state != TaskState::kSucceeded) {
      bad->push_back(fmt::format("{} {}: lost, it is {}", job.job_id,
                                 task->task_id, TaskStateName(task->state)));
    }
  }
  if (next != job.expected_frames) {
    bad->push_back(fmt::format("{}: segments end at frame {} of {}", job.job_id,
                               next, job.expected_frames));
  }
}

void AuditTaskViews(const JobHistory& job, bool may_be_redone, Lines* bad) {
  for (const TaskView& task : job.tasks) {
    int last = 0, completed = 0;
    for (const AttemptView& attempt : task.attempts) {
      if (attempt.attempt <= last) {
        bad->push_back(fmt::format("{} {}: attempt {} is listed after {}",
                                   job.job_id, task.task_id, attempt.attempt,
                                   last));
      }
      last = attempt.attempt;
      completed += attempt.outcome == "completed";
    }
    if (completed > 1 && !may_be_redone) {
      bad->push_back(fmt::format("{} {}: {} attempts are listed as completed",
                                 job.job_id, task.task_id, completed));
    }
  }
}

void AuditEventSequence(const JobHistory& job, Lines* bad) {
  int64_t last = 0;
  for (const JobEvent& event : job.events) {
    if (event.sequence <= last) {
      bad->push_back(fmt::format("{}: event {} came after event {}", job.job_id,
                                 event.sequence, last));
    }
    last = event.sequence;
  }
}

void AuditTake(const JobHistory& job, Lines* bad) {
  if (job.view.state != JobState::kSucceeded) return;
  if (job.take_sha256 != job.expected_sha256) {
    bad->push_back(fmt::format(
        "{}: the take's bytes differ from the undisturbed run's ({} and {})",
        job.job_id, job.take_sha256, job.expected_sha256));
  }
  if (job.decoded_frames != job.expected_frames) {
    bad->push_back(fmt::format("{}: the take has {} frames, not {}", job.job_id,
                               job.decoded_frames, job.expected_frames));
  }
}

}  // namespace

std::vector<std::string> AuditReports(const History& history) {
  Lines bad;
  const auto tasks = ByTask(history);
  for (const auto& [key, log] : tasks) {
    AuditTaskReports(key, log, history.artifacts_damaged, &bad);
  }
  if (!history.artifacts_damaged) AuditRepeatedWork(tasks, &bad);
  return bad;
}

std::vector<std::string> AuditAttempts(const History& history) {
  Lines bad;
  for (const auto& [key, log] : ByTask(history)) {
    AuditTaskLeases(key, log, &bad);
  }
  for (const JobHistory& job : history.jobs) {
    AuditTaskViews(job, history.artifacts_damaged, &bad);
  }
  return bad;
}

std::vector<std::string> AuditEpochs(const History& history) {
  Lines bad;
  std::map<std::string, int> newest;      // by process
  std::map<int, std::string> rebuilt_by;  // by epoch
  for (const LogEvent& e : history.events) {
    if (!e.coordinator) continue;
    const int epoch = e.Number("epoch");
    if (epoch == 0) continue;  // it does not know yet
    if (e.event == "coordinator started" || e.event == "state rebuilt") {
      int& known = newest[e.process];
      if (epoch < known) {
        bad.push_back(fmt::format("{}: epoch {} came after epoch {}", e.process,
                                  epoch, known));
      }
      known = epoch;
    }
    if (e.event == "state rebuilt") {
      const auto [it, is_new] = rebuilt_by.emplace(epoch, e.process);
      if (!is_new) {
        bad.push_back(fmt::format("epoch {} was rebuilt by {} and by {}", epoch,
                                  it->second, e.process));
      }
    }
  }
  return bad;
}

// Of a job that had ended, a rebuilt state has the end and not the tasks.
bool HasOnlyTheEnd(const JobHistory& job, const History& history) {
  return HasEnded(job.view.state) && job.tasks.empty() && history.losses > 0;
}

std::vector<std::string> AuditJobs(const History& history) {
  Lines bad;
  for (const JobHistory& job : history.jobs) {
    if (!job.found) {
      bad.push_back(fmt::format("{}: acknowledged, and lost", job.job_id));
      continue;
    }
    AuditAcknowledged(job, &bad);
    AuditEventSequence(job, &bad);
    AuditTake(job, &bad);
    if (job.view.state == JobState::kSucceeded &&
        !HasOnlyTheEnd(job, history)) {
      AuditSegments(job, &bad);
    }
  }
  return bad;
}

std::vector<std::string> AuditRecords(const History& history) {
  Lines bad;
  for (const auto& [name, contents] : history.records) {
    if (contents.size() > 1) {
      bad.push_back(fmt::format("{}: its bytes changed ({} contents)", name,
                                contents.size()));
    }
  }
  for (const JobHistory& job : history.jobs) {
    if (job.view.state != JobState::kSucceeded) continue;
    for (const std::string& name : job.record_names) {
      if (!history.records.contains(name)) {
        bad.push_back(fmt::format("{}: {} is missing", job.job_id, name));
      }
    }
  }
  return bad;
}

std::vector<std::string> AuditCounters(const History& history) {
  Lines bad;
  // Their figures were written down with the end: nothing is left to count.
  const std::set<std::string> written_down = {"segments_total", "segments_done",
                                              "frames_done"};
  std::set<std::string> only_ends;
  for (const JobHistory& job : history.jobs) {
    if (HasOnlyTheEnd(job, history)) only_ends.insert(job.job_id);
  }
  for (const StateAudit& state : history.states) {
    for (const auto& [name, counted] : state.counted) {
      if (written_down.contains(name) && only_ends.contains(state.job_id)) {
        continue;
      }
      const auto it = state.stored.find(name);
      const int64_t stored = it == state.stored.end() ? 0 : it->second;
      if (stored == counted) continue;
      bad.push_back(fmt::format("{}: {} is stored as {}, a recount gives {}",
                                state.job_id, name, stored, counted));
    }
  }
  return bad;
}

std::vector<std::string> AuditLeftovers(const History& history) {
  Lines bad;
  for (const QueueAudit& queue : history.queues) {
    if (queue.entries == 0 && queue.pending == 0) continue;
    bad.push_back(fmt::format("{}: {} entries and {} pending are left",
                              queue.key, queue.entries, queue.pending));
  }
  for (const StateAudit& state : history.states) {
    for (const std::string& leftover : state.leftovers) {
      bad.push_back(fmt::format("{}: {} is left", state.job_id, leftover));
    }
  }
  return bad;
}

std::vector<std::string> Audit(const History& history) {
  Lines bad;
  Append(AuditReports(history), &bad);
  Append(AuditAttempts(history), &bad);
  Append(AuditEpochs(history), &bad);
  Append(AuditJobs(history), &bad);
  Append(AuditRecords(history), &bad);
  Append(AuditCounters(history), &bad);
  Append(AuditLeftovers(history), &bad);
  return bad;
}

std::map<std::string, int> CountEvents(const History& history) {
  std::map<std::string, int> counts;
  for (const LogEvent& e : history.events) {
    if (e.coordinator) ++counts[e.event];
  }
  return counts;
}

}  // namespace longtake::chaos
