#include "worker/engine/speech/mouth_diffusion.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "worker/engine/identity/threading.h"
#include "worker/engine/speech/module_weights.h"
#include "worker/engine/speech/mouth_denoiser_module.h"

namespace longtake::worker {
namespace {

using torch::Tensor;

constexpr int64_t kMaxChannels = 512, kMaxBlocks = 32;

// Chosen on the development languages (docs/model_card.md).
// Of the starting noise: below 1 the sample stays nearer to the likeliest.
constexpr double kTemperature = 0.3;
// 1: as learned; above, the condition counts for more.
constexpr double kSoundGuidance = 1.1, kArticulationGuidance = 1.5;
// Of the gain that training measured (SpeechNetOutput::curves against means),
// the share that recordings need: they are heard more timidly than the speech
// of training, whose spread the diffusion knows.
constexpr float kRecordedGain = 0.6f;
// The first level: the noise alone, but for what the schedule's end leaves.
constexpr double kFirstLevel = 0.98;
// Deviations further out than any that was taught, in units of their spread.
constexpr double kMostDeviation = 4;

// The rows that guidance compares.
enum Row { kFull, kSoundOnly, kNothing };
constexpr int64_t kRows = kNothing + 1;

Tensor FromRows(const void* values, int64_t steps, int64_t width) {
  return torch::from_blob(const_cast<void*>(values), {1, steps, width},
                          torch::kFloat);
}

// `of` in the rows before `rows`, zeros in the others.
Tensor InRows(const Tensor& of, int64_t rows) {
  return torch::cat({of.expand({rows, -1, -1}),
                     torch::zeros({kRows - rows, of.size(1), of.size(2)})});
}

}  // namespace

struct MouthDiffusion::Net {
  MouthDenoiserModule module;
  MouthCurves spread{};  // of the deviations
};

MouthDiffusion::MouthDiffusion(std::unique_ptr<Net> net)
    : net_(std::move(net)) {}
MouthDiffusion::~MouthDiffusion() = default;

StatusOr<std::unique_ptr<MouthDiffusion>> MouthDiffusion::Create(
    const Safetensors& weights, const std::string& prefix, int64_t hidden) {
  SetDeterministicThreading();
  MouthDenoiserShape shape;
  shape.hidden = hidden;
  LT_ASSIGN_OR_RETURN(shape.channels, weights.GetInt64(prefix + "channels"));
  LT_ASSIGN_OR_RETURN(shape.blocks, weights.GetInt64(prefix + "block_count"));
  if (shape.channels < 1 || shape.channels > kMaxChannels || shape.blocks < 1 ||
      shape.blocks > kMaxBlocks) {
    return InvalidArgument(
        fmt::format("weights: a denoiser of {} channels and {} blocks",
                    shape.channels, shape.blocks));
  }
  auto net = std::make_unique<Net>(Net{MouthDenoiserModule(shape), {}});
  LT_RETURN_IF_ERROR(LoadModule(weights, prefix, net->module.get()));
  net->module->eval();
  LT_ASSIGN_OR_RETURN(const std::vector<float> spread,
                      weights.GetFloats(prefix + "spread", {kMouthCurves}));
  std::copy(spread.begin(), spread.end(), net->spread.begin());
  return std::unique_ptr<MouthDiffusion>(new MouthDiffusion(std::move(net)));
}

std::vector<MouthCurves> MouthDiffusion::Sample(
    const SpeechNetOutput& heard, std::span<const Articulation> articulation,
    std::span<const MouthCurves> noise) const {
  SetDeterministicThreading();
  const torch::InferenceMode inference;
  const int64_t steps = heard.steps();
  MouthCondition condition;
  condition.hidden =
      InRows(FromRows(heard.hidden.data(), steps,
                      static_cast<int64_t>(heard.hidden.size()) / steps),
             kNothing);
  condition.curves =
      InRows(FromRows(heard.means.data(), steps, kMouthCurves), kNothing);
  condition.heard = InRows(torch::ones({1, steps, 1}), kNothing);
  condition.articulation = InRows(
      FromRows(articulation.data(), steps, kArticulationTraits), kSoundOnly);
  condition.styled = InRows(torch::ones({1, steps, 1}), kSoundOnly);

  Tensor noisy = FromRows(noise.data(), steps, kMouthCurves) * kTemperature;
  Tensor clean;
  for (int64_t i = 0; i < kDenoisingSteps; ++i) {
    const auto level_at = [](int64_t step) {
      return kFirstLevel * static_cast<double>(kDenoisingSteps - step) /
             kDenoisingSteps;
    };
    const double level = level_at(i), next = level_at(i + 1);
    const Tensor rows = net_->module->forward(
        noisy.expand({kRows, -1, -1}),
        torch::full({kRows}, level, torch::kFloat), condition);
    clean = rows[kNothing] +
            kSoundGuidance * (rows[kSoundOnly] - rows[kNothing]) +
            kArticulationGuidance * (rows[kFull] - rows[kSoundOnly]);
    clean = clean.clamp(-kMostDeviation, kMostDeviation).unsqueeze(0);
    const Tensor rest = (noisy - SignalAt(level) * clean) / NoiseAt(level);
    noisy = SignalAt(next) * clean + NoiseAt(next) * rest;
  }
  clean = clean.contiguous();
  std::vector<MouthCurves> mouth = heard.curves;
  const float* deviation = clean.data_ptr<float>();
  for (int64_t k = 0; k < steps; ++k) {
    for (int c = 0; c < kMouthCurves; ++c, ++deviation) {
      if (c == kCurveLipClose) continue;
      mouth[k][c] = std::clamp(
          heard.means[k][c] +
              kRecordedGain * (heard.curves[k][c] - heard.means[k][c]) +
              net_->spread[c] * *deviation,
          0.f, 1.f);
    }
  }
  return mouth;
}

}  // namespace longtake::worker
