#include "benchmarks/farm/scale.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "benchmarks/farm/history.h"
#include "benchmarks/farm/loopback_farm.h"
#include "benchmarks/farm/process_cost.h"
#include "benchmarks/farm/simulated_work.h"
#include "benchmarks/farm/simulated_workers.h"
#include "benchmarks/farm/usage_sampler.h"

namespace longtake::bench {
namespace {

constexpr double kTargetRate = 2000;
constexpr double kTargetStartMs = 50;
constexpr double kTargetCoordinatorMb = 300;
// Sustained: without the first and the last of the completions, when the farm
// fills and empties.
constexpr double kRampPart = 0.1;
constexpr absl::Duration kPollEvery = absl::Milliseconds(100);
constexpr absl::Duration kRegisterLimit = absl::Seconds(90);
// An assembly's report is on its way when the bench knows of it.
constexpr absl::Duration kSettleLimit = absl::Seconds(10);

Status AwaitAssemblies(const SimulatedWork& work, int jobs,
                       absl::Duration limit) {
  const absl::Time end = absl::Now() + limit;
  while (work.assemblies() < jobs) {
    if (absl::Now() > end) {
      return DeadlineExceeded(fmt::format(
          "{} of {} jobs done, {} renders, after {} s", work.assemblies(), jobs,
          work.renders(), absl::ToInt64Seconds(limit)));
    }
    absl::SleepFor(kPollEvery);
  }
  return OkStatus();
}

Status AwaitEnd(LoopbackFarm& farm, const std::vector<std::string>& job_ids) {
  const absl::Time end = absl::Now() + kSettleLimit;
  for (const std::string& job_id : job_ids) {
    while (true) {
      LT_ASSIGN_OR_RETURN(const JobView job, farm.GetJob(job_id));
      if (HasEnded(job.state) || absl::Now() > end) break;
      absl::SleepFor(kPollEvery);
    }
  }
  return OkStatus();
}

struct Window {
  int64_t begin = 0, end = 0;
};

Window Sustained(const History& history) {
  const auto& all = history.completions;
  if (all.empty()) return {};
  const auto ramp =
      static_cast<size_t>(static_cast<double>(all.size()) * kRampPart);
  return {all[ramp], all[all.size() - 1 - ramp]};
}

void AddSpeed(const ScaleOptions& options, const History& history,
              const UsageSampler& sampler, Figures* figures, double* rate) {
  const Window window = Sustained(history);
  const Usage usage = sampler.Between(window.begin, window.end);
  *rate = history.Rate(window.begin, window.end);
  const double offered =
      options.workers /
      absl::ToDoubleSeconds(std::max(options.task_time, absl::Milliseconds(1)));
  const std::string limit = LimitedBy(usage, *rate, offered);
  figures->Add({"completions_per_second",
                "task completions a second, sustained", *rate, "/s",
                // Less work than that shows nothing of it.
                offered < kTargetRate ? Target::kNone : Target::kAtLeast,
                kTargetRate, limit});
  std::vector<double> waits;
  for (const auto& [leased_at, wait] : history.lease_to_start_ms) {
    if (leased_at >= window.begin && leased_at <= window.end) {
      waits.push_back(wait);
    }
  }
  figures->Add({"lease_to_start_p50_ms", "lease to start, median",
                Quantile(waits, 0.5), "ms", Target::kNone, 0, limit});
  figures->Add({"lease_to_start_p99_ms", "lease to start, 99th percentile",
                Quantile(waits, 0.99), "ms", Target::kBelow, kTargetStartMs,
                limit});
  const auto per_task = [&](double cores) {
    return *rate > 0 ? cores * 1e6 / *rate : 0;
  };
  figures->Add({"coordinator_us_per_task", "CPU a task: coordinator",
                per_task(usage.coordinator), "us"});
  figures->Add(
      {"redis_us_per_task", "CPU a task: Redis", per_task(usage.redis), "us"});
  figures->Add({"worker_us_per_task", "CPU a task: simulated workers",
                per_task(usage.workers), "us"});
  figures->Note(UsageText(usage) +
                fmt::format(", over {:.1f} s", usage.seconds));
}

void AddMemory(LoopbackFarm& farm, Figures* figures) {
  figures->Add(
      {"coordinator_rss_mb", "coordinator's memory, highest",
       static_cast<double>(PeakResidentBytes(farm.coordinator_pid())) / 1e6,
       "MB", Target::kBelow, kTargetCoordinatorMb,
       "a connection a worker, its call's buffers, and what is known of live "
       "jobs"});
  const std::string used = farm.RedisInfo("memory", "used_memory_peak");
  figures->Add({"redis_mb", "Redis' memory, highest",
                used.empty() ? 0 : std::stod(used) / 1e6, "MB"});
  figures->Add({"workers_rss_mb", "simulated workers' memory, all together",
                static_cast<double>(ResidentBytes(getpid())) / 1e6, "MB"});
}

void AddCounts(const ScaleOptions& options, LoopbackFarm& farm,
               const History& history, Figures* figures) {
  const double expected = double(options.jobs) * options.segments;
  figures->Add({"renders", "segments rendered and taken",
                static_cast<double>(history.renders), "", Target::kAtLeast,
                expected});
  figures->Add({"backups", "second runs of stragglers",
                static_cast<double>(history.backups), ""});
  const double errors =
      static_cast<double>(history.failed_jobs + history.repeated) +
      farm.LogLines("stale report refused");
  figures->Add({"errors", "errors (failed jobs, repeated attempts, stale)",
                errors, "", Target::kBelow, 1});
}

// "evalsha 4.1 x 97 us": calls a render, time a call.
std::string CommandsText(LoopbackFarm& farm, int64_t renders) {
  std::vector<std::pair<double, std::string>> commands;
  std::istringstream lines(farm.redis().Cli({"INFO", "commandstats"}));
  for (std::string line; std::getline(lines, line);) {
    char name[64] = {};
    double calls = 0, usec = 0, each = 0;
    if (std::sscanf(line.c_str(),
                    "cmdstat_%63[^:]:calls=%lf,usec=%lf,usec_per_call=%lf",
                    name, &calls, &usec, &each) != 4) {
      continue;
    }
    const double per_render =
        calls / static_cast<double>(std::max<int64_t>(renders, 1));
    if (per_render < 0.05) continue;
    commands.emplace_back(
        -usec, fmt::format("{} {:.1f} x {:.0f} us", name, per_render, each));
  }
  std::sort(commands.begin(), commands.end());
  std::string text;
  for (const auto& [usec, command] : commands) {
    text += (text.empty() ? "" : ", ") + command;
  }
  return text;
}

void AddCommands(LoopbackFarm& farm, int64_t renders, Figures* figures) {
  figures->Note("Redis, calls a render x time a call: " +
                CommandsText(farm, renders));
  std::string threads;
  for (const auto& [name, seconds] : CpuByThread(farm.coordinator_pid())) {
    if (seconds < 0.1) continue;
    threads += fmt::format("{}{} {:.1f} s", threads.empty() ? "" : ", ", name,
                           seconds);
  }
  figures->Note("the coordinator's threads, CPU: " + threads);
}

}  // namespace

Status MeasureScale(const ScaleOptions& options, const std::string& section,
                    Figures* figures, double* completions_per_second) {
  const absl::Time begin = absl::Now();
  LT_ASSIGN_OR_RETURN(const auto farm, LoopbackFarm::Start({}));
  SimulatedWork::Options simulated;
  simulated.jobs = options.jobs;
  simulated.segments = options.segments;
  simulated.render_time = [&options](int, const std::string&) {
    return options.task_time;
  };
  LT_ASSIGN_OR_RETURN(
      const auto work,
      SimulatedWork::Create(farm->artifacts(), std::move(simulated)));
  LT_ASSIGN_OR_RETURN(
      auto workers,
      SimulatedWorkers::Start(*farm, *work, options.workers, kRegisterLimit));
  figures->Begin(
      section,
      fmt::format("scale: {} workers, {} jobs of {} segments, {} ms a segment; "
                  "artifacts in {}",
                  options.workers, options.jobs, options.segments,
                  absl::ToInt64Milliseconds(options.task_time),
                  farm->artifacts_path()));
  const UsageSampler sampler(farm->coordinator_pid(), farm->redis_pid());
  std::vector<std::string> job_ids;
  for (int job = 0; job < options.jobs; ++job) {
    LT_ASSIGN_OR_RETURN(
        job_ids.emplace_back(),
        farm->Submit(fmt::format("bench {}", job), work->Job(job)));
  }
  LT_RETURN_IF_ERROR(AwaitAssemblies(*work, options.jobs,
                                     options.limit - (absl::Now() - begin)));
  LT_RETURN_IF_ERROR(AwaitEnd(*farm, job_ids));
  workers.reset();
  // Before the questions below cost the coordinator memory.
  AddMemory(*farm, figures);
  LT_ASSIGN_OR_RETURN(const History history,
                      ReadHistory(*farm, *work, job_ids));
  AddSpeed(options, history, sampler, figures, completions_per_second);
  AddCounts(options, *farm, history, figures);
  AddCommands(*farm, history.renders, figures);
  return OkStatus();
}

}  // namespace longtake::bench
