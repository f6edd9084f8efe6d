#include "tools/motion_model/train/speech_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "tools/motion_model/train/batches.h"
#include "tools/motion_model/train/half_precision.h"
#include "tools/motion_model/train/labels.h"
#include "tools/motion_model/train/losses.h"
#include "tools/motion_model/train/schedule.h"
#include "tools/motion_model/train/weights_io.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/engine/speech/module_weights.h"
#include "worker/engine/speech/weights_file.h"

namespace longtake::training {
namespace {

using torch::Tensor;
using worker::SpeechNetModule;

constexpr int64_t kReportSteps = 100, kSaveSteps = 500;
constexpr double kWeightDecay = .02, kGradientLimit = 5;
constexpr double kCurveWeight = 10, kVelocityWeight = 10, kPhoneWeight = .3;
constexpr double kLabelSmoothing = .05;
constexpr int64_t kSpreadBatches = 12;
constexpr double kMostGain = 1.5;
constexpr float kSealCentre = .6f;

// More for the channels that a viewer forgives least, and for those that move
// little: all count alike in what is measured.
Tensor ChannelWeights() {
  std::vector<float> weights(worker::kMouthCurves, 1);
  weights[worker::kCurveJaw] = 1.5;
  weights[worker::kCurveLipClose] = 2;
  weights[worker::kCurveFunnel] = 1.5;
  weights[worker::kCurvePucker] = 1.5;
  weights[worker::kCurveSmile] = 1.5;
  weights[worker::kCurveRollLower] = 1.5;
  weights[worker::kCurveUpperUp] = 2.5;
  weights[worker::kCurveTongue] = 1.5;
  return torch::tensor(weights);
}

struct Losses {
  Tensor curves, velocities, phones;
  Tensor Total() const {
    return kCurveWeight * curves + kVelocityWeight * velocities +
           kPhoneWeight * phones;
  }
};

worker::SpeechNetLogits Hear(SpeechNetModule& net, const Tensor& features) {
  const HalfPrecision half;
  worker::SpeechNetLogits logits = net->forward(features);
  logits.curves = logits.curves.to(torch::kFloat);
  logits.phones = logits.phones.to(torch::kFloat);
  return logits;
}

Losses Measure(SpeechNetModule& net, const Batch& batch,
               const Tensor& channel_weights) {
  const worker::SpeechNetLogits logits = Hear(net, batch.features);
  const Tensor curves = torch::sigmoid(logits.curves);
  return {CurveError(curves, batch.curves, batch.source, channel_weights),
          VelocityError(curves, batch.curves, batch.source, channel_weights),
          PhoneError(logits.phones, batch.phones, kLabelSmoothing)};
}

// Shares of the phones in the corpus.
std::vector<float> Priors(const std::vector<Utterance>& corpus) {
  Tensor counts = torch::ones({worker::kPhoneClasses}, torch::kDouble);
  for (const Utterance& u : corpus) {
    const Tensor known = u.phones.masked_select(u.phones != kUnknownPhone);
    counts +=
        torch::bincount(known.to(torch::kLong), {}, worker::kPhoneClasses);
  }
  const Tensor shares = (counts / counts.sum()).to(torch::kFloat);
  return {shares.data_ptr<float>(),
          shares.data_ptr<float>() + worker::kPhoneClasses};
}

// How far the network's curves spread about their means while somebody speaks,
// and how far they should.
struct Spread {
  std::vector<float> gain, centre;
};

Spread MeasureSpread(SpeechNetModule net, BatchMaker* batches) {
  const torch::NoGradGuard no_grad;
  net->eval();
  std::vector<Tensor> heard, taught;
  for (int64_t i = 0; i < kSpreadBatches; ++i) {
    const Batch batch = batches->Next();
    // Where the phone is known, every curve has a value.
    const Tensor spoken =
        (batch.phones != worker::kSilence) & (batch.phones != kUnknownPhone);
    heard.push_back(
        torch::sigmoid(net->forward(batch.features).curves).index({spoken}));
    taught.push_back(batch.curves.index({spoken}));
  }
  const Tensor x = torch::cat(heard), y = torch::cat(taught);
  const Tensor gain =
      torch::clamp(y.std(0) / (x.std(0) + 1e-6), 1., kMostGain).contiguous();
  Tensor centre = x.mean(0).contiguous();
  // Of the seal: as many closures too many as too few.
  centre[worker::kCurveLipClose] = kSealCentre;
  const auto list = [](const Tensor& t) {
    return std::vector<float>(t.data_ptr<float>(),
                              t.data_ptr<float>() + t.numel());
  };
  return {list(gain), list(centre)};
}

Status Save(const SpeechNetModule& net, const std::vector<float>& priors,
            const Spread& spread, const SpeechTrainerOptions& options) {
  worker::Safetensors file;
  const std::string prefix = worker::kSpeechPrefix;
  file.PutInt64(prefix + "channels", options.shape.channels);
  file.PutInt64(prefix + "block_count", options.shape.blocks);
  file.PutFloats(prefix + "priors", priors, {worker::kPhoneClasses});
  file.PutFloats(prefix + "gain", spread.gain, {worker::kMouthCurves});
  file.PutFloats(prefix + "centre", spread.centre, {worker::kMouthCurves});
  worker::PutModule(*net, prefix, &file);
  return WriteWeights(std::move(file), options.output);
}

bool KnowsPhones(const Utterance& u) {
  return (u.phones != kUnknownPhone).any().item<bool>();
}

}  // namespace

Status TrainSpeechNet(const std::vector<Utterance>& corpus,
                      const SpeechTrainerOptions& options) {
  if (std::none_of(corpus.begin(), corpus.end(), KnowsPhones)) {
    return InvalidArgument(
        "no phone of the training speech is known: films alone teach no "
        "phones; give speech of ./dev make-speech or texts besides");
  }
  torch::manual_seed(options.seed);
  at::set_num_threads(options.threads);
  LT_ASSIGN_OR_RETURN(
      BatchMaker batches,
      BatchMaker::Create(corpus, options.batches, options.seed));
  SpeechNetModule net(options.shape), mean(options.shape);
  MoveTowards(*net, -1, mean.get());
  torch::optim::AdamW optimizer(
      net->parameters(), torch::optim::AdamWOptions(options.learning_rate)
                             .weight_decay(kWeightDecay));
  const Tensor channel_weights = ChannelWeights();
  const std::vector<float> priors = Priors(corpus);
  const auto started = std::chrono::steady_clock::now();
  double sums[3] = {0, 0, 0};
  for (int64_t step = 0; step < options.steps; ++step) {
    for (auto& group : optimizer.param_groups()) {
      group.options().set_lr(
          CosineRate(step, options.steps, options.learning_rate));
    }
    const Batch batch = batches.Next();
    const Losses losses = Measure(net, batch, channel_weights);
    optimizer.zero_grad();
    losses.Total().backward();
    torch::nn::utils::clip_grad_norm_(net->parameters(), kGradientLimit);
    optimizer.step();
    MoveTowards(*net, step, mean.get());
    sums[0] += losses.curves.item<double>();
    sums[1] += losses.velocities.item<double>();
    sums[2] += losses.phones.item<double>();
    if ((step + 1) % kReportSteps == 0) {
      const double seconds = std::chrono::duration<double>(
                                 std::chrono::steady_clock::now() - started)
                                 .count();
      fmt::print(
          "step {} of {}: curves {:.5f} velocities {:.5f} phones {:.3f}, "
          "{:.0f} s\n",
          step + 1, options.steps, sums[0] / kReportSteps,
          sums[1] / kReportSteps, sums[2] / kReportSteps, seconds);
      std::fflush(stdout);
      sums[0] = sums[1] = sums[2] = 0;
    }
    if ((step + 1) % kSaveSteps == 0) {
      LT_RETURN_IF_ERROR(
          Save(mean, priors, MeasureSpread(mean, &batches), options));
    }
  }
  return Save(mean, priors, MeasureSpread(mean, &batches), options);
}

}  // namespace longtake::training
