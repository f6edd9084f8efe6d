#include "tools/motion_model/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace longtake::training {
namespace {

constexpr double kMeanDecay = .998;
constexpr double kWarmUpSteps = 200;
constexpr double kLeastRate = 1e-5;

}  // namespace

void MoveTowards(const torch::nn::Module& net, int64_t step,
                 torch::nn::Module* mean) {
  const torch::NoGradGuard no_grad;
  const double decay = std::min(kMeanDecay, static_cast<double>(step + 1) /
                                                static_cast<double>(step + 10));
  const auto blend = [&](torch::Tensor& to, const torch::Tensor& from) {
    if (to.is_floating_point()) {
      to.mul_(decay).add_(from, 1 - decay);
    } else {
      to.copy_(from);
    }
  };
  const auto from = net.named_parameters();
  for (auto& p : mean->named_parameters()) blend(p.value(), from[p.key()]);
  const auto buffers = net.named_buffers();
  for (auto& b : mean->named_buffers()) blend(b.value(), buffers[b.key()]);
}

double CosineRate(int64_t step, int64_t steps, double highest) {
  const double progress =
      static_cast<double>(step) / static_cast<double>(steps);
  const double warm =
      std::min(1.0, static_cast<double>(step + 1) / kWarmUpSteps);
  return highest * warm * (.5 + .5 * std::cos(std::numbers::pi * progress)) +
         kLeastRate;
}

}  // namespace longtake::training
