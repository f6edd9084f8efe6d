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

// What ATen itself gives for Sample.
Tensor GridSample(const Tensor& source, const Tensor& at) {
  return at::grid_sampler_2d(source, at.permute({0, 2, 3, 1}), 0, 1, true);
}

TEST(TorchOpsTest, SamplesAsATenDoesInEveryLayout) {
  const Tensor where = Scatter({2, 2, 9, 131}) * 1.3f;  // also past the borders
  for (const int64_t channels : {1, 2, 3, 4, 8}) {
    const Tensor planes = Scatter({2, channels, 23, 17}) * 255;
    EXPECT_LT(Largest(Sample(planes, where) - GridSample(planes, where)), 2e-3f)
        << channels;
    const Tensor pixels = planes.contiguous(at::MemoryFormat::ChannelsLast);
    EXPECT_LT(Largest(Sample(pixels, where) - GridSample(planes, where)), 2e-3f)
        << channels;
  }
}

TEST(TorchOpsTest, SamplesViewsAndSharedSources) {
  const Tensor source = Scatter({1, 6, 20, 30}).narrow(1, 1, 4);
  const Tensor shared = source.expand({3, -1, -1, -1});
  const Tensor where = Scatter({3, 2, 12, 40}).narrow(2, 3, 6).narrow(3, 5, 20);
  EXPECT_LT(Largest(Sample(shared, where) - GridSample(shared, where)), 1e-5f);
  const Tensor turned = where.transpose(2, 3);
  EXPECT_LT(Largest(Sample(shared, turned) - GridSample(shared, turned)),
            1e-5f);
  const Tensor line = Scatter({1, 3, 1, 50}), grain = Scatter({1, 4, 1, 1});
  const Tensor at = Scatter({1, 2, 4, 7});
  EXPECT_LT(Largest(Sample(line, at) - GridSample(line, at)), 1e-5f);
  EXPECT_EQ(Largest(Sample(grain, at) - grain), 0);
}

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
