#pragma once
// The speech network itself, for whoever trains or runs it: dilated residual
// convolutions over mel features, 10 ms in, 20 ms out. Includes LibTorch: only
// speech_net.cc and the trainer include this.

#include <torch/torch.h>

#include <cstdint>

namespace longtake::worker {

struct SpeechNetShape {
  int64_t channels = 192;
  int64_t blocks = 8;
  friend bool operator==(const SpeechNetShape&,
                         const SpeechNetShape&) = default;
};

// Dilations repeat 1, 2, 4, 8: at 20 ms a step, two rounds reach 0.6 s to each
// side.
int64_t SpeechNetDilation(int64_t block);

class SpeechNetBlockImpl : public torch::nn::Module {
 public:
  SpeechNetBlockImpl(int64_t channels, int64_t dilation, double dropout);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::BatchNorm1d norm_{nullptr};
  torch::nn::Conv1d wide_{nullptr}, mix_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
};
TORCH_MODULE(SpeechNetBlock);

struct SpeechNetLogits {
  torch::Tensor curves;  // [batch, steps, 11], before the sigmoid
  torch::Tensor phones;  // [batch, steps, 41], before the softmax
  torch::Tensor hidden;  // [batch, steps, channels]
};

class SpeechNetModuleImpl : public torch::nn::Module {
 public:
  explicit SpeechNetModuleImpl(const SpeechNetShape& shape,
                               double dropout = 0.1);
  // features [batch, 2 steps, 80]; output k is centred between hops 2k and
  // 2k + 1.
  SpeechNetLogits forward(const torch::Tensor& features);

 private:
  torch::nn::Conv1d stem_{nullptr}, halve_{nullptr};
  torch::nn::ModuleList blocks_{nullptr};
  torch::nn::BatchNorm1d norm_{nullptr};
  torch::nn::Conv1d head_{nullptr};
};
TORCH_MODULE(SpeechNetModule);

}  // namespace longtake::worker
