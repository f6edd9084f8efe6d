#include "client/quality/take_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "client/files/scratch_directory.h"
#include "worker/app/engines.h"
#include "worker/app/machine.h"
#include "worker/engine/hilm/motion_model_file.h"
#include "worker/quality/lip_sync_film.h"

namespace longtake::client {
namespace {

// A report of a day of speech is smaller.
constexpr int64_t kMaxReportBytes = 64'000'000;
// A sample has few stretches.
constexpr int kMostThreads = 4;

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

}  // namespace

StatusOr<worker::Measure> ParseMeasure(const std::string& text) {
  if (text == "none") return worker::Measure::kNone;
  if (text == "sample") return worker::Measure::kSample;
  if (text == "all") return worker::Measure::kAll;
  return InvalidArgument(
      fmt::format("--measure {}: give none, sample or all", text));
}

StatusOr<worker::LipSync> MeasureTake(const std::string& path,
                                      const MeasureOptions& options) {
  const std::string models = options.models_dir.empty()
                                 ? worker::DefaultModelsDirectory()
                                 : options.models_dir;
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::FaceNetworks> faces,
                      worker::FaceNetworks::Load(models + "/face-api"));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::SpeechMotionModel> ears,
                      worker::OpenMotionModel(models));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchDirectory> scratch,
                      ScratchDirectory::Create());
  worker::LipSyncOptions film;
  film.measure = options.measure;
  film.threads = options.threads > 0
                     ? options.threads
                     : std::min(worker::UsableCores(), kMostThreads);
  film.pcm_path = scratch->Join("pcm");
  film.stop = options.stop;
  return worker::MeasureFilm(*faces, ears->net(), path, path, film);
}

StatusOr<TakeFindings> FindOut(FarmConnection& farm, const JobView& job,
                               const std::string& path,
                               const MeasureOptions& options) {
  TakeFindings findings;
  if (!job.transcript_report.empty()) {
    auto clauses =
        ReadTranscriptReport(farm, job.transcript_report, options.stop);
    if (clauses.ok()) {
      findings.transcript = *std::move(clauses);
    } else {
      findings.warnings.push_back(
          fmt::format("how the transcript fits can't be read: {}",
                      Message(clauses.status())));
    }
  }
  if (options.measure != worker::Measure::kNone) {
    StatusOr<worker::LipSync> sync = MeasureTake(path, options);
    if (sync.ok()) {
      findings.lip_sync = *std::move(sync);
    } else {
      findings.warnings.push_back(
          fmt::format("lip-sync was not measured: {}", Message(sync.status())));
    }
  }
  if (options.stop.stop_requested()) return Cancelled("interrupted");
  return findings;
}

}  // namespace longtake::client
