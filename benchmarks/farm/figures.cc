#include "benchmarks/farm/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace longtake::bench {
namespace {

std::string Number(double value) {
  if (value != 0 && std::abs(value) < 10) return fmt::format("{:.2f}", value);
  if (std::abs(value) < 1000) return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

std::string Verdict(const Figure& figure) {
  if (figure.target == Target::kNone) return "";
  return fmt::format(
      "{} {} {}{}", figure.target == Target::kAtLeast ? ">=" : "<",
      Number(figure.bound), figure.unit, figure.Missed() ? "  MISSED" : "  ok");
}

}  // namespace

void Figures::Begin(const std::string& section, const std::string& heading) {
  section_ = section;
  fmt::print("\n{}\n", heading);
  std::fflush(stdout);
}

void Figures::Add(Figure figure) {
  missed_ += figure.Missed();
  fmt::print("  {:<52} {:>9} {:<6} {}\n", figure.text, Number(figure.value),
             figure.unit, Verdict(figure));
  if (!figure.limited_by.empty()) {
    fmt::print("  {:<52} limited by {}\n", "", figure.limited_by);
  }
  std::fflush(stdout);
  nlohmann::json& entry = json_[section_][figure.name];
  entry = {{"value", figure.value}, {"unit", figure.unit}};
  if (figure.target != Target::kNone) {
    entry["target"] = figure.bound;
    entry["met"] = !figure.Missed();
  }
  if (!figure.limited_by.empty()) entry["limited_by"] = figure.limited_by;
}

void Figures::Note(const std::string& text) {
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

double Quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<size_t>(std::lround(last * part))];
}

}  // namespace longtake::bench
