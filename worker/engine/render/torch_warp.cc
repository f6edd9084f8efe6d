#include "worker/engine/render/torch_warp.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Node spacing where IOD is 84 px; grows with the face.
constexpr float kStepPerIod = 4.f / 84.f;
constexpr int kIterations = 5;
// Pixel by pixel around the mouth: from the coarse solution, and for the head
// alone from a constant shift.
constexpr int kLipRefinements = 2;
constexpr int kHeadRefinements = 3;

// Where a grid lies in the frame: pixels of its first sample, and from there to
// its last one. Its unit positions are -1 at the first, 1 at the last.
struct Extent {
  float x0 = 0, y0 = 0, w = 0, h = 0;
};

Extent ExtentOf(const NodeGrid& g) {
  return {static_cast<float>(g.x0), static_cast<float>(g.y0),
          static_cast<float>(g.step * (g.nw - 1)),
          static_cast<float>(g.step * (g.nh - 1))};
}

Tensor Pair(float x, float y, const std::string& device) {
  const float v[2] = {x, y};
  return FloatTensor(v, {2, 1, 1}, device);
}

// Change of units of [.., 2, h, w] positions: out = in * scale + offset.
struct Axes {
  Tensor scale, offset;  // [2, 1, 1]

  Axes() = default;
  Axes(const Extent& from, const Extent& to, const std::string& device)
      : scale(Pair(from.w / to.w, from.h / to.h, device)),
        offset(Pair((2 * (from.x0 - to.x0) + from.w) / to.w - 1,
                    (2 * (from.y0 - to.y0) + from.h) / to.h - 1, device)) {}

  Tensor operator()(const Tensor& in) const {
    return at::addcmul(offset, in, scale);
  }
};

// Unit positions, in the grid at `extent`, of all pixels of a box: [2, h, w].
Tensor PixelsOf(const PixelBox& box, const Extent& extent,
                const at::TensorOptions& options) {
  const Tensor x = (at::arange(box.x0, box.x0 + box.w, options) - extent.x0) *
                       (2 / extent.w) -
                   1;
  const Tensor y = (at::arange(box.y0, box.y0 + box.h, options) - extent.y0) *
                       (2 / extent.h) -
                   1;
  return at::stack({x.unsqueeze(0).expand({box.h, box.w}),
                    y.unsqueeze(1).expand({box.h, box.w})});
}

// A WarpGrid on the device.
struct Nodes {
  NodeGrid grid;
  Vec2 px_to_unit;  // pixels to units of this grid
  // Part of the nodes that the expression reaches, and the weights there:
  // [handles, 2 * ew * eh], upper then lower.
  int ex0 = 0, ey0 = 0, ew = 0, eh = 0;
  Tensor weights;
  Tensor base;  // [2, nh, nw] the nodes' units
  // For the head's turn: x, y from the pivot, the depth, and ones: [4, nodes].
  // From the pivot in units: [2, nodes]. Camera to node, the mask: [nodes].
  Tensor points, rest, distance, mask;

  Nodes(const FaceRig& rig, const WarpGrid& from, const std::string& device);
  void CropWeights(const WarpGrid& from, const std::string& device);
};

Nodes::Nodes(const FaceRig& rig, const WarpGrid& from,
             const std::string& device)
    : grid(from.nodes) {
  const Extent extent = ExtentOf(grid);
  px_to_unit = {2 / extent.w, 2 / extent.h};
  CropWeights(from, device);
  const std::vector<int64_t> all{grid.count()};
  const Tensor x = FloatTensor(from.x.data(), all, device) - rig.head_centre_x;
  const Tensor y =
      FloatTensor(from.y.data(), all, device) - (rig.chin_y + kPivotBelowChin);
  const Tensor z = FloatTensor(from.depth.data(), all, device);
  points = at::stack({x, y, z, at::ones_like(x)});
  distance = kCameraDistance - z;
  mask = FloatTensor(from.head_mask.data(), all, device);
  const float ux = rig.iod_px * px_to_unit.x, uy = rig.iod_px * px_to_unit.y;
  rest = at::stack({x * (rig.ex.x * ux) + y * (rig.ey.x * ux),
                    x * (rig.ex.y * uy) + y * (rig.ey.y * uy)});
  base = PixelsOf(
      {0, 0, grid.nw, grid.nh},
      {0, 0, static_cast<float>(grid.nw - 1), static_cast<float>(grid.nh - 1)},
      x.options());
}

void Nodes::CropWeights(const WarpGrid& from, const std::string& device) {
  int x1 = 0, y1 = 0;
  ex0 = grid.nw;
  ey0 = grid.nh;
  const auto row = [&](const std::vector<float>& w, int i, int j) {
    return w.begin() + (static_cast<size_t>(j) * grid.nw + i) * kHandleCount;
  };
  const auto is_zero = [](float w) { return w == 0; };
  for (int j = 0; j < grid.nh; ++j) {
    for (int i = 0; i < grid.nw; ++i) {
      const auto u = row(from.upper, i, j), l = row(from.lower, i, j);
      if (std::all_of(u, u + kHandleCount, is_zero) &&
          std::all_of(l, l + kHandleCount, is_zero)) {
        continue;
      }
      ex0 = std::min(ex0, i);
      x1 = std::max(x1, i + 1);
      ey0 = std::min(ey0, j);
      y1 = std::max(y1, j + 1);
    }
  }
  if (x1 == 0) ex0 = ey0 = 0;
  ew = x1 - ex0;
  eh = y1 - ey0;
  std::vector<float> kept;
  for (const auto* w : {&from.upper, &from.lower}) {
    for (int j = ey0; j < y1; ++j) {
      kept.insert(kept.end(), row(*w, ex0, j),
                  row(*w, ex0, j) + static_cast<ptrdiff_t>(ew) * kHandleCount);
    }
  }
  weights = FloatTensor(kept.data(), {2L * ew * eh, kHandleCount}, device).t();
}

// Of a grid, in the rows of a batch: the handles' way, [2, handles] units, and
// the head's turn, [3, 4].
constexpr int kGridNumbers = 2 * kHandleCount + 12;
static_assert(TorchWarp::kNumbers == 2 * kGridNumbers + 2);

void FillMoves(const FaceRig& rig, const Nodes& nodes, const FacePose& pose,
               float* move) {
  const float ux = rig.iod_px * nodes.px_to_unit.x;
  const float uy = rig.iod_px * nodes.px_to_unit.y;
  for (int k = 0; k < kHandleCount; ++k) {
    const Vec2 d = pose.handles[k];
    move[k] = (d.x * rig.ex.x + d.y * rig.ey.x) * ux;
    move[kHandleCount + k] = (d.x * rig.ex.y + d.y * rig.ey.y) * uy;
  }
}

// The rotation, the frame's axes and the units are one matrix; the perspective
// divides by its third row.
void FillTurn(const FaceRig& rig, const Nodes& nodes, const HeadTurn& t,
              float* matrix) {
  // Rotated x, y and z as weights of x, y, z.
  const std::array<float, 3> z2{-t.sin_yaw * t.cos_pitch, t.sin_pitch,
                                t.cos_yaw * t.cos_pitch};
  const std::array<float, 3> x1{t.cos_yaw, 0, t.sin_yaw};
  const std::array<float, 3> y2{t.sin_yaw * t.sin_pitch, t.cos_pitch,
                                -t.cos_yaw * t.sin_pitch};
  const float ux = rig.iod_px * nodes.px_to_unit.x;
  const float uy = rig.iod_px * nodes.px_to_unit.y;
  for (int i = 0; i < 3; ++i) {
    const float x3 = x1[i] * t.cos_roll - y2[i] * t.sin_roll;
    const float y3 = x1[i] * t.sin_roll + y2[i] * t.cos_roll;
    matrix[i] = (x3 * rig.ex.x + y3 * rig.ey.x) * ux;
    matrix[4 + i] = (x3 * rig.ex.y + y3 * rig.ey.y) * uy;
    matrix[8 + i] = -z2[i];
  }
  matrix[3] = matrix[7] = 0;
  matrix[11] = kCameraDistance;
}

// [n, 2, nh, nw] units: what the head's turn does at the nodes. `matrix`
// [n, 3, 4].
Tensor HeadField(const Nodes& nodes, const Tensor& matrix) {
  const Tensor turned = at::bmm(
      matrix, nodes.points.unsqueeze(0).expand({matrix.size(0), -1, -1}));
  const Tensor nearer = nodes.distance / turned.narrow(1, 2, 1);
  return (turned.narrow(1, 0, 2) * nearer)
      .sub_(nodes.rest)
      .mul_(nodes.mask)
      .view({-1, 2, nodes.grid.nh, nodes.grid.nw});
}

// What n poses do at the nodes, in their units: [n, 2, nh, nw] the head's turn
// alone, [2 n, 2, nh, nw] with it the upper fields, then the lower ones.
struct Fields {
  Tensor head, lips;

  Fields() = default;
  // `numbers` [n, kGridNumbers].
  Fields(const Nodes& nodes, const Tensor& numbers) {
    const int64_t n = numbers.size(0);
    const Tensor moves =
        numbers.narrow(1, 0, 2 * kHandleCount).reshape({n, 2, kHandleCount});
    head = HeadField(
        nodes, numbers.narrow(1, 2 * kHandleCount, 12).reshape({n, 3, 4}));
    lips = head.repeat({2, 1, 1, 1});
    // A product of its own for each frame, all of one shape: what a frame gets
    // does not depend on its place in the batch.
    const Tensor way =
        at::bmm(moves, nodes.weights.unsqueeze(0).expand({n, -1, -1}))
            .view({n, 2, 2, nodes.eh, nodes.ew})
            .permute({2, 0, 1, 3, 4});
    lips.view({2, n, 2, nodes.grid.nh, nodes.grid.nw})
        .narrow(3, nodes.ey0, nodes.eh)
        .narrow(4, nodes.ex0, nodes.ew)
        .add_(way);
  }
};

}  // namespace

struct TorchWarp::State {
  FaceRig geometry;  // scalars, depth and head mask
  PixelBox box;
  std::unique_ptr<Nodes> coarse, fine;
  Axes coarse_to_frame, coarse_to_fine, fine_to_frame;
  // Pixels of the box in units of either grid: [1, 2, box.h, box.w].
  Tensor coarse_pixels, fine_pixels;
  // Height over the mouth line, px, of a point in coarse units: below . point +
  // below_offset.
  Vec2 below;
  float below_offset = 0;
  // Of the poses last solved.
  Tensor origin;       // [2 n, 2, nh, nw] coarse units, upper and lower
  Fields fine_fields;  // fine units
  Tensor mouth_shift;  // [n, 2, 1, 1] fine units, by the head's turn
  Tensor map;

  void Merge();
  // From guesses `at` in fine units to origins in frame units: [m n, 2, h, w].
  // `field` of as many; `base` [n, 2, h, w] the pixels themselves.
  Tensor Refine(Tensor at, const Tensor& base, const Tensor& field,
                int steps) const {
    const Tensor all = base.repeat({at.size(0) / base.size(0), 1, 1, 1});
    for (int i = 0; i < steps; ++i) at = all - Sample(field, at);
    return fine_to_frame(at);
  }
};

// One map for the whole box: the lower field below the mouth line. Between the
// corners the two differ at the line, but that part is drawn by the mouth
// stage; beyond the corners they agree.
void TorchWarp::State::Merge() {
  const auto both = origin.chunk(2);
  const Tensor &upper = both[0], &lower = both[1];
  const Tensor weight =
      Affine(lower.narrow(1, 0, 1), 0.5f * below.x, 0.5f * below_offset + 0.5f)
          .add_(lower.narrow(1, 1, 1), 0.5f * below.y)
          .clamp_(0, 1);
  map = Upsample(coarse_to_frame(Mix(upper, lower, weight)), coarse->grid.step,
                 box.h, box.w);
}

TorchWarp::TorchWarp(const FaceRig& rig, const PixelBox& box,
                     const std::string& device)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.geometry.width = rig.width;
  s.geometry.height = rig.height;
  s.geometry.iod_px = rig.iod_px;
  s.geometry.origin_px = rig.origin_px;
  s.geometry.ex = rig.ex;
  s.geometry.ey = rig.ey;
  s.geometry.mouth_centre = rig.mouth_centre;
  s.geometry.head_centre_x = rig.head_centre_x;
  s.geometry.chin_y = rig.chin_y;
  s.geometry.depth = rig.depth;
  s.geometry.head_mask = rig.head_mask;
  s.box = box;
  const int step =
      std::max(2, static_cast<int>(std::lround(kStepPerIod * rig.iod_px)));
  const HandleBasis basis(rig);
  const NodeGrid coarse = CoverBox(box, step);
  s.coarse = std::make_unique<Nodes>(rig, basis.Evaluate(rig, coarse), device);

  // Around the mouth at rest, with room for what a frame's mouth part can
  // reach back to.
  const Vec2 mouth = PixelPoint(rig, rig.mouth_centre);
  const float half_w = (1.25f * rig.mouth_half_width + 0.55f) * rig.iod_px;
  const PixelBox near{static_cast<int>(std::floor(mouth.x - half_w)),
                      static_cast<int>(std::floor(mouth.y - 0.6f * rig.iod_px)),
                      static_cast<int>(std::ceil(2 * half_w)),
                      static_cast<int>(std::ceil(1.75f * rig.iod_px))};
  s.fine = std::make_unique<Nodes>(
      rig, basis.Evaluate(rig, CoverBox(near, std::max(1, step / 2))), device);

  const Extent frame{0, 0, static_cast<float>(rig.width - 1),
                     static_cast<float>(rig.height - 1)};
  const Extent c = ExtentOf(coarse), f = ExtentOf(s.fine->grid);
  s.coarse_to_frame = Axes(c, frame, device);
  s.coarse_to_fine = Axes(c, f, device);
  s.fine_to_frame = Axes(f, frame, device);
  const auto options = s.coarse->base.options();
  s.coarse_pixels = PixelsOf(box, c, options).unsqueeze(0);
  s.fine_pixels = PixelsOf(box, f, options).unsqueeze(0);

  // Unit (-1, -1) is node (0, 0); a unit is half the grid.
  const float middle =
      (MouthCurve(rig.upper_edge, 0) + MouthCurve(rig.lower_edge, 0)) / 2;
  const auto height = [&](float x, float y) {
    return (MouthPoint(rig, FacePoint(rig, x, y)).y - middle) * rig.iod_px;
  };
  const float bx = (height(c.x0 + c.w, c.y0) - height(c.x0, c.y0)) / 2;
  const float by = (height(c.x0, c.y0 + c.h) - height(c.x0, c.y0)) / 2;
  s.below = {bx, by};
  s.below_offset = height(c.x0, c.y0) + bx + by;
}

TorchWarp::~TorchWarp() = default;

void TorchWarp::Fill(const FacePose& pose, float* numbers) const {
  const State& s = *state_;
  const HeadTurn turn = MakeHeadTurn(pose);
  for (const auto* nodes : {&s.coarse, &s.fine}) {
    FillMoves(s.geometry, **nodes, pose, numbers);
    FillTurn(s.geometry, **nodes, turn, numbers + 2 * kHandleCount);
    numbers += kGridNumbers;
  }
  const Vec2 px = HeadShiftPx(s.geometry, turn, s.geometry.mouth_centre);
  numbers[0] = px.x * s.fine->px_to_unit.x;
  numbers[1] = px.y * s.fine->px_to_unit.y;
}

void TorchWarp::Solve(const Tensor& numbers) {
  State& s = *state_;
  const Fields coarse(*s.coarse, numbers.narrow(1, 0, kGridNumbers));
  // u = y - field(u), by fixed-point steps; the fields shrink distances.
  const Tensor& base = s.coarse->base;
  s.origin = base - coarse.lips;
  for (int i = 0; i < kIterations; ++i) {
    s.origin = base - Sample(coarse.lips, s.origin);
  }
  s.fine_fields =
      Fields(*s.fine, numbers.narrow(1, kGridNumbers, kGridNumbers));
  s.mouth_shift = numbers.narrow(1, 2 * kGridNumbers, 2).reshape({-1, 2, 1, 1});
  s.Merge();
}

const Tensor& TorchWarp::map() const { return state_->map; }

Tensor TorchWarp::LipMaps(const std::vector<PixelBox>& parts) const {
  const State& s = *state_;
  // First guess: the coarse solution.
  const Tensor pixels = Cut(s.coarse_pixels, parts).repeat({2, 1, 1, 1});
  return s.Refine(s.coarse_to_fine(Sample(s.origin, pixels)),
                  Cut(s.fine_pixels, parts), s.fine_fields.lips,
                  kLipRefinements);
}

Tensor TorchWarp::SkullMap(const std::vector<PixelBox>& parts) const {
  const State& s = *state_;
  // First guess: one shift for the whole head.
  const Tensor base = Cut(s.fine_pixels, parts);
  return s.Refine(base - s.mouth_shift, base, s.fine_fields.head,
                  kHeadRefinements);
}

}  // namespace longtake::worker
