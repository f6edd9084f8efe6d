#pragma once
// The teacher with a different speaker in each row and a slightly different
// mouth in each phone: what the diffusion learns to be diverse about.

#include <torch/torch.h>

#include "tools/motion_model/train/random.h"

namespace longtake::training {

struct VariedSpeech {
  torch::Tensor curves;        // [rows, steps, 11], in [0, 1]
  torch::Tensor articulation;  // [rows, 3]: the row's speaker (articulation.h)
};

// curves [rows, steps, 11] and phones [rows, steps] of a batch (batches.h).
// Closures of the lips vary in length, never in depth.
VariedSpeech Vary(const torch::Tensor& curves, const torch::Tensor& phones,
                  Random& random);

}  // namespace longtake::training
