#include "worker/engine/render/torch_eyes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "worker/engine/render/eye_curves.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Geometry of the upper lid, IOD: the strip of lashes that moves rigidly, the
// edge of the lid over the eyeball, and the crease that stays.
constexpr float kLash = 0.030f;
constexpr float kLidEdge = 0.016f;
constexpr float kCrease = 0.075f;
constexpr float kLowerShare = 0.28f;  // of the opening, covered from below
// Iris contrast (grey levels) under which gaze is not animated, and the level
// from which it is fully.
constexpr float kContrastFloor = 8.f, kContrastFull = 16.f;

// Part of the frame redrawn around an eye's centre, IOD; by kFadeEnd under the
// lower lid nothing is left of what the lids do.
constexpr float kAbove = 0.32f, kBelow = 0.44f;
constexpr float kFadeStart = 0.16f, kFadeEnd = 0.27f;

// Values per eye, [2, 1, 1].
Tensor PerEye(float a, float b, const Tensor& like) {
  const std::array<float, 2> v{a, b};
  return at::from_blob(const_cast<float*>(v.data()), {2, 1, 1}, at::kFloat)
      .clone()
      .to(like.device());
}

}  // namespace

struct TorchEyes::State {
  FaceRig geometry;  // the rig's scalars; its planes are not kept
  std::string device;
  PixelBox box;
  int part_w = 0, part_h = 0;  // pixels drawn around an eye
  Tensor curves;               // [2, 3, 1, samples] upper, lower, travel
  Tensor sclera_iris;          // [2, 6, h, w] doubled, shared box size
  std::array<Vec2, 2> centre;  // of the eye, face units
  std::array<Vec2, 2> box_centre_px;
  float box_half_px = 0;
  std::array<float, 2> gaze_gain{};
  Tensor cx, half_width, opening, iris_x, iris_y, iris_r;
  Tensor crease;  // [2, 3, 1, 1]
  Tensor soft;    // [1, 3, H, W] the head, blurred over 0.08 IOD

  struct Part;
  Tensor Ball(const Part& p, const Tensor& y) const;
  Tensor Lid(const Part& p) const;
};

// One frame's view of both eyes; planes are [2, h, w], colours [2, 3, h, w].
struct TorchEyes::State::Part {
  Tensor head;   // [2, 4, H, W]
  Tensor x, y;   // face units of each pixel's origin
  Tensor along;  // x over the half width from the centre
  Tensor upper, lower, travel;
  Tensor blink, squint;  // [2, 1, 1]
  Tensor gaze_x, gaze_y, gaze_on;
  bool any_gaze = false;

  // Frame units of points in face units, [2, 2, h, w].
  static Tensor ToFrame(const FaceRig& g, const Tensor& fx, const Tensor& fy) {
    const float sx = 2.f / static_cast<float>(g.width - 1);
    const float sy = 2.f / static_cast<float>(g.height - 1);
    const Tensor px = fx * (g.iod_px * g.ex.x * sx) +
                      fy * (g.iod_px * g.ey.x * sx) + (g.origin_px.x * sx - 1);
    const Tensor py = fx * (g.iod_px * g.ex.y * sy) +
                      fy * (g.iod_px * g.ey.y * sy) + (g.origin_px.y * sy - 1);
    return at::stack({px, py}, 1);
  }
};

TorchEyes::TorchEyes(const FaceRig& rig, const PixelBox& box,
                     const std::string& device)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  FaceRig& g = s.geometry;
  g.width = rig.width;
  g.height = rig.height;
  g.iod_px = rig.iod_px;
  g.origin_px = rig.origin_px;
  g.ex = rig.ex;
  g.ey = rig.ey;
  g.head_centre_x = rig.head_centre_x;
  g.chin_y = rig.chin_y;
  g.depth = rig.depth;
  g.head_mask = rig.head_mask;
  s.device = device;
  s.box = box;
  s.box_half_px = static_cast<float>(rig.eyes[0].x1 - rig.eyes[0].x0) / 2;
  // Nothing changes past the lids' ends, above the crease or far below; a
  // tenth of an IOD allows for roll and for what the brows carry along.
  const float aside =
      1.34f * std::max(rig.eyes[0].half_width, rig.eyes[1].half_width) + 0.10f;
  s.part_w =
      std::min(box.w, 2 * static_cast<int>(std::ceil(aside * rig.iod_px)));
  s.part_h = std::min(
      box.h, static_cast<int>(std::ceil((kAbove + kBelow) * rig.iod_px)));
  std::vector<Tensor> curves, textures, crease;
  for (int k = 0; k < 2; ++k) {
    const RigEye& eye = rig.eyes[k];
    const EyeCurves c = MakeEyeCurves(eye);
    const std::vector<int64_t> line{1, 1, kEyeCurveSamples};
    curves.push_back(at::cat({FloatTensor(c.upper.data(), line, device),
                              FloatTensor(c.lower.data(), line, device),
                              FloatTensor(c.travel.data(), line, device)}));
    textures.push_back(at::cat({PlaneTensor(eye.sclera, device),
                                PlaneTensor(eye.iris_texture, device)},
                               1));
    crease.push_back(ColourTensor(eye.crease, device));
    s.box_centre_px[k] = {static_cast<float>(eye.x0 + eye.x1 - 1) / 2,
                          static_cast<float>(eye.y0 + eye.y1 - 1) / 2};
    s.centre[k] = FacePoint(rig, s.box_centre_px[k].x, s.box_centre_px[k].y);
    const float on = std::clamp((eye.iris_contrast - kContrastFloor) /
                                    (kContrastFull - kContrastFloor),
                                0.f, 1.f) *
                     std::clamp((rig.colourfulness - 0.1f) / 0.2f, 0.f, 1.f);
    s.gaze_gain[k] = on;
  }
  s.curves = at::stack(curves);
  s.sclera_iris = at::cat(textures);
  s.crease = at::stack(crease);
  const auto pair = [&](float a, float b) { return PerEye(a, b, s.curves); };
  const RigEye &a = rig.eyes[0], &b = rig.eyes[1];
  s.cx = pair(a.centre_x, b.centre_x);
  s.half_width = pair(a.half_width, b.half_width);
  s.opening = pair(MakeEyeCurves(a).opening, MakeEyeCurves(b).opening);
  s.iris_x = pair(a.iris.x, b.iris.x);
  s.iris_y = pair(a.iris.y, b.iris.y);
  s.iris_r = pair(a.iris_radius, b.iris_radius);
}

TorchEyes::~TorchEyes() = default;

void TorchEyes::SetHead(const Tensor& head) {
  // Box over 0.08 IOD, back to one sample a pixel; sample (x, y)
  // stays at pixel (x, y).
  const int64_t reach =
      std::max(1L, std::lround(0.04f * 2 * state_->geometry.iod_px));
  const int64_t taps = 2 * reach + 1;
  const Tensor colour = head.narrow(1, 0, 3);
  state_->soft = at::avg_pool2d(
      at::replication_pad2d(colour, {reach, reach, reach, reach}), {taps, taps},
      {2, 2});
}

// The eyeball with its gaze, seen at (x, y) of the portrait: [2, 3, h, w].
Tensor TorchEyes::State::Ball(const Part& p, const Tensor& y) const {
  const Tensor photo =
      Sample(p.head, Part::ToFrame(geometry, p.x, y)).narrow(1, 0, 3);
  if (!p.any_gaze) return photo;
  const float half = box_half_px - 0.5f;
  // Position in the eye's own box, [-1, 1].
  const auto in_box = [&](const Tensor& fx, const Tensor& fy) {
    const Tensor frame = Part::ToFrame(geometry, fx, fy);
    const float w = static_cast<float>(geometry.width - 1) / 2;
    const float h = static_cast<float>(geometry.height - 1) / 2;
    const auto axis = [&](int c, float size, float a, float b) {
      return ((frame.select(1, c) + 1) * size - PerEye(a, b, p.x)) / half;
    };
    return at::stack({axis(0, w, box_centre_px[0].x, box_centre_px[1].x),
                      axis(1, h, box_centre_px[0].y, box_centre_px[1].y)},
                     1);
  };
  const Tensor white = Sample(sclera_iris.narrow(1, 0, 3), in_box(p.x, y));
  const Tensor iris =
      Sample(sclera_iris.narrow(1, 3, 3), in_box(p.x - p.gaze_x, y - p.gaze_y));
  const Tensor dx = p.x - iris_x - p.gaze_x, dy = y - iris_y - p.gaze_y;
  const Tensor d = (dx * dx + dy * dy).sqrt() / iris_r;
  const Tensor disc = 1 - SmoothRamp(d, 0.90f, 1.14f);
  const Tensor under = y - p.upper;  // below the upper lid
  const Tensor shade = 0.72f + 0.28f * SmoothRamp(under, 0, 0.07f);
  const Tensor drawn = Mix(white * shade.unsqueeze(1), iris, disc.unsqueeze(1));
  const Tensor inside = SmoothRamp(under, 0.010f, 0.034f) *
                        SmoothRamp(p.lower - y, -0.014f, 0.004f) *
                        SmoothRamp(1 - p.along.abs(), 0, 0.10f) * p.gaze_on;
  return Mix(photo, drawn, inside.unsqueeze(1));
}

// Both lids over the eyeball: [2, 3, h, w].
Tensor TorchEyes::State::Lid(const Part& p) const {
  const Tensor bump0 = (1 - (p.along / 1.30f).square()).clamp_(0, 1);
  const Tensor bump = bump0 * SmoothRamp(bump0, 0, 0.30f);
  const Tensor edge = SmoothRamp(bump, 0, 0.3f);
  const Tensor inner = SmoothRamp(bump, 0, 0.25f);
  const Tensor closing = p.blink.clamp_min(0);
  const Tensor move = p.travel * p.blink;
  const Tensor lid = p.upper + move;

  // Skin above: the crease stays, the lashes move, between them it stretches.
  const Tensor crease_y = p.upper - (kLash + kCrease);
  const Tensor length = (lid - kLash - crease_y).clamp_min(1e-3f);
  const Tensor at = ((p.y - crease_y) / length).clamp(0, 1);
  const Tensor squeeze = kCrease / length;
  const Tensor source =
      at + (1 - at) * at * (1 - squeeze).clamp(-0.5f, 0.9f) * 0.6f;
  Tensor from = at::where(
      p.y < crease_y, p.y,
      at::where(p.y < lid - kLash, crease_y + kCrease * source, p.y - move));
  from = p.y + (from - p.y) * inner;
  Tensor skin =
      Sample(p.head, Part::ToFrame(geometry, p.x, from)).narrow(1, 0, 3);
  // A stretched lid shows streaks and keeps the folds of the open eye: fade to
  // a smooth version of itself that is nowhere darker than the crease.
  const Tensor blurred =
      Sample(soft.expand({2, -1, -1, -1}), Part::ToFrame(geometry, p.x, from));
  const Tensor plain = Mix(blurred, at::maximum(crease, blurred) * 0.97f,
                           at::full({}, 0.6f, p.x.options()));
  const Tensor smooth =
      SmoothRamp(at, 0, 0.25f) *
      (1 - SmoothRamp(p.y - lid, -kLash * 1.6f, -kLash * 0.6f)) *
      (1.4f - squeeze * 0.9f).clamp(0, 0.85f) * inner *
      SmoothRamp(closing, 0, 0.35f);
  skin = Mix(skin, plain, smooth.unsqueeze(1));

  // Below: the lower lid rises, taking the skin under it along.
  const Tensor rise =
      opening * bump * (kLowerShare * p.blink + 0.5f * p.squint);
  const Tensor below =
      p.y + rise * at::exp((p.y - p.lower).clamp_min(0) * (-1 / 0.09f)) *
                SmoothRamp(p.y - (p.lower - rise), -0.03f, 0.01f);
  Tensor ball = Ball(p, below);
  const Tensor shadow = at::exp((p.y - lid).clamp_min(0) * (-1 / 0.045f)) *
                        (1 - SmoothRamp(p.y - p.lower, -0.01f, 0.02f)) *
                        (closing * 0.30f) * edge;
  ball = ball * (1 - shadow).unsqueeze(1);

  const Tensor over =
      ((lid + kLidEdge * edge - p.y) * (geometry.iod_px / 1.5f) + 0.5f)
          .clamp_(0, 1);
  Tensor out = Mix(ball, skin, over.unsqueeze(1));
  const Tensor line = at::exp(-((p.y - lid - 0.006f) / 0.015f).square()) *
                      SmoothRamp(bump, 0, 0.35f) *
                      SmoothRamp(closing, 0.3f, 1) * 0.38f;
  return out * (1 - line).unsqueeze(1);
}

void TorchEyes::Draw(const FacePose& pose, const Tensor& map,
                     const Tensor& head, Tensor* canvas) const {
  const State& s = *state_;
  const FaceRig& g = s.geometry;
  State::Part p;
  const auto each = [&](auto value) { return PerEye(value(0), value(1), map); };
  const auto gaze = [&](int k) {
    return s.gaze_gain[k] *
           std::hypot(pose.eyes[k].gaze_x, pose.eyes[k].gaze_y);
  };
  bool any_lid = false;
  for (int k = 0; k < 2; ++k) {
    any_lid |= pose.eyes[k].blink != 0 || pose.eyes[k].lower_lid != 0;
    p.any_gaze |= gaze(k) > 0;
  }
  if (!any_lid && !p.any_gaze) return;

  const HeadTurn turn = MakeHeadTurn(pose);
  std::array<int, 2> x0, y0;
  std::vector<Tensor> parts;
  for (int k = 0; k < 2; ++k) {
    const Vec2 shift = HeadShiftPx(g, turn, s.centre[k]);
    x0[k] = std::clamp(
        static_cast<int>(std::floor(s.box_centre_px[k].x + shift.x)) -
            s.part_w / 2 - s.box.x0,
        0, s.box.w - s.part_w);
    y0[k] =
        std::clamp(static_cast<int>(std::floor(s.box_centre_px[k].y + shift.y -
                                               kAbove * g.iod_px)) -
                       s.box.y0,
                   0, s.box.h - s.part_h);
    parts.push_back(map.narrow(1, y0[k], s.part_h).narrow(2, x0[k], s.part_w));
  }
  const Tensor at = at::stack(parts);
  // Frame units to face units.
  const Tensor px =
      (at.select(1, 0) + 1) * (static_cast<float>(g.width - 1) / 2) -
      g.origin_px.x;
  const Tensor py =
      (at.select(1, 1) + 1) * (static_cast<float>(g.height - 1) / 2) -
      g.origin_px.y;
  p.x = px * (g.ex.x / g.iod_px) + py * (g.ex.y / g.iod_px);
  p.y = px * (g.ey.x / g.iod_px) + py * (g.ey.y / g.iod_px);
  p.head = head.expand({2, -1, -1, -1});
  p.along = (p.x - s.cx) / s.half_width;
  const Tensor along_curve = (p.x - s.cx) / kEyeReach;
  const Tensor curves = Sample(
      s.curves, at::stack({along_curve, at::zeros_like(along_curve)}, 1));
  p.upper = curves.select(1, 0);
  p.lower = curves.select(1, 1);
  p.travel = curves.select(1, 2);
  p.blink = each([&](int k) { return pose.eyes[k].blink; });
  p.squint = each([&](int k) { return pose.eyes[k].lower_lid; });
  p.gaze_x = each([&](int k) { return 0.060f * pose.eyes[k].gaze_x; });
  p.gaze_y = each([&](int k) { return 0.035f * pose.eyes[k].gaze_y; });
  p.gaze_on = each([&](int k) {
    const float t = std::clamp(gaze(k) / 0.2f, 0.f, 1.f);
    return t * t * (3 - 2 * t) * s.gaze_gain[k];
  });

  const Tensor drawn = s.Lid(p);
  const Tensor still = Sample(p.head, at).narrow(1, 0, 3);
  // Fades towards the border of the eye's box in the portrait.
  std::vector<Tensor> distance;
  for (int k = 0; k < 2; ++k) {
    distance.push_back(
        at::maximum((px[k] + (g.origin_px.x - s.box_centre_px[k].x)).abs(),
                    (py[k] + (g.origin_px.y - s.box_centre_px[k].y)).abs()) /
        s.box_half_px);
  }
  const Tensor mask = (1 - SmoothRamp(at::stack(distance), 0.8f, 1)) *
                      (1 - SmoothRamp(p.y - p.lower, kFadeStart, kFadeEnd));
  const Tensor change = (drawn - still) * mask.unsqueeze(1);
  for (int k = 0; k < 2; ++k) {
    canvas->narrow(1, y0[k], s.part_h)
        .narrow(2, x0[k], s.part_w)
        .add_(change[k]);
  }
}

}  // namespace longtake::worker
