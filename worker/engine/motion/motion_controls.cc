#include "worker/engine/motion/motion_controls.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace longtake::worker {
namespace {

constexpr double kMaxStrength = 2;

struct Control {
  const char* name;
  double MotionControls::*field;
};
constexpr std::array<Control, 4> kControls = {{
    {"pose", &MotionControls::pose},
    {"expression", &MotionControls::expression},
    {"lip", &MotionControls::lip},
    {"blink_rate", &MotionControls::blink_rate},
}};

}  // namespace

StatusOr<MotionControls> ParseMotionControls(
    const std::map<std::string, std::string>& controls) {
  MotionControls parsed;
  for (const auto& [key, value] : controls) {
    const Control* control = nullptr;
    for (const Control& c : kControls) {
      if (key == c.name) control = &c;
    }
    if (control == nullptr) {
      return InvalidArgument(fmt::format(
          "engine control '{}' is unknown: the motion takes pose, expression, "
          "lip and blink_rate, each a number from 0 to {}",
          key, kMaxStrength));
    }
    double number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] =
        std::from_chars(value.data(), end, number, std::chars_format::fixed);
    // The comparison is written so that NaN fails it.
    if (error != std::errc() || stop != end ||
        !(number >= 0 && number <= kMaxStrength)) {
      return InvalidArgument(fmt::format(
          "engine control {}='{}' is not a number from 0 to {} (1 is the "
          "default, 0 stills it)",
          key, value, kMaxStrength));
    }
    parsed.*control->field = number + 0.0;  // -0 becomes 0
  }
  return parsed;
}

std::string CanonicalMotionControls(const MotionControls& controls) {
  std::string line;
  for (const Control& c : kControls) {
    line += fmt::format("{}={:.17g};", c.name, controls.*c.field);
  }
  return line;
}

}  // namespace longtake::worker
