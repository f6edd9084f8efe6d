#include "client/report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "worker/quality/film_verdict.h"

namespace longtake::client {
namespace {

using Points = std::vector<std::pair<double, double>>;

// The drawing's own units; the page stretches them.
constexpr double kWidth = 1000, kHeight = 100;
// Of the time axis: four parts, three where labels have decimals.
constexpr double kShortSeconds = 20;

class Drawing {
 public:
  explicit Drawing(const TimePlot& plot) : plot_(plot) {}

  double X(double seconds) const {
    const double length = std::max(1e-9, plot_.end - plot_.begin);
    return std::clamp((seconds - plot_.begin) / length, 0.0, 1.0) * kWidth;
  }
  double Y(double value) const {
    const double span = std::max(1e-12, plot_.high - plot_.low);
    return (1 - std::clamp((value - plot_.low) / span, 0.0, 1.0)) * kHeight;
  }
  std::string Svg() const;

 private:
  std::string Rect(double x0, double x1, double y0, double y1,
                   std::string_view kind, std::string_view style) const {
    return fmt::format(
        R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="{} {}"/>)",
        x0, y0, std::max(0.0, x1 - x0), std::max(0.0, y1 - y0), kind, style);
  }
  std::string Line(const PlotSeries& series) const;
  std::string Dots(const PlotSeries& series) const;

  const TimePlot& plot_;
};

// Least and most of as many parts as there is room for.
Points Thinned(const Points& points) {
  if (points.size() <= kMostPlotPoints) return points;
  Points thin;
  const size_t parts = kMostPlotPoints / 2;
  for (size_t i = 0; i < parts; ++i) {
    const auto begin =
        points.begin() + static_cast<std::ptrdiff_t>(i * points.size() / parts);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>(
                                          (i + 1) * points.size() / parts);
    auto [least, most] = std::minmax_element(
        begin, end,
        [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most < least) std::swap(least, most);
    thin.push_back(*least);
    thin.push_back(*most);
  }
  return thin;
}

std::string Drawing::Line(const PlotSeries& series) const {
  const Points points = Thinned(series.points);
  std::string path, areas;
  double first_x = 0, last_x = 0;
  std::string piece;
  const auto finish = [&] {
    path += piece;
    if (series.area && !piece.empty()) {
      areas += fmt::format("{}L{:.1f} {:.0f}L{:.1f} {:.0f}Z", piece, last_x,
                           kHeight, first_x, kHeight);
    }
    piece.clear();
  };
  for (const auto& [seconds, value] : points) {
    if (std::isnan(value)) {
      finish();
      continue;
    }
    last_x = X(seconds);
    if (piece.empty()) first_x = last_x;
    piece += fmt::format("{}{:.1f} {:.2f}", piece.empty() ? "M" : "L", last_x,
                         Y(value));
  }
  finish();
  std::string svg;
  if (!areas.empty()) {
    svg +=
        fmt::format(R"(<path d="{}" class="area {}"/>)", areas, series.style);
  }
  if (!path.empty()) {
    svg += fmt::format(R"(<path d="{}" class="line {}"/>)", path, series.style);
  }
  return svg;
}

// A line of no length with round ends is round at any stretching.
std::string Drawing::Dots(const PlotSeries& series) const {
  std::string path;
  for (const auto& [seconds, value] : series.points) {
    if (std::isnan(value)) continue;
    path += fmt::format("M{:.1f} {:.2f}h0", X(seconds), Y(value));
  }
  if (path.empty()) return "";
  return fmt::format(R"(<path d="{}" class="dots {}"/>)", path, series.style);
}

std::string Drawing::Svg() const {
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {:.0f} {:.0f}" preserveAspectRatio="none" role="img" aria-label="{}">)",
      kWidth, kHeight, EscapedHtml(plot_.name));
  for (const PlotBand& band : plot_.bands) {
    svg += Rect(0, kWidth, Y(band.high), Y(band.low), "band", band.style);
  }
  for (const PlotSpan& span : plot_.spans) {
    svg += Rect(X(span.begin), std::max(X(span.end), X(span.begin) + 1), 0,
                kHeight, "span", span.style);
  }
  for (const double tick : plot_.ticks) {
    svg += fmt::format(R"(<path d="M0 {0:.2f}H{1:.0f}" class="grid"/>)",
                       Y(tick), kWidth);
  }
  for (const PlotSeries& series : plot_.series) {
    if (series.line) svg += Line(series);
    if (series.dots) svg += Dots(series);
  }
  return svg + "</svg>";
}

}  // namespace

std::vector<double> RoundTicks(double low, double high, int count) {
  std::vector<double> ticks;
  if (!(high > low) || count < 1) return ticks;
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) {
      step = factor * power;
      break;
    }
  }
  const auto first = static_cast<int64_t>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<int64_t>(std::floor(high / step + 1e-9));
  for (int64_t i = first; i <= last; ++i) {
    ticks.push_back(static_cast<double>(i) * step);
  }
  return ticks;
}

std::string EscapedHtml(const std::string& text) {
  // nlohmann's serializer knows what UTF-8 is; a replaced byte is U+FFFD.
  const nlohmann::json quoted = nlohmann::json::parse(nlohmann::json(text).dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace));
  std::string out;
  for (const char c : quoted.get<std::string>()) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

std::string PlotHtml(const TimePlot& plot) {
  const Drawing drawing(plot);
  std::string html = R"(<div class="plot"><div class="ys">)";
  for (const double tick : plot.ticks) {
    html += fmt::format(R"(<span style="top:{:.2f}%">{:.{}f}</span>)",
                        drawing.Y(tick) / kHeight * 100, tick, plot.decimals);
  }
  html +=
      "</div><div class=\"area\">" + drawing.Svg() + "</div><div class=\"xs\">";
  const double length = plot.end - plot.begin;
  const bool is_short = length < kShortSeconds;
  const int parts = is_short ? 3 : 4;
  for (int i = 0; i <= parts && length > 0; ++i) {
    const double share = static_cast<double>(i) / parts;
    html += fmt::format(
        R"(<span style="left:{:.2f}%">{}</span>)", 100 * share,
        worker::TimeText(plot.begin + share * length, is_short ? 1 : 0));
  }
  return html + "</div></div>";
}

}  // namespace longtake::client
