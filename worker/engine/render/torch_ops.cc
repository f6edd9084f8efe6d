#include "worker/engine/render/torch_ops.h"

#include <ATen/ATen.h>

namespace longtake::worker {

at::Tensor FloatTensor(const float* values, const std::vector<int64_t>& sizes,
                       const std::string& device) {
  // from_blob wants a mutable pointer; the copy below only reads.
  return at::from_blob(const_cast<float*>(values), sizes, at::kFloat)
      .clone()
      .to(at::Device(device));
}

at::Tensor PlaneTensor(const Plane& plane, const std::string& device) {
  return FloatTensor(plane.data.data(),
                     {1, plane.height, plane.width, plane.channels}, device)
      .permute({0, 3, 1, 2})
      .contiguous();
}

at::Tensor ColourTensor(const Rgb& colour, const std::string& device) {
  return FloatTensor(colour.data(), {3, 1, 1}, device);
}

at::Tensor SmoothRamp(const at::Tensor& x, float a, float b) {
  const at::Tensor t = ((x - a) * (1 / (b - a))).clamp_(0, 1);
  return t * t * (3 - 2 * t);
}

at::Tensor Mix(const at::Tensor& from, const at::Tensor& to,
               const at::Tensor& weight) {
  return at::addcmul(from, to - from, weight);
}

at::Tensor Sample(const at::Tensor& source, const at::Tensor& at) {
  constexpr int64_t kLinear = 0, kReplicate = 1;
  return at::grid_sampler_2d(source, at.permute({0, 2, 3, 1}), kLinear,
                             kReplicate, /*align_corners=*/true);
}

}  // namespace longtake::worker
