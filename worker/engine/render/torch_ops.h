#pragma once
// Small tensor operations of the LibTorch drawer. Declares at::Tensor only; the
// files that include this include ATen themselves. Internal to render.
// All tensors are float32, on any device.

#include <string>
#include <vector>

#include "worker/engine/image.h"
#include "worker/engine/render/warp_grid.h"
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

// x * scale + offset. Where these are tensors they broadcast.
at::Tensor Affine(const at::Tensor& x, float scale, float offset);
at::Tensor Affine(const at::Tensor& x, const at::Tensor& scale,
                  const at::Tensor& offset);
// The same, clamped to [0, 1].
at::Tensor Ramp(const at::Tensor& x, float scale, float offset);
// scale * (3 t^2 - 2 t^3) + offset with t = (x - a) / (b - a) clamped to
// [0, 1]; a > b falls.
at::Tensor SmoothRamp(const at::Tensor& x, float a, float b, float scale = 1,
                      float offset = 0);
at::Tensor SmoothRamp(const at::Tensor& x, float a, float b,
                      const at::Tensor& scale, const at::Tensor& offset);
// from + (to - from) * weight.
at::Tensor Mix(const at::Tensor& from, const at::Tensor& to,
               const at::Tensor& weight);
// Linear samples of `source` [n, c, h, w] at `at` [n, 2, h', w'], x then y in
// [-1, 1] from the first to the last sample's centre, borders replicated:
// [n, c, h', w'].
at::Tensor Sample(const at::Tensor& source, const at::Tensor& at);
// `nodes` [n, c, nh, nw] that lie `step` pixels apart, linearly in between: the
// first [n, c, h, w] pixels; h <= (nh - 1) step + 1, w likewise.
at::Tensor Upsample(const at::Tensor& nodes, int step, int h, int w);
// `planes` [n, c, h, w] blurred in both directions by `taps`, odd in number and
// symmetric; borders replicated.
at::Tensor Blur(const at::Tensor& planes, const std::vector<float>& taps);

// Of each frame's `planes` [n, c, h, w] its own part, [n, c, part.h, part.w].
// Parts are of one size and lie inside; planes with n = 1 serve all frames.
at::Tensor Cut(const at::Tensor& planes, const std::vector<PixelBox>& parts);
// And back into the planes, one for each part.
void Put(const at::Tensor& cut, const std::vector<PixelBox>& parts,
         at::Tensor* planes);

}  // namespace longtake::worker
