#pragma once
// A curve over a film's time as HTML: an inline SVG that stretches to the
// page's width, with its labels beside it as text, so that they stay readable
// on a phone. Colours are classes of the page's style (report_style.h). Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longtake::client {

struct PlotSeries {
  std::string_view style;  // a class: "a", "b", "fail", …
  // Seconds and value, in order of time; a NaN value breaks the line.
  std::vector<std::pair<double, double>> points;
  bool line = true;
  bool dots = false;
  bool area = false;  // filled down to the lower edge
};

// A stretch of values, behind the curves.
struct PlotBand {
  double low = 0, high = 0;
  std::string_view style;
};

struct PlotSpan {
  double begin = 0, end = 0;  // seconds
  std::string_view style;
};

struct TimePlot {
  std::string name;           // for those who can't see it
  double begin = 0, end = 0;  // seconds
  double low = 0, high = 1;   // values; what lies beyond is drawn at the edge
  std::vector<double> ticks;  // values with a label
  int decimals = 1;           // of the labels
  std::vector<PlotBand> bands;
  std::vector<PlotSpan> spans;
  std::vector<PlotSeries> series;
};

// Larger series are thinned to as many points, by pairs of least and most.
inline constexpr size_t kMostPlotPoints = 600;

std::string PlotHtml(const TimePlot& plot);

// Text between tags and in attributes. Bytes that aren't UTF-8 and characters
// that XML doesn't allow become '?'.
std::string EscapedHtml(const std::string& text);

// Round numbers from `low` to `high`, about `count` of them.
std::vector<double> RoundTicks(double low, double high, int count);

}  // namespace longtake::client
