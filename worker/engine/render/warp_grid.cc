#include "worker/engine/render/warp_grid.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/smooth_step.h"

namespace longtake::worker {
namespace {

// Rounds the basis off near a handle, and lets the field miss handles a little
// for the sake of smoothness. IOD.
constexpr double kBasisRadius = 0.06;
constexpr double kSmoothing = 1e-3;

double Kernel(Vec2 a, Vec2 b) {
  const double dx = static_cast<double>(a.x) - b.x;
  const double dy = static_cast<double>(a.y) - b.y;
  return -std::sqrt(dx * dx + dy * dy + kBasisRadius * kBasisRadius);
}

// Inverts the n x n matrix `a` in place, Gauss-Jordan with partial pivoting.
// The systems here are regular by construction: the kernel is conditionally
// positive definite and smoothed.
void Invert(std::vector<double>& a, int n) {
  std::vector<double> inv(static_cast<size_t>(n) * n, 0.0);
  for (int i = 0; i < n; ++i) inv[static_cast<size_t>(i) * n + i] = 1;
  const auto row = [n](std::vector<double>& m, int i) {
    return m.data() + static_cast<size_t>(i) * n;
  };
  for (int c = 0; c < n; ++c) {
    int pivot = c;
    for (int r = c + 1; r < n; ++r) {
      if (std::abs(row(a, r)[c]) > std::abs(row(a, pivot)[c])) pivot = r;
    }
    if (pivot != c) {
      std::swap_ranges(row(a, c), row(a, c) + n, row(a, pivot));
      std::swap_ranges(row(inv, c), row(inv, c) + n, row(inv, pivot));
    }
    const double scale = 1 / row(a, c)[c];
    for (int k = 0; k < n; ++k) {
      row(a, c)[k] *= scale;
      row(inv, c)[k] *= scale;
    }
    for (int r = 0; r < n; ++r) {
      const double f = row(a, r)[c];
      if (r == c || f == 0) continue;
      for (int k = 0; k < n; ++k) {
        row(a, r)[k] -= f * row(a, c)[k];
        row(inv, r)[k] -= f * row(inv, c)[k];
      }
    }
  }
  a = std::move(inv);
}

void Append(const std::vector<Vec2>& from, int column, std::vector<Vec2>& to,
            std::vector<int>& columns) {
  for (size_t i = 0; i < from.size(); ++i) {
    to.push_back(from[i]);
    columns.push_back(column < 0 ? -1 : column + static_cast<int>(i));
  }
}

}  // namespace

Vec2 FacePoint(const FaceRig& rig, float px, float py) {
  const float dx = px - rig.origin_px.x, dy = py - rig.origin_px.y;
  return {(dx * rig.ex.x + dy * rig.ex.y) / rig.iod_px,
          (dx * rig.ey.x + dy * rig.ey.y) / rig.iod_px};
}

Vec2 MouthPoint(const FaceRig& rig, Vec2 face) {
  const float dx = face.x - rig.mouth_centre.x;
  const float dy = face.y - rig.mouth_centre.y;
  return {(dx * rig.mouth_x.x + dy * rig.mouth_x.y) / rig.mouth_half_width,
          dx * rig.mouth_y.x + dy * rig.mouth_y.y};
}

float SamplePlane(const Plane& plane, float x, float y, int channel) {
  x = std::clamp(x, 0.f, static_cast<float>(plane.width - 1));
  y = std::clamp(y, 0.f, static_cast<float>(plane.height - 1));
  const int x0 = std::min(static_cast<int>(x), plane.width - 2);
  const int y0 = std::min(static_cast<int>(y), plane.height - 2);
  const float fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
  const float top =
      plane.at(x0, y0, channel) * (1 - fx) + plane.at(x0 + 1, y0, channel) * fx;
  const float bottom = plane.at(x0, y0 + 1, channel) * (1 - fx) +
                       plane.at(x0 + 1, y0 + 1, channel) * fx;
  return top * (1 - fy) + bottom * fy;
}

NodeGrid CoverBox(const PixelBox& box, int step) {
  return {box.x0, box.y0, step, (box.w + step - 2) / step + 1,
          (box.h + step - 2) / step + 1};
}

HandleBasis::HandleBasis(const FaceRig& rig) {
  const RigHandles& k = rig.handles;
  for (const bool is_upper : {true, false}) {
    std::vector<Vec2> points;
    std::vector<int> columns;
    Append(k.corner, kHandleCorner, points, columns);
    if (is_upper) {
      Append(k.upper_inner, kHandleUpperInner, points, columns);
      Append(k.upper_outer, kHandleUpperOuter, points, columns);
      Append(k.nose, kHandleNose, points, columns);
    } else {
      Append(k.lower_inner, kHandleLowerInner, points, columns);
      Append(k.lower_outer, kHandleLowerOuter, points, columns);
    }
    Append(k.jaw, kHandleJaw, points, columns);
    Append(k.brow, kHandleBrow, points, columns);
    Append(k.eye, kHandleEye, points, columns);
    Append(k.cheek, kHandleCheek, points, columns);
    Append(k.forehead, kHandleForehead, points, columns);
    Append(k.still, -1, points, columns);
    (is_upper ? upper_ : lower_) = Solve(std::move(points), std::move(columns));
  }
}

HandleBasis::Field HandleBasis::Solve(std::vector<Vec2> points,
                                      std::vector<int> columns) {
  const int n = static_cast<int>(points.size()), m = n + 1;
  std::vector<double> system(static_cast<size_t>(m) * m, 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      system[static_cast<size_t>(i) * m + j] = Kernel(points[i], points[j]);
    }
    system[static_cast<size_t>(i) * m + i] -= kSmoothing;
    system[static_cast<size_t>(i) * m + n] = 1;
    system[static_cast<size_t>(n) * m + i] = 1;
  }
  Invert(system, m);
  Field field{std::move(points), std::move(columns), {}};
  field.inverse.resize(static_cast<size_t>(m) * n);
  for (int i = 0; i < m; ++i) {
    std::copy_n(system.data() + static_cast<size_t>(i) * m, n,
                field.inverse.data() + static_cast<size_t>(i) * n);
  }
  return field;
}

void HandleBasis::Weights(const Field& field, Vec2 at, float* out) {
  const int n = static_cast<int>(field.points.size());
  std::vector<double> sum(field.inverse.end() - n, field.inverse.end());
  for (int i = 0; i < n; ++i) {
    const double k = Kernel(at, field.points[i]);
    const double* row = field.inverse.data() + static_cast<size_t>(i) * n;
    for (int j = 0; j < n; ++j) sum[j] += k * row[j];
  }
  std::fill_n(out, kHandleCount, 0.f);
  for (int j = 0; j < n; ++j) {
    if (field.columns[j] >= 0) {
      out[field.columns[j]] = static_cast<float>(sum[j]);
    }
  }
}

WarpGrid HandleBasis::Evaluate(const FaceRig& rig,
                               const NodeGrid& nodes) const {
  WarpGrid grid;
  grid.nodes = nodes;
  const size_t count = static_cast<size_t>(nodes.count());
  grid.upper.assign(count * kHandleCount, 0.f);
  grid.lower.assign(count * kHandleCount, 0.f);
  for (int j = 0; j < nodes.nh; ++j) {
    for (int i = 0; i < nodes.nw; ++i) {
      const float px = static_cast<float>(nodes.x0 + i * nodes.step);
      const float py = static_cast<float>(nodes.y0 + j * nodes.step);
      const Vec2 at = FacePoint(rig, px, py);
      grid.x.push_back(at.x);
      grid.y.push_back(at.y);
      grid.depth.push_back(SamplePlane(rig.depth, px, py));
      grid.head_mask.push_back(SamplePlane(rig.head_mask, px, py));
      const float mask = SamplePlane(rig.expression_mask, px, py);
      if (mask <= 0) continue;
      const size_t node = static_cast<size_t>(j) * nodes.nw + i;
      float* upper = grid.upper.data() + node * kHandleCount;
      float* lower = grid.lower.data() + node * kHandleCount;
      Weights(upper_, at, upper);
      Weights(lower_, at, lower);
      // Beyond the corners both fields become one, lower below the mouth line
      // and upper above it.
      const Vec2 st = MouthPoint(rig, at);
      const float beyond = SmoothStep(0.94f, 1.25f, std::abs(st.x));
      const float width =
          0.05f + 0.35f * std::clamp(std::abs(st.x) - 1, 0.f, 1.5f);
      const float below = SmoothStep(-1, 1, st.y / width);
      for (int k = 0; k < kHandleCount; ++k) {
        const float u = upper[k], d = lower[k] - u;
        upper[k] = (u + beyond * below * d) * mask;
        lower[k] = (u + d - beyond * (1 - below) * d) * mask;
      }
    }
  }
  return grid;
}

std::vector<PixelBox> MovingBands(const FaceRig& rig, int band_height,
                                  float longest) {
  const int count = (rig.height + band_height - 1) / band_height;
  std::vector<float> left(count, static_cast<float>(rig.width)), right(count);
  for (int y = 0; y < rig.height; ++y) {
    for (int x = 0; x < rig.width; ++x) {
      const float mask =
          std::max(rig.head_mask.at(x, y), rig.expression_mask.at(x, y));
      if (mask < kLeastMask) continue;
      // The subject, and where the plate differs from the photograph.
      float layer = 255 * rig.alpha.at(x, y);
      for (int c = 0; c < 3; ++c) {
        layer = std::max(
            layer, std::abs(rig.image.at(x, y, c) - rig.plate.at(x, y, c)));
      }
      if (layer < 0.5f) continue;
      const float reach = longest * rig.iod_px * mask + 2;
      const int first = static_cast<int>(std::max(0.f, y - reach));
      const int last = std::min(rig.height - 1, static_cast<int>(y + reach));
      for (int b = first / band_height; b <= last / band_height; ++b) {
        left[b] = std::min(left[b], std::max(0.f, x - reach));
        right[b] = std::max(right[b], x + reach + 1);
      }
    }
  }
  std::vector<PixelBox> bands;
  for (int b = 0; b < count; ++b) {
    const int x0 = static_cast<int>(left[b]), y0 = b * band_height;
    const int x1 = std::min(rig.width, static_cast<int>(right[b]));
    if (x1 <= x0) continue;
    bands.push_back({x0, y0, x1 - x0, std::min(band_height, rig.height - y0)});
  }
  // Nothing moves: keep a part for the stages to run on.
  const PixelBox all = {0, 0, rig.width, rig.height};
  if (bands.empty() || Around(bands).w < 16 || Around(bands).h < 16) {
    return {all};
  }
  return bands;
}

PixelBox Around(const std::vector<PixelBox>& bands) {
  PixelBox box = bands.front();
  for (const PixelBox& b : bands) {
    const int x1 = std::max(box.x0 + box.w, b.x0 + b.w);
    const int y1 = std::max(box.y0 + box.h, b.y0 + b.h);
    box.x0 = std::min(box.x0, b.x0);
    box.y0 = std::min(box.y0, b.y0);
    box.w = x1 - box.x0;
    box.h = y1 - box.y0;
  }
  return box;
}

}  // namespace longtake::worker
