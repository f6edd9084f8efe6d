#include "client/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "client/report/quality_text.h"
#include "common/rpc/status_convert.h"

namespace longtake::client {
namespace {

// Keys stay in the order in which they are written here.
using json = nlohmann::ordered_json;

// Messages may quote bytes that aren't UTF-8; they must not end the program.
std::string Text(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

double DurationSeconds(const JobView& job) {
  const FrameRate rate = job.spec.output.rate;
  return static_cast<double>(job.progress.frames_total) * rate.den / rate.num;
}

double RealtimeFactor(const RenderReport& report) {
  if (report.wall_seconds <= 0) return 0;
  return DurationSeconds(report.job) / report.wall_seconds;
}

json SeamsToJson(const std::vector<SeamScore>& seams) {
  json list = json::array();
  for (const SeamScore& seam : seams) {
    list.push_back({{"frame", seam.frame},
                    {"ratio", seam.ratio},
                    {"psnr_db", seam.psnr_db},
                    {"motion_distance", seam.motion_distance},
                    {"verdict", SeamVerdictName(seam.verdict)},
                    {"repaired", seam.repaired}});
  }
  return list;
}

json ErrorToJson(const Status& status) {
  return {{"code", StatusCodeName(status.code())},
          {"message", Message(status)}};
}

json ProgressToJson(const JobProgress& p) {
  return {{"stage", p.stage},
          {"frames_total", p.frames_total},
          {"frames_done", p.frames_done},
          {"segments_total", p.segments_total},
          {"segments_done", p.segments_done},
          {"segments_rendered", p.segments_rendered}};
}

json NeedsToJson(const TaskNeeds& needs) {
  return {{"pool", needs.pool},
          {"gpu_memory_bytes", needs.gpu_memory_bytes},
          {"capabilities", needs.capabilities}};
}

json WorkerToJson(const WorkerView& worker) {
  return {{"worker_id", worker.worker_id},
          {"version", worker.version},
          {"slots", worker.slots},
          {"busy", worker.busy},
          {"numerics_class", worker.numerics_class},
          {"draining", worker.draining},
          {"last_seen_micros", worker.last_seen_micros},
          {"pools", worker.pools},
          {"gpu_memory_bytes", worker.gpu_memory_bytes},
          {"capabilities", worker.capabilities},
          {"quarantined_until_micros", worker.quarantined_until_micros}};
}

json JobToJson(const JobView& job) {
  json j = {{"job_id", job.job_id},
            {"tenant", job.tenant},
            {"state", JobStateName(job.state)},
            {"paused", job.paused},
            {"progress", ProgressToJson(job.progress)},
            {"priority", job.spec.priority},
            {"labels", job.spec.labels},
            {"portrait", job.spec.portrait.name},
            {"audio", job.spec.audio.name},
            {"submitted_at_micros", job.submitted_at_micros},
            {"ended_at_micros", job.ended_at_micros},
            {"seams", SeamsToJson(job.seams)},
            {"warnings", job.warnings},
            {"inputs_digest", job.inputs_digest}};
  if (!job.error.ok()) j["error"] = ErrorToJson(job.error);
  if (!job.spec.needs.empty()) j["needs"] = NeedsToJson(job.spec.needs);
  if (!job.spec.support_needs.empty()) {
    j["support_needs"] = NeedsToJson(job.spec.support_needs);
  }
  if (!job.spec.range.empty()) {
    j["range"] = {job.spec.range.begin, job.spec.range.end};
  }
  if (job.spec.dry_run) j["dry_run"] = true;
  if (!job.waiting_for.empty()) j["waiting_for"] = job.waiting_for;
  if (!job.take.empty()) {
    j["take"] = {{"sha256", job.take.sha256},
                 {"size_bytes", job.take.size_bytes}};
  }
  return j;
}

json AttemptsToJson(const std::vector<AttemptView>& attempts) {
  json list = json::array();
  for (const AttemptView& attempt : attempts) {
    list.push_back({{"attempt", attempt.attempt},
                    {"worker_id", attempt.worker_id},
                    {"ready_at_micros", attempt.ready_at_micros},
                    {"leased_at_micros", attempt.leased_at_micros},
                    {"ended_at_micros", attempt.ended_at_micros},
                    {"outcome", attempt.outcome},
                    {"backup", attempt.backup}});
  }
  return list;
}

std::string FindingsLines(const TakeFindings& findings) {
  std::string text;
  if (findings.lip_sync) text += LipSyncLines(*findings.lip_sync);
  if (findings.quality) {
    text += findings.quality->lines;
    if (!findings.quality->report_html.empty()) {
      text += fmt::format("  report    {}\n", findings.quality->report_html);
    }
  }
  if (!findings.transcript.empty()) {
    text += TranscriptLines(findings.transcript);
  }
  for (const std::string& warning : findings.warnings) {
    text += fmt::format("  warning   {}\n", warning);
  }
  return text;
}

json OrNull(const std::optional<double>& value) {
  return value ? json(*value) : json(nullptr);
}

json PathOrNull(const std::string& path) {
  return path.empty() ? json(nullptr) : json(path);
}

void AddQuality(const QualitySummary& quality, json* j) {
  (*j)["quality"] = quality.verdict;
  json& identity = (*j)["identity"];
  if (quality.identity) {
    identity = {{"mean", quality.identity->mean},
                {"min", quality.identity->min},
                {"max_distance", quality.identity->max_distance},
                {"slope_per_minute", quality.identity->slope_per_minute}};
  }
  (*j)["av_offset_ms"] = OrNull(quality.av_offset_ms);
  (*j)["av_drift_ppm"] = OrNull(quality.av_drift_ppm);
  (*j)["report"] = PathOrNull(quality.report_json);
  (*j)["report_html"] = PathOrNull(quality.report_html);
}

std::string SeamLine(const std::vector<SeamScore>& seams) {
  if (seams.empty()) return "  seams     none: one segment";
  const auto worst = std::max_element(
      seams.begin(), seams.end(),
      [](const SeamScore& a, const SeamScore& b) { return a.ratio < b.ratio; });
  const auto warned = std::count_if(
      seams.begin(), seams.end(),
      [](const SeamScore& seam) { return seam.verdict != SeamVerdict::kPass; });
  return fmt::format(
      "  seams     {}, {} beyond the gate, worst ratio {:.2f} at frame {}",
      seams.size(), warned, worst->ratio, worst->frame);
}

}  // namespace

std::string RenderReportJson(const RenderReport& report) {
  const JobView& job = report.job;
  json j = {{"output", report.output},
            {"frames", job.progress.frames_total},
            {"duration_seconds", DurationSeconds(job)},
            {"segments", job.progress.segments_total},
            {"segments_rendered", job.progress.segments_rendered},
            {"wall_seconds", report.wall_seconds},
            {"realtime_factor", RealtimeFactor(report)},
            {"peak_rss_bytes", report.peak_rss_bytes},
            {"seams", SeamsToJson(job.seams)},
            {"warnings", job.warnings}};
  if (const FrameRange& range = job.spec.range; !range.empty()) {
    j["range"] = {range.begin, range.begin + job.progress.frames_total};
  }
  if (report.preview) {
    j["preview"] = {{"playlist", report.preview->playlist},
                    {"ready_seconds", report.preview->ready_seconds},
                    {"segments", report.preview->segments}};
  }
  AddFindings(report.findings, &j);
  return Text(j);
}

std::string RenderSummary(const RenderReport& report) {
  const JobView& job = report.job;
  std::string text = fmt::format(
      "{}\n"
      "  duration  {:.2f} s, {} frames at {} a second\n"
      "  time      {:.1f} s, {:.2f}x real time, {} of {} segments rendered\n"
      "{}\n",
      report.output, DurationSeconds(job), job.progress.frames_total,
      FormatFrameRate(job.spec.output.rate), report.wall_seconds,
      RealtimeFactor(report), job.progress.segments_rendered,
      job.progress.segments_total, SeamLine(job.seams));
  if (report.preview && !report.preview->playlist.empty()) {
    text +=
        fmt::format("  preview   {}, to be watched after {:.1f} s\n",
                    report.preview->playlist, report.preview->ready_seconds);
  }
  for (const std::string& warning : job.warnings) {
    text += fmt::format("  warning   {}\n", warning);
  }
  return text + FindingsLines(report.findings);
}

void AddFindings(const TakeFindings& findings, json* j) {
  if (findings.lip_sync) (*j)["lip_sync"] = LipSyncToJson(*findings.lip_sync);
  if (findings.quality) AddQuality(*findings.quality, j);
  if (!findings.transcript.empty()) {
    (*j)["transcript"] = TranscriptToJson(findings.transcript);
  }
  for (const std::string& warning : findings.warnings) {
    (*j)["warnings"].push_back(warning);
  }
}

std::string ErrorJson(const Status& status) {
  return Text({{"error", ErrorToJson(status)}});
}

int ExitCode(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return 0;
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kAlreadyExists:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kUnauthenticated:
    case StatusCode::kPermissionDenied:
      return 2;
    default:
      return 1;
  }
}

std::string JobJson(const JobView& job) { return Text(JobToJson(job)); }

std::string FetchedJson(const JobView& job, const TakeFindings& findings) {
  json j = JobToJson(job);
  AddFindings(findings, &j);
  return Text(j);
}

std::string FetchedText(const std::string& output,
                        const TakeFindings& findings) {
  return output + "\n" + FindingsLines(findings);
}

std::string JobsJson(const std::vector<JobView>& jobs) {
  json list = json::array();
  for (const JobView& job : jobs) list.push_back(JobToJson(job));
  return Text({{"jobs", std::move(list)}});
}

std::string EventJson(const JobEvent& event) {
  return Text({{"sequence", event.sequence},
               {"at_micros", event.at_micros},
               {"text", event.text},
               {"state", JobStateName(event.state)},
               {"progress", ProgressToJson(event.progress)},
               {"task_id", event.task_id},
               {"worker_id", event.worker_id}});
}

std::string SegmentsJson(const std::vector<TaskView>& tasks,
                         const std::vector<SeamScore>& seams) {
  json list = json::array();
  for (const TaskView& task : tasks) {
    json j = {{"task_id", task.task_id},
              {"kind", TaskKindName(task.kind)},
              {"state", TaskStateName(task.state)},
              {"segment", task.segment},
              {"begin", task.range.begin},
              {"end", task.range.end},
              {"attempt", task.attempt},
              {"worker_id", task.worker_id},
              {"from_cache", task.from_cache},
              {"generation", task.generation},
              {"frames_done", task.frames_done},
              {"motion_micros", task.timings.motion_micros},
              {"draw_micros", task.timings.draw_micros},
              {"encode_micros", task.timings.encode_micros},
              {"total_micros", task.timings.total_micros}};
    if (!task.error.ok()) j["error"] = ErrorToJson(task.error);
    j["attempts"] = AttemptsToJson(task.attempts);
    list.push_back(std::move(j));
  }
  return Text({{"tasks", std::move(list)}, {"seams", SeamsToJson(seams)}});
}

std::string WorkersJson(const std::vector<WorkerView>& workers) {
  json list = json::array();
  for (const WorkerView& worker : workers) {
    list.push_back(WorkerToJson(worker));
  }
  return Text({{"workers", std::move(list)}});
}

std::string WorkerJson(const WorkerView& worker) {
  return Text(WorkerToJson(worker));
}

std::string QueueJson(const QueueView& queue) {
  json depths = json::array();
  for (const QueueDepth& depth : queue.depths) {
    depths.push_back({{"pool", depth.pool},
                      {"priority", depth.priority},
                      {"ready", depth.ready},
                      {"queued", depth.queued},
                      {"leased", depth.leased},
                      {"waiting", depth.waiting}});
  }
  json tenants = json::array();
  for (const TenantShare& share : queue.tenants) {
    tenants.push_back({{"tenant", share.tenant},
                       {"weight", share.weight},
                       {"jobs", share.jobs},
                       {"ready", share.ready},
                       {"queued", share.queued},
                       {"leased", share.leased}});
  }
  return Text({{"depths", std::move(depths)}, {"tenants", std::move(tenants)}});
}

}  // namespace longtake::client
