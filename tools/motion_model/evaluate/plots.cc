#include "tools/motion_model/evaluate/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "tools/motion_model/evaluate/svg.h"
#include "worker/engine/engine.h"
#include "worker/engine/phonetics/teacher_curves.h"

namespace longtake::evaluation {
namespace {

using worker::MotionScore;
using Anchor = Svg::Anchor;

constexpr char kModel[] = "#c2410c", kReference[] = "#1d4ed8",
               kBaseline[] = "#6b7280", kGoal[] = "#15803d", kFaint[] = "#ddd";

// ---- A recording ----

constexpr double kLeft = 90, kTop = 62, kPixelsPerSecond = 190;
constexpr double kWaveHeight = 70, kPhoneHeight = 26, kCurveHeight = 130,
                 kGap = 24;

double XOf(double seconds) { return kLeft + kPixelsPerSecond * seconds; }

void DrawWave(const std::vector<float>& samples, double seconds, Svg* svg) {
  float loudest = 1e-3f;
  for (float s : samples) loudest = std::max(loudest, std::abs(s));
  const int columns = static_cast<int>(seconds * kPixelsPerSecond);
  const double middle = kTop + kWaveHeight / 2;
  for (int x = 0; x < columns; ++x) {
    const auto sample = [&](int column) {
      return std::min(samples.size(),
                      static_cast<size_t>(column / kPixelsPerSecond *
                                          worker::kAnalysisSampleRateHz));
    };
    const auto [low, high] = std::minmax_element(
        samples.begin() + sample(x),
        samples.begin() + std::max(sample(x + 1), sample(x)));
    if (low == samples.end()) break;
    const double scale = kWaveHeight / 2 / loudest;
    svg->Line({kLeft + x, middle - scale * *high},
              {kLeft + x, middle - scale * *low + 0.5}, "#888");
  }
  svg->Text({kLeft - 8, middle}, "sound", Anchor::kEnd);
}

// `top` of the row; the p, b and m are marked down to `bottom`.
void DrawPhones(const Example& example, double seconds, double top,
                double bottom, Svg* svg) {
  svg->Text({kLeft - 8, top + kPhoneHeight / 2}, "phones", Anchor::kEnd);
  for (const worker::PhoneSegment& s : example.phones) {
    if (s.begin >= seconds) break;
    const double begin = XOf(s.begin), end = XOf(std::min(s.end, seconds));
    if (worker::ClosesLips(s.phone)) {
      svg->Rect(begin, top, end - begin, bottom - top, "#fde68a");
    }
    svg->Line({begin, top}, {begin, top + kPhoneHeight}, kFaint);
    if (s.phone == worker::kSilence) continue;
    svg->Text({(begin + end) / 2, top + kPhoneHeight / 2},
              worker::PhoneName(s.phone), Anchor::kMiddle, "#333", 11);
  }
}

void DrawCurve(const Example& example, worker::MouthCurve curve,
               const char* name, double seconds, double top, Svg* svg) {
  const auto y = [&](double v) { return top + kCurveHeight * (1 - v); };
  for (double v : {0.0, 0.5, 1.0}) {
    svg->Line({kLeft, y(v)}, {XOf(seconds), y(v)}, kFaint);
    svg->Text({kLeft - 8, y(v)}, fmt::format("{:.1f}", v), Anchor::kEnd, "#888",
              10);
  }
  svg->Text({kLeft - 34, top + kCurveHeight / 2}, name, Anchor::kEnd);
  std::vector<Svg::Point> model, reference;
  const double frame_s = static_cast<double>(example.rate.den) /
                         static_cast<double>(example.rate.num);
  for (size_t i = 0; i < example.model.size(); ++i) {
    const double at = (static_cast<double>(i) + 0.5) * frame_s;
    if (at > seconds) break;
    model.push_back({XOf(at), y(example.model[i][curve])});
    reference.push_back(
        {XOf(at), y(worker::TeacherCurvesAt(example.phones, at)[curve])});
  }
  svg->Path(reference, kReference);
  svg->Path(model, kModel);
}

// ---- The figures ----

struct Bar {
  std::string name;
  double value = 0;
  std::optional<double> baseline;
};

struct Group {
  std::string figure;
  std::string goal_text;
  double goal_low, goal_high;  // drawn as a band; equal: as a line
  double least, most;          // of the axis
  const char* format;
  std::vector<Bar> bars;
};

constexpr double kBarLeft = 190, kBarWidth = 480, kBarRight = 120,
                 kBarStep = 18, kGroupHead = 26, kGroupGap = 14,
                 kFiguresTop = 66;

template <typename Value>
std::vector<Bar> LanguageBars(const Evaluation& e, Value value) {
  std::vector<Bar> bars;
  for (const auto& [language, s] : e.languages) {
    bars.push_back({language, value(s.plain), value(s.baseline)});
  }
  return bars;
}

std::vector<Group> Groups(const Evaluation& e) {
  const auto r = [](const MotionScore& s) { return s.mean_r; };
  const auto jaw = [](const MotionScore& s) { return s.r[worker::kCurveJaw]; };
  const auto f1 = [](const MotionScore& s) { return s.closure_f1; };
  std::vector<Bar> known, rest;
  for (const auto& [language, s] : e.languages) {
    known.push_back({language, s.transcript.closure_f1, std::nullopt});
  }
  for (const auto& [name, value] : e.rest_jaw) {
    rest.push_back({name, value, e.rest_jaw_baseline.at(name)});
  }
  std::vector<Group> groups = {
      {"mean r of the 11 mouth channels", "at least .74", .74, .74, 0, 1,
       "{:.3f}", LanguageBars(e, r)},
      {"jaw r in speech", "at least .76", .76, .76, 0, 1, "{:.3f}",
       LanguageBars(e, jaw)},
      {"p/b/m closure F1 within 67 ms", "at least .78", .78, .78, 0, 1,
       "{:.3f}", LanguageBars(e, f1)},
      {"the same with transcript", "at least .90", .90, .90, 0, 1, "{:.3f}",
       known},
      {"standard deviation against the reference", ".92 to 1.08", .92, 1.08, 0,
       1.5, "{:.2f}",
       LanguageBars(e, [](const MotionScore& s) { return s.mean_std_ratio; })},
      {"lag, ms", "within 10", -10, 10, -80, 80, "{:+.0f}",
       LanguageBars(e, [](const MotionScore& s) { return s.lag_ms; })}};
  if (e.unseen_voices.seconds > 0) {
    groups.push_back({"unseen synthetic voices: r",
                      "at least .88",
                      .88,
                      .88,
                      0,
                      1,
                      "{:.3f}",
                      {{"r", r(e.unseen_voices), r(e.unseen_baseline)}}});
    groups.push_back({"unseen synthetic voices: closure F1",
                      "at least .90",
                      .90,
                      .90,
                      0,
                      1,
                      "{:.3f}",
                      {{"F1", f1(e.unseen_voices), f1(e.unseen_baseline)}}});
  }
  groups.push_back({"telephone band: loss of r",
                    "at most .04",
                    .04,
                    .04,
                    0,
                    .2,
                    "{:.3f}",
                    {{"all languages", e.telephone_r_loss(), std::nullopt}}});
  groups.push_back({"mean jawOpen where nobody speaks", "at most .02", .02, .02,
                    0, .4, "{:.3f}", rest});
  groups.push_back({"CPU per second of audio, ms",
                    "at most 15",
                    15,
                    15,
                    0,
                    20,
                    "{:.1f}",
                    {{"one core", e.cpu_ms_per_second, std::nullopt}}});
  return groups;
}

double HeightOf(const Group& group) {
  return kGroupHead + kBarStep * static_cast<double>(group.bars.size()) +
         kGroupGap;
}

void DrawGroup(const Group& group, double top, Svg* svg) {
  const auto x = [&](double v) {
    const double part = (v - group.least) / (group.most - group.least);
    return kBarLeft + kBarWidth * std::clamp(part, 0.0, 1.0);
  };
  const double first = top + kGroupHead;
  const double last = first + kBarStep * static_cast<double>(group.bars.size());
  svg->Text({kBarLeft, top + 12}, group.figure, Anchor::kStart, "#111", 13);
  svg->Text({kBarLeft + kBarWidth + kBarRight - 12, top + 12}, group.goal_text,
            Anchor::kEnd, kGoal);
  if (group.goal_high > group.goal_low) {
    svg->Rect(x(group.goal_low), first, x(group.goal_high) - x(group.goal_low),
              last - first, "#dcfce7");
  }
  const double zero = x(0);
  for (size_t i = 0; i < group.bars.size(); ++i) {
    const Bar& bar = group.bars[i];
    const double y = first + kBarStep * static_cast<double>(i);
    const double end = x(bar.value);
    svg->Text({kBarLeft - 8, y + kBarStep / 2}, bar.name, Anchor::kEnd);
    svg->Rect(std::min(zero, end), y + 3, std::max(1.0, std::abs(end - zero)),
              kBarStep - 6, kModel);
    if (bar.baseline) {
      svg->Rect(x(*bar.baseline) - 3, y + kBarStep / 2 - 3, 6, 6, kBaseline);
    }
    svg->Text({kBarLeft + kBarWidth + 10, y + kBarStep / 2},
              fmt::format(fmt::runtime(group.format), bar.value));
  }
  svg->Line({zero, first}, {zero, last}, "#999");
  for (double goal : {group.goal_low, group.goal_high}) {
    svg->Line({x(goal), first}, {x(goal), last}, kGoal, 1.5, true);
  }
}

Status WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (file.flush()) return OkStatus();
  return FailedPrecondition(path + ": can't be written");
}

}  // namespace

std::string ExamplePlot(const std::string& language, const Example& example) {
  const double seconds =
      std::min(kExampleSeconds, static_cast<double>(example.samples.size()) /
                                    worker::kAnalysisSampleRateHz);
  const double phones = kTop + kWaveHeight + kGap;
  const double jaw = phones + kPhoneHeight + kGap;
  const double seal = jaw + kCurveHeight + kGap;
  const double bottom = seal + kCurveHeight;
  Svg svg(static_cast<int>(XOf(seconds)) + 30, static_cast<int>(bottom) + 34);
  svg.Text({kLeft, 18}, fmt::format("{}: {}", language, example.name),
           Anchor::kStart, "#111", 15);
  svg.Text({kLeft, 42}, "model", Anchor::kStart, kModel);
  svg.Text({kLeft + 60, 42}, "reference", Anchor::kStart, kReference);
  svg.Text({kLeft + 140, 42}, "p, b, m: yellow", Anchor::kStart, "#a16207");
  DrawPhones(example, seconds, phones, bottom, &svg);
  DrawWave(example.samples, seconds, &svg);
  DrawCurve(example, worker::kCurveJaw, "jaw", seconds, jaw, &svg);
  DrawCurve(example, worker::kCurveLipClose, "lipClose", seconds, seal, &svg);
  for (int s = 0; s <= static_cast<int>(seconds); ++s) {
    svg.Text({XOf(s), bottom + 16}, fmt::format("{} s", s), Anchor::kMiddle,
             "#888", 11);
  }
  return svg.Document();
}

std::string FiguresPlot(const Evaluation& evaluation) {
  const std::vector<Group> groups = Groups(evaluation);
  double height = kFiguresTop;
  for (const Group& group : groups) height += HeightOf(group);
  Svg svg(static_cast<int>(kBarLeft + kBarWidth + kBarRight),
          static_cast<int>(height));
  svg.Text({kBarLeft, 20}, "Motion model", Anchor::kStart, "#111", 16);
  svg.Text({kBarLeft, 44}, "model", Anchor::kStart, kModel);
  svg.Text({kBarLeft + 60, 44}, "baseline (dot)", Anchor::kStart, kBaseline);
  svg.Text({kBarLeft + 170, 44}, "goal", Anchor::kStart, kGoal);
  double top = kFiguresTop;
  for (const Group& group : groups) {
    DrawGroup(group, top, &svg);
    top += HeightOf(group);
  }
  return svg.Document();
}

Status WritePlots(const std::string& directory, const Evaluation& evaluation) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  for (const auto& [language, example] : evaluation.examples) {
    LT_RETURN_IF_ERROR(WriteText(directory + "/" + language + ".svg",
                                 ExamplePlot(language, example)));
  }
  return WriteText(directory + "/figures.svg", FiguresPlot(evaluation));
}

}  // namespace longtake::evaluation
