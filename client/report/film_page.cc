#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/escaping.h"
#include "client/report/film_plots.h"
#include "client/report/film_report.h"
#include "client/report/report_style.h"

namespace longtake::client {
namespace {

using worker::Figure;
using worker::FigureId;
using worker::FilmMeasures;
using worker::Verdict;

constexpr size_t kShownWarnings = 8;

std::string Esc(std::string_view text) {
  return EscapedHtml(std::string(text));
}

// Class of the style, and what is said beside the colour.
const char* StyleOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
    case Verdict::kNotMeasured:
      break;
  }
  return "none";
}

std::string Badge(Verdict verdict) {
  const char* mark = verdict == Verdict::kPass   ? "\u2713"
                     : verdict == Verdict::kWarn ? "!"
                     : verdict == Verdict::kFail ? "\u2715"
                                                 : "\u2013";
  return fmt::format(R"(<span class="badge {}">{} {}</span>)", StyleOf(verdict),
                     mark, VerdictName(verdict));
}

int64_t Count(const std::vector<Figure>& figures, Verdict verdict) {
  return std::count_if(
      figures.begin(), figures.end(),
      [verdict](const Figure& f) { return f.verdict == verdict; });
}

std::string Plural(int64_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string VerdictPill(const std::vector<Figure>& figures) {
  const int64_t failed = Count(figures, Verdict::kFail);
  const int64_t warned = Count(figures, Verdict::kWarn);
  if (failed > 0) {
    return fmt::format(
        R"(<p class="verdict fail">{} Failed: {} out of bounds</p>)", "\u2715",
        Plural(failed, "figure", "figures"));
  }
  if (warned > 0) {
    return fmt::format(R"(<p class="verdict warn">! Passed, with {}</p>)",
                       Plural(warned, "warning", "warnings"));
  }
  return "<p class=\"verdict pass\">\u2713 Passed</p>";
}

std::string Findings(const FilmReport& report) {
  std::string items;
  for (const Verdict verdict : {Verdict::kFail, Verdict::kWarn}) {
    for (const Figure& figure : report.figures) {
      if (figure.verdict != verdict) continue;
      items += fmt::format(
          R"(<li>{}<span><b>{}: {}</b> <span class="soft">({}){}{}</span></span></li>)",
          Badge(verdict), Esc(figure.kind->title), Esc(FigureValueText(figure)),
          Esc(FigureLimitsText(*figure.kind)), figure.note.empty() ? "" : ", ",
          Esc(figure.note));
    }
  }
  size_t shown = 0;
  for (const std::string& warning : report.warnings) {
    if (shown++ >= kShownWarnings) break;
    items += fmt::format(R"(<li>{}<span>{}</span></li>)", Badge(Verdict::kWarn),
                         Esc(warning));
  }
  if (!items.empty()) return "<ul class=\"findings\">" + items + "</ul>";
  const int64_t unknown = Count(report.figures, Verdict::kNotMeasured);
  return fmt::format(
      R"(<p class="soft">All {} figures are within their limits{}.</p>)",
      Count(report.figures, Verdict::kPass),
      unknown == 0 ? "" : fmt::format("; {} could not be measured", unknown));
}

std::string FactsLine(const FilmMeasures& f) {
  std::string line = fmt::format(
      "{}x{} \u00b7 {} pictures at {} a second \u00b7 {} \u00b7 {}",
      f.video.width, f.video.height, f.timing.frames,
      FormatFrameRate(f.video.grid),
      worker::TimeText(f.timing.end_seconds - f.timing.begin_seconds),
      f.video.codec);
  if (f.sound) {
    const worker::AudioFacts& a = f.sound->facts;
    line += fmt::format(
        " \u00b7 {} {:g} kHz, {}", a.codec, a.sample_rate_hz / 1000.0,
        a.channels == 1   ? std::string("mono")
        : a.channels == 2 ? std::string("stereo")
                          : fmt::format("{} channels", a.channels));
  }
  return line;
}

std::string ImageTag(const worker::Thumbnail& thumbnail) {
  const std::string& jpeg = thumbnail.jpeg;
  return fmt::format(
      R"(<img src="data:image/jpeg;base64,{}" width="{}" height="{}" alt="{}"/>)",
      absl::Base64Escape(absl::string_view(jpeg.data(), jpeg.size())),
      thumbnail.width, thumbnail.height, Esc(thumbnail.note.caption));
}

std::string Head(const FilmReport& report) {
  const FilmMeasures& f = report.measures;
  std::string html = R"(<section class="card head"><div>)";
  html += fmt::format(
      R"(<p class="small soft">Quality report</p><h1>{}</h1><p class="small soft">{}</p>)",
      Esc(report.film), Esc(FactsLine(f)));
  html += VerdictPill(report.figures) + Findings(report) + "</div>";
  if (!f.thumbnails.empty()) html += ImageTag(f.thumbnails.front());
  return html + "</section>";
}

const Figure* FigureOf(const FilmReport& report, FigureId id) {
  for (const Figure& figure : report.figures) {
    if (figure.kind->id == id) return &figure;
  }
  return nullptr;
}

// One number of each kind, large.
std::string Tiles(const FilmReport& report) {
  struct Tile {
    FigureId id;
    const char* title;
  };
  constexpr Tile kTiles[] = {
      {FigureId::kOffset, "Sound after the lips"},
      {FigureId::kClosureRecall, "p, b, m with lips shut"},
      {FigureId::kIdentityDistance, "Distance to portrait"},
      {FigureId::kSeam, "Worst seam"},
      {FigureId::kColour, "Colour, at most"},
      {FigureId::kLoudness, "Loudness"}};
  std::string html = R"(<section class="tiles">)";
  for (const Tile& tile : kTiles) {
    const Figure* figure = FigureOf(report, tile.id);
    if (figure == nullptr) continue;
    const worker::FigureKind& kind = *figure->kind;
    html += fmt::format(
        R"(<div class="tile"><span class="small soft">{}</span><b>{}{}</b>{}</div>)",
        tile.title,
        figure->value ? fmt::format("{:.{}f}", *figure->value, kind.decimals)
                      : std::string("\u2013"),
        figure->value && !kind.unit.empty()
            ? fmt::format("<small>{}</small>", Esc(kind.unit))
            : std::string(),
        Badge(figure->verdict));
  }
  return html + "</section>";
}

std::string Plots(const FilmMeasures& f) {
  const std::vector<FilmPlot> plots = PlotsOf(f);
  if (plots.empty()) return "";
  std::string html = R"(<h2>Over time</h2><section class="plots">)";
  for (const FilmPlot& plot : plots) {
    html += fmt::format(
        R"(<div class="card"><h3>{}</h3><p class="small soft">{}</p>)",
        Esc(plot.title), Esc(plot.text));
    if (!plot.legend.empty()) {
      html += R"(<p class="legend">)";
      for (const auto& [style, name] : plot.legend) {
        html += fmt::format(R"(<span><i class="{}"></i>{}</span>)", style,
                            Esc(name));
      }
      html += "</p>";
    }
    html += PlotHtml(plot.plot) + "</div>";
  }
  return html + "</section>";
}

std::string Shots(const FilmMeasures& f) {
  if (f.thumbnails.empty()) return "";
  std::string html = R"(<h2>Pictures</h2><section class="shots">)";
  for (const worker::Thumbnail& thumbnail : f.thumbnails) {
    html += fmt::format(
        "<figure>{}<figcaption><b>{}</b> {}</figcaption></figure>",
        ImageTag(thumbnail), worker::TimeText(thumbnail.note.seconds),
        Esc(thumbnail.note.caption));
  }
  return html + "</section>";
}

std::string Table(const std::vector<Figure>& figures) {
  std::string html =
      "<h2>All figures</h2><section class=\"card\"><table><thead><tr>"
      "<th>Figure</th><th>Value</th><th>Limits</th><th>Verdict</th>"
      "<th>Where, why</th></tr></thead><tbody>";
  std::string_view group;
  for (const Figure& figure : figures) {
    if (figure.kind->group != group) {
      group = figure.kind->group;
      html += fmt::format(R"(<tr class="group"><td colspan="5">{}</td></tr>)",
                          Esc(group));
    }
    html += fmt::format(
        R"(<tr><td class="title">{}</td><td class="value">{}</td><td class="limits">{}</td><td class="verdict-cell">{}</td><td class="note">{}</td></tr>)",
        Esc(figure.kind->title), Esc(FigureValueText(figure)),
        Esc(FigureLimitsText(*figure.kind)), Badge(figure.verdict),
        Esc(figure.note));
  }
  return html + "</tbody></table></section>";
}

std::string Script(const std::vector<TranscriptClause>& clauses) {
  if (clauses.empty()) return "";
  std::string html =
      "<h2>Script</h2><section class=\"card\"><table><thead><tr>"
      "<th>Clause</th><th>Time</th><th>Line</th><th>Verdict</th><th></th>"
      "</tr></thead><tbody>";
  for (const TranscriptClause& clause : clauses) {
    const ClauseVerdict verdict = VerdictOf(clause);
    const char* style = verdict == ClauseVerdict::kFollowed ? "pass"
                        : verdict == ClauseVerdict::kInPart ? "none"
                                                            : "warn";
    html += fmt::format(
        R"(<tr><td class="title">{}</td><td class="value">{}</td><td class="limits">{}</td><td class="verdict-cell"><span class="badge {}">{}</span></td><td class="note"></td></tr>)",
        Esc(clause.text),
        worker::TimeText(static_cast<double>(clause.begin_us) * 1e-6),
        clause.line, style, ClauseVerdictName(verdict));
  }
  return html + "</tbody></table></section>";
}

}  // namespace

std::string FilmReportPage(const FilmReport& report) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
      "<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"/>";
  html += fmt::format(
      R"(<meta name="generator" content="{}"/><title>{}: {}</title>)",
      kReportFormat, Esc(report.film),
      VerdictName(OverallVerdict(report.figures)));
  html += "<style>" + std::string(kReportStyle) + "</style></head><body><main>";
  html += Head(report) + Tiles(report) + Plots(report.measures) +
          Shots(report.measures) + Table(report.figures) +
          Script(report.transcript);
  html +=
      "<footer>Measured on the decoded file: every picture and the whole "
      "sound; lips, face and colours on samples. What each figure means and "
      "why its limits are where they are: Longtake, docs/quality_report.md."
      "</footer></main></body></html>\n";
  return html;
}

}  // namespace longtake::client
