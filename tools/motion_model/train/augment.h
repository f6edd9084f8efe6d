#pragma once
// Rooms, microphones, lines and other people: what happens to speech on its way
// to a file, drawn at random on mel powers, where it costs nearly nothing.

#include <torch/torch.h>

#include <vector>

#include "tools/motion_model/train/random.h"

namespace longtake::training {

// In and out: log mel powers [batch, hops, 80], float. Order: vocal tract (warp
// of the mel axis, 0.85-1.15), blurred harmonics, smooth equaliser, slow gain,
// reverberation, noise (3-35 dB in 55 % of the rows, babble among it), band
// limits (40 % telephones, edges from gentle to sharp), noise of few bits, a
// floor of coloured noise at 45-85 dB. `noises`: log mel [hops, 80] float16,
// each longer than the batch's.
torch::Tensor Degrade(const torch::Tensor& log_mel,
                      const std::vector<torch::Tensor>& noises, Random& random);

// A little of the vocal tract's warp (0.92-1.08) and a floor of noise 40-75 dB
// below the speech, nothing else.
torch::Tensor Floor(const torch::Tensor& log_mel);

// Blanks up to two bands of up to 10 mels and a moment of up to 70 ms in each
// row of features [batch, hops, 80].
torch::Tensor MaskSome(const torch::Tensor& features);

}  // namespace longtake::training
