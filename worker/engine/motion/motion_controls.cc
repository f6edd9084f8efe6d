#include "worker/engine/motion/motion_controls.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "worker/engine/guides/guide_text.h"
#include "worker/engine/phonetics/languages.h"

namespace longtake::worker {
namespace {

struct Number {
  const char* name;
  double MotionControls::*field;
  double most;
  const char* meaning;
};
constexpr std::array<Number, 4> kNumbers = {{
    {"pose", &MotionControls::pose, kMaxStrength,
     "1 is the default, 0 stills it"},
    {"expression", &MotionControls::expression, kMaxStrength,
     "1 is the default, 0 stills it"},
    {"lip", &MotionControls::lip, kMaxStrength,
     "1 is the default, 0 keeps the mouth shut"},
    {"blink_rate", &MotionControls::blink_rate, kMaxBlinkRate,
     "blinks a minute while talking, 26 is the default"},
}};
constexpr char kCamera[] = "camera";
constexpr char kWander[] = "wander";

Status ReadNumber(const Number& kind, const std::string& value,
                  MotionControls* parsed) {
  const std::optional<double> number = ParseDecimal(value);
  if (!number || *number < 0 || *number > kind.most) {
    return InvalidArgument(
        fmt::format("control {}='{}' is not a number from 0 to {:g} "
                    "({})",
                    kind.name, value, kind.most, kind.meaning));
  }
  parsed->*kind.field = *number + 0.0;  // -0 becomes 0
  return OkStatus();
}

Status ReadWord(const std::string& key, const std::string& value,
                MotionControls* parsed) {
  const std::string where = fmt::format("control {}", key);
  if (key == "gaze") {
    if (value != kCamera && value != kWander) {
      return InvalidArgument(fmt::format("{}='{}' is unknown: give {} or {}",
                                         where, value, kCamera, kWander));
    }
    parsed->gaze = value == kCamera ? GazeStyle::kCamera : GazeStyle::kWander;
    return OkStatus();
  }
  if (key == "emotion") {
    const StatusOr<FeltEmotion> felt = ParseFeltEmotion(value);
    if (!felt.ok()) return Annotate(felt.status(), where);
    parsed->emotion = *felt;
    return OkStatus();
  }
  if (key == "language") {
    const StatusOr<std::string> language = ParseLanguage(value);
    if (!language.ok()) return Annotate(language.status(), where);
    parsed->language = *language;
    return OkStatus();
  }
  return InvalidArgument(
      fmt::format("control '{}' is unknown: the motion takes pose, "
                  "expression, lip, blink_rate, gaze, emotion and language",
                  key));
}

}  // namespace

StatusOr<MotionControls> ParseMotionControls(
    const std::map<std::string, std::string>& controls) {
  MotionControls parsed;
  for (const auto& [key, value] : controls) {
    const Number* number = nullptr;
    for (const Number& n : kNumbers) {
      if (key == n.name) number = &n;
    }
    LT_RETURN_IF_ERROR(number != nullptr ? ReadNumber(*number, value, &parsed)
                                         : ReadWord(key, value, &parsed));
  }
  return parsed;
}

std::string CanonicalMotionControls(const MotionControls& controls) {
  std::string line;
  for (const Number& n : kNumbers) {
    line += fmt::format("{}={:.17g};", n.name, controls.*n.field);
  }
  line +=
      fmt::format("gaze={};emotion={}:{:.17g};language={};",
                  controls.gaze == GazeStyle::kCamera ? kCamera : kWander,
                  EmotionNames()[static_cast<size_t>(controls.emotion.emotion)],
                  controls.emotion.intensity, controls.language);
  return line;
}

}  // namespace longtake::worker
