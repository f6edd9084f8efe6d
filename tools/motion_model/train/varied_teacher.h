#pragma once
// The teacher with a different speaker in each row and a slightly different
// mouth in each phone: what the diffusion learns to be diverse about.

#include <torch/torch.h>

#include "tools/motion_model/train/batches.h"
#include "tools/motion_model/train/random.h"

namespace longtake::training {

struct VariedSpeech {
  torch::Tensor curves;        // [rows, steps, 11], in [0, 1]
  torch::Tensor articulation;  // [rows, 3]: the row's speaker (articulation.h)
  // [rows, 1, 1], 1 or 0: whether the row is that speaker's. A film's speaker
  // has manners of their own, which nobody told.
  torch::Tensor styled;
};

// Closures of the lips vary in length, never in depth. What was measured stays
// as it is.
VariedSpeech Vary(const Batch& batch, Random& random);

}  // namespace longtake::training
