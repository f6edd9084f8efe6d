#pragma once
// The quality report of a film: for machines (JSON), for people (a page, a few
// lines). Pure. The fields are documented in docs/quality_report.md.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/job/transcript_report.h"
#include "worker/quality/film_measures.h"
#include "worker/quality/film_verdict.h"

namespace longtake::client {

// What every report file says of itself near its beginning.
inline constexpr std::string_view kReportFormat = "longtake-quality-report";
// Rises when a field changes its meaning or goes.
inline constexpr int kReportVersion = 1;

struct FilmReport {
  std::string film;  // its name, for people
  worker::FilmMeasures measures;
  std::vector<worker::Figure> figures;       // of the measures
  std::vector<TranscriptClause> transcript;  // empty without a transcript
  std::vector<std::string> warnings;         // of the job
};

nlohmann::ordered_json FilmReportToJson(const FilmReport& report);

// One page without any reference to the outside; well-formed as XML too.
std::string FilmReportPage(const FilmReport& report);

// The film's name, its verdict and every figure, one a line.
std::string FilmReportText(const FilmReport& report);
// "  quality   passed, 20 figures" and the figures that don't, one a line.
std::string QualityLines(const std::vector<worker::Figure>& figures);

}  // namespace longtake::client
