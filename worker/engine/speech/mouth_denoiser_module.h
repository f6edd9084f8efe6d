#pragma once
// The network of the mouth's diffusion, for whoever trains or runs it: given a
// noisy deviation of the mouth from what was heard, the deviation without the
// noise. Includes LibTorch: only mouth_diffusion.cc and the trainer include
// this.

#include <torch/torch.h>

#include <cstdint>

namespace longtake::worker {

struct MouthDenoiserShape {
  int64_t hidden = 192;  // channels of the speech network
  int64_t channels = 80;
  int64_t blocks = 5;
  friend bool operator==(const MouthDenoiserShape&,
                         const MouthDenoiserShape&) = default;
};

// Dilations 1, 2, 4, 2, 1 and so on.
int64_t MouthDenoiserDilation(int64_t block);

// What the sample is conditioned on, for each row and step. A row without sound
// has zeros for hidden, curves and heard; without articulation, likewise.
struct MouthCondition {
  torch::Tensor hidden;        // [rows, steps, hidden], of the speech network
  torch::Tensor curves;        // [rows, steps, 11], what it heard
  torch::Tensor heard;         // [rows, steps, 1], 1 where there is sound
  torch::Tensor articulation;  // [rows, steps, 3]
  torch::Tensor styled;        // [rows, steps, 1], 1 with articulation
};

// Residual convolutions; the noise level shifts and scales each block's
// channels.
class MouthDenoiserBlockImpl : public torch::nn::Module {
 public:
  MouthDenoiserBlockImpl(int64_t channels, int64_t dilation);
  // x [rows, channels, steps]; level [rows, channels].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& level);

 private:
  torch::nn::Linear tune_{nullptr};
  torch::nn::Conv1d wide_{nullptr}, mix_{nullptr};
};
TORCH_MODULE(MouthDenoiserBlock);

class MouthDenoiserModuleImpl : public torch::nn::Module {
 public:
  explicit MouthDenoiserModuleImpl(const MouthDenoiserShape& shape);
  // noisy [rows, steps, 11]; level [rows], 0 (clean) .. 1 (noise alone).
  // Returns the clean deviation, [rows, steps, 11], in units of its spread.
  torch::Tensor forward(const torch::Tensor& noisy, const torch::Tensor& level,
                        const MouthCondition& condition);

 private:
  torch::nn::Linear narrow_{nullptr};  // hidden to what is needed of it
  torch::nn::Conv1d stem_{nullptr};
  torch::nn::Linear level_{nullptr};
  torch::nn::ModuleList blocks_{nullptr};
  torch::nn::Conv1d head_{nullptr};
};
TORCH_MODULE(MouthDenoiserModule);

// The share of signal and of noise (amplitudes; their squares add up to 1) at a
// level: the cosine schedule of Nichol and Dhariwal, "Improved denoising
// diffusion probabilistic models" (ICML 2021), without its offset.
double SignalAt(double level);
double NoiseAt(double level);

}  // namespace longtake::worker
