#pragma once
// What the speech network hears: for every 20 ms of sound the curves of a mouth
// that says it, and which phone it is. Pure: equal features give equal bits on
// one numerics class.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {

// Output step k stands for the middle between hops 2k and 2k + 1.
inline constexpr int64_t kHopsPerStep = 2;
// Steps on each side that an output depends on: the blocks' dilations and the
// stem.
inline constexpr int64_t kSpeechNetReachSteps = 32;
// The network is ahead of recorded speech by about this much, measured on the
// development languages (docs/model_card.md): 12 ms.
inline constexpr int64_t kHearingDelaySamples = 192;

struct SpeechNetOutput {
  // [steps]. A mean of all that the sound could be moves too little: each curve
  // is spread about its centre by the gain that training measured.
  std::vector<MouthCurves> curves;
  std::vector<MouthCurves> means;  // [steps], before they are spread
  std::vector<float> phones;       // [steps, 41], probabilities
  std::vector<float> hidden;       // [steps, SpeechNet::channels()]
  int64_t steps() const { return static_cast<int64_t>(curves.size()); }
  float phone(int64_t step, PhoneClass phone_class) const {
    return phones[static_cast<size_t>(step * kPhoneClasses + phone_class)];
  }
};

// Immutable: thread-safe.
class SpeechNet {
 public:
  // Reads tensors whose names begin with `prefix`. InvalidArgument: another
  // version, or a tensor that is missing or has another shape.
  static StatusOr<std::unique_ptr<SpeechNet>> Create(const Safetensors& weights,
                                                     const std::string& prefix);
  ~SpeechNet();
  SpeechNet(const SpeechNet&) = delete;
  SpeechNet& operator=(const SpeechNet&) = delete;

  // features: [hops, 80] of NormaliseMel; hops even. Steps nearer to an end
  // than kSpeechNetReachSteps are heard without their surroundings.
  SpeechNetOutput Listen(std::span<const float> features) const;
  int64_t channels() const { return channels_; }
  // How often the phone was in training: what turns probabilities into
  // likelihoods.
  float prior(PhoneClass phone) const { return priors_[phone]; }

 private:
  struct Net;
  SpeechNet(std::unique_ptr<Net> net, std::vector<float> priors,
            int64_t channels);
  const std::unique_ptr<Net> net_;
  const std::vector<float> priors_;  // [41], > 0
  const int64_t channels_;
};

}  // namespace longtake::worker
