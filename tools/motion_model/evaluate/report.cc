#include "tools/motion_model/evaluate/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace longtake::evaluation {
namespace {

using worker::MotionScore;

nlohmann::json Figures(const MotionScore& score) {
  return {{"r", score.mean_r},
          {"jaw_r", score.r[worker::kCurveJaw]},
          {"closure_f1", score.closure_f1},
          {"std_ratio", score.mean_std_ratio},
          {"lag_ms", score.lag_ms}};
}

// One row: a cell for each language.
std::string Row(const std::string& figure, const std::string& goal,
                const std::vector<std::string>& cells,
                const std::vector<std::string>& baseline) {
  std::string row = fmt::format("| {} | {} |", figure, goal);
  for (size_t i = 0; i < cells.size(); ++i) {
    row += fmt::format(" {} ({}) |", cells[i], baseline[i]);
  }
  return row + "\n";
}

template <typename Value>
std::string LanguageRow(const Evaluation& e, const std::string& figure,
                        const std::string& goal, const char* format,
                        Value value) {
  std::vector<std::string> cells, baseline;
  for (const auto& [language, s] : e.languages) {
    cells.push_back(fmt::format(fmt::runtime(format), value(s.plain)));
    baseline.push_back(fmt::format(fmt::runtime(format), value(s.baseline)));
  }
  return Row(figure, goal, cells, baseline);
}

}  // namespace

std::string Table(const Evaluation& e) {
  std::string head = "| figure | goal |", rule = "|---|---|";
  for (const auto& [language, scores] : e.languages) {
    head += " " + language + " (baseline) |";
    rule += "---|";
  }
  std::string table = head + "\n" + rule + "\n";
  table += LanguageRow(e, "mean r of the 11 mouth channels", ">= .74", "{:.3f}",
                       [](const MotionScore& s) { return s.mean_r; });
  table +=
      LanguageRow(e, "jaw r in speech", ">= .76", "{:.3f}",
                  [](const MotionScore& s) { return s.r[worker::kCurveJaw]; });
  table += LanguageRow(e, "p/b/m closure F1 within 67 ms", ">= .78", "{:.3f}",
                       [](const MotionScore& s) { return s.closure_f1; });
  std::vector<std::string> known, none;
  for (const auto& [language, s] : e.languages) {
    known.push_back(fmt::format("{:.3f}", s.transcript.closure_f1));
    none.push_back("-");
  }
  table += Row("the same with transcript", ">= .90", known, none);
  table += LanguageRow(e, "standard deviation against the reference",
                       ".92-1.08", "{:.2f}",
                       [](const MotionScore& s) { return s.mean_std_ratio; });
  table += LanguageRow(e, "lag, ms", "within 10", "{:+.0f}",
                       [](const MotionScore& s) { return s.lag_ms; });
  table += "\n| figure | goal | model | baseline |\n|---|---|---|---|\n";
  const auto one = [&table](const std::string& figure, const std::string& goal,
                            const std::string& value,
                            const std::string& baseline) {
    table +=
        fmt::format("| {} | {} | {} | {} |\n", figure, goal, value, baseline);
  };
  one("telephone band: loss of r", "<= .04",
      fmt::format("{:.3f}", e.telephone_r_loss()), "-");
  for (const auto& [name, jaw] : e.rest_jaw) {
    one("mean jawOpen on " + name, "<= .02", fmt::format("{:.3f}", jaw),
        fmt::format("{:.3f}", e.rest_jaw_baseline.at(name)));
  }
  one("unseen synthetic voices: r", ">= .88",
      fmt::format("{:.3f}", e.unseen_voices.mean_r),
      fmt::format("{:.3f}", e.unseen_baseline.mean_r));
  one("unseen synthetic voices: closure F1", ">= .90",
      fmt::format("{:.3f}", e.unseen_voices.closure_f1),
      fmt::format("{:.3f}", e.unseen_baseline.closure_f1));
  one("CPU per second of audio, whole hierarchy, one core", "<= 15 ms",
      fmt::format("{:.1f} ms", e.cpu_ms_per_second), "-");
  return table;
}

std::string Json(const Evaluation& e) {
  nlohmann::json json, baseline;
  for (const auto& [language, s] : e.languages) {
    json[language] = Figures(s.plain);
    json[language]["closure_f1_transcript"] = s.transcript.closure_f1;
    json[language]["r_transcript"] = s.transcript.mean_r;
    baseline[language] = Figures(s.baseline);
  }
  json["unseen_tts"] = {{"r", e.unseen_voices.mean_r},
                        {"closure_f1", e.unseen_voices.closure_f1}};
  baseline["unseen_tts"] = {{"r", e.unseen_baseline.mean_r},
                            {"closure_f1", e.unseen_baseline.closure_f1}};
  json["telephone_r_loss"] = e.telephone_r_loss();
  json["nonspeech_jaw_open"] = e.nonspeech_jaw_open();
  for (const auto& [name, jaw] : e.rest_jaw) json["nonspeech"][name] = jaw;
  json["cpu_ms_per_second"] = e.cpu_ms_per_second;
  json["baseline"] = baseline;
  return json.dump(2) + "\n";
}

}  // namespace longtake::evaluation
