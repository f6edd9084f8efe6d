#pragma once
// A film's measures and what they mean, by the networks that are installed.

#include <stop_token>
#include <string>

#include "client/report/film_report.h"
#include "common/status/status.h"
#include "worker/quality/film_measure.h"

namespace longtake::client {

struct MeasureOptions {
  worker::Measure measure = worker::Measure::kSample;
  std::string models_dir;  // empty = the worker's default
  int threads = 0;         // 0 = as many as the machine has, up to four
  std::stop_token stop;
};

// What is known of a film beside its file.
struct FilmContext {
  std::string portrait;       // its file; empty: the film's own first face
  std::string portrait_name;  // for messages
  int face = 0;               // of the portrait's, 1 = the largest; 0 = that
  worker::SeamPlaces seams;
  bool seams_known = false;
  std::optional<int64_t> frames_expected;
};

// "none", "sample" or "all"; InvalidArgument names --measure.
StatusOr<worker::Measure> ParseMeasure(const std::string& text);

// The film at `path`, measured and judged. InvalidArgument where there are no
// pictures in it or no face in the portrait; FailedPrecondition where the
// networks aren't installed.
StatusOr<FilmReport> MeasureFilmAt(const std::string& path,
                                   const FilmContext& context,
                                   const MeasureOptions& options);

}  // namespace longtake::client
