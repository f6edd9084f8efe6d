#include "client/report/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "client/progress/progress_meter.h"

namespace longtake::client {
namespace {

std::string Ago(int64_t micros, absl::Time now) {
  if (micros <= 0) return "-";
  const absl::Duration age = now - absl::FromUnixMicros(micros);
  return FormatClock(std::max(age, absl::ZeroDuration())) + " ago";
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string Share(const JobProgress& p) {
  if (p.frames_total <= 0) return "-";
  return fmt::format("{}%", 100 * p.frames_done / p.frames_total);
}

std::string Joined(const std::set<std::string>& words) {
  return words.empty() ? "-" : fmt::format("{}", fmt::join(words, ","));
}

std::string WorkerState(const WorkerView& worker, absl::Time now) {
  const absl::Time until =
      absl::FromUnixMicros(worker.quarantined_until_micros);
  if (worker.draining) return "draining";
  if (worker.quarantined_until_micros > 0 && until > now) {
    return fmt::format("quarantined {}", FormatClock(until - now));
  }
  return "working";
}

}  // namespace

std::string FormatTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) {
        line.append(widths[i] - row[i].size() + 2, ' ');
      }
    }
    text += line + "\n";
  }
  return text;
}

std::string JobsTable(const std::vector<JobView>& jobs, absl::Time now) {
  const bool of_several =
      std::any_of(jobs.begin(), jobs.end(), [&jobs](const JobView& job) {
        return job.tenant != jobs.front().tenant;
      });
  std::vector<std::vector<std::string>> rows = {{"JOB"}};
  if (of_several) rows[0].push_back("TENANT");
  for (const char* column : {"PRIORITY", "STATE", "STAGE", "DONE", "SEGMENTS",
                             "SUBMITTED", "AUDIO"}) {
    rows[0].push_back(column);
  }
  for (const JobView& job : jobs) {
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(job.job_id);
    if (of_several) row.push_back(job.tenant);
    row.push_back(fmt::format("{}", job.spec.priority));
    row.push_back(JobStateText(job));
    row.push_back(OrDash(job.progress.stage));
    row.push_back(Share(job.progress));
    row.push_back(fmt::format("{}/{}", job.progress.segments_done,
                              job.progress.segments_total));
    row.push_back(Ago(job.submitted_at_micros, now));
    row.push_back(OrDash(job.spec.audio.name));
  }
  return FormatTable(rows);
}

std::string JobDetails(const JobView& job, absl::Time now) {
  const OutputSpec& output = job.spec.output;
  std::vector<std::vector<std::string>> rows = {
      {"job", job.job_id},
      {"tenant", job.tenant},
      {"state", JobStateText(job)},
      {"stage", OrDash(job.progress.stage)},
      {"priority", fmt::format("{}", job.spec.priority)},
      {"portrait", OrDash(job.spec.portrait.name)},
      {"audio", OrDash(job.spec.audio.name)},
      {"output",
       fmt::format("{}x{} at {} frames a second, crf {}, {}", output.width,
                   output.height, FormatFrameRate(output.rate), output.crf,
                   output.preset)},
      {"frames", fmt::format("{}/{}", job.progress.frames_done,
                             job.progress.frames_total)},
      {"segments", fmt::format("{}/{}, {} rendered", job.progress.segments_done,
                               job.progress.segments_total,
                               job.progress.segments_rendered)},
      {"submitted", Ago(job.submitted_at_micros, now)},
      {"ended", Ago(job.ended_at_micros, now)}};
  if (!job.spec.needs.empty() || !job.spec.support_needs.empty()) {
    rows.push_back({"draws on", NeedsText(job.spec.needs)});
    rows.push_back({"the rest on", NeedsText(job.spec.support_needs)});
  }
  for (const auto& [key, value] : job.spec.labels) {
    rows.push_back({"label", fmt::format("{}={}", key, value)});
  }
  if (!job.waiting_for.empty()) rows.push_back({"waits for", job.waiting_for});
  if (!job.error.ok()) rows.push_back({"error", Message(job.error)});
  for (const SeamScore& seam : job.seams) {
    if (seam.verdict == SeamVerdict::kPass) continue;
    rows.push_back({"seam", fmt::format("frame {}: ratio {:.2f}, {:.1f} dB, {}",
                                        seam.frame, seam.ratio, seam.psnr_db,
                                        SeamVerdictName(seam.verdict))});
  }
  for (const std::string& warning : job.warnings) {
    rows.push_back({"warning", warning});
  }
  return FormatTable(rows);
}

std::string SegmentsTable(const std::vector<TaskView>& tasks,
                          const std::vector<SeamScore>& seams) {
  std::vector<std::vector<std::string>> rows = {{"TASK", "STATE", "FRAMES",
                                                 "DONE", "ATTEMPT", "WORKER",
                                                 "SECONDS", "SEAM", "ERROR"}};
  for (const TaskView& task : tasks) {
    const auto seam =
        std::find_if(seams.begin(), seams.end(), [&task](const SeamScore& s) {
          return task.segment > 0 && s.frame == task.range.begin;
        });
    rows.push_back(
        {task.task_id, TaskStateName(task.state),
         task.range.empty()
             ? "-"
             : fmt::format("{}-{}", task.range.begin, task.range.end - 1),
         fmt::format("{}", task.frames_done), fmt::format("{}", task.attempt),
         task.from_cache ? "cache" : OrDash(task.worker_id),
         fmt::format("{:.1f}",
                     static_cast<double>(task.timings.total_micros) / 1e6),
         seam == seams.end() ? "-"
                             : fmt::format("{:.2f} {}", seam->ratio,
                                           SeamVerdictName(seam->verdict)),
         task.error.ok() ? "-" : Message(task.error)});
  }
  return FormatTable(rows);
}

std::string WorkersTable(const std::vector<WorkerView>& workers,
                         absl::Time now) {
  std::vector<std::vector<std::string>> rows = {
      {"WORKER", "VERSION", "BUSY", "STATE", "SEEN", "POOLS", "GPU",
       "CAPABILITIES", "NUMERICS"}};
  for (const WorkerView& worker : workers) {
    rows.push_back({worker.worker_id, worker.version,
                    fmt::format("{}/{}", worker.busy, worker.slots),
                    WorkerState(worker, now), Ago(worker.last_seen_micros, now),
                    Joined(worker.pools),
                    worker.gpu_memory_bytes > 0
                        ? FormatBytes(worker.gpu_memory_bytes)
                        : "-",
                    Joined(worker.capabilities), worker.numerics_class});
  }
  return FormatTable(rows);
}

std::string QueueTables(const QueueView& queue) {
  const auto number = [](int value) { return fmt::format("{}", value); };
  std::vector<std::vector<std::string>> depths = {
      {"POOL", "PRIORITY", "BACKLOG", "QUEUED", "RUNNING", "RETRY LATER"}};
  for (const QueueDepth& depth : queue.depths) {
    depths.push_back({depth.pool.empty() ? "any" : depth.pool,
                      number(depth.priority), number(depth.ready),
                      number(depth.queued), number(depth.leased),
                      number(depth.waiting)});
  }
  std::vector<std::vector<std::string>> tenants = {
      {"TENANT", "WEIGHT", "JOBS", "BACKLOG", "QUEUED", "RUNNING"}};
  for (const TenantShare& share : queue.tenants) {
    tenants.push_back({share.tenant, fmt::format("{:g}", share.weight),
                       number(share.jobs), number(share.ready),
                       number(share.queued), number(share.leased)});
  }
  return FormatTable(depths) + "\n" + FormatTable(tenants);
}

std::string JobStateText(const JobView& job) {
  const bool paused = job.paused && !HasEnded(job.state);
  return JobStateName(job.state) + (paused ? ", paused" : "");
}

std::string NeedsText(const TaskNeeds& needs) {
  if (needs.empty()) return "any worker";
  std::vector<std::string> parts;
  if (!needs.pool.empty()) parts.push_back("pool " + needs.pool);
  if (needs.gpu_memory_bytes > 0) {
    parts.push_back(FormatBytes(needs.gpu_memory_bytes) + " GPU memory");
  }
  for (const std::string& capability : needs.capabilities) {
    parts.push_back(capability);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string FormatBytes(int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB",
                                                 "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  const bool whole = value == std::floor(value) || value >= 100;
  return fmt::format("{:.{}f} {}", value, whole ? 0 : 1, kUnits[unit]);
}

}  // namespace longtake::client
