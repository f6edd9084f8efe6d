#include "tools/motion_model/train/batches.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/motion_model/train/augment.h"
#include "tools/motion_model/train/labels.h"
#include "tools/motion_model/train/noise.h"
#include "worker/engine/audio/speech_features.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::training {
namespace {

using torch::Tensor;
using worker::kHopsPerStep;
using worker::kMelBands;

constexpr double kNoiseSeconds = 12;
// Past an utterance's ends: silence far below any speech, as log power.
constexpr float kSilentLog = -23;
// Of a cut recording, what is left of the silence about the words, at most.
constexpr int64_t kCutHops = 4;
// Logarithm of how much faster or slower, at most.
constexpr double kMostTempo = .25;

// As the network will hear it.
Tensor Normalise(const Tensor& log_mel) {
  const Tensor power = log_mel.exp().contiguous();
  const int64_t hops = power.size(1), row_size = hops * kMelBands;
  Tensor features = torch::empty_like(power);
  const float* from = power.data_ptr<float>();
  float* to = features.data_ptr<float>();
  const worker::HopRange all = {0, hops};
  at::parallel_for(0, power.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const std::vector<float> row = worker::NormaliseMel(
          {from + r * row_size, static_cast<size_t>(row_size)}, all, all, all);
      std::copy(row.begin(), row.end(), to + r * row_size);
    }
  });
  return features;
}

// [steps, 11]: of values that are interpolated to `steps`; nothing is known
// between two of different sources.
Tensor SourceInTime(const Tensor& source, int64_t steps) {
  const int64_t from = source.size(0);
  // As align_corners = false has it.
  const Tensor at = ((torch::arange(steps) + .5) * static_cast<double>(from) /
                         static_cast<double>(steps) -
                     .5)
                        .clamp(0, static_cast<double>(from - 1));
  const Tensor before = source.index_select(0, at.floor().to(torch::kLong));
  const Tensor after = source.index_select(0, at.ceil().to(torch::kLong));
  return torch::where(before == after, before, torch::zeros_like(before));
}

}  // namespace

BatchMaker::BatchMaker(const std::vector<Utterance>& corpus,
                       const BatchOptions& options, uint64_t seed)
    : corpus_(&corpus), options_(options), random_(seed) {
  double sum = 0;
  for (const Utterance& u : corpus) {
    const bool made_by_rule = u.voice.starts_with("espeak/");
    sum += static_cast<double>(u.hops()) *
           (made_by_rule ? 1 : options.recorded_weight);
    cumulative_.push_back(sum);
  }
}

StatusOr<BatchMaker> BatchMaker::Create(const std::vector<Utterance>& corpus,
                                        const BatchOptions& options,
                                        uint64_t seed) {
  BatchMaker maker(corpus, options, seed);
  for (int kind = 0; kind < kNoiseKinds; ++kind) {
    // Music has the most faces.
    const int count = static_cast<NoiseKind>(kind) == NoiseKind::kMusic
                          ? 4 * options.noises_of_a_kind
                          : options.noises_of_a_kind;
    for (int i = 0; i < count; ++i) {
      LT_ASSIGN_OR_RETURN(Tensor noise,
                          LogMel(MakeNoise(static_cast<NoiseKind>(kind),
                                           kNoiseSeconds, maker.random_)));
      maker.noises_.push_back(std::move(noise));
    }
  }
  return maker;
}

// Faster or slower speech of the same voice: `row` squeezed or stretched to
// `hops`.
BatchMaker::Row BatchMaker::InTime(const Row& row, int64_t hops) {
  if (row.mel.size(0) == hops) return row;
  namespace F = torch::nn::functional;
  const auto linear = [](const Tensor& t, int64_t size) {
    return F::interpolate(t.t().unsqueeze(0),
                          F::InterpolateFuncOptions()
                              .size(std::vector<int64_t>{size})
                              .mode(torch::kLinear)
                              .align_corners(false))
        .squeeze(0)
        .t();
  };
  const int64_t steps = hops / kHopsPerStep, from = row.phones.size(0);
  const Tensor nearest =
      ((torch::arange(steps) + .5) * static_cast<double>(from) / steps)
          .to(torch::kLong);
  return {linear(row.mel, hops), linear(row.curves, steps),
          row.phones.index_select(0, nearest), SourceInTime(row.source, steps)};
}

BatchMaker::Row BatchMaker::SpeechRow() {
  const double tempo = random_.Chance(options_.other_tempo_share)
                           ? std::exp(random_.Uniform(-kMostTempo, kMostTempo))
                           : 1;
  const int64_t hops =
      kHopsPerStep *
      std::llround(static_cast<double>(options_.hops) * tempo / kHopsPerStep);
  Row row = InTime(Piece(hops), options_.hops);
  if (random_.Chance(options_.cut_share)) CutTightly(&row);
  return row;
}

// Dead silence up to the first word and from the last one on, as prompts are
// cut: what begins at once is no closure that opens.
void BatchMaker::CutTightly(Row* row) {
  const Tensor spoken = torch::nonzero(row->phones != worker::kSilence);
  if (spoken.size(0) == 0) return;
  const int64_t hops = row->mel.size(0);
  const int64_t first =
      kHopsPerStep * spoken[0].item<int64_t>() - random_.Index(kCutHops + 1);
  const int64_t last = kHopsPerStep * (spoken[-1].item<int64_t>() + 1) +
                       random_.Index(kCutHops + 1);
  row->mel = row->mel.clone();
  if (first > 0) row->mel.slice(0, 0, first).fill_(kSilentLog);
  if (last < hops) row->mel.slice(0, last, hops).fill_(kSilentLog);
}

BatchMaker::Row BatchMaker::Piece(int64_t hops) {
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(),
                                      random_.Uniform(0, cumulative_.back()));
  const Utterance& u = (*corpus_)[static_cast<size_t>(std::min<int64_t>(
      found - cumulative_.begin(), static_cast<int64_t>(corpus_->size()) - 1))];
  const int64_t steps = hops / kHopsPerStep;
  if (u.hops() >= hops) {
    const int64_t k = random_.Index((u.hops() - hops) / kHopsPerStep + 1);
    return {u.mel.slice(0, kHopsPerStep * k, kHopsPerStep * k + hops)
                .to(torch::kFloat),
            u.curves.slice(0, k, k + steps).to(torch::kFloat),
            u.phones.slice(0, k, k + steps).to(torch::kLong),
            u.source.slice(0, k, k + steps)};
  }
  const int64_t missing = (hops - u.hops()) / kHopsPerStep;
  const int64_t before = random_.Index(missing + 1), after = missing - before;
  namespace F = torch::nn::functional;
  const auto pad = [&](const Tensor& t, int64_t scale, double value) {
    return F::pad(
        t,
        F::PadFuncOptions({0, 0, scale * before, scale * after}).value(value));
  };
  return {pad(u.mel.to(torch::kFloat), kHopsPerStep, kSilentLog),
          pad(u.curves.to(torch::kFloat), 1, 0),
          pad(u.phones.to(torch::kFloat).unsqueeze(1), 1, worker::kSilence)
              .squeeze(1)
              .to(torch::kLong),
          pad(u.source, 1, kTaught)};
}

BatchMaker::Row BatchMaker::NoiseRow() {
  const Tensor& noise = noises_[static_cast<size_t>(
      random_.Index(static_cast<int64_t>(noises_.size())))];
  const int64_t hops = options_.hops, steps = hops / kHopsPerStep;
  const int64_t at = random_.Index(noise.size(0) - hops + 1);
  return {noise.slice(0, at, at + hops).to(torch::kFloat),
          torch::zeros({steps, worker::kMouthCurves}),
          torch::zeros({steps}, torch::kLong),
          torch::full({steps, worker::kMouthCurves}, kTaught, torch::kUInt8)};
}

Batch BatchMaker::Next() {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> mels, curves, phones, sources;
  for (int64_t r = 0; r < options_.rows; ++r) {
    const Row row =
        random_.Chance(options_.nonspeech_share) ? NoiseRow() : SpeechRow();
    mels.push_back(row.mel);
    curves.push_back(row.curves);
    phones.push_back(row.phones);
    sources.push_back(row.source);
  }
  const Tensor clean = torch::stack(mels);
  // Rows are in random order: the first part is degraded.
  const int64_t degraded = static_cast<int64_t>(
      static_cast<double>(options_.rows) * options_.degraded_share);
  Tensor heard = Floor(clean.slice(0, degraded));
  if (degraded > 0) {
    heard = torch::cat(
        {Degrade(clean.slice(0, 0, degraded), noises_, random_), heard});
  }
  const Tensor features = Normalise(heard);
  return {options_.masked ? MaskSome(features) : features, torch::stack(curves),
          torch::stack(phones), torch::stack(sources)};
}

}  // namespace longtake::training
