#include "worker/task/pcm_levels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "fmt/format.h"

namespace longtake::worker {
namespace {

// Full scale is 1. Below kSilentPeak (-66 dB) there is nothing to hear; speech
// whose peaks stay below kQuietPeak (-40 dB) is close to the noise.
constexpr float kSilentPeak = 0.0005f;
constexpr float kQuietPeak = 0.01f;
// Neighbouring samples at full scale: a clean recording touches it, a clipped
// one stays there.
constexpr float kFullScale = 32766.f / 32768.f;
constexpr int kClippedRun = 3;
// Warned of from one clipped place in so many samples (two a minute).
constexpr int64_t kSamplesPerClip = 30 * kAnalysisSampleRateHz;

struct Levels {
  float peak = 0.f;
  int64_t clipped_places = 0;
};

StatusOr<Levels> Measure(const PcmReader& pcm) {
  Levels levels;
  std::array<float, 8192> block;
  int run = 0;
  for (int64_t at = 0; at < pcm.size_samples(); at += block.size()) {
    LT_RETURN_IF_ERROR(pcm.Read(at, block));
    for (float sample : block) {
      const float magnitude = std::abs(sample);
      levels.peak = std::max(levels.peak, magnitude);
      run = magnitude >= kFullScale ? run + 1 : 0;
      if (run == kClippedRun) ++levels.clipped_places;
    }
  }
  return levels;
}

}  // namespace

StatusOr<std::vector<std::string>> WarnAboutLevels(
    const PcmReader& pcm, const std::string& audio_name) {
  LT_ASSIGN_OR_RETURN(const Levels levels, Measure(pcm));
  std::vector<std::string> warnings;
  if (levels.peak < kSilentPeak) {
    warnings.push_back(fmt::format(
        "audio {} is silent: the mouth stays shut throughout", audio_name));
  } else if (levels.peak < kQuietPeak) {
    warnings.push_back(fmt::format(
        "audio {} is very quiet (peak {:.0f} dB): noise may move the lips; "
        "raise its level",
        audio_name, 20 * std::log10(levels.peak)));
  }
  if (levels.clipped_places * kSamplesPerClip > pcm.size_samples()) {
    warnings.push_back(fmt::format(
        "audio {} is clipped in {} places: lip movement is less exact there",
        audio_name, levels.clipped_places));
  }
  return warnings;
}

}  // namespace longtake::worker
