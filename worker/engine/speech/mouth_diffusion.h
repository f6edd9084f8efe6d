#pragma once
// One plausible mouth out of all that the sound could be: a variance-preserving
// diffusion (Ho, Jain, Abbeel, "Denoising diffusion probabilistic models",
// 2020) of how the mouth deviates from what the speech network heard, sampled
// by DDIM (Song, Meng, Ermon, 2021: deterministic given its noise) with
// classifier-free guidance (Ho and Salimans, 2022) on the sound and on the
// articulation.
//
// The noise belongs to absolute moments of the job, so windows that overlap
// start from the same noise and arrive, but for what lies beyond their ends, at
// the same mouth: no window waits for its neighbour's result.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/safetensors/safetensors.h"
#include "worker/engine/speech/articulation.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::worker {

// Steps on each side whose noise and sound a step depends on: what the denoiser
// sees at once, times its evaluations.
inline constexpr int64_t kDenoisingSteps = 4;
inline constexpr int64_t kDiffusionReachSteps = 11 * kDenoisingSteps;

// Immutable: thread-safe.
class MouthDiffusion {
 public:
  // Reads tensors whose names begin with `prefix`, for a speech network of
  // `hidden` channels. InvalidArgument: a tensor that is missing or has another
  // shape.
  static StatusOr<std::unique_ptr<MouthDiffusion>> Create(
      const Safetensors& weights, const std::string& prefix, int64_t hidden);
  ~MouthDiffusion();
  MouthDiffusion(const MouthDiffusion&) = delete;
  MouthDiffusion& operator=(const MouthDiffusion&) = delete;

  // A mouth for each step of `heard`. `articulation`: [steps]; `noise`:
  // independent standard normals, [steps]. The seal of the lips is what was
  // heard: a closure is never left to chance.
  std::vector<MouthCurves> Sample(const SpeechNetOutput& heard,
                                  std::span<const Articulation> articulation,
                                  std::span<const MouthCurves> noise) const;

 private:
  struct Net;
  explicit MouthDiffusion(std::unique_ptr<Net> net);
  const std::unique_ptr<Net> net_;
};

}  // namespace longtake::worker
