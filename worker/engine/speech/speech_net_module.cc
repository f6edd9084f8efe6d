#include "worker/engine/speech/speech_net_module.h"

#include "worker/engine/audio/mel_spectrum.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {

namespace nn = torch::nn;

int64_t SpeechNetDilation(int64_t block) { return int64_t{1} << (block % 4); }

SpeechNetBlockImpl::SpeechNetBlockImpl(int64_t channels, int64_t dilation,
                                       double dropout) {
  norm_ = register_module("norm", nn::BatchNorm1d(channels));
  wide_ = register_module("wide",
                          nn::Conv1d(nn::Conv1dOptions(channels, channels, 3)
                                         .padding(dilation)
                                         .dilation(dilation)));
  mix_ = register_module("mix",
                         nn::Conv1d(nn::Conv1dOptions(channels, channels, 1)));
  dropout_ = register_module("dropout", nn::Dropout(dropout));
}

torch::Tensor SpeechNetBlockImpl::forward(const torch::Tensor& x) {
  return x + dropout_->forward(
                 mix_->forward(torch::gelu(wide_->forward(norm_->forward(x)))));
}

SpeechNetModuleImpl::SpeechNetModuleImpl(const SpeechNetShape& shape,
                                         double dropout) {
  const int64_t c = shape.channels;
  stem_ = register_module(
      "stem", nn::Conv1d(nn::Conv1dOptions(kMelBands, c, 5).padding(2)));
  halve_ = register_module(
      "halve", nn::Conv1d(nn::Conv1dOptions(c, c, 4).stride(2).padding(1)));
  blocks_ = register_module("blocks", nn::ModuleList());
  for (int64_t b = 0; b < shape.blocks; ++b) {
    blocks_->push_back(SpeechNetBlock(c, SpeechNetDilation(b), dropout));
  }
  norm_ = register_module("norm", nn::BatchNorm1d(c));
  head_ = register_module("head", nn::Conv1d(nn::Conv1dOptions(
                                      c, kMouthCurves + kPhoneClasses, 1)));
}

SpeechNetLogits SpeechNetModuleImpl::forward(const torch::Tensor& features) {
  torch::Tensor x = torch::gelu(stem_->forward(features.transpose(1, 2)));
  x = torch::gelu(halve_->forward(x));
  for (const auto& block : *blocks_) {
    x = block->as<SpeechNetBlock>()->forward(x);
  }
  x = torch::gelu(norm_->forward(x));
  const torch::Tensor y = head_->forward(x).transpose(1, 2);
  return {y.slice(2, 0, kMouthCurves), y.slice(2, kMouthCurves),
          x.transpose(1, 2)};
}

}  // namespace longtake::worker
