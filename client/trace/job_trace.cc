#include "client/trace/job_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "client/report/tables.h"
#include "client/trace/lanes.h"
#include "client/trace/trace_file.h"

namespace longtake::client {
namespace {

using Args = TraceFile::Args;

constexpr char kCompleted[] = "completed";

// A time in which a task ran on a worker, or waited for one.
struct Stretch {
  const TaskView* task = nullptr;
  const AttemptView* attempt = nullptr;  // null: it waits still
  Span span;
  int thread = 0;
};

std::string KindText(TaskKind kind) {
  std::string text = TaskKindName(kind);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// "render 12", "render 12 g1", "plan".
std::string TaskText(const TaskView& task) {
  std::string text = KindText(task.kind);
  if (task.segment >= 0) text += fmt::format(" {}", task.segment);
  if (task.generation > 0) text += fmt::format(" g{}", task.generation);
  return text;
}

bool IsTrouble(const std::string& outcome) {
  return outcome == "failed" || outcome == "expired" || outcome == "outlived" ||
         outcome == "released";
}

class JobTrace {
 public:
  JobTrace(const JobView& job, const SegmentList& list, int64_t now_micros)
      : job_(job), list_(list), now_(now_micros) {
    SetTimes();
    CollectStretches();
  }

  std::string Build() {
    AddJob();
    AddRuns();
    AddWaits();
    AddCacheHits();
    AddSeams();
    AddLoad();
    return file_.ToJson({{"job_id", job_.job_id},
                         {"tenant", job_.tenant},
                         {"state", JobStateText(job_)},
                         {"begins_at_unix_micros", origin_}});
  }

 private:
  void SetTimes();
  void CollectStretches();
  void AddJob();
  void AddRuns();
  void AddRun(const Stretch& run);
  void AddStages(const Stretch& run);
  void AddWaits();
  void AddCacheHits();
  void AddSeams();
  void AddLoad();
  Args ArgsOf(const Stretch& run) const;
  const Stretch* RenderOf(FrameIndex begin) const;
  const Stretch* LastAssembly() const;

  int64_t At(int64_t micros) const { return micros - origin_; }

  const JobView& job_;
  const SegmentList& list_;
  int64_t now_;
  int64_t origin_ = 0;
  TraceFile file_;
  int job_process_ = 0;
  int job_thread_ = 0;
  std::vector<Stretch> runs_;
  std::vector<Stretch> waits_;
};

// The trace begins with the earliest and ends with the latest time that is
// known: this machine's clock is not the farm's.
void JobTrace::SetTimes() {
  std::vector<int64_t> times = {job_.submitted_at_micros, job_.ended_at_micros};
  for (const TaskView& task : list_.tasks) {
    times.push_back(task.ready_at_micros);
    for (const AttemptView& attempt : task.attempts) {
      times.push_back(attempt.ready_at_micros);
      times.push_back(attempt.leased_at_micros);
      times.push_back(attempt.ended_at_micros);
    }
  }
  times.erase(std::remove_if(times.begin(), times.end(),
                             [](int64_t t) { return t <= 0; }),
              times.end());
  if (times.empty()) times.push_back(now_);
  const auto [least, most] = std::minmax_element(times.begin(), times.end());
  origin_ = *least;
  now_ = std::max(now_, *most);
  if (HasEnded(job_.state)) now_ = *most;
}

void JobTrace::CollectStretches() {
  for (const TaskView& task : list_.tasks) {
    bool runs = false;
    for (const AttemptView& attempt : task.attempts) {
      const int64_t leased = attempt.leased_at_micros;
      if (leased <= 0) continue;
      runs = runs || attempt.ended_at_micros == 0;
      const int64_t end =
          attempt.ended_at_micros > 0 ? attempt.ended_at_micros : now_;
      runs_.push_back(
          {&task, &attempt, {At(leased), At(std::max(end, leased + 1))}});
      // A backup's task runs already; it waits for nothing.
      const int64_t ready = attempt.ready_at_micros;
      if (ready > 0 && ready < leased && !attempt.backup) {
        waits_.push_back({&task, &attempt, {At(ready), At(leased)}});
      }
    }
    const bool waits = task.state == TaskState::kReady && !runs &&
                       task.ready_at_micros > 0 && task.ready_at_micros < now_;
    if (waits) {
      waits_.push_back({&task, nullptr, {At(task.ready_at_micros), At(now_)}});
    }
  }
}

void JobTrace::AddJob() {
  const std::string id = job_.job_id.substr(0, 8);
  job_process_ = file_.AddProcess(
      job_.spec.audio.name.empty()
          ? fmt::format("job {}", id)
          : fmt::format("job {}: {}", id, job_.spec.audio.name));
  job_thread_ = file_.AddThread(job_process_, "job");
  const int64_t begin = std::max(job_.submitted_at_micros, origin_);
  const int64_t end = job_.ended_at_micros > 0 ? job_.ended_at_micros : now_;
  Args args = {{"job", job_.job_id},
               {"tenant", job_.tenant},
               {"state", JobStateText(job_)},
               {"priority", job_.spec.priority},
               {"frames", job_.progress.frames_total},
               {"segments", job_.progress.segments_total},
               {"segments_rendered", job_.progress.segments_rendered}};
  if (!job_.error.ok()) args["error"] = Message(job_.error);
  file_.AddSlice(job_thread_, "job " + id, "job", At(begin),
                 std::max<int64_t>(end - begin, 1), std::move(args));
}

void JobTrace::AddRuns() {
  std::map<std::string, std::vector<Stretch*>> by_worker;
  for (Stretch& run : runs_) by_worker[run.attempt->worker_id].push_back(&run);
  const int process = file_.AddProcess("workers");
  for (auto& [worker, runs] : by_worker) {
    std::vector<Span> spans;
    for (const Stretch* run : runs) spans.push_back(run->span);
    const std::vector<int> lanes = PackLanes(spans);
    std::vector<int> threads;
    for (int i = 0; i <= *std::max_element(lanes.begin(), lanes.end()); ++i) {
      threads.push_back(file_.AddThread(
          process, i == 0 ? worker : fmt::format("{} #{}", worker, i + 1)));
    }
    for (size_t i = 0; i < runs.size(); ++i) {
      runs[i]->thread = threads[lanes[i]];
      AddRun(*runs[i]);
    }
  }
}

Args JobTrace::ArgsOf(const Stretch& run) const {
  const TaskView& task = *run.task;
  const AttemptView& attempt = *run.attempt;
  Args args = {
      {"task", task.task_id},
      {"attempt", attempt.attempt},
      {"worker", attempt.worker_id},
      {"outcome", attempt.outcome.empty() ? "running" : attempt.outcome}};
  if (attempt.backup) args["backup"] = true;
  if (task.from_cache) args["from_cache"] = true;
  if (!task.range.empty()) {
    args["frames"] = task.range.size();
    args["first_frame"] = task.range.begin;
    if (attempt.outcome == kCompleted) {
      const double seconds =
          static_cast<double>(run.span.end - run.span.begin) / 1e6;
      args["fps"] = static_cast<double>(task.range.size()) / seconds;
    }
  }
  // The task keeps one error: that of the last attempt that failed.
  const auto last_failed =
      std::find_if(task.attempts.rbegin(), task.attempts.rend(),
                   [](const AttemptView& a) { return a.outcome == "failed"; });
  if (!task.error.ok() && last_failed != task.attempts.rend() &&
      &*last_failed == &attempt) {
    args["error"] = Message(task.error);
  }
  return args;
}

void JobTrace::AddRun(const Stretch& run) {
  const std::string& outcome = run.attempt->outcome;
  const std::string name =
      TaskText(*run.task) + (run.attempt->backup ? " (backup)" : "");
  file_.AddSlice(run.thread, name,
                 run.attempt->backup ? "attempt,backup" : "attempt",
                 run.span.begin, run.span.end - run.span.begin, ArgsOf(run));
  if (outcome == kCompleted) AddStages(run);
  if (IsTrouble(outcome)) {
    file_.AddInstant(run.thread, fmt::format("{} {}", name, outcome), "trouble",
                     run.span.end, ArgsOf(run));
  }
}

// A stage's length is what the worker measured; its place is not known. Stages
// that worked at once are drawn one after the other, and shorter.
void JobTrace::AddStages(const Stretch& run) {
  const TaskTimings& t = run.task->timings;
  const std::pair<const char*, int64_t> stages[] = {
      {"motion", t.motion_micros},
      {"draw", t.draw_micros},
      {"encode", t.encode_micros}};
  const int64_t length = run.span.end - run.span.begin;
  const int64_t sum = t.motion_micros + t.draw_micros + t.encode_micros;
  const double scale =
      sum > length ? static_cast<double>(length) / static_cast<double>(sum) : 1;
  int64_t begin = run.span.begin;
  for (const auto& [name, micros] : stages) {
    const int64_t drawn =
        static_cast<int64_t>(static_cast<double>(micros) * scale);
    if (drawn <= 0) continue;
    file_.AddSlice(run.thread, name, "stage", begin, drawn,
                   {{"micros", micros}});
    begin += drawn;
  }
}

void JobTrace::AddWaits() {
  std::map<TaskKind, std::vector<Stretch*>> by_kind;
  for (Stretch& wait : waits_) by_kind[wait.task->kind].push_back(&wait);
  const int process = file_.AddProcess("queue waits");
  for (auto& [kind, waits] : by_kind) {
    std::vector<Span> spans;
    for (const Stretch* wait : waits) spans.push_back(wait->span);
    const std::vector<int> lanes = PackLanes(spans);
    std::vector<int> threads;
    for (int i = 0; i <= *std::max_element(lanes.begin(), lanes.end()); ++i) {
      threads.push_back(file_.AddThread(
          process, i == 0 ? KindText(kind)
                          : fmt::format("{} #{}", KindText(kind), i + 1)));
    }
    for (size_t i = 0; i < waits.size(); ++i) {
      Stretch& wait = *waits[i];
      wait.thread = threads[lanes[i]];
      Args args = {{"task", wait.task->task_id}};
      if (wait.attempt != nullptr) args["attempt"] = wait.attempt->attempt;
      if (!wait.task->needs.empty()) {
        args["needs"] = NeedsText(wait.task->needs);
      }
      file_.AddSlice(wait.thread, TaskText(*wait.task) + " waits", "wait",
                     wait.span.begin, wait.span.end - wait.span.begin,
                     std::move(args));
      const auto run = std::find_if(
          runs_.begin(), runs_.end(),
          [&wait](const Stretch& r) { return r.attempt == wait.attempt; });
      if (run == runs_.end()) continue;
      // The wait is open until just before its end.
      file_.AddArrow(wait.thread, wait.span.end - 1, run->thread,
                     run->span.begin, "starts");
    }
  }
}

void JobTrace::AddCacheHits() {
  int thread = 0;
  for (const TaskView& task : list_.tasks) {
    if (!task.from_cache) continue;
    if (thread == 0) thread = file_.AddThread(job_process_, "from cache");
    const int64_t at =
        task.ready_at_micros > 0 ? task.ready_at_micros : origin_;
    Args args = {{"task", task.task_id}};
    if (!task.range.empty()) args["frames"] = task.range.size();
    file_.AddInstant(thread, TaskText(task) + " from cache", "cache", At(at),
                     std::move(args));
  }
}

// The newest finished render of the segment that begins there.
const Stretch* JobTrace::RenderOf(FrameIndex begin) const {
  const Stretch* found = nullptr;
  for (const Stretch& run : runs_) {
    const bool fits = run.task->kind == TaskKind::kRender &&
                      run.task->range.begin == begin &&
                      run.attempt->outcome == kCompleted;
    if (fits &&
        (found == nullptr || run.task->generation > found->task->generation)) {
      found = &run;
    }
  }
  return found;
}

const Stretch* JobTrace::LastAssembly() const {
  const Stretch* found = nullptr;
  for (const Stretch& run : runs_) {
    const bool fits = run.task->kind == TaskKind::kAssemble &&
                      run.attempt->outcome == kCompleted;
    if (fits && (found == nullptr || run.span.end > found->span.end)) {
      found = &run;
    }
  }
  return found;
}

// A seam is marked where its second segment was rendered: that is where one
// looks for the reason. Of a segment from the cache, where it was found bad.
void JobTrace::AddSeams() {
  const std::vector<SeamScore>& seams =
      job_.seams.empty() ? list_.seams : job_.seams;
  const Stretch* assembly = LastAssembly();
  for (const SeamScore& seam : seams) {
    const Stretch* run = RenderOf(seam.frame);
    if (run == nullptr) run = assembly;
    file_.AddInstant(
        run == nullptr ? job_thread_ : run->thread,
        fmt::format("seam {} {}", seam.frame, SeamVerdictName(seam.verdict)),
        "seam", run == nullptr ? At(now_) : run->span.end,
        {{"frame", seam.frame},
         {"verdict", SeamVerdictName(seam.verdict)},
         {"ratio", seam.ratio},
         {"psnr_db", seam.psnr_db},
         {"motion_distance", seam.motion_distance},
         {"repaired", seam.repaired}});
  }
}

// How many of the job's tasks run and wait, whenever that changes.
void JobTrace::AddLoad() {
  struct Change {
    int running = 0;
    int waiting = 0;
  };
  std::map<int64_t, Change> changes;
  for (const Stretch& run : runs_) {
    ++changes[run.span.begin].running;
    --changes[run.span.end].running;
  }
  for (const Stretch& wait : waits_) {
    ++changes[wait.span.begin].waiting;
    --changes[wait.span.end].waiting;
  }
  Change load;
  for (const auto& [at, change] : changes) {
    load.running += change.running;
    load.waiting += change.waiting;
    file_.AddCounter(job_process_, "tasks", at,
                     {{"running", load.running}, {"waiting", load.waiting}});
  }
}

}  // namespace

std::string JobTraceJson(const JobView& job, const SegmentList& tasks,
                         int64_t now_micros) {
  return JobTrace(job, tasks, now_micros).Build();
}

}  // namespace longtake::client
