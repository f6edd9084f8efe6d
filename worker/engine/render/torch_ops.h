#pragma once
// Small tensor helpers of the LibTorch drawer. Declares at::Tensor only; the
// files that include this include ATen themselves. Internal to render.

#include <string>
#include <vector>

#include "worker/engine/image.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

// A tensor of its own, float32 on `device`, of `sizes`, filled from `values`.
at::Tensor FloatTensor(const float* values, const std::vector<int64_t>& sizes,
                       const std::string& device);
// [1, channels, height, width].
at::Tensor PlaneTensor(const Plane& plane, const std::string& device);
// [3, 1, 1], scaled.
at::Tensor ColourTensor(const Rgb& colour, const std::string& device);

// 3 t^2 - 2 t^3 with t = (x - a) / (b - a) clamped to [0, 1]; a > b falls.
at::Tensor SmoothRamp(const at::Tensor& x, float a, float b);
// from + (to - from) * weight.
at::Tensor Mix(const at::Tensor& from, const at::Tensor& to,
               const at::Tensor& weight);
// Linear samples of `source` [n, c, h, w] at `at` [n, 2, h', w'], x then y in
// [-1, 1] from the first to the last sample's centre, borders replicated.
at::Tensor Sample(const at::Tensor& source, const at::Tensor& at);

}  // namespace longtake::worker
