#include "worker/engine/render/torch_warp.h"

#include <ATen/ATen.h>

#include <algorithm>
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

// Affine change of one axis: out = in * scale + offset, for [2, h, w] tensors.
struct Axes {
  Tensor scale, offset;  // [2, 1, 1]
};

Tensor Pair(float x, float y, const std::string& device) {
  const float v[2] = {x, y};
  return FloatTensor(v, {2, 1, 1}, device);
}

// A WarpGrid on the device.
struct Nodes {
  NodeGrid grid;
  // Part of the nodes that the expression reaches, and the weights there:
  // [2 * ew * eh, handles], upper rows then lower rows.
  int ex0 = 0, ey0 = 0, ew = 0, eh = 0;
  Tensor weights;
  Tensor x, y, depth, mask;  // [nh, nw]; x, y from the pivot, IOD
  Tensor base;               // [2, nh, nw] the nodes in [-1, 1]
  Tensor px_to_unit;         // [2, 1, 1] pixels to [-1, 1] of this grid

  Nodes(const FaceRig& rig, const WarpGrid& from, const std::string& device)
      : grid(from.nodes) {
    const std::vector<int64_t> plane{grid.nh, grid.nw};
    CropWeights(from, device);
    x = FloatTensor(from.x.data(), plane, device) - rig.head_centre_x;
    y = FloatTensor(from.y.data(), plane, device) -
        (rig.chin_y + kPivotBelowChin);
    depth = FloatTensor(from.depth.data(), plane, device);
    mask = FloatTensor(from.head_mask.data(), plane, device);
    const auto options = x.options();
    const Tensor gx = at::linspace(-1, 1, grid.nw, options);
    const Tensor gy = at::linspace(-1, 1, grid.nh, options);
    base = at::stack(
        {gx.unsqueeze(0).expand(plane), gy.unsqueeze(1).expand(plane)});
    px_to_unit =
        Pair(2.f / static_cast<float>(grid.step * (grid.nw - 1)),
             2.f / static_cast<float>(grid.step * (grid.nh - 1)), device);
  }

  void CropWeights(const WarpGrid& from, const std::string& device);
};

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
  weights = FloatTensor(kept.data(), {2L * ew * eh, kHandleCount}, device);
}

// [2, nh, nw] pixels: what the head's turn does at the nodes.
Tensor HeadField(const FaceRig& rig, const Nodes& nodes, const HeadTurn& t) {
  const Tensor &x = nodes.x, &y = nodes.y, &z = nodes.depth;
  const Tensor x1 = x * t.cos_yaw + z * t.sin_yaw;
  const Tensor z1 = z * t.cos_yaw - x * t.sin_yaw;
  const Tensor y2 = y * t.cos_pitch - z1 * t.sin_pitch;
  const Tensor z2 = y * t.sin_pitch + z1 * t.cos_pitch;
  const Tensor k = (kCameraDistance - z) / (kCameraDistance - z2);
  const Tensor x3 = (x1 * t.cos_roll - y2 * t.sin_roll) * k;
  const Tensor y3 = (x1 * t.sin_roll + y2 * t.cos_roll) * k;
  const Tensor dx = (x3 - x) * nodes.mask, dy = (y3 - y) * nodes.mask;
  return at::stack(
             {dx * rig.ex.x + dy * rig.ey.x, dx * rig.ex.y + dy * rig.ey.y}) *
         rig.iod_px;
}

}  // namespace

struct TorchWarp::State {
  FaceRig geometry;  // scalars, depth and head mask
  std::string device;
  PixelBox box;
  std::unique_ptr<Nodes> coarse, fine;
  Tensor unit_to_frame;  // [2, 1, 1] coarse unit steps to frame unit steps
  Tensor frame_base;     // [2, box.h, box.w] pixels of the box, frame units
  // Height over the mouth line in pixels = sum(below * unit) + below_offset.
  Tensor below;
  float below_offset = 0;
  // Of the pose last solved.
  Tensor shift;       // [2, 2, nh, nw] origin - node, coarse units
  Tensor fine_field;  // [3, 2, nh, nw] as Fields, fine units
  Vec2 mouth_shift;   // px, of the mouth's centre by the head's turn
  Tensor map;

  // [3, 2, nh, nw] pixels: upper + head, lower + head, head.
  Tensor Fields(const Nodes& nodes, const FacePose& pose,
                const HeadTurn& turn) const {
    std::vector<float> move(2 * kHandleCount);
    for (int k = 0; k < kHandleCount; ++k) {
      const Vec2 d = pose.handles[k];
      move[2 * k] =
          (d.x * geometry.ex.x + d.y * geometry.ey.x) * geometry.iod_px;
      move[2 * k + 1] =
          (d.x * geometry.ex.y + d.y * geometry.ey.y) * geometry.iod_px;
    }
    const Tensor moves = FloatTensor(move.data(), {kHandleCount, 2}, device);
    Tensor out =
        HeadField(geometry, nodes, turn).unsqueeze(0).repeat({3, 1, 1, 1});
    const Tensor expression = at::mm(nodes.weights, moves)
                                  .view({2, nodes.eh, nodes.ew, 2})
                                  .permute({0, 3, 1, 2});
    out.narrow(0, 0, 2)
        .narrow(2, nodes.ey0, nodes.eh)
        .narrow(3, nodes.ex0, nodes.ew)
        .add_(expression);
    return out;
  }

  void Merge();
};

// One map for the whole box: the lower field below the mouth line. Between the
// corners the two differ at the line, but that part is drawn by the mouth
// stage; beyond the corners they agree.
void TorchWarp::State::Merge() {
  const Tensor lower = coarse->base + shift[1];
  const Tensor height = (lower * below).sum(0) + below_offset;
  const Tensor weight = (height * 0.5f + 0.5f).clamp_(0, 1);
  const Tensor merged =
      Mix(shift[0], shift[1], weight).mul_(unit_to_frame).unsqueeze(0);
  const NodeGrid& g = coarse->grid;
  const std::vector<int64_t> size{(g.nh - 1) * g.step + 1,
                                  (g.nw - 1) * g.step + 1};
  map = at::upsample_bilinear2d(merged, size, /*align_corners=*/true)[0]
            .narrow(1, 0, box.h)
            .narrow(2, 0, box.w) +
        frame_base;
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
  s.device = device;
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

  const float fw = static_cast<float>(rig.width - 1);
  const float fh = static_cast<float>(rig.height - 1);
  const float cw = static_cast<float>(step * (coarse.nw - 1));
  const float ch = static_cast<float>(step * (coarse.nh - 1));
  s.unit_to_frame = Pair(cw / fw, ch / fh, device);
  const auto options = s.unit_to_frame.options();
  const Tensor px = at::arange(box.x0, box.x0 + box.w, options) * (2 / fw) - 1;
  const Tensor py = at::arange(box.y0, box.y0 + box.h, options) * (2 / fh) - 1;
  s.frame_base = at::stack({px.unsqueeze(0).expand({box.h, box.w}),
                            py.unsqueeze(1).expand({box.h, box.w})});

  // Unit (-1, -1) is node (0, 0); a unit is half the grid.
  const float middle =
      (MouthCurve(rig.upper_edge, 0) + MouthCurve(rig.lower_edge, 0)) / 2;
  const auto height = [&](float x, float y) {
    return (MouthPoint(rig, FacePoint(rig, x, y)).y - middle) * rig.iod_px;
  };
  const float x0 = static_cast<float>(box.x0), y0 = static_cast<float>(box.y0);
  const float bx = (height(x0 + cw, y0) - height(x0, y0)) / 2;
  const float by = (height(x0, y0 + ch) - height(x0, y0)) / 2;
  s.below = Pair(bx, by, device);
  s.below_offset = height(x0, y0) + bx + by;
}

TorchWarp::~TorchWarp() = default;

void TorchWarp::Solve(const FacePose& pose) {
  State& s = *state_;
  const HeadTurn turn = MakeHeadTurn(pose);
  const Tensor field =
      s.Fields(*s.coarse, pose, turn).narrow(0, 0, 2) * s.coarse->px_to_unit;
  // u = y - field(u), by fixed-point steps; the fields shrink distances.
  const Tensor& base = s.coarse->base;
  Tensor origin = base - field;
  for (int i = 0; i < kIterations; ++i) {
    origin = base - Sample(field, origin);
  }
  s.shift = origin - base;
  s.fine_field = s.Fields(*s.fine, pose, turn) * s.fine->px_to_unit;
  s.mouth_shift = HeadShiftPx(s.geometry, turn, s.geometry.mouth_centre);
  s.Merge();
}

const Tensor& TorchWarp::map() const { return state_->map; }

Tensor TorchWarp::MouthMaps(const PixelBox& part) const {
  const State& s = *state_;
  const auto options = s.map.options();
  // The part's pixels in the units of a node grid.
  const auto pixels = [&](const NodeGrid& g) {
    const Tensor x = (at::arange(part.x0, part.x0 + part.w, options) - g.x0) *
                         (2.f / static_cast<float>(g.step * (g.nw - 1))) -
                     1;
    const Tensor y = (at::arange(part.y0, part.y0 + part.h, options) - g.y0) *
                         (2.f / static_cast<float>(g.step * (g.nh - 1))) -
                     1;
    return at::stack({x.unsqueeze(0).expand({part.h, part.w}),
                      y.unsqueeze(1).expand({part.h, part.w})});
  };
  const NodeGrid &c = s.coarse->grid, &f = s.fine->grid;
  const Tensor at_coarse = pixels(c).unsqueeze(0);
  // First guesses: the coarse solution, and one shift for the whole head.
  const std::vector<int64_t> plane{2, 2, part.h, part.w};
  const Tensor guess =
      Sample(s.shift.reshape({1, 4, c.nh, c.nw}), at_coarse).view(plane) /
      s.coarse->px_to_unit;
  const Tensor head = Pair(-s.mouth_shift.x, -s.mouth_shift.y, s.device)
                          .expand({1, 2, part.h, part.w});
  const Tensor base = pixels(f);
  const auto refine = [&](const Tensor& shift, int first, int steps) {
    const Tensor field = s.fine_field.narrow(0, first, shift.size(0));
    Tensor origin = base + shift * s.fine->px_to_unit;
    for (int i = 0; i < steps; ++i) origin = base - Sample(field, origin);
    return origin;
  };
  const Tensor origin = at::cat(
      {refine(guess, 0, kLipRefinements), refine(head, 2, kHeadRefinements)});
  const Tensor out = (origin - base) / s.fine->px_to_unit;
  const float fw = static_cast<float>(s.geometry.width - 1);
  const float fh = static_cast<float>(s.geometry.height - 1);
  const Tensor x =
      at::arange(part.x0, part.x0 + part.w, options) * (2 / fw) - 1;
  const Tensor y =
      at::arange(part.y0, part.y0 + part.h, options) * (2 / fh) - 1;
  return out * Pair(2 / fw, 2 / fh, s.device) +
         at::stack({x.unsqueeze(0).expand({part.h, part.w}),
                    y.unsqueeze(1).expand({part.h, part.w})});
}

}  // namespace longtake::worker
