#pragma once
// Rooms, microphones, lines and other people: what happens to speech on its way
// to a file, drawn at random on mel powers, where it costs nearly nothing.

#include <torch/torch.h>

#include <vector>

#include "tools/motion_model/train/random.h"

namespace longtake::training {

// In and out: log mel powers [batch, hops, 80], float. Order: another voice
// (vocal tract: the mel axis stretched by 0.78-1.1, bent and slowly moved;
// blurred harmonics; smooth equaliser; slow gain), reverberation, noise
// (3-35 dB in 55 % of the rows, babble among it), band limits (40 % telephones,
// edges from gentle to sharp), noise of few bits, a floor of coloured noise at
// 45-85 dB. `noises`: log mel [hops, 80] float16, each longer than the batch's.
torch::Tensor Degrade(const torch::Tensor& log_mel,
                      const std::vector<torch::Tensor>& noises, Random& random);

// Another voice, a floor of noise 40-75 dB below the speech, and a fifth of the
// rows over a telephone; nothing else.
torch::Tensor Floor(const torch::Tensor& log_mel);

// Blanks up to two bands of up to 10 mels and a moment of up to 70 ms in each
// row of features [batch, hops, 80].
torch::Tensor MaskSome(const torch::Tensor& features);

}  // namespace longtake::training
