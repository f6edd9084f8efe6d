#include "worker/engine/speech/mouth_denoiser_module.h"

#include <cmath>
#include <numbers>

#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/speech/articulation.h"

namespace longtake::worker {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

constexpr int64_t kNarrow = 24;     // of the speech network's channels
constexpr int64_t kLevelWaves = 8;  // sines and cosines of the noise level
constexpr int64_t kInputs =
    2 * kMouthCurves + kNarrow + kArticulationTraits + 2;

// [rows, 2 kLevelWaves]
Tensor LevelWaves(const Tensor& level) {
  const Tensor turns =
      torch::exp2(torch::arange(kLevelWaves, torch::kFloat) - 1) *
      std::numbers::pi;
  const Tensor angle = level.unsqueeze(1) * turns.unsqueeze(0);
  return torch::cat({torch::sin(angle), torch::cos(angle)}, 1);
}

}  // namespace

int64_t MouthDenoiserDilation(int64_t block) {
  constexpr int64_t kDilations[] = {1, 2, 4, 2};
  return kDilations[block % 4];
}

double SignalAt(double level) { return std::cos(level * std::numbers::pi / 2); }
double NoiseAt(double level) { return std::sin(level * std::numbers::pi / 2); }

MouthDenoiserBlockImpl::MouthDenoiserBlockImpl(int64_t channels,
                                               int64_t dilation) {
  tune_ = register_module("tune", nn::Linear(channels, 2 * channels));
  wide_ = register_module("wide",
                          nn::Conv1d(nn::Conv1dOptions(channels, channels, 3)
                                         .padding(dilation)
                                         .dilation(dilation)));
  mix_ = register_module("mix",
                         nn::Conv1d(nn::Conv1dOptions(channels, channels, 1)));
}

Tensor MouthDenoiserBlockImpl::forward(const Tensor& x, const Tensor& level) {
  const std::vector<Tensor> tune =
      tune_->forward(level).unsqueeze(2).chunk(2, 1);
  const Tensor y = wide_->forward(x) * (1 + tune[0]) + tune[1];
  return x + mix_->forward(torch::gelu(y));
}

MouthDenoiserModuleImpl::MouthDenoiserModuleImpl(
    const MouthDenoiserShape& shape) {
  const int64_t c = shape.channels;
  narrow_ = register_module("narrow", nn::Linear(shape.hidden, kNarrow));
  stem_ = register_module(
      "stem", nn::Conv1d(nn::Conv1dOptions(kInputs, c, 3).padding(1)));
  level_ = register_module("level", nn::Linear(2 * kLevelWaves, c));
  blocks_ = register_module("blocks", nn::ModuleList());
  for (int64_t b = 0; b < shape.blocks; ++b) {
    blocks_->push_back(MouthDenoiserBlock(c, MouthDenoiserDilation(b)));
  }
  head_ = register_module("head",
                          nn::Conv1d(nn::Conv1dOptions(c, kMouthCurves, 1)));
}

Tensor MouthDenoiserModuleImpl::forward(const Tensor& noisy,
                                        const Tensor& level,
                                        const MouthCondition& condition) {
  const Tensor heard = narrow_->forward(condition.hidden) * condition.heard;
  Tensor x = torch::cat({noisy, heard, condition.curves, condition.heard,
                         condition.articulation, condition.styled},
                        2)
                 .transpose(1, 2);
  const Tensor waves = torch::gelu(level_->forward(LevelWaves(level)));
  x = torch::gelu(stem_->forward(x));
  for (const auto& block : *blocks_) {
    x = block->as<MouthDenoiserBlock>()->forward(x, waves);
  }
  return head_->forward(torch::gelu(x)).transpose(1, 2);
}

}  // namespace longtake::worker
