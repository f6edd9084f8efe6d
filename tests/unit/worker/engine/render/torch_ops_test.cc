#include "worker/engine/render/torch_ops.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gtest/gtest.h"
#include "worker/engine/render/mouth_tables.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Numbers in [-1, 1] that look like nothing in particular.
Tensor Scatter(std::vector<int64_t> sizes) {
  int64_t count = 1;
  for (const int64_t s : sizes) count *= s;
  return (at::arange(count, at::kFloat) * 2.399963f).sin().view(sizes);
}

float Largest(const Tensor& v) { return v.abs().max().item<float>(); }

TEST(TorchOpsTest, ASampleOnAPixelIsThePixel) {
  const Tensor source =
      Scatter({1, 4, 33, 65}).contiguous(at::MemoryFormat::ChannelsLast);
  const Tensor x = at::linspace(-1, 1, 65), y = at::linspace(-1, 1, 33);
  const Tensor at = at::stack({x.unsqueeze(0).expand({33, 65}),
                               y.unsqueeze(1).expand({33, 65})})
                        .unsqueeze(0);
  EXPECT_LT(Largest(Sample(source, at) - source), 1e-5f);
}

TEST(TorchOpsTest, RampsFollowTheirFormulas) {
  const Tensor x = Scatter({3, 40, 11}) * 2;
  for (const Tensor& v : {x, x.transpose(0, 1), x.narrow(2, 1, 5)}) {
    EXPECT_LT(Largest(Affine(v, -1.5f, 0.25f) - (v * -1.5f + 0.25f)), 1e-6f);
    EXPECT_LT(Largest(Ramp(v, 3, 0.5f) - (v * 3 + 0.5f).clamp(0, 1)), 1e-6f);
    for (const auto& [a, b] : {std::pair{-0.3f, 0.9f}, {0.9f, -0.3f}}) {
      const Tensor t = ((v - a) / (b - a)).clamp(0, 1);
      const Tensor smooth = t * t * (3 - 2 * t);
      EXPECT_LT(Largest(SmoothRamp(v, a, b) - smooth), 1e-5f);
      EXPECT_LT(Largest(SmoothRamp(v, a, b, -2, 3) - (3 - 2 * smooth)), 1e-5f);
    }
  }
}

TEST(TorchOpsTest, UpsamplesLinearlyForAnyStep) {
  for (const int step : {1, 2, 3, 4, 5, 7, 9}) {
    const Tensor nodes = Scatter({2, 6, 8});
    const int h = 5 * step + 1, w = 7 * step + 1;
    const Tensor expected =
        at::upsample_bilinear2d(nodes.unsqueeze(0), {h, w}, true)[0];
    EXPECT_LT(Largest(Upsample(nodes, step, h, w) - expected), 1e-5f) << step;
    const int less_h = h - step / 2, less_w = w - step / 2;
    const Tensor part = expected.narrow(1, 0, less_h).narrow(2, 0, less_w);
    EXPECT_LT(Largest(Upsample(nodes, step, less_h, less_w) - part), 1e-5f)
        << step;
  }
}

TEST(TorchOpsTest, BlurIsASeparableConvolution) {
  const std::vector<float> taps = BlurTaps(0.9f);
  const auto n = static_cast<int64_t>(taps.size()), r = n / 2;
  const Tensor planes = Scatter({3, 14, 21});
  const Tensor row = FloatTensor(taps.data(), {n}, "cpu");
  const Tensor kernel =
      (row.unsqueeze(1) * row).view({1, 1, n, n}).contiguous();
  const Tensor expected =
      at::conv2d(at::replication_pad2d(planes, {r, r, r, r}).unsqueeze(1),
                 kernel)
          .squeeze(1);
  EXPECT_LT(Largest(Blur(planes, taps) - expected), 1e-5f);
}

}  // namespace
}  // namespace longtake::worker
