#pragma once
// The emotions that a face can be asked to show: Ekman's seven and none.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace longtake::worker {

// Values are part of the key motions' format: append only.
enum class Emotion : uint8_t {
  kNeutral,
  kHappy,
  kSad,
  kAngry,
  kSurprised,
  kFearful,
  kDisgusted,
  kContempt,
};
inline constexpr int kEmotionCount = 8;

// How much of each emotion a face shows, 0..1 each; together at most 1. What
// the neutral face weighs says nothing.
using EmotionWeights = std::array<double, kEmotionCount>;

// "neutral", "happy", … by value.
const std::array<std::string_view, kEmotionCount>& EmotionNames();

// InvalidArgument, without a place, tells the names there are.
StatusOr<Emotion> ParseEmotion(std::string_view name);

struct FeltEmotion {
  Emotion emotion = Emotion::kNeutral;
  double intensity = 0;  // 0..1
  friend bool operator==(const FeltEmotion&, const FeltEmotion&) = default;
};

// "happy:0.6"; a bare "happy" is all of it, "neutral" none. InvalidArgument
// without a place.
StatusOr<FeltEmotion> ParseFeltEmotion(std::string_view text);

// "0.6" as an intensity. InvalidArgument without a place.
StatusOr<double> ParseIntensity(std::string_view text);

}  // namespace longtake::worker
