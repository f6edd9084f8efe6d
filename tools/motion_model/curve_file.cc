#include "tools/motion_model/curve_file.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace longtake::motion_tools {
namespace {

using worker::kMouthCurves;
using worker::MouthCurves;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

std::string Heading() {
  std::string heading = "seconds";
  for (const char* name : kCurveNames) heading += fmt::format(" {}", name);
  return heading;
}

// Takes the text up to `end` off the front.
std::string_view Take(std::string_view* text, char end) {
  const size_t at = std::min(text->find(end), text->size());
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(std::min(at + 1, text->size()));
  return taken;
}

bool Number(std::string_view field, double* value) {
  const char* end = field.data() + field.size();
  const auto result = std::from_chars(field.data(), end, *value);
  return result.ec == std::errc() && result.ptr == end;
}

Status ParseRow(std::string_view line, size_t row, MouthCurves* curves) {
  double seconds = 0;
  if (!Number(Take(&line, ' '), &seconds) ||
      std::abs(seconds - static_cast<double>(row) * kCurveStepSeconds) > 1e-3) {
    return InvalidArgument(fmt::format(
        "begins with {:.2f}: a row every {} s",
        static_cast<double>(row) * kCurveStepSeconds, kCurveStepSeconds));
  }
  for (int c = 0; c < kMouthCurves; ++c) {
    const std::string_view field = Take(&line, ' ');
    double value = kNone;
    if (field != "-" &&
        (!Number(field, &value) || !(value >= 0 && value <= 1))) {
      return InvalidArgument(
          fmt::format("{} is a number from 0 to 1, or -", kCurveNames[c]));
    }
    (*curves)[c] = static_cast<float>(value);
  }
  if (!line.empty()) return InvalidArgument("has 12 fields");
  return OkStatus();
}

}  // namespace

MouthCurves UnknownCurves() {
  MouthCurves curves;
  curves.fill(kNone);
  return curves;
}

std::string FormatCurves(std::span<const MouthCurves> curves) {
  std::string text = Heading() + "\n";
  for (size_t k = 0; k < curves.size(); ++k) {
    text += fmt::format("{:.2f}", static_cast<double>(k) * kCurveStepSeconds);
    for (const float value : curves[k]) {
      text += std::isnan(value) ? " -" : fmt::format(" {:.3f}", value);
    }
    text += '\n';
  }
  return text;
}

StatusOr<std::vector<MouthCurves>> ParseCurves(std::string_view text,
                                               const std::string& name) {
  if (Take(&text, '\n') != Heading()) {
    return InvalidArgument(fmt::format(
        "{} line 1: is \"{}\" in a file of measured curves", name, Heading()));
  }
  std::vector<MouthCurves> curves;
  while (!text.empty()) {
    MouthCurves row;
    const Status status = ParseRow(Take(&text, '\n'), curves.size(), &row);
    if (!status.ok()) {
      return InvalidArgument(fmt::format("{} line {}: {}", name,
                                         curves.size() + 2, Message(status)));
    }
    curves.push_back(row);
  }
  return curves;
}

MouthCurves CurvesAt(std::span<const MouthCurves> curves, double seconds) {
  const double at = seconds / kCurveStepSeconds;
  const double whole = std::floor(at);
  if (!(whole >= 0) || whole + 1 >= static_cast<double>(curves.size())) {
    return UnknownCurves();
  }
  const size_t k = static_cast<size_t>(whole);
  const float part = static_cast<float>(at - whole);
  MouthCurves between;
  for (int c = 0; c < kMouthCurves; ++c) {
    between[c] = (1 - part) * curves[k][c] + part * curves[k + 1][c];
  }
  return between;
}

}  // namespace longtake::motion_tools
