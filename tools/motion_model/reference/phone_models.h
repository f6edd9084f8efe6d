#pragma once
// One hidden Markov model a phone: three states in a row, each a mixture of
// Gaussians; silence has one state. Phones that are too rare to be learned
// share a model.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "tools/motion_model/reference/best_path.h"
#include "tools/motion_model/reference/cepstra.h"
#include "tools/motion_model/reference/gaussian_mixture.h"

namespace longtake::reference {

inline constexpr int kStatesPerPhone = 3;
inline constexpr int kSilenceEmission = 0;

// Which model each phone uses. Deterministic.
class PhoneInventory {
 public:
  // `phones`: every phone of the recordings, as often as it occurs. A phone
  // heard fewer than `least_count` times takes the model of its base (see
  // BasePhone) if that is not rare, else the one of all rare phones of its
  // first viseme.
  PhoneInventory(const std::vector<std::string>& phones, int least_count);

  // First emission of the phone's model; states follow one another.
  // kSilenceEmission for kPause. The phone must have been seen.
  int EmissionOf(const std::string& ipa) const { return first_.at(ipa); }
  int emissions() const { return emissions_; }

 private:
  std::map<std::string, int> first_;
  int emissions_ = 1;
};

// What one frame is a sample of, frame by frame.
using Labels = std::vector<int>;  // emissions

class PhoneModels {
 public:
  explicit PhoneModels(int emissions);

  // Fits every emission to the frames that carry its label: single Gaussians
  // the first time, then the last fit refined, with up to `gaussians` each.
  // Mean stays in a state come from the runs of equal labels.
  void Learn(std::span<const std::vector<Feature>> sounds,
             std::span<const Labels> labels, int gaussians);

  // See GaussianMixture.
  void LogDensities(int emission, std::span<const Feature> frames,
                    std::span<float> out) const {
    mixtures_[emission].LogDensities(frames, out);
  }
  int emissions() const { return static_cast<int>(mixtures_.size()); }
  // Log probabilities to stay in a state for another frame, and to leave it.
  float LogStay(int emission) const;
  float LogLeave(int emission) const;

 private:
  void LearnStays(std::span<const Labels> labels);

  std::vector<GaussianMixture> mixtures_;
  std::vector<double> mean_stay_;  // frames
  bool learned_ = false;
};

}  // namespace longtake::reference
