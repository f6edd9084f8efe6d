#pragma once
// Mixture of Gaussians with diagonal covariances over Feature vectors, fitted
// by expectation and maximisation (Dempster, Laird and Rubin 1977).

#include <span>
#include <vector>

#include "tools/motion_model/reference/cepstra.h"

namespace longtake::reference {

class GaussianMixture {
 public:
  // One Gaussian of mean 0 and the given variances.
  explicit GaussianMixture(const Feature& variance);

  // One Gaussian fitted to `frames`. Few frames lean on `prior`, which weighs
  // as much as ten of them; none at all give the prior's variances and mean 0.
  static GaussianMixture Fit(std::span<const Feature* const> frames,
                             const Feature& prior);

  // Doubles the Gaussians, as far as `limit` allows: the heaviest ones become
  // two, 0.2 deviations to each side of their mean.
  void Split(int limit);

  // One round of expectation and maximisation. A Gaussian that is left with
  // less than four frames is dropped (never the last one).
  void Update(std::span<const Feature* const> frames, const Feature& prior);

  // Natural logarithm of the density at each frame; `out` has room for all.
  void LogDensities(std::span<const Feature> frames,
                    std::span<float> out) const;

  int size() const { return static_cast<int>(parts_.size()); }
  double weight(int i) const { return parts_[i].weight; }
  const Feature& mean(int i) const { return parts_[i].mean; }
  const Feature& variance(int i) const { return parts_[i].variance; }

 private:
  struct Part {
    double weight = 1;
    Feature mean{};
    Feature variance{};
    Feature half_precision{};  // 1 / (2 variance)
    float constant = 0;        // log of weight and normalisation
    void Finish();
    float LogDensity(const Feature& frame) const;
  };

  std::vector<Part> parts_;
};

}  // namespace longtake::reference
