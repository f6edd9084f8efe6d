#include "worker/engine/speech/sureness.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {
namespace {

// Sure, and not sure at all. One step in a hundred of Italian and Russian
// recordings lies below -0.88, by telephone -0.96, with pink noise or music
// 10 dB below them -1.03; of music alone three in four lie below -1.09.
constexpr double kSure = -1.0, kUnsure = -1.2;
// Below this much of a voice in its surroundings a step has none.
constexpr double kLeastVoice = 0.5;
constexpr float kLeastProbability = 1e-3f;

}  // namespace

std::vector<float> SurenessOf(const SpeechNetOutput& heard) {
  const int64_t steps = heard.steps();
  // Sums over the steps before each.
  std::vector<double> logs(static_cast<size_t>(steps + 1)), voice(logs.size());
  for (int64_t k = 0; k < steps; ++k) {
    const double spoken =
        std::max(1 - heard.phone(k, kSilence), kLeastProbability);
    float likeliest = kLeastProbability;
    for (PhoneClass p = 0; p < kPhoneClasses; ++p) {
      if (p != kSilence) likeliest = std::max(likeliest, heard.phone(k, p));
    }
    logs[k + 1] = logs[k] + spoken * std::log(likeliest / spoken);
    voice[k + 1] = voice[k] + spoken;
  }
  std::vector<float> sureness(static_cast<size_t>(steps), 1.f);
  for (int64_t k = 0; k < steps; ++k) {
    const int64_t begin = std::max<int64_t>(k - kSurenessSteps, 0);
    const int64_t end = std::min(k + kSurenessSteps + 1, steps);
    const double all = voice[end] - voice[begin];
    if (all < kLeastVoice) continue;
    const double mean = (logs[end] - logs[begin]) / all;
    sureness[k] = static_cast<float>(
        std::clamp((mean - kUnsure) / (kSure - kUnsure), 0.0, 1.0));
  }
  return sureness;
}

}  // namespace longtake::worker
