#include "client/quality/take_findings.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "client/farm/fetch.h"
#include "client/files/scratch_directory.h"
#include "client/report/quality_text.h"

namespace longtake::client {
namespace {

// A report of a day of speech is smaller.
constexpr int64_t kMaxReportBytes = 64'000'000;

StatusOr<std::vector<TranscriptClause>> ReadTranscriptReport(
    FarmConnection& farm, const BlobRef& blob, std::stop_token stop) {
  if (blob.size_bytes > kMaxReportBytes) {
    return InvalidArgument(fmt::format("{} bytes", blob.size_bytes));
  }
  std::string text;
  LT_RETURN_IF_ERROR(
      farm.DownloadBlob(blob, stop, [&text](std::string_view bytes) {
        text.append(bytes);
        return OkStatus();
      }));
  return TranscriptReportFromJson(text);
}

std::string Text(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace);
}

// Measures the take and writes its report; the portrait is the farm's copy.
Status FindQuality(FarmConnection& farm, const JobView& job,
                   const std::string& path, const FindingOptions& options,
                   TakeFindings* findings) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchDirectory> scratch,
                      ScratchDirectory::Create());
  FilmContext context;
  context.portrait = scratch->Join("portrait");
  context.portrait_name = job.spec.portrait.name;
  context.face = job.spec.face;
  const Status portrait = FetchBlob(farm, job.spec.portrait.blob,
                                    context.portrait, options.measure.stop);
  if (!portrait.ok()) {
    context.portrait.clear();
    findings->warnings.push_back(fmt::format(
        "the film is not compared with its portrait: {}", Message(portrait)));
  }
  context.seams_known = true;
  for (const SeamScore& seam : job.seams) {
    context.seams.frames.push_back(seam.frame);
  }
  context.frames_expected = job.progress.frames_total;
  LT_ASSIGN_OR_RETURN(FilmReport report,
                      MeasureFilmAt(path, context, options.measure));
  report.transcript = findings->transcript;
  report.warnings = job.warnings;
  findings->lip_sync = report.measures.lip_sync;
  findings->quality = Summarize(report, options.report);
  const Status written =
      WriteReport(options.report, Text(FilmReportToJson(report)) + "\n",
                  FilmReportPage(report));
  if (!written.ok()) {
    findings->quality->report_json.clear();
    findings->quality->report_html.clear();
  }
  return written;
}

}  // namespace

QualitySummary Summarize(const FilmReport& report, const ReportPaths& paths) {
  const worker::FilmMeasures& f = report.measures;
  QualitySummary summary;
  summary.verdict =
      std::string(VerdictName(worker::OverallVerdict(report.figures)));
  if (f.identity) {
    summary.identity =
        IdentitySummary{f.identity->cosine_mean, f.identity->cosine_min,
                        f.identity->distance_max, f.identity->slope_per_minute};
  }
  if (f.lip_sync) {
    summary.av_offset_ms = f.lip_sync->offset_ms;
    summary.av_drift_ppm = DriftPpm(*f.lip_sync);
  }
  summary.report_json = paths.json;
  summary.report_html = paths.html;
  summary.lines = QualityLines(report.figures);
  summary.breach = worker::BreachLine(report.figures);
  return summary;
}

StatusOr<TakeFindings> FindOut(FarmConnection& farm, const JobView& job,
                               const std::string& path,
                               const FindingOptions& options) {
  const std::stop_token& stop = options.measure.stop;
  TakeFindings findings;
  if (!job.transcript_report.empty()) {
    auto clauses = ReadTranscriptReport(farm, job.transcript_report, stop);
    if (clauses.ok()) {
      findings.transcript = *std::move(clauses);
    } else {
      findings.warnings.push_back(
          fmt::format("how the transcript fits can't be read: {}",
                      Message(clauses.status())));
    }
  }
  if (options.measure.measure != worker::Measure::kNone) {
    const Status found = FindQuality(farm, job, path, options, &findings);
    if (!found.ok()) {
      findings.warnings.push_back(fmt::format("{}: {}",
                                              findings.quality
                                                  ? "the report was not written"
                                                  : "the take was not measured",
                                              Message(found)));
    }
    if (options.strict) {
      findings.breach = findings.quality ? findings.quality->breach
                                         : findings.warnings.back();
    }
  }
  if (stop.stop_requested()) return Cancelled("interrupted");
  return findings;
}

}  // namespace longtake::client
