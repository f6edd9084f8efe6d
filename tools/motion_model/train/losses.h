#pragma once
// Errors of curves and phones over what is known of them. Where everything is,
// they are the plain means.

#include <torch/torch.h>

namespace longtake::training {

// Mean squared error. found, wanted [rows, steps, 11]; source of the same shape
// (labels.h): where it is kUnknown, nothing counts, whatever `wanted` holds
// there (it must be finite). `weights` [11] multiply the errors. 0 where
// nothing is known.
torch::Tensor CurveError(const torch::Tensor& found,
                         const torch::Tensor& wanted,
                         const torch::Tensor& source,
                         const torch::Tensor& weights);

// The same of the differences from step to step, between steps whose values
// come from one source: from a taught to a measured value nothing moves.
torch::Tensor VelocityError(const torch::Tensor& found,
                            const torch::Tensor& wanted,
                            const torch::Tensor& source,
                            const torch::Tensor& weights);

// Cross-entropy of logits [rows, steps, classes] over the steps whose phones
// [rows, steps], int64, are not kUnknownPhone; 0 where none is.
torch::Tensor PhoneError(const torch::Tensor& logits,
                         const torch::Tensor& phones, double label_smoothing);

}  // namespace longtake::training
