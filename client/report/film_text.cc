#include <fmt/format.h>

#include <algorithm>

#include "client/report/film_report.h"
#include "client/report/quality_text.h"

namespace longtake::client {
namespace {

using worker::Figure;
using worker::Verdict;

std::string FigureLine(const Figure& figure) {
  std::string line =
      fmt::format("{}: {}", figure.kind->title, FigureValueText(figure));
  if (figure.value) {
    line += fmt::format(" ({})", FigureLimitsText(*figure.kind));
  }
  if (!figure.note.empty()) line += ", " + figure.note;
  return line;
}

int64_t Count(const std::vector<Figure>& figures, Verdict verdict) {
  return std::count_if(
      figures.begin(), figures.end(),
      [verdict](const Figure& f) { return f.verdict == verdict; });
}

}  // namespace

std::string QualityLines(const std::vector<Figure>& figures) {
  const int64_t passed = Count(figures, Verdict::kPass);
  const int64_t warned = Count(figures, Verdict::kWarn);
  const int64_t failed = Count(figures, Verdict::kFail);
  const int64_t unknown = Count(figures, Verdict::kNotMeasured);
  std::string text = "  quality   ";
  text += failed > 0   ? fmt::format("FAILED: {} of ", failed)
          : warned > 0 ? fmt::format("passed, warnings: {} of ", warned)
                       : "passed: all ";
  text += fmt::format("{} figures", passed + warned + failed);
  if (unknown > 0) text += fmt::format(" ({} not measured)", unknown);
  text += "\n";
  for (const Verdict verdict : {Verdict::kFail, Verdict::kWarn}) {
    for (const Figure& figure : figures) {
      if (figure.verdict != verdict) continue;
      text += fmt::format("            {}  {}\n",
                          verdict == Verdict::kFail ? "FAIL" : "warn",
                          FigureLine(figure));
    }
  }
  return text;
}

std::string FilmReportText(const FilmReport& report) {
  const worker::FilmMeasures& f = report.measures;
  std::string text = fmt::format(
      "{}\n  film      {}x{}, {} pictures at {} a second, {}\n", report.film,
      f.video.width, f.video.height, f.timing.frames,
      FormatFrameRate(f.video.grid),
      worker::TimeText(f.timing.end_seconds - f.timing.begin_seconds));
  if (f.lip_sync) text += LipSyncLines(*f.lip_sync);
  text += QualityLines(report.figures);
  std::string_view group;
  for (const Figure& figure : report.figures) {
    if (figure.kind->group != group) {
      group = figure.kind->group;
      text += fmt::format("  {}\n", group);
    }
    text += fmt::format("    {:12}  {}\n", VerdictName(figure.verdict),
                        FigureLine(figure));
  }
  return text;
}

}  // namespace longtake::client
