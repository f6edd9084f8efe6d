#pragma once
// How training goes on from step to step: the learning rate, and the
// exponential mean of the weights, which is what is kept.

#include <torch/torch.h>

#include <cstdint>

namespace longtake::training {

// `mean` moves towards `net`, a module of the same shape, after step `step`
// (from 0; -1 copies it). A mean of about 500 steps.
void MoveTowards(const torch::nn::Module& net, int64_t step,
                 torch::nn::Module* mean);

// The rate at `step` of `steps`: up over the first 200, then down as a cosine
// from `highest`.
double CosineRate(int64_t step, int64_t steps, double highest);

}  // namespace longtake::training
