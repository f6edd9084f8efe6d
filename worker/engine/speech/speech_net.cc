#include "worker/engine/speech/speech_net.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "worker/engine/audio/mel_spectrum.h"
#include "worker/engine/identity/threading.h"
#include "worker/engine/speech/module_weights.h"
#include "worker/engine/speech/speech_net_module.h"

namespace longtake::worker {
namespace {

constexpr int64_t kMaxChannels = 1024, kMaxBlocks = 64;
constexpr float kLeastPrior = 1e-4f;

Status ReadCurves(const Safetensors& weights, const std::string& name,
                  MouthCurves* curves) {
  LT_ASSIGN_OR_RETURN(const std::vector<float> values,
                      weights.GetFloats(name, {kMouthCurves}));
  std::copy(values.begin(), values.end(), curves->begin());
  return OkStatus();
}

}  // namespace

struct SpeechNet::Net {
  SpeechNetModule module;
  MouthCurves gain{}, centre{};
};

SpeechNet::SpeechNet(std::unique_ptr<Net> net, std::vector<float> priors,
                     int64_t channels)
    : net_(std::move(net)), priors_(std::move(priors)), channels_(channels) {}
SpeechNet::~SpeechNet() = default;

StatusOr<std::unique_ptr<SpeechNet>> SpeechNet::Create(
    const Safetensors& weights, const std::string& prefix) {
  SetDeterministicThreading();
  SpeechNetShape shape;
  LT_ASSIGN_OR_RETURN(shape.channels, weights.GetInt64(prefix + "channels"));
  LT_ASSIGN_OR_RETURN(shape.blocks, weights.GetInt64(prefix + "block_count"));
  if (shape.channels < 1 || shape.channels > kMaxChannels || shape.blocks < 1 ||
      shape.blocks > kMaxBlocks) {
    return InvalidArgument(
        fmt::format("weights: a speech network of {} channels and {} blocks",
                    shape.channels, shape.blocks));
  }
  auto net = std::make_unique<Net>(Net{SpeechNetModule(shape, 0.0), {}, {}});
  LT_RETURN_IF_ERROR(LoadModule(weights, prefix, net->module.get()));
  net->module->eval();
  LT_RETURN_IF_ERROR(ReadCurves(weights, prefix + "gain", &net->gain));
  LT_RETURN_IF_ERROR(ReadCurves(weights, prefix + "centre", &net->centre));
  LT_ASSIGN_OR_RETURN(std::vector<float> priors,
                      weights.GetFloats(prefix + "priors", {kPhoneClasses}));
  for (float& p : priors) p = std::clamp(p, kLeastPrior, 1.f);
  return std::unique_ptr<SpeechNet>(
      new SpeechNet(std::move(net), std::move(priors), shape.channels));
}

SpeechNetOutput SpeechNet::Listen(std::span<const float> features) const {
  SetDeterministicThreading();
  const torch::InferenceMode inference;
  const int64_t hops = static_cast<int64_t>(features.size()) / kMelBands;
  const torch::Tensor in = torch::from_blob(
      const_cast<float*>(features.data()), {1, hops, kMelBands}, torch::kFloat);
  const SpeechNetLogits logits = net_->module->forward(in);
  const torch::Tensor curves =
      torch::sigmoid(logits.curves).squeeze(0).contiguous();
  const torch::Tensor phones =
      torch::softmax(logits.phones, 2).squeeze(0).contiguous();
  const torch::Tensor hidden = logits.hidden.squeeze(0).contiguous();
  SpeechNetOutput out;
  out.means.resize(static_cast<size_t>(curves.size(0)));
  std::copy_n(curves.data_ptr<float>(), curves.numel(), out.means[0].data());
  out.curves = out.means;
  for (MouthCurves& row : out.curves) {
    for (int c = 0; c < kMouthCurves; ++c) {
      row[c] = std::clamp(
          net_->centre[c] + net_->gain[c] * (row[c] - net_->centre[c]), 0.f,
          1.f);
    }
  }
  const auto list = [](const torch::Tensor& t) {
    return std::vector<float>(t.data_ptr<float>(),
                              t.data_ptr<float>() + t.numel());
  };
  out.phones = list(phones);
  out.hidden = list(hidden);
  return out;
}

}  // namespace longtake::worker
