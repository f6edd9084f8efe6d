#include "client/motion/motion_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <optional>

namespace longtake::client {
namespace {

using worker::MotionTrack;

// Pixels.
constexpr int kLeft = 160, kRight = 150, kTop = 54, kBottom = 34;
constexpr int kWaveHeight = 84, kGroupHeight = 104, kGap = 16;
constexpr int kWidth = kLeft + kPlotColumns + kRight;
constexpr int kLegendLine = 15, kLegendIndent = 12;

constexpr double kStill = 1e-3;  // smaller can't be seen
constexpr double kDegree = 180 / std::numbers::pi;
constexpr std::array<const char*, 8> kColours = {
    "#1f6fb4", "#d9541e", "#2a8c3c", "#8a4fb0",
    "#b8860b", "#0f8f8f", "#c23b6b", "#555555"};

std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

// Least and most of a channel in each column; one value each where a frame is
// wider than a column.
struct Curve {
  std::vector<double> x, least, most;
};

class Plot {
 public:
  Plot(const MotionTrack& track, const PlotOptions& options)
      : track_(track), options_(options) {
    const double rate = track.rate.AsDouble();
    const auto clamp = [&](double frame) {
      return std::clamp<int64_t>(static_cast<int64_t>(frame), track.range.begin,
                                 track.range.end);
    };
    first_ = clamp(std::floor(Seconds(options.begin_us) * rate));
    last_ = clamp(std::ceil(Seconds(options.end_us) * rate));
  }

  std::string Run(const std::vector<WaveColumn>& wave);

 private:
  static double Seconds(int64_t micros) {
    return static_cast<double>(micros) * 1e-6;
  }
  double XOf(FrameIndex frame) const {
    const double seconds = static_cast<double>(frame) / track_.rate.AsDouble() -
                           Seconds(options_.begin_us);
    return kLeft + kPlotColumns * seconds /
                       Seconds(options_.end_us - options_.begin_us);
  }
  bool Moves(int channel) const;
  Curve CurveOf(int channel, double scale) const;
  void DrawWave(const std::vector<WaveColumn>& wave);
  void DrawGroup(const PlotGroup& group);
  std::vector<PlotLine> Moving(const std::vector<PlotLine>& lines) const;
  // A round number that no line goes beyond.
  double ReachOf(const std::vector<PlotLine>& lines, bool degrees) const;
  void DrawLegend(const std::vector<PlotLine>& lines);
  void DrawCurve(int channel, double scale, double zero_y, double unit,
                 const char* colour, bool dashed);
  void DrawTimeAxis();
  void Frame(std::string_view title, int height);
  void Level(double y, const std::string& label, bool strong);

  const MotionTrack& track_;
  const PlotOptions& options_;
  FrameIndex first_ = 0, last_ = 0;
  int y_ = kTop;
  std::string svg_;
};

bool Plot::Moves(int channel) const {
  for (FrameIndex f = first_; f < last_; ++f) {
    if (std::abs(track_.at(f)[channel]) >= kStill) return true;
  }
  return false;
}

Curve Plot::CurveOf(int channel, double scale) const {
  Curve curve;
  int64_t column = -1;
  for (FrameIndex f = first_; f < last_; ++f) {
    const double x = XOf(f);
    const double v = track_.at(f)[channel] * scale;
    const int64_t here = static_cast<int64_t>(x);
    if (here != column) {
      column = here;
      curve.x.push_back(x);
      curve.least.push_back(v);
      curve.most.push_back(v);
    } else {
      curve.least.back() = std::min(curve.least.back(), v);
      curve.most.back() = std::max(curve.most.back(), v);
    }
  }
  return curve;
}

void Plot::Level(double y, const std::string& label, bool strong) {
  fmt::format_to(std::back_inserter(svg_),
                 "<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" "
                 "class=\"{}\"/><text x=\"{}\" y=\"{:.1f}\" class=\"level\">{}"
                 "</text>\n",
                 kLeft, kLeft + kPlotColumns, y, y, strong ? "axis" : "grid",
                 kLeft - 6, y + 3.5, label);
}

void Plot::Frame(std::string_view title, int height) {
  fmt::format_to(std::back_inserter(svg_),
                 "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
                 "class=\"panel\"/><text x=\"10\" y=\"{}\" class=\"title\">{}"
                 "</text>\n",
                 kLeft, y_, kPlotColumns, height, y_ + 14, title);
}

void Plot::DrawWave(const std::vector<WaveColumn>& wave) {
  Frame("Sound", kWaveHeight);
  float peak = 0.01f;
  for (const WaveColumn& c : wave) {
    peak = std::max({peak, c.most, -c.least});
  }
  const double middle = y_ + kWaveHeight / 2.0;
  const double unit = (kWaveHeight / 2.0 - 3) / peak;
  std::string path;
  for (size_t i = 0; i < wave.size(); ++i) {
    fmt::format_to(std::back_inserter(path), "M{} {:.1f}V{:.1f}",
                   kLeft + static_cast<int>(i), middle - unit * wave[i].most,
                   middle - unit * wave[i].least + 0.5);
  }
  svg_ += "<path class=\"wave\" d=\"" + path + "\"/>\n";
  y_ += kWaveHeight + kGap;
}

void Plot::DrawCurve(int channel, double scale, double zero_y, double unit,
                     const char* colour, bool dashed) {
  const Curve curve = CurveOf(channel, scale);
  std::string path;
  for (size_t i = 0; i < curve.x.size(); ++i) {
    fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}",
                   i == 0 ? 'M' : 'L', curve.x[i],
                   zero_y - unit * curve.most[i]);
    if (curve.least[i] < curve.most[i]) {
      fmt::format_to(std::back_inserter(path), "V{:.1f}",
                     zero_y - unit * curve.least[i]);
    }
  }
  fmt::format_to(std::back_inserter(svg_),
                 "<path class=\"line\" stroke=\"{}\"{} d=\"{}\"/>\n", colour,
                 dashed ? " stroke-dasharray=\"4 3\"" : "", path);
}

std::vector<PlotLine> Plot::Moving(const std::vector<PlotLine>& lines) const {
  std::vector<PlotLine> moving;
  for (const PlotLine& line : lines) {
    if (Moves(line.channel) || (line.right >= 0 && Moves(line.right))) {
      moving.push_back(line);
    }
  }
  return moving;
}

double Plot::ReachOf(const std::vector<PlotLine>& lines, bool degrees) const {
  const double grain = degrees ? 5 : 0.2;
  double reach = grain;
  for (const PlotLine& line : lines) {
    for (int channel : {line.channel, line.right}) {
      if (channel < 0) continue;
      for (FrameIndex f = first_; f < last_; ++f) {
        reach = std::max<double>(
            reach, std::abs(track_.at(f)[channel]) * (degrees ? kDegree : 1));
      }
    }
  }
  return std::ceil(reach / grain - 1e-6) * grain;
}

void Plot::DrawLegend(const std::vector<PlotLine>& lines) {
  const int x = kLeft + kPlotColumns + kLegendIndent;
  for (size_t i = 0; i < lines.size(); ++i) {
    const int y = y_ + 12 + kLegendLine * static_cast<int>(i);
    fmt::format_to(std::back_inserter(svg_),
                   "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"{}\""
                   " stroke-width=\"2.5\"/><text x=\"{}\" y=\"{}\" "
                   "class=\"legend\">{}</text>\n",
                   x, x + 16, y, y, kColours[i % kColours.size()], x + 22,
                   y + 4, lines[i].name);
  }
}

void Plot::DrawGroup(const PlotGroup& group) {
  const std::vector<PlotLine> lines = Moving(group.lines);
  if (lines.empty()) return;
  const int height =
      std::max(kGroupHeight, kLegendLine * static_cast<int>(lines.size()) + 6);
  Frame(group.title, height);
  const double scale = group.degrees ? kDegree : 1;
  const double reach = ReachOf(lines, group.degrees);
  const double inner = height - 8.0;
  const double unit = inner / (group.degrees ? 2 * reach : reach);
  const double zero_y = y_ + 4 + reach * unit;
  if (group.degrees) {
    Level(zero_y - reach * unit, fmt::format("{:g}°", reach), false);
    Level(zero_y, "0°", true);
    Level(zero_y + reach * unit, fmt::format("-{:g}°", reach), false);
  } else {
    Level(zero_y - reach * unit, fmt::format("{:g}", reach), false);
    Level(zero_y - reach / 2 * unit, fmt::format("{:g}", reach / 2), false);
    Level(zero_y, "0", true);
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    const char* colour = kColours[i % kColours.size()];
    DrawCurve(lines[i].channel, scale, zero_y, unit, colour, false);
    if (lines[i].right >= 0) {
      DrawCurve(lines[i].right, scale, zero_y, unit, colour, true);
    }
  }
  DrawLegend(lines);
  y_ += height + kGap;
}

// Ticks at round times, about a dozen.
void Plot::DrawTimeAxis() {
  constexpr std::array<double, 15> kSteps = {
      0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600};
  const double begin = Seconds(options_.begin_us);
  const double length = Seconds(options_.end_us) - begin;
  double step = kSteps.back();
  for (double s : kSteps) {
    if (length / s <= 14) {
      step = s;
      break;
    }
  }
  const int bottom = y_ - kGap;
  std::string lines;
  for (int64_t i = static_cast<int64_t>(std::ceil(begin / step - 1e-9));
       static_cast<double>(i) * step <= begin + length + 1e-9; ++i) {
    const double t = static_cast<double>(i) * step;
    const double x = kLeft + kPlotColumns * (t - begin) / length;
    const int minutes = static_cast<int>(t / 60 + 1e-9);
    const double seconds = std::max(t - 60.0 * minutes, 0.0);
    fmt::format_to(std::back_inserter(lines),
                   "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\" "
                   "class=\"tick\"/><text x=\"{:.1f}\" y=\"{}\" "
                   "class=\"time\">{}:{:0{}.{}f}</text>\n",
                   x, x, kTop, bottom, x, bottom + 16, minutes, seconds,
                   step < 1 ? 4 : 2, step < 1 ? 1 : 0);
  }
  svg_ += lines;
}

std::string Plot::Run(const std::vector<WaveColumn>& wave) {
  if (!wave.empty()) DrawWave(wave);
  for (const PlotGroup& group : PlotGroups()) DrawGroup(group);
  DrawTimeAxis();
  const int height = y_ - kGap + kBottom;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" font-family=\"DejaVu Sans, Verdana, "
      "sans-serif\" font-size=\"11\">\n"
      "<style>.panel{{fill:#fafafa;stroke:#c8c8c8}}.grid{{stroke:#e4e4e4}}"
      ".axis{{stroke:#b0b0b0}}.tick{{stroke:#000;stroke-opacity:.08}}"
      ".title{{font-size:13px;font-weight:bold;fill:#222}}"
      ".level{{text-anchor:end;fill:#777}}.time{{text-anchor:middle;fill:#555}}"
      ".legend{{fill:#222}}.line{{fill:none;stroke-width:1.3;"
      "stroke-linejoin:round}}.wave{{stroke:#6b7c93;fill:none}}</style>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
      "<text x=\"10\" y=\"24\" font-size=\"16\" font-weight=\"bold\" "
      "fill=\"#111\">{2}</text>\n"
      "<text x=\"10\" y=\"42\" fill=\"#666\">{3} frames at {4} a second; "
      "left solid, right dashed; {5:.2f} s to {6:.2f} s; what does not move is "
      "left out</text>\n{7}</svg>\n",
      kWidth, height, Escaped(options_.title), track_.range.size(),
      FormatFrameRate(track_.rate), Seconds(options_.begin_us),
      Seconds(options_.end_us), svg_);
}

}  // namespace

const std::vector<PlotGroup>& PlotGroups() {
  using namespace worker;  // NOLINT: the channels' names, nothing else
  static const auto& groups = *new std::vector<PlotGroup>{
      {"Head",
       true,
       {{"yaw", kHeadYaw}, {"pitch", kHeadPitch}, {"roll", kHeadRoll}}},
      {"Gaze",
       true,
       {{"yaw", kLeftEyeYaw, kRightEyeYaw},
        {"pitch", kLeftEyePitch, kRightEyePitch},
        {"roll", kLeftEyeRoll, kRightEyeRoll}}},
      {"Lids",
       false,
       {{"blink", kEyeBlinkLeft, kEyeBlinkRight},
        {"squint", kEyeSquintLeft, kEyeSquintRight},
        {"wide", kEyeWideLeft, kEyeWideRight}}},
      {"Eyes, as shapes",
       false,
       {{"look in", kEyeLookInLeft, kEyeLookInRight},
        {"look out", kEyeLookOutLeft, kEyeLookOutRight},
        {"look up", kEyeLookUpLeft, kEyeLookUpRight},
        {"look down", kEyeLookDownLeft, kEyeLookDownRight}}},
      {"Brows",
       false,
       {{"inner up", kBrowInnerUp},
        {"outer up", kBrowOuterUpLeft, kBrowOuterUpRight},
        {"down", kBrowDownLeft, kBrowDownRight}}},
      {"Jaw",
       false,
       {{"jaw open", kJawOpen},
        {"mouth close", kMouthClose},
        {"jaw forward", kJawForward},
        {"jaw aside", kJawLeft, kJawRight},
        {"tongue out", kTongueOut}}},
      {"Lips, rounding",
       false,
       {{"funnel", kMouthFunnel},
        {"pucker", kMouthPucker},
        {"mouth aside", kMouthLeft, kMouthRight}}},
      {"Lips, parting",
       false,
       {{"upper up", kMouthUpperUpLeft, kMouthUpperUpRight},
        {"lower down", kMouthLowerDownLeft, kMouthLowerDownRight}}},
      {"Lips, pressing",
       false,
       {{"press", kMouthPressLeft, kMouthPressRight},
        {"roll lower", kMouthRollLower},
        {"roll upper", kMouthRollUpper},
        {"shrug lower", kMouthShrugLower},
        {"shrug upper", kMouthShrugUpper}}},
      {"Corners",
       false,
       {{"smile", kMouthSmileLeft, kMouthSmileRight},
        {"frown", kMouthFrownLeft, kMouthFrownRight},
        {"stretch", kMouthStretchLeft, kMouthStretchRight},
        {"dimple", kMouthDimpleLeft, kMouthDimpleRight}}},
      {"Cheeks, nose",
       false,
       {{"cheek squint", kCheekSquintLeft, kCheekSquintRight},
        {"cheek puff", kCheekPuff},
        {"nose sneer", kNoseSneerLeft, kNoseSneerRight}}}};
  return groups;
}

std::string PlotMotion(const MotionTrack& track,
                       const std::vector<WaveColumn>& wave,
                       const PlotOptions& options) {
  return Plot(track, options).Run(wave);
}

}  // namespace longtake::client
