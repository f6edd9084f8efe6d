#include "tools/motion_model/reference/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace longtake::reference {
namespace {

constexpr double kPriorFrames = 10;
constexpr double kLeastVariance = 0.01;
constexpr double kLeastFrames = 4;
constexpr double kSplitDeviations = 0.2;

// Weighted sums from which a Gaussian is made.
struct Sums {
  double weight = 0;
  std::array<double, kFeatures> first{};
  std::array<double, kFeatures> second{};

  void Add(const Feature& frame, double w) {
    weight += w;
    for (int i = 0; i < kFeatures; ++i) {
      first[i] += w * frame[i];
      second[i] += w * frame[i] * frame[i];
    }
  }
  void Moments(const Feature& prior, Feature* mean, Feature* variance) const {
    for (int i = 0; i < kFeatures; ++i) {
      const double m = weight > 0 ? first[i] / weight : 0;
      const double scatter = std::max(0.0, second[i] - weight * m * m);
      (*mean)[i] = static_cast<float>(m);
      (*variance)[i] = static_cast<float>(std::max(
          kLeastVariance,
          (scatter + kPriorFrames * prior[i]) / (weight + kPriorFrames)));
    }
  }
};

// log(exp(a) + exp(b))
float AddLogs(float a, float b) {
  constexpr float kNegligible = 12;
  const float top = std::max(a, b);
  const float below = std::min(a, b) - top;
  return below < -kNegligible ? top : top + std::log1p(std::exp(below));
}

}  // namespace

void GaussianMixture::Part::Finish() {
  double sum = std::log(std::max(weight, 1e-30));
  for (int i = 0; i < kFeatures; ++i) {
    half_precision[i] = 0.5f / variance[i];
    sum -= 0.5 * std::log(2 * std::numbers::pi * variance[i]);
  }
  constant = static_cast<float>(sum);
}

GaussianMixture::GaussianMixture(const Feature& variance) {
  parts_.resize(1);
  parts_[0].variance = variance;
  parts_[0].Finish();
}

GaussianMixture GaussianMixture::Fit(std::span<const Feature* const> frames,
                                     const Feature& prior) {
  GaussianMixture mixture(prior);
  Sums sums;
  for (const Feature* frame : frames) sums.Add(*frame, 1);
  Part& part = mixture.parts_[0];
  sums.Moments(prior, &part.mean, &part.variance);
  part.Finish();
  return mixture;
}

void GaussianMixture::Split(int limit) {
  std::stable_sort(
      parts_.begin(), parts_.end(),
      [](const Part& a, const Part& b) { return a.weight > b.weight; });
  const int before = size();
  const int more = std::min(before, limit - before);
  for (int p = 0; p < more; ++p) {
    parts_[p].weight /= 2;
    Part twin = parts_[p];
    for (int i = 0; i < kFeatures; ++i) {
      const auto step =
          static_cast<float>(kSplitDeviations * std::sqrt(twin.variance[i]));
      twin.mean[i] += step;
      parts_[p].mean[i] -= step;
    }
    parts_[p].Finish();
    twin.Finish();
    parts_.push_back(twin);
  }
}

float GaussianMixture::Part::LogDensity(const Feature& frame) const {
  float sum = 0;
  for (int i = 0; i < kFeatures; ++i) {
    const float d = frame[i] - mean[i];
    sum += d * d * half_precision[i];
  }
  return constant - sum;
}

void GaussianMixture::LogDensities(std::span<const Feature> frames,
                                   std::span<float> out) const {
  // Blocks of frames side by side, so that the compiler can use vectors.
  constexpr size_t kBlock = 32;
  std::array<std::array<float, kBlock>, kFeatures> turned;
  std::array<float, kBlock> log_sum;
  std::array<float, kBlock> log_part;
  for (size_t begin = 0; begin < frames.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, frames.size() - begin);
    for (size_t f = 0; f < kBlock; ++f) {
      const Feature& frame = frames[begin + std::min(f, count - 1)];
      for (int i = 0; i < kFeatures; ++i) turned[i][f] = frame[i];
    }
    for (size_t p = 0; p < parts_.size(); ++p) {
      const Part& part = parts_[p];
      log_part.fill(part.constant);
      for (int i = 0; i < kFeatures; ++i) {
        for (size_t f = 0; f < kBlock; ++f) {
          const float d = turned[i][f] - part.mean[i];
          log_part[f] -= d * d * part.half_precision[i];
        }
      }
      for (size_t f = 0; f < count; ++f) {
        log_sum[f] = p == 0 ? log_part[f] : AddLogs(log_sum[f], log_part[f]);
      }
    }
    std::copy_n(log_sum.begin(), count, out.begin() + begin);
  }
}

void GaussianMixture::Update(std::span<const Feature* const> frames,
                             const Feature& prior) {
  if (frames.empty()) return;
  std::vector<Sums> sums(parts_.size());
  std::vector<float> logs(parts_.size());
  for (const Feature* frame : frames) {
    for (size_t p = 0; p < logs.size(); ++p) {
      logs[p] = parts_[p].LogDensity(*frame);
    }
    const float top = *std::max_element(logs.begin(), logs.end());
    double total = 0;
    for (const float l : logs) total += std::exp(l - top);
    for (size_t p = 0; p < logs.size(); ++p) {
      sums[p].Add(*frame, std::exp(logs[p] - top) / total);
    }
  }
  const auto heaviest = std::max_element(
      sums.begin(), sums.end(),
      [](const Sums& a, const Sums& b) { return a.weight < b.weight; });
  std::vector<Part> kept;
  double kept_weight = 0;
  for (auto s = sums.begin(); s != sums.end(); ++s) {
    if (s->weight < kLeastFrames && s != heaviest) continue;
    Part part;
    part.weight = s->weight;
    kept_weight += s->weight;
    s->Moments(prior, &part.mean, &part.variance);
    kept.push_back(part);
  }
  for (Part& part : kept) {
    part.weight /= kept_weight;
    part.Finish();
  }
  parts_ = std::move(kept);
}

}  // namespace longtake::reference
