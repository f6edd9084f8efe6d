#include "client/quality/measure_film.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "client/files/scratch_directory.h"
#include "worker/app/engines.h"
#include "worker/app/machine.h"
#include "worker/engine/hilm/motion_model_file.h"
#include "worker/media/image_file.h"

namespace longtake::client {
namespace {

// A sample has few stretches.
constexpr int kMostThreads = 4;

}  // namespace

StatusOr<worker::Measure> ParseMeasure(const std::string& text) {
  if (text == "none") return worker::Measure::kNone;
  if (text == "sample") return worker::Measure::kSample;
  if (text == "all") return worker::Measure::kAll;
  return InvalidArgument(
      fmt::format("--measure {}: give none, sample or all", text));
}

StatusOr<FilmReport> MeasureFilmAt(const std::string& path,
                                   const FilmContext& context,
                                   const MeasureOptions& options) {
  const std::string models = options.models_dir.empty()
                                 ? worker::DefaultModelsDirectory()
                                 : options.models_dir;
  worker::FilmMeasureOptions film;
  film.measure = options.measure;
  film.threads = options.threads > 0
                     ? options.threads
                     : std::min(worker::UsableCores(), kMostThreads);
  film.portrait_name = context.portrait_name;
  film.face = context.face;
  film.seams = context.seams;
  film.seams_known = context.seams_known;
  film.frames_expected = context.frames_expected;
  film.stop = options.stop;
  if (!context.portrait.empty()) {
    LT_ASSIGN_OR_RETURN(
        film.portrait,
        worker::DecodeImage(context.portrait, context.portrait_name));
  }
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::FaceNetworks> faces,
                      worker::FaceNetworks::Load(models + "/face-api"));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::SpeechMotionModel> ears,
                      worker::OpenMotionModel(models));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchDirectory> scratch,
                      ScratchDirectory::Create());
  film.pcm_path = scratch->Join("pcm");
  FilmReport report;
  report.film = std::filesystem::path(path).filename().string();
  LT_ASSIGN_OR_RETURN(report.measures, worker::MeasureFilm(*faces, ears->net(),
                                                           path, path, film));
  report.figures = worker::JudgeFilm(report.measures);
  return report;
}

}  // namespace longtake::client
