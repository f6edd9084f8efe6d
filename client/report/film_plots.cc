#include "client/report/film_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "worker/quality/film_limits.h"
#include "worker/quality/film_verdict.h"

namespace longtake::client {
namespace {

using worker::FigureId;
using worker::FilmMeasures;

worker::FigureLimits LimitsOf(FigureId id) {
  for (const worker::FigureKind& kind : worker::kFigureKinds) {
    if (kind.id == id) return kind.limits;
  }
  return {};
}

TimePlot OverFilm(const FilmMeasures& f, const std::string& name) {
  TimePlot plot;
  plot.name = name;
  plot.begin = f.timing.begin_seconds;
  plot.end = f.timing.end_seconds;
  return plot;
}

// Where values warn and where they fail, as far as the plot shows it.
void AddBands(const worker::FigureLimits& limits, TimePlot* plot) {
  const auto add = [plot](double low, double high, const char* style) {
    low = std::max(low, plot->low);
    high = std::min(high, plot->high);
    if (high > low) plot->bands.push_back({low, high, style});
  };
  add(limits.pass_high, limits.fail_high, "warn");
  add(limits.fail_high, worker::kAny, "fail");
  add(limits.fail_low, limits.pass_low, "warn");
  add(-worker::kAny, limits.fail_low, "fail");
}

FilmPlot OpeningPlot(const worker::LipCurve& curve, const FilmMeasures& f) {
  FilmPlot out;
  const double begin = curve.points.front().seconds;
  const double end = curve.points.back().seconds;
  out.title = fmt::format("The mouth, {} to {}", worker::TimeText(begin, 0),
                          worker::TimeText(end, 0));
  out.text =
      "How far the lips are apart in the picture, and how far the sound says "
      "they should be. The curves should rise and fall together. Red: a p, b "
      "or m at which the lips were not seen shut.";
  out.legend = {{"a", "seen"}, {"b", "heard"}};
  out.plot.name = out.title;
  out.plot.begin = begin;
  out.plot.end = end;
  PlotSeries seen, heard;
  seen.style = "a";
  heard.style = "b";
  heard.area = true;
  float most = 0.05f;
  for (const worker::LipCurvePoint& point : curve.points) {
    if (!std::isnan(point.seen)) most = std::max(most, point.seen);
  }
  // Each in its own units: shares of the widest.
  for (const worker::LipCurvePoint& point : curve.points) {
    seen.points.emplace_back(point.seconds,
                             std::max(0.0, static_cast<double>(point.seen)) /
                                 static_cast<double>(most));
    if (std::isnan(point.seen)) seen.points.back().second = NAN;
    heard.points.emplace_back(point.seconds, static_cast<double>(point.heard));
  }
  out.plot.series = {std::move(heard), std::move(seen)};
  for (const worker::SoughtClosure& closure : f.lip_sync->sought) {
    if (closure.seen || closure.end < begin || closure.begin > end) continue;
    out.plot.spans.push_back({closure.begin, closure.end, "fail"});
  }
  return out;
}

FilmPlot OffsetPlot(const FilmMeasures& f) {
  FilmPlot out;
  out.title = "Sound against lips";
  out.text =
      "How many milliseconds the sound comes after the lips, in each part that "
      "was looked at. Below about 22 nobody can tell; a slope is a drift.";
  out.plot = OverFilm(f, out.title);
  PlotSeries offsets;
  offsets.style = "a";
  offsets.dots = true;
  double reach = 45;
  for (const worker::StretchSync& own : f.lip_sync->stretches) {
    if (!own.offset_ms) continue;
    offsets.points.emplace_back((own.begin_seconds + own.end_seconds) / 2,
                                *own.offset_ms);
    reach = std::max(reach, 1.15 * std::abs(*own.offset_ms));
  }
  out.plot.low = -reach;
  out.plot.high = reach;
  out.plot.ticks = RoundTicks(-reach, reach, 6);
  out.plot.decimals = 0;
  AddBands(LimitsOf(FigureId::kOffset), &out.plot);
  out.plot.series.push_back(std::move(offsets));
  return out;
}

// Values from 0 up, over the film. `least`: the plot is at least so high.
FilmPlot RisingPlot(const FilmMeasures& f, std::string title, std::string text,
                    FigureId figure, double least,
                    std::vector<std::pair<double, double>> points) {
  FilmPlot out;
  out.title = std::move(title);
  out.text = std::move(text);
  out.plot = OverFilm(f, out.title);
  double reach = least;
  for (const auto& [seconds, value] : points) {
    reach = std::max(reach, 1.1 * value);
  }
  out.plot.high = reach;
  out.plot.ticks = RoundTicks(0, reach, 4);
  out.plot.decimals = reach < 4 ? 1 : 0;
  AddBands(LimitsOf(figure), &out.plot);
  PlotSeries series;
  series.style = "a";
  series.dots = true;
  series.points = std::move(points);
  out.plot.series.push_back(std::move(series));
  return out;
}

FilmPlot IdentityPlot(const FilmMeasures& f) {
  const bool portrait = f.identity->to_portrait;
  std::vector<std::pair<double, double>> points;
  for (const worker::IdentityPoint& point : f.identity->points) {
    points.emplace_back(point.seconds, point.distance);
  }
  return RisingPlot(
      f, portrait ? "Likeness to the portrait" : "Likeness through the film",
      fmt::format("Distance between the face in the picture and {}, as a face "
                  "recognition network sees them: 0 is the same picture, one "
                  "person stays below about 0.5, different people are 0.6 and "
                  "more apart.",
                  portrait ? "the portrait" : "the film's own first face"),
      FigureId::kIdentityDistance, 0.6, std::move(points));
}

FilmPlot SeamPlot(const FilmMeasures& f) {
  std::vector<std::pair<double, double>> points;
  for (const worker::FilmSeam& seam : f.seams) {
    points.emplace_back(seam.seconds, seam.ratio);
  }
  FilmPlot out = RisingPlot(
      f, "Seams",
      fmt::format(
          "The change of the picture at each {}, against the changes "
          "around it. 1 is no seam at all; below 2.2 nothing is to be "
          "seen.",
          f.seams_by_keyframe ? "keyframe, among which the seams are" : "seam"),
      FigureId::kSeam, 3, std::move(points));
  out.plot.series.front().line = false;
  return out;
}

FilmPlot ColourPlot(const FilmMeasures& f) {
  std::vector<std::pair<double, double>> points;
  for (const worker::ColourPoint& point : f.colour->points) {
    points.emplace_back(point.seconds, point.delta_e);
  }
  return RisingPlot(f, "Colour",
                    "How far a picture's mean colour is from the film's own, "
                    "in delta E of CIE L*a*b*. About 2.3 can just be told "
                    "apart side by side.",
                    FigureId::kColour, 3, std::move(points));
}

// Where pictures are black, stand still, come twice or are missing.
std::optional<FilmPlot> FaultPlot(const FilmMeasures& f) {
  FilmPlot out;
  out.title = "Faults of the picture";
  out.plot = OverFilm(f, out.title);
  std::vector<PlotSpan>& spans = out.plot.spans;
  const double each = f.timing.frames > 0
                          ? (f.timing.end_seconds - f.timing.begin_seconds) /
                                static_cast<double>(f.timing.frames)
                          : 0;
  // Those that stand still in silence are no fault; what is one lies above.
  for (const worker::PictureSpan& span : f.pictures.still_spans) {
    spans.push_back({span.begin_seconds, span.end_seconds, "none"});
  }
  for (const worker::PictureSpan& span : f.frozen_spans) {
    spans.push_back({span.begin_seconds, span.end_seconds, "fail"});
  }
  for (const worker::PictureSpan& span : f.pictures.black_spans) {
    spans.push_back({span.begin_seconds, span.end_seconds, "fail"});
  }
  for (const double at : f.pictures.duplicate_seconds) {
    spans.push_back({at, at + each, "warn"});
  }
  for (const double at : f.timing.gap_seconds) {
    spans.push_back({at, at + each, "fail"});
  }
  if (spans.empty()) return std::nullopt;
  out.text = fmt::format(
      "{} black, {} shown twice, {} missing; frozen while something is heard "
      "for {:.1f} s, still in silence for {:.1f} s. Of each kind the first {} "
      "places are drawn.",
      f.pictures.black, f.pictures.duplicates, f.timing.missing,
      f.frozen_seconds, f.pictures.still_seconds - f.frozen_seconds,
      worker::kMostPlaces);
  out.legend = {{"fail", "black, frozen, missing"},
                {"warn", "shown twice"},
                {"none", "still in silence"}};
  return out;
}

FilmPlot LoudnessPlot(const FilmMeasures& f) {
  FilmPlot out;
  const worker::LoudnessFigures& own = *f.sound->loudness;
  out.title = "Loudness";
  out.text = "Short-term loudness (EBU R 128, over 3 s), LUFS";
  out.text += own.integrated_lufs
                  ? fmt::format("; {:.1f} over all.", *own.integrated_lufs)
                  : ".";
  out.plot = OverFilm(f, out.title);
  PlotSeries lufs;
  lufs.style = "b";
  lufs.area = true;
  for (const worker::LoudnessPoint& point : own.short_term) {
    lufs.points.emplace_back(f.sound->begin_seconds + point.seconds,
                             point.lufs);
  }
  out.plot.low = -60;
  out.plot.high = 0;
  out.plot.ticks = {-60, -40, -20, 0};
  out.plot.decimals = 0;
  out.plot.series.push_back(std::move(lufs));
  return out;
}

}  // namespace

std::vector<FilmPlot> PlotsOf(const FilmMeasures& f) {
  std::vector<FilmPlot> plots;
  if (auto faults = FaultPlot(f)) plots.push_back(*std::move(faults));
  if (f.lip_sync && f.lip_sync->offset_ms) plots.push_back(OffsetPlot(f));
  for (const worker::LipCurve& curve : f.curves) {
    if (curve.points.size() > 1) plots.push_back(OpeningPlot(curve, f));
  }
  if (f.identity) plots.push_back(IdentityPlot(f));
  if (!f.seams.empty()) plots.push_back(SeamPlot(f));
  if (f.colour) plots.push_back(ColourPlot(f));
  if (f.sound && f.sound->loudness &&
      f.sound->loudness->short_term.size() > 1) {
    plots.push_back(LoudnessPlot(f));
  }
  return plots;
}

}  // namespace longtake::client
