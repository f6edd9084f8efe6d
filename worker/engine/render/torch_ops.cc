#include "worker/engine/render/torch_ops.h"

#include <ATen/ATen.h>

#include "worker/engine/render/host_loops.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// `loop(in, count, out)` over every element of a tensor on the CPU.
template <typename Loop>
Tensor EachElement(const Tensor& x, Loop loop) {
  const Tensor in = x.is_non_overlapping_and_dense() ? x : x.contiguous();
  Tensor out = at::empty_like(in);
  loop(in.data_ptr<float>(), in.numel(), out.data_ptr<float>());
  return out;
}

Tensor SampleOnHost(const Tensor& source, const Tensor& at) {
  const Tensor where = at.stride(3) == 1 ? at : at.contiguous();
  const int64_t n = where.size(0), h = where.size(2), w = where.size(3);
  const int64_t c = source.size(1);
  Tensor out = at::empty({n, c, h, w}, source.options());
  SampleSource from{source.data_ptr<float>(),
                    static_cast<int>(c),
                    static_cast<int>(source.size(2)),
                    static_cast<int>(source.size(3)),
                    source.stride(1),
                    source.stride(2),
                    source.stride(3)};
  for (int64_t k = 0; k < n; ++k) {
    from.data = source.data_ptr<float>() + k * source.stride(0);
    const float* x = where.data_ptr<float>() + k * where.stride(0);
    float* to = out.data_ptr<float>() + k * c * h * w;
    for (int64_t row = 0; row < h; ++row) {
      const float* line = x + row * where.stride(2);
      SampleRow(from, line, line + where.stride(1), w, h * w, to + row * w);
    }
  }
  return out;
}

}  // namespace

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
  if (!x.is_cpu()) return (x * scale).add_(offset);
  return EachElement(x, [=](const float* in, int64_t count, float* out) {
    AffineLoop(in, count, scale, offset, out);
  });
}

at::Tensor Ramp(const at::Tensor& x, float scale, float offset) {
  if (!x.is_cpu()) return (x * scale).add_(offset).clamp_(0, 1);
  return EachElement(x, [=](const float* in, int64_t count, float* out) {
    RampLoop(in, count, scale, offset, out);
  });
}

at::Tensor SmoothRamp(const at::Tensor& x, float a, float b, float scale,
                      float offset) {
  const float k = 1 / (b - a);
  if (!x.is_cpu()) {
    const Tensor t = Ramp(x, k, -a * k);
    return (t * t * (3 - 2 * t)).mul_(scale).add_(offset);
  }
  return EachElement(x, [=](const float* in, int64_t count, float* out) {
    SmoothRampLoop(in, count, k, -a * k, scale, offset, out);
  });
}

at::Tensor Mix(const at::Tensor& from, const at::Tensor& to,
               const at::Tensor& weight) {
  return at::addcmul(from, to - from, weight);
}

at::Tensor Sample(const at::Tensor& source, const at::Tensor& at) {
  if (source.is_cpu()) return SampleOnHost(source, at);
  constexpr int64_t kLinear = 0, kReplicate = 1;
  return at::grid_sampler_2d(source, at.permute({0, 2, 3, 1}), kLinear,
                             kReplicate, /*align_corners=*/true);
}

at::Tensor Upsample(const at::Tensor& nodes, int step, int h, int w) {
  const int64_t c = nodes.size(0), nh = nodes.size(1), nw = nodes.size(2);
  if (!nodes.is_cpu()) {
    return at::upsample_bilinear2d(nodes.unsqueeze(0),
                                   {(nh - 1) * step + 1, (nw - 1) * step + 1},
                                   /*align_corners=*/true)[0]
        .narrow(1, 0, h)
        .narrow(2, 0, w);
  }
  const Tensor from = nodes.contiguous();
  Tensor out = at::empty({c, h, w}, nodes.options());
  for (int64_t k = 0; k < c; ++k) {
    UpsamplePlane(from.data_ptr<float>() + k * nh * nw, static_cast<int>(nh),
                  static_cast<int>(nw), step, h, w,
                  out.data_ptr<float>() + k * h * w);
  }
  return out;
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
  return along(along(at::replication_pad2d(planes, {r, r, r, r}), 2), 1);
}

}  // namespace longtake::worker
