#include "benchmarks/farm/efficiency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <queue>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "benchmarks/farm/history.h"
#include "benchmarks/farm/loopback_farm.h"
#include "benchmarks/farm/simulated_work.h"
#include "benchmarks/farm/simulated_workers.h"

namespace longtake::bench {
namespace {

constexpr double kTargetEfficiency = 95;  // per cent
constexpr double kSpread = 0.2;
constexpr absl::Duration kRegisterLimit = absl::Seconds(30);
constexpr absl::Duration kPollEvery = absl::Milliseconds(50);

std::vector<absl::Duration> Times(const EfficiencyOptions& options) {
  std::vector<absl::Duration> times;
  for (int i = 0; i < options.segments; ++i) {
    times.push_back(TaskTime(options.task_time, i));
  }
  return times;
}

struct OneJob {
  absl::Duration taken;  // from its submission to its end
  History history;
};

StatusOr<OneJob> RunOneJob(const EfficiencyOptions& options) {
  LT_ASSIGN_OR_RETURN(const auto farm, LoopbackFarm::Start({}));
  const std::string slow = SimulatedWorkers::Name(options.workers - 1);
  SimulatedWork::Options simulated;
  simulated.segments = options.segments;
  simulated.render_time = [&](int segment, const std::string& worker_id) {
    return TaskTime(options.task_time, segment) *
           (worker_id == slow ? options.slow_factor : 1.0);
  };
  LT_ASSIGN_OR_RETURN(
      const auto work,
      SimulatedWork::Create(farm->artifacts(), std::move(simulated)));
  LT_ASSIGN_OR_RETURN(
      auto workers,
      SimulatedWorkers::Start(*farm, *work, options.workers, kRegisterLimit));
  LT_ASSIGN_OR_RETURN(const std::string job_id,
                      farm->Submit("efficiency", work->Job(0)));
  const absl::Time end = absl::Now() + options.limit;
  while (true) {
    LT_ASSIGN_OR_RETURN(const JobView job, farm->GetJob(job_id));
    if (HasEnded(job.state)) break;
    if (absl::Now() > end) {
      return DeadlineExceeded(fmt::format("{} of {} segments after {} s",
                                          work->renders(), options.segments,
                                          absl::ToInt64Seconds(options.limit)));
    }
    absl::SleepFor(kPollEvery);
  }
  workers.reset();
  OneJob one;
  LT_ASSIGN_OR_RETURN(one.history, ReadHistory(*farm, *work, {job_id}));
  const JobView& job = one.history.jobs.front();
  if (job.state != JobState::kSucceeded) {
    return Internal("the job has failed: " + Message(job.error));
  }
  one.taken = absl::Microseconds(job.ended_at_micros - job.submitted_at_micros);
  return one;
}

void AddJob(const EfficiencyOptions& options, const OneJob& one,
            Figures* figures) {
  figures->Add({"job_s", "the job, from its submission to its end",
                absl::ToDoubleSeconds(one.taken), "s"});
  figures->Add({"renders", "segments rendered and taken",
                static_cast<double>(one.history.renders), "", Target::kAtLeast,
                static_cast<double>(options.segments)});
}

}  // namespace

absl::Duration TaskTime(absl::Duration task_time, int segment) {
  // Multiplicative hashing: evenly spread, and the same on every run.
  const uint32_t hash = static_cast<uint32_t>(segment + 1) * 2654435769u;
  const double part = static_cast<double>(hash >> 8) / (1 << 24);
  return task_time * (1 - kSpread + 2 * kSpread * part);
}

absl::Duration GreedySchedule(const std::vector<absl::Duration>& tasks,
                              int workers) {
  std::priority_queue<absl::Duration, std::vector<absl::Duration>,
                      std::greater<>>
      free_at;
  for (int i = 0; i < workers; ++i) free_at.push(absl::ZeroDuration());
  absl::Duration end;
  for (const absl::Duration task : tasks) {
    const absl::Duration done = free_at.top() + task;
    free_at.pop();
    free_at.push(done);
    end = std::max(end, done);
  }
  return end;
}

Status MeasureEfficiency(const EfficiencyOptions& options, Figures* figures) {
  const auto times = Times(options);
  const absl::Duration work =
      std::accumulate(times.begin(), times.end(), absl::ZeroDuration());
  const absl::Duration even = work / options.workers;
  const absl::Duration ideal = GreedySchedule(times, options.workers);
  figures->Begin(
      "efficiency",
      fmt::format("scaling: one job of {} segments on {} workers, {} ms a "
                  "segment and 20 % up and down",
                  options.segments, options.workers,
                  absl::ToInt64Milliseconds(options.task_time)));
  LT_ASSIGN_OR_RETURN(const OneJob one, RunOneJob(options));
  AddJob(options, one, figures);
  figures->Add({"efficiency_percent",
                "of the ideal: a farm that costs nothing, tail included",
                100 * absl::FDivDuration(ideal, one.taken), "%",
                Target::kAtLeast, kTargetEfficiency,
                fmt::format("a round trip a task and the steps before and "
                            "after: {:.0f} ms in all",
                            absl::ToDoubleMilliseconds(one.taken - ideal))});
  figures->Add(
      {"even_percent", "of work / workers, as if segments could be cut",
       100 * absl::FDivDuration(even, one.taken), "%", Target::kNone, 0,
       fmt::format("{} segments on {} workers: no more than {:.1f} % "
                   "can be had without knowing the times ahead",
                   options.segments, options.workers,
                   100 * absl::FDivDuration(even, ideal))});
  return OkStatus();
}

Status MeasureStraggler(const EfficiencyOptions& options, Figures* figures) {
  const absl::Duration ideal =
      GreedySchedule(Times(options), options.workers - 1);
  figures->Begin(
      "straggler",
      fmt::format("straggler: the same job, one of the {} workers {} times as "
                  "slow",
                  options.workers, options.slow_factor));
  LT_ASSIGN_OR_RETURN(const OneJob one, RunOneJob(options));
  AddJob(options, one, figures);
  figures->Add({"backups", "second runs of what the slow one held",
                static_cast<double>(one.history.backups), ""});
  figures->Add({"late_s", "later than an ideal farm without the slow one",
                absl::ToDoubleSeconds(one.taken - ideal), "s", Target::kBelow,
                // Seen as late only once the queue is empty, then run again.
                absl::ToDoubleSeconds(2 * options.task_time) + 2,
                "a backup begins when the job is near its end and the render "
                "is late, and takes a whole segment's time"});
  figures->Add({"unhelped_s", "the slow worker's first segment alone takes",
                absl::ToDoubleSeconds(options.task_time * options.slow_factor),
                "s"});
  return OkStatus();
}

}  // namespace longtake::bench
