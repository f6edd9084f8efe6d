#include "tools/motion_model/train/losses.h"

#include "tools/motion_model/train/labels.h"

namespace longtake::training {
namespace {

using torch::Tensor;

Tensor MeanOver(const Tensor& errors, const Tensor& known) {
  return (errors * known).sum() / known.sum().clamp_min(1);
}

Tensor Velocity(const Tensor& curves) { return torch::diff(curves, 1, 1); }

}  // namespace

Tensor CurveError(const Tensor& found, const Tensor& wanted,
                  const Tensor& source, const Tensor& weights) {
  return MeanOver((found - wanted).pow(2) * weights,
                  (source != kUnknown).to(found.dtype()));
}

Tensor VelocityError(const Tensor& found, const Tensor& wanted,
                     const Tensor& source, const Tensor& weights) {
  const int64_t steps = source.size(1);
  const Tensor before = source.slice(1, 0, steps - 1);
  const Tensor after = source.slice(1, 1, steps);
  return MeanOver((Velocity(found) - Velocity(wanted)).pow(2) * weights,
                  ((before == after) & (after != kUnknown)).to(found.dtype()));
}

Tensor PhoneError(const Tensor& logits, const Tensor& phones,
                  double label_smoothing) {
  namespace F = torch::nn::functional;
  const Tensor sum = F::cross_entropy(logits.reshape({-1, logits.size(-1)}),
                                      phones.reshape({-1}),
                                      F::CrossEntropyFuncOptions()
                                          .ignore_index(kUnknownPhone)
                                          .label_smoothing(label_smoothing)
                                          .reduction(torch::kSum));
  return sum / (phones != kUnknownPhone).sum().clamp_min(1);
}

}  // namespace longtake::training
