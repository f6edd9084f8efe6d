#include "worker/engine/identity/detector_boxes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace longtake::worker {
namespace {

constexpr double kMaxIou = 0.4;
// Sizes in cells of 32 input pixels.
constexpr double kAnchorSizes[kAnchors][2] = {{1.603231, 2.094468},
                                              {6.041143, 7.080126},
                                              {2.882459, 3.518061},
                                              {4.266906, 5.178857},
                                              {9.041765, 10.66308}};

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Best first; drops what overlaps a better one.
std::vector<FaceBox> SuppressOverlaps(std::vector<FaceBox> boxes) {
  std::stable_sort(
      boxes.begin(), boxes.end(),
      [](const FaceBox& a, const FaceBox& b) { return a.score > b.score; });
  std::vector<FaceBox> kept;
  for (const FaceBox& box : boxes) {
    const bool covered =
        std::any_of(kept.begin(), kept.end(), [&](const FaceBox& better) {
          return BoxOverlap(better, box) > kMaxIou;
        });
    if (!covered) kept.push_back(box);
  }
  return kept;
}

}  // namespace

double BoxOverlap(const FaceBox& a, const FaceBox& b) {
  const double w = std::min<double>(a.x + a.width, b.x + b.width) -
                   std::max<double>(a.x, b.x);
  const double h = std::min<double>(a.y + a.height, b.y + b.height) -
                   std::max<double>(a.y, b.y);
  if (w <= 0 || h <= 0) return 0;
  const double shared = w * h;
  return shared / (static_cast<double>(a.width) * a.height +
                   static_cast<double>(b.width) * b.height - shared);
}

std::vector<FaceBox> DecodeBoxes(const std::vector<float>& raw, int cells,
                                 int width, int height, float min_score) {
  const size_t plane = static_cast<size_t>(cells) * static_cast<size_t>(cells);
  // face-api rounds the scaled image's sides; its boxes carry that rounding.
  const double input = cells * kDetectorStride;
  const double shrink = input / std::max(width, height);
  const double per_cell_x =
      input / std::floor(width * shrink + 0.5) / cells * width;
  const double per_cell_y =
      input / std::floor(height * shrink + 0.5) / cells * height;
  std::vector<FaceBox> boxes;
  for (size_t cell = 0; cell < plane; ++cell) {
    const double col = static_cast<double>(cell % static_cast<size_t>(cells));
    const double row = static_cast<double>(cell / static_cast<size_t>(cells));
    for (size_t anchor = 0; anchor < kAnchors; ++anchor) {
      auto value = [&](size_t k) {
        return static_cast<double>(
            raw[(anchor * kBoxValues + k) * plane + cell]);
      };
      const double score = Sigmoid(value(4));
      if (!(score > min_score)) continue;  // NaN too
      const double w =
          std::exp(value(2)) * kAnchorSizes[anchor][0] * per_cell_x;
      const double h =
          std::exp(value(3)) * kAnchorSizes[anchor][1] * per_cell_y;
      const double x = (col + Sigmoid(value(0))) * per_cell_x - w / 2;
      const double y = (row + Sigmoid(value(1))) * per_cell_y - h / 2;
      boxes.push_back({static_cast<float>(x), static_cast<float>(y),
                       static_cast<float>(w), static_cast<float>(h),
                       static_cast<float>(score)});
    }
  }
  return SuppressOverlaps(std::move(boxes));
}

float DescriptorDistance(const FaceDescriptor& a, const FaceDescriptor& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - b[i];
    sum += d * d;
  }
  return static_cast<float>(std::sqrt(sum));
}

PixelRect FloorRect(const FaceBox& box, const Image& image) {
  // Clipped as numbers first: a box may be anywhere.
  auto clip = [](double begin, double size, int limit, int* first, int* count) {
    const double from = std::clamp<double>(begin, 0, limit);
    const double to = std::clamp<double>(begin + size, from, limit);
    *first = static_cast<int>(from);
    *count = static_cast<int>(to - from);
  };
  PixelRect rect;
  clip(box.x, box.width, image.width, &rect.x, &rect.width);
  clip(box.y, box.height, image.height, &rect.y, &rect.height);
  return rect;
}

}  // namespace longtake::worker
