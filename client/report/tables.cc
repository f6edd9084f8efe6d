#include "client/report/tables.h"

#include <fmt/format.h>

#include <algorithm>

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
  std::vector<std::vector<std::string>> rows = {
      {"JOB", "STATE", "STAGE", "DONE", "SEGMENTS", "SUBMITTED", "AUDIO"}};
  for (const JobView& job : jobs) {
    rows.push_back({job.job_id, JobStateName(job.state),
                    OrDash(job.progress.stage), Share(job.progress),
                    fmt::format("{}/{}", job.progress.segments_done,
                                job.progress.segments_total),
                    Ago(job.submitted_at_micros, now),
                    OrDash(job.spec.audio.name)});
  }
  return FormatTable(rows);
}

std::string JobDetails(const JobView& job, absl::Time now) {
  const OutputSpec& output = job.spec.output;
  std::vector<std::vector<std::string>> rows = {
      {"job", job.job_id},
      {"tenant", job.tenant},
      {"state", JobStateName(job.state)},
      {"stage", OrDash(job.progress.stage)},
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
      {"WORKER", "VERSION", "BUSY", "STATE", "SEEN", "NUMERICS"}};
  for (const WorkerView& worker : workers) {
    rows.push_back({worker.worker_id, worker.version,
                    fmt::format("{}/{}", worker.busy, worker.slots),
                    worker.draining ? "draining" : "working",
                    Ago(worker.last_seen_micros, now), worker.numerics_class});
  }
  return FormatTable(rows);
}

}  // namespace longtake::client
