#pragma once
// What a render tells at its end: one JSON object for machines, a few lines for
// people. Pure.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/job/job_view.h"
#include "common/job/transcript_report.h"
#include "common/status/status.h"
#include "worker/quality/lip_sync.h"

namespace longtake::client {

// Of the faces in a take against its portrait.
struct IdentitySummary {
  double mean = 0, min = 0;     // cosines
  double max_distance = 0;      // Euclidean
  double slope_per_minute = 0;  // of the distance
};

// A take's quality report in short.
struct QualitySummary {
  std::string verdict;  // "pass", "warn", "fail"
  std::optional<IdentitySummary> identity;
  std::optional<double> av_offset_ms, av_drift_ppm;
  std::string report_json, report_html;  // paths; empty: not written
  std::string lines;                     // for people, each with its end
  std::string breach;                    // what fails, one line; empty: nothing
};

// What is told of a take beside its job.
struct TakeFindings {
  std::optional<worker::LipSync> lip_sync;   // where it was measured
  std::optional<QualitySummary> quality;     // likewise
  std::string breach;                        // with --strict; empty: none
  std::vector<TranscriptClause> transcript;  // empty without a transcript
  std::vector<std::string> warnings;         // beside the job's
};

// Of a preview that was kept while the take was rendered.
struct PreviewReport {
  std::string playlist;      // empty: nothing could be watched
  double ready_seconds = 0;  // from the command's start to its first part
  int64_t segments = 0;      // media segments
};

struct RenderReport {
  std::string output;
  JobView job;              // succeeded
  double wall_seconds = 0;  // until the take was there, before measuring
  int64_t peak_rss_bytes = 0;
  TakeFindings findings;
  std::optional<PreviewReport> preview;  // where one was asked for
};

// {"output", "frames", "duration_seconds", "segments", "segments_rendered",
// "wall_seconds", "realtime_factor", "peak_rss_bytes", "seams", "warnings"},
// "range" of a part of a take, "preview" ({"playlist", "ready_seconds",
// "segments"}) where one was kept, with "lip_sync", "quality", "identity",
// "av_offset_ms", "av_drift_ppm", "report" and "report_html" where it was
// measured and "transcript" where there was one (quality_text.h).
std::string RenderReportJson(const RenderReport& report);
std::string RenderSummary(const RenderReport& report);

// {"error": {"code": "INVALID_ARGUMENT", "message": "…"}}.
std::string ErrorJson(const Status& status);

// 0; 2 for what the user can put right in the call (InvalidArgument, NotFound,
// FailedPrecondition); 1 for everything else.
int ExitCode(const Status& status);
// All went well, but with --strict the film is not as good as it has to be.
inline constexpr int kExitBreach = 3;
inline constexpr int kExitInterrupted = 130;

// For `show`, `list`, `watch`, `segments`, `workers`, `drain` and `queue` with
// --json.
std::string JobJson(const JobView& job);
// For `fetch`: JobJson with what was found out as above.
std::string FetchedJson(const JobView& job, const TakeFindings& findings);
std::string FetchedText(const std::string& output,
                        const TakeFindings& findings);
// Adds what was found out, and "warnings" where there are any.
void AddFindings(const TakeFindings& findings, nlohmann::ordered_json* json);
std::string JobsJson(const std::vector<JobView>& jobs);
std::string EventJson(const JobEvent& event);
std::string SegmentsJson(const std::vector<TaskView>& tasks,
                         const std::vector<SeamScore>& seams);
std::string WorkersJson(const std::vector<WorkerView>& workers);
std::string WorkerJson(const WorkerView& worker);
// {"depths": [{"pool", "priority", "ready", "queued", "leased", "waiting"}],
//  "tenants": [{"tenant", "weight", "jobs", "ready", "queued", "leased"}]}.
std::string QueueJson(const QueueView& queue);

}  // namespace longtake::client
