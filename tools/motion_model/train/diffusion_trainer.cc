#include "tools/motion_model/train/diffusion_trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "tools/motion_model/train/batches.h"
#include "tools/motion_model/train/half_precision.h"
#include "tools/motion_model/train/labels.h"
#include "tools/motion_model/train/losses.h"
#include "tools/motion_model/train/schedule.h"
#include "tools/motion_model/train/varied_teacher.h"
#include "tools/motion_model/train/weights_io.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/speech/module_weights.h"
#include "worker/engine/speech/speech_net_module.h"
#include "worker/engine/speech/weights_file.h"

namespace longtake::training {
namespace {

using torch::Tensor;
using worker::MouthCondition;
using worker::MouthDenoiserModule;
using worker::SpeechNetModule;

constexpr int64_t kReportSteps = 100;
constexpr double kWeightDecay = .01, kGradientLimit = 1;
constexpr double kVelocityWeight = 2;
// Rows that learn to do without the sound, and without a speaker: what
// classifier-free guidance is measured from.
constexpr double kWithoutSound = .1, kWithoutArticulation = .2;
constexpr int64_t kSpreadBatches = 10;
constexpr double kLeastSpread = .005;
constexpr double kHighestLevel = .995;

// What the speech network made of a batch.
struct Heard {
  Tensor hidden, curves;
};

Heard Listen(SpeechNetModule& net, const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const worker::SpeechNetLogits logits = net->forward(batch.features);
  return {logits.hidden.contiguous(), torch::sigmoid(logits.curves)};
}

StatusOr<SpeechNetModule> LoadSpeechNet(const worker::Safetensors& weights) {
  worker::SpeechNetShape shape;
  const std::string prefix = worker::kSpeechPrefix;
  LT_ASSIGN_OR_RETURN(shape.channels, weights.GetInt64(prefix + "channels"));
  LT_ASSIGN_OR_RETURN(shape.blocks, weights.GetInt64(prefix + "block_count"));
  SpeechNetModule net(shape, 0.0);
  LT_RETURN_IF_ERROR(worker::LoadModule(weights, prefix, net.get()));
  net->eval();
  return net;
}

// Standard deviation of each curve's deviation from what was heard, [11].
Tensor MeasureSpread(SpeechNetModule& net, BatchMaker* batches,
                     Random& random) {
  Tensor sum = torch::zeros({worker::kMouthCurves});
  Tensor count = torch::ones({worker::kMouthCurves});
  for (int64_t i = 0; i < kSpreadBatches; ++i) {
    const Batch batch = batches->Next();
    const Tensor known = (batch.source != kUnknown).to(torch::kFloat);
    const Tensor deviation =
        Vary(batch, random).curves - Listen(net, batch).curves;
    sum += (deviation.pow(2) * known).flatten(0, 1).sum(0);
    count += known.flatten(0, 1).sum(0);
  }
  return (sum / count).sqrt().clamp_min(kLeastSpread);
}

MouthCondition Condition(const Heard& heard, const VariedSpeech& speech) {
  const int64_t rows = heard.curves.size(0), steps = heard.curves.size(1);
  const auto keep = [&](double dropped) {
    return (torch::rand({rows, 1, 1}) >= dropped)
        .to(torch::kFloat)
        .expand({rows, steps, 1});
  };
  MouthCondition condition;
  condition.heard = keep(kWithoutSound);
  condition.hidden = heard.hidden * condition.heard;
  condition.curves = heard.curves * condition.heard;
  condition.styled = keep(kWithoutArticulation) * speech.styled;
  condition.articulation = speech.articulation.unsqueeze(1) * condition.styled;
  return condition;
}

// `deviation`: of the curves from what was heard, in units of its spread, and
// where they come from. The denoiser takes what nobody knows for what was
// heard.
Tensor Loss(MouthDenoiserModule& net, const Tensor& deviation,
            const Tensor& source, const MouthCondition& condition) {
  const Tensor clean = deviation.masked_fill(source == kUnknown, 0);
  const int64_t rows = clean.size(0);
  const Tensor level = torch::rand({rows}) * kHighestLevel;
  const auto each = [&](double (*share)(double)) {
    Tensor shares = torch::empty({rows, 1, 1});
    for (int64_t r = 0; r < rows; ++r) {
      shares[r] = share(level[r].item<double>());
    }
    return shares;
  };
  const Tensor noisy = each(worker::SignalAt) * clean +
                       each(worker::NoiseAt) * torch::randn_like(clean);
  const Tensor found = [&] {
    const HalfPrecision half;
    return net->forward(noisy, level, condition).to(torch::kFloat);
  }();
  const Tensor even = torch::ones({worker::kMouthCurves});
  return CurveError(found, clean, source, even) +
         kVelocityWeight * VelocityError(found, clean, source, even);
}

Status Save(worker::Safetensors file, const MouthDenoiserModule& net,
            const Tensor& spread, const DiffusionTrainerOptions& options) {
  const std::string prefix = worker::kDiffusionPrefix;
  file.PutInt64(prefix + "channels", options.shape.channels);
  file.PutInt64(prefix + "block_count", options.shape.blocks);
  file.PutFloats(prefix + "spread",
                 {spread.data_ptr<float>(), worker::kMouthCurves},
                 {worker::kMouthCurves});
  worker::PutModule(*net, prefix, &file);
  return WriteWeights(std::move(file), options.output);
}

}  // namespace

Status TrainMouthDiffusion(const std::vector<Utterance>& corpus,
                           const DiffusionTrainerOptions& options) {
  torch::manual_seed(options.seed);
  at::set_num_threads(options.threads);
  LT_ASSIGN_OR_RETURN(const worker::Safetensors weights,
                      ReadWeights(options.speech_weights));
  LT_ASSIGN_OR_RETURN(SpeechNetModule speech, LoadSpeechNet(weights));
  LT_ASSIGN_OR_RETURN(
      BatchMaker batches,
      BatchMaker::Create(corpus, options.batches, options.seed));
  Random random(options.seed);
  const Tensor spread = MeasureSpread(speech, &batches, random);
  MouthDenoiserModule net(options.shape), mean(options.shape);
  MoveTowards(*net, -1, mean.get());
  torch::optim::AdamW optimizer(
      net->parameters(), torch::optim::AdamWOptions(options.learning_rate)
                             .weight_decay(kWeightDecay));
  const auto started = std::chrono::steady_clock::now();
  const int64_t steps = options.steps * kDenoisingsOfABatch;
  double sum = 0;
  Batch batch;
  Heard heard;
  for (int64_t step = 0; step < steps; ++step) {
    if (step % kDenoisingsOfABatch == 0) {
      batch = batches.Next();
      heard = Listen(speech, batch);
    }
    for (auto& group : optimizer.param_groups()) {
      group.options().set_lr(CosineRate(step, steps, options.learning_rate));
    }
    const VariedSpeech said = Vary(batch, random);
    const Tensor loss = Loss(net, (said.curves - heard.curves) / spread,
                             batch.source, Condition(heard, said));
    optimizer.zero_grad();
    loss.backward();
    torch::nn::utils::clip_grad_norm_(net->parameters(), kGradientLimit);
    optimizer.step();
    MoveTowards(*net, step, mean.get());
    sum += loss.item<double>();
    if ((step + 1) % kReportSteps == 0) {
      fmt::print("diffusion step {} of {}: {:.4f}, {:.0f} s\n", step + 1, steps,
                 sum / kReportSteps,
                 std::chrono::duration<double>(
                     std::chrono::steady_clock::now() - started)
                     .count());
      std::fflush(stdout);
      sum = 0;
    }
  }
  return Save(weights, mean, spread, options);
}

}  // namespace longtake::training
