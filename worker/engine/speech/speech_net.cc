#include "worker/engine/speech/speech_net.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <utility>

#include "worker/engine/audio/mel_spectrum.h"
#include "worker/engine/identity/threading.h"
#include "worker/engine/speech/module_weights.h"
#include "worker/engine/speech/speech_net_module.h"

namespace longtake::worker {
namespace {

constexpr int64_t kMaxChannels = 1024, kMaxBlocks = 64;

}  // namespace

struct SpeechNet::Net {
  SpeechNetModule module;
};

SpeechNet::SpeechNet(std::unique_ptr<Net> net) : net_(std::move(net)) {}
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
  auto net = std::make_unique<Net>(Net{SpeechNetModule(shape, 0.0)});
  LT_RETURN_IF_ERROR(LoadModule(weights, prefix, net->module.get()));
  net->module->eval();
  return std::unique_ptr<SpeechNet>(new SpeechNet(std::move(net)));
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
  SpeechNetOutput out;
  out.curves.resize(static_cast<size_t>(curves.size(0)));
  std::copy_n(curves.data_ptr<float>(), curves.numel(),
              out.curves.front().data());
  out.phones.assign(phones.data_ptr<float>(),
                    phones.data_ptr<float>() + phones.numel());
  return out;
}

}  // namespace longtake::worker
