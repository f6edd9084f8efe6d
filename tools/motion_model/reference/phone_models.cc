#include "tools/motion_model/reference/phone_models.h"

#include <algorithm>
#include <cmath>

#include "tools/motion_model/reference/phones.h"

namespace longtake::reference {
namespace {

constexpr int kFramesPerGaussian = 40;
constexpr int kSilenceGaussians = 8;
constexpr int kRefinements = 3;  // rounds of expectation and maximisation
// A state's mean stay leans on this many stays of kUsualStay frames.
constexpr double kPriorStays = 5;
constexpr double kUsualStay = 5;

Feature VarianceOf(std::span<const std::vector<Feature>> sounds) {
  std::array<double, kFeatures> sum{};
  std::array<double, kFeatures> square{};
  double count = 0;
  for (const auto& sound : sounds) {
    for (const Feature& frame : sound) {
      ++count;
      for (int i = 0; i < kFeatures; ++i) {
        sum[i] += frame[i];
        square[i] += static_cast<double>(frame[i]) * frame[i];
      }
    }
  }
  Feature variance{};
  for (int i = 0; i < kFeatures; ++i) {
    const double mean = sum[i] / std::max(count, 1.0);
    variance[i] = static_cast<float>(
        std::max(1e-2, square[i] / std::max(count, 1.0) - mean * mean));
  }
  return variance;
}

}  // namespace

PhoneInventory::PhoneInventory(const std::vector<std::string>& phones,
                               int least_count) {
  std::map<std::string, int> count;
  for (const std::string& p : phones) ++count[p];
  // Model names: a phone, a base, or "*PP".
  std::map<std::string, int> emission_of_model;
  for (const auto& [phone, times] : count) {
    if (phone == kPause) {
      first_[phone] = kSilenceEmission;
      continue;
    }
    std::string model = phone;
    if (times < least_count) {
      const std::string base = BasePhone(phone);
      const auto base_count = count.find(base);
      const bool base_known =
          base_count != count.end() && base_count->second >= least_count;
      const std::vector<worker::Viseme> visemes = Visemes(phone);
      const worker::Viseme first =
          visemes.empty() ? worker::kVisemeSil : visemes.front();
      model = base_known ? base : std::string(worker::VisemeName(first));
    }
    const auto [at, fresh] = emission_of_model.emplace(model, emissions_);
    if (fresh) emissions_ += kStatesPerPhone;
    first_[phone] = at->second;
  }
}

PhoneModels::PhoneModels(int emissions)
    : mixtures_(emissions, GaussianMixture([] {
                  Feature ones;
                  ones.fill(1);
                  return ones;
                }())),
      mean_stay_(emissions, kUsualStay) {}

void PhoneModels::Learn(std::span<const std::vector<Feature>> sounds,
                        std::span<const Labels> labels, int gaussians) {
  const Feature prior = VarianceOf(sounds);
  std::vector<std::vector<const Feature*>> frames(mixtures_.size());
  for (size_t s = 0; s < sounds.size(); ++s) {
    for (size_t f = 0; f < labels[s].size(); ++f) {
      frames[labels[s][f]].push_back(&sounds[s][f]);
    }
  }
  for (size_t e = 0; e < mixtures_.size(); ++e) {
    if (!learned_ || gaussians == 1) {
      mixtures_[e] = GaussianMixture::Fit(frames[e], prior);
      continue;
    }
    const int wanted = e == kSilenceEmission ? kSilenceGaussians : gaussians;
    const int limit = std::min(
        wanted, static_cast<int>(frames[e].size()) / kFramesPerGaussian);
    if (limit > mixtures_[e].size()) mixtures_[e].Split(limit);
    for (int i = 0; i < kRefinements; ++i)
      mixtures_[e].Update(frames[e], prior);
  }
  LearnStays(labels);
  learned_ = true;
}

void PhoneModels::LearnStays(std::span<const Labels> labels) {
  std::vector<double> frames(mixtures_.size(), kPriorStays * kUsualStay);
  std::vector<double> runs(mixtures_.size(), kPriorStays);
  for (const Labels& sound : labels) {
    for (size_t f = 0; f < sound.size(); ++f) {
      frames[sound[f]] += 1;
      if (f == 0 || sound[f] != sound[f - 1]) runs[sound[f]] += 1;
    }
  }
  for (size_t e = 0; e < mixtures_.size(); ++e) {
    mean_stay_[e] = std::max(1.1, frames[e] / runs[e]);
  }
}

float PhoneModels::LogStay(int emission) const {
  return static_cast<float>(std::log1p(-1 / mean_stay_[emission]));
}
float PhoneModels::LogLeave(int emission) const {
  return static_cast<float>(-std::log(mean_stay_[emission]));
}

}  // namespace longtake::reference
