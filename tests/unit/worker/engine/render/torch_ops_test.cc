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

TEST(TorchOpsTest, RampsTakeANumberForEachFrame) {
  const Tensor x = Scatter({3, 8, 11});
  const Tensor scale = Scatter({3, 1, 1}), offset = Scatter({3, 1, 1}) + 2;
  const Tensor affine = Affine(x, scale, offset);
  const Tensor ramp = SmoothRamp(x, -0.3f, 0.9f, scale, offset);
  for (int64_t i = 0; i < 3; ++i) {
    const auto s = scale[i].item<float>(), o = offset[i].item<float>();
    EXPECT_LT(Largest(affine[i] - Affine(x[i], s, o)), 1e-6f);
    EXPECT_LT(Largest(ramp[i] - SmoothRamp(x[i], -0.3f, 0.9f, s, o)), 1e-6f);
  }
}

TEST(TorchOpsTest, UpsamplesLinearlyForAnyStep) {
  for (const int step : {1, 2, 3, 4, 5, 7, 9}) {
    const Tensor nodes = Scatter({3, 2, 6, 8});
    const int h = 5 * step + 1, w = 7 * step + 1;
    const Tensor whole = Upsample(nodes, step, h, w);
    for (int64_t i = 0; i < 3; ++i) {
      const Tensor expected =
          at::upsample_bilinear2d(nodes.narrow(0, i, 1), {h, w}, true)[0];
      EXPECT_LT(Largest(whole[i] - expected), 1e-5f) << step;
      const int less_h = h - step / 2, less_w = w - step / 2;
      const Tensor part = expected.narrow(1, 0, less_h).narrow(2, 0, less_w);
      EXPECT_LT(Largest(Upsample(nodes, step, less_h, less_w)[i] - part), 1e-5f)
          << step;
    }
  }
}

TEST(TorchOpsTest, BlurIsASeparableConvolution) {
  const std::vector<float> taps = BlurTaps(0.9f);
  const auto n = static_cast<int64_t>(taps.size()), r = n / 2;
  const Tensor planes = Scatter({2, 3, 14, 21});
  const Tensor row = FloatTensor(taps.data(), {n}, "cpu");
  const Tensor kernel =
      (row.unsqueeze(1) * row).view({1, 1, n, n}).contiguous();
  const Tensor expected =
      at::conv2d(at::replication_pad2d(planes.view({6, 14, 21}), {r, r, r, r})
                     .unsqueeze(1),
                 kernel)
          .view({2, 3, 14, 21});
  EXPECT_LT(Largest(Blur(planes, taps) - expected), 1e-5f);
}

TEST(TorchOpsTest, EachFrameIsCutAtItsOwnPlaceAndPutBackThere) {
  const std::vector<PixelBox> parts{{1, 2, 5, 4}, {0, 3, 5, 4}, {4, 0, 5, 4}};
  Tensor planes = Scatter({3, 2, 7, 9});
  const Tensor before = planes.clone();
  const Tensor cut = Cut(planes, parts);
  ASSERT_EQ(cut.sizes().vec(), (std::vector<int64_t>{3, 2, 4, 5}));
  EXPECT_EQ(cut[1][0][0][4].item<float>(), planes[1][0][3][4].item<float>());
  EXPECT_EQ(cut[2][1][3][0].item<float>(), planes[2][1][3][4].item<float>());
  Put(cut + 3, parts, &planes);
  EXPECT_LT(Largest(Cut(planes, parts) - cut - 3), 1e-6f);
  // Nothing around them.
  EXPECT_EQ((planes - before).ne(0).sum().item<int64_t>(), 3 * 2 * 4 * 5);
  // One for all.
  const Tensor shared = Cut(before.narrow(0, 1, 1), parts);
  EXPECT_EQ(Largest(shared[2] - before[1].narrow(1, 0, 4).narrow(2, 4, 5)), 0);
}

}  // namespace
}  // namespace longtake::worker
