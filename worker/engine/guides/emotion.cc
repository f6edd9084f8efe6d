#include "worker/engine/guides/emotion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "worker/engine/guides/guide_text.h"

namespace longtake::worker {

const std::array<std::string_view, kEmotionCount>& EmotionNames() {
  static constexpr std::array<std::string_view, kEmotionCount> kNames = {
      "neutral",   "happy",   "sad",       "angry",
      "surprised", "fearful", "disgusted", "contempt"};
  return kNames;
}

StatusOr<Emotion> ParseEmotion(std::string_view name) {
  const auto& names = EmotionNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Emotion>(found - names.begin());
  return InvalidArgument(fmt::format("emotion '{}' is unknown: give {}", name,
                                     fmt::join(names, ", ")));
}

StatusOr<double> ParseIntensity(std::string_view text) {
  const std::optional<double> number = ParseDecimal(text);
  if (number && *number >= 0 && *number <= 1) return *number + 0.0;
  return InvalidArgument(
      fmt::format("intensity '{}' is not a number from 0 to 1", text));
}

StatusOr<FeltEmotion> ParseFeltEmotion(std::string_view text) {
  const size_t colon = text.find(':');
  FeltEmotion felt;
  LT_ASSIGN_OR_RETURN(felt.emotion, ParseEmotion(text.substr(0, colon)));
  felt.intensity = 1;
  if (colon != std::string_view::npos) {
    LT_ASSIGN_OR_RETURN(felt.intensity, ParseIntensity(text.substr(colon + 1)));
  }
  if (felt.emotion == Emotion::kNeutral || felt.intensity == 0)
    return FeltEmotion{};
  return felt;
}

}  // namespace longtake::worker
