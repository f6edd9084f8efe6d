// Emotions as functions of time.
#include <algorithm>

#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {

// Each change is a step that rises around its time, and an emotion weighs its
// own step less the next one. All steps have one shape, so the weights are
// never negative and never more than 1 together, however close the changes are.
EmotionWeights EmotionAt(const KeyMotions& keys, int64_t time_us) {
  constexpr int64_t kHalf = kEmotionChangeMicros / 2;
  EmotionWeights weights{};
  auto next = std::upper_bound(
      keys.emotions.begin(), keys.emotions.end(), time_us + kHalf,
      [](int64_t t, const KeyEmotion& e) { return t < e.start_us; });
  double later = 0;  // the step of the change after
  while (next != keys.emotions.begin() && later < 1) {
    const KeyEmotion& e = *--next;
    const double step =
        SmoothStep5(static_cast<double>(time_us - e.start_us + kHalf) /
                    static_cast<double>(kEmotionChangeMicros));
    weights[static_cast<size_t>(e.emotion)] +=
        (step - later) * e.intensity / 255.0;
    later = step;
  }
  return weights;
}

}  // namespace longtake::worker
