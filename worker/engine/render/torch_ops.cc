#include "worker/engine/render/torch_ops.h"

#include <ATen/ATen.h>

namespace longtake::worker {

using at::Tensor;

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

at::Tensor Affine(const at::Tensor& x, float scale, float offset) {
  return (x * scale).add_(offset);
}

at::Tensor Affine(const at::Tensor& x, const at::Tensor& scale,
                  const at::Tensor& offset) {
  return at::addcmul(offset, x, scale);
}

at::Tensor Ramp(const at::Tensor& x, float scale, float offset) {
  return (x * scale).add_(offset).clamp_(0, 1);
}

namespace {

Tensor SmoothStepOf(const Tensor& x, float a, float b) {
  const float k = 1 / (b - a);
  const Tensor t = Ramp(x, k, -a * k);
  return t * t * (3 - 2 * t);
}

Tensor PartOf(const Tensor& planes, int64_t frame, const PixelBox& part) {
  return planes.select(0, frame)
      .narrow(1, part.y0, part.h)
      .narrow(2, part.x0, part.w);
}

}  // namespace

at::Tensor SmoothRamp(const at::Tensor& x, float a, float b, float scale,
                      float offset) {
  return SmoothStepOf(x, a, b).mul_(scale).add_(offset);
}

at::Tensor SmoothRamp(const at::Tensor& x, float a, float b,
                      const at::Tensor& scale, const at::Tensor& offset) {
  return Affine(SmoothStepOf(x, a, b), scale, offset);
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

at::Tensor Upsample(const at::Tensor& nodes, int step, int h, int w) {
  const int64_t nh = nodes.size(2), nw = nodes.size(3);
  return at::upsample_bilinear2d(nodes,
                                 {(nh - 1) * step + 1, (nw - 1) * step + 1},
                                 /*align_corners=*/true)
      .narrow(2, 0, h)
      .narrow(3, 0, w);
}

at::Tensor Blur(const at::Tensor& planes, const std::vector<float>& taps) {
  const auto r = static_cast<int64_t>(taps.size() / 2);
  const auto along = [&](const Tensor& v, int64_t dim) {
    const int64_t size = v.size(dim) - 2 * r;
    Tensor out = v.narrow(dim, r, size) * taps[r];
    for (int64_t i = 0; i < r; ++i) {
      out.add_(v.narrow(dim, i, size), taps[i]);
      out.add_(v.narrow(dim, 2 * r - i, size), taps[i]);
    }
    return out;
  };
  return along(along(at::replication_pad2d(planes, {r, r, r, r}), 3), 2);
}

at::Tensor Cut(const at::Tensor& planes, const std::vector<PixelBox>& parts) {
  std::vector<Tensor> cut;
  cut.reserve(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto frame = planes.size(0) == 1 ? 0 : static_cast<int64_t>(i);
    cut.push_back(PartOf(planes, frame, parts[i]));
  }
  return at::stack(cut);
}

void Put(const at::Tensor& cut, const std::vector<PixelBox>& parts,
         at::Tensor* planes) {
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto frame = static_cast<int64_t>(i);
    PartOf(*planes, frame, parts[i]).copy_(cut.select(0, frame));
  }
}

}  // namespace longtake::worker
