#include "worker/engine/render/torch_eyes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "worker/engine/render/eye_curves.h"
#include "worker/engine/render/eye_numbers.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Geometry of the upper lid, IOD: the strip of lashes that moves rigidly, the
// edge of the lid over the eyeball, and the crease that stays.
constexpr float kLash = 0.030f;
constexpr float kLidEdge = 0.016f;
constexpr float kMostLidLight = 4;  // of its crease
constexpr float kCrease = 0.075f;
// Iris contrast (grey levels) under which gaze is not animated, and the level
// from which it is fully.
constexpr float kContrastFloor = 8.f, kContrastFull = 16.f;

// Part of the frame redrawn around an eye's centre, IOD; by kFadeEnd under the
// lower lid nothing is left of what the lids do.
constexpr float kAbove = 0.32f, kBelow = 0.44f;
constexpr float kFadeStart = 0.16f, kFadeEnd = 0.27f;

}  // namespace

struct TorchEyes::State {
  FaceRig geometry;  // the rig's scalars; its planes are not kept
  std::string device;
  PixelBox box;
  int part_w = 0, part_h = 0;  // pixels drawn around an eye
  Tensor curves;               // [2, 3, 1, samples] upper, lower, travel
  Tensor sclera, iris;         // [2, 3, h, w], shared box size
  std::array<Vec2, 2> centre;  // of the eye, face units
  std::array<Vec2, 2> box_centre_px;
  std::array<EyeTraits, 2> traits;
  float box_half_px = 0;
  // x to the along of Part, and that to where the curves are tabulated; one
  // over the iris's radius. [2, 1, 1].
  Tensor along_scale, along_offset, along_to_curve, iris_scale;
  Tensor crease;              // [2, 3, 1, 1]
  Tensor soft;                // [1, 4, H, W] the head, blurred over 0.08 IOD
  Tensor to_box, box_offset;  // [1, 2, 1, 1], [2, 2, 1, 1] frame to box units

  struct Part;
  void SetScales(const FaceRig& rig);
  Part View(const FacePose& pose, const Tensor& head, const Tensor& map) const;
  Tensor Mask(const Part& p) const;
  Tensor Ball(const Part& p, const Tensor& below) const;
  Tensor Skin(const Part& p, const Tensor& inner) const;
  Tensor Lid(const Part& p) const;
  // Frame units of a pixel's step along x or y.
  Vec2 PerPixel() const {
    return {2.f / static_cast<float>(geometry.width - 1),
            2.f / static_cast<float>(geometry.height - 1)};
  }
  Tensor Below(const Tensor& at, const Tensor& dy) const;
};

// One frame's view of both eyes; planes are [2, h, w], colours [2, 3, h, w],
// what each eye has of its own [2, 1, 1].
struct TorchEyes::State::Part {
  Tensor head;   // [2, 4, H, W]
  Tensor at;     // [2, 2, h, w] frame units of each pixel's origin
  Tensor x, y;   // face units of it
  Tensor along;  // x over the half width from the centre
  Tensor upper, lower;
  Tensor lid, move;           // y of the upper lid's edge, and how far it went
  Tensor rise;                // way of the lower lid
  Tensor smooth, dark, line;  // how much a closing lid smooths and darkens
  Tensor gaze_on, iris_x, iris_y;  // where the iris went
  Tensor iris_offset;              // [2, 2, 1, 1] the same, frame to box units
  bool any_gaze = false, any_closing = false;
};

// Frame units [2, 2, h, w] of what lies `dy` (face units, [2, h, w]) below.
Tensor TorchEyes::State::Below(const Tensor& at, const Tensor& dy) const {
  const FaceRig& g = geometry;
  const std::array<float, 2> step{g.iod_px * g.ey.x * PerPixel().x,
                                  g.iod_px * g.ey.y * PerPixel().y};
  return at::addcmul(at, dy.unsqueeze(1),
                     FloatTensor(step.data(), {1, 2, 1, 1}, device));
}

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
  std::vector<Tensor> curves, sclera, iris, crease;
  for (int k = 0; k < 2; ++k) {
    const RigEye& eye = rig.eyes[k];
    const EyeCurves c = MakeEyeCurves(eye);
    const std::vector<int64_t> line{1, 1, kEyeCurveSamples};
    curves.push_back(at::cat({FloatTensor(c.upper.data(), line, device),
                              FloatTensor(c.lower.data(), line, device),
                              FloatTensor(c.travel.data(), line, device)}));
    sclera.push_back(PlaneTensor(eye.sclera, device));
    iris.push_back(PlaneTensor(eye.iris_texture, device));
    crease.push_back(ColourTensor(LidColour(rig.skin, eye.crease), device));
    s.box_centre_px[k] = {static_cast<float>(eye.x0 + eye.x1 - 1) / 2,
                          static_cast<float>(eye.y0 + eye.y1 - 1) / 2};
    s.centre[k] = FacePoint(rig, s.box_centre_px[k].x, s.box_centre_px[k].y);
    const float on = std::clamp((eye.iris_contrast - kContrastFloor) /
                                    (kContrastFull - kContrastFloor),
                                0.f, 1.f) *
                     std::clamp((rig.colourfulness - 0.1f) / 0.2f, 0.f, 1.f);
    s.traits[k] = {eye.iris, c.opening, on};
  }
  s.curves = at::stack(curves);
  s.sclera = at::cat(sclera);
  s.iris = at::cat(iris);
  s.crease = at::stack(crease);
  s.SetScales(rig);
}

// Positions in an eye, whatever the frame.
void TorchEyes::State::SetScales(const FaceRig& rig) {
  const RigEye &a = rig.eyes[0], &b = rig.eyes[1];
  const auto pair = [&](float first, float second) {
    const std::array<float, 2> v{first, second};
    return FloatTensor(v.data(), {2, 1, 1}, device);
  };
  along_scale = pair(1 / a.half_width, 1 / b.half_width);
  along_offset = pair(-a.centre_x / a.half_width, -b.centre_x / b.half_width);
  along_to_curve = pair(a.half_width / kEyeReach, b.half_width / kEyeReach);
  iris_scale = pair(1 / a.iris_radius, 1 / b.iris_radius);
  // Frame units are -1 .. 1 over the frame, box units over the eye's box.
  const float half = box_half_px - 0.5f;
  const Vec2 per_px = PerPixel();
  const std::array<float, 2> scale{1 / (per_px.x * half),
                                   1 / (per_px.y * half)};
  to_box = FloatTensor(scale.data(), {1, 2, 1, 1}, device);
  std::array<float, 4> offset{};
  for (int k = 0; k < 2; ++k) {
    offset[2 * k] = scale[0] - box_centre_px[k].x / half;
    offset[2 * k + 1] = scale[1] - box_centre_px[k].y / half;
  }
  box_offset = FloatTensor(offset.data(), {2, 2, 1, 1}, device);
}

TorchEyes::~TorchEyes() = default;

void TorchEyes::SetHead(const Tensor& head) {
  // Box over 0.08 IOD, back to one sample a pixel; sample (x, y)
  // stays at pixel (x, y).
  const int64_t reach =
      std::max(1L, std::lround(0.04f * 2 * state_->geometry.iod_px));
  const int64_t taps = 2 * reach + 1;
  state_->soft =
      at::avg_pool2d(at::replication_pad2d(head.contiguous(),
                                           {reach, reach, reach, reach}),
                     {taps, taps}, {2, 2})
          .contiguous(at::MemoryFormat::ChannelsLast);
}

// The eyeball with its gaze, seen `below` each pixel: [2, 3, h, w].
Tensor TorchEyes::State::Ball(const Part& p, const Tensor& below) const {
  const Tensor at = Below(p.at, below);
  const Tensor photo = Sample(p.head, at).narrow(1, 0, 3);
  if (!p.any_gaze) return photo;
  const Tensor white = Sample(sclera, at::addcmul(box_offset, at, to_box));
  const Tensor moved = Sample(iris, at::addcmul(p.iris_offset, at, to_box));
  const Tensor y = p.y + below;
  const Tensor dx = p.x - p.iris_x, dy = y - p.iris_y;
  const Tensor d = dx.mul_(dx).addcmul_(dy, dy).sqrt_().mul_(iris_scale);
  const Tensor disc = SmoothRamp(d, 1.14f, 0.90f);
  const Tensor under = y - p.upper;  // below the upper lid
  const Tensor shade = SmoothRamp(under, 0, 0.07f, 0.28f, 0.72f);
  const Tensor drawn =
      Mix(white * shade.unsqueeze(1), moved, disc.unsqueeze(1));
  const Tensor inside = SmoothRamp(under, 0.010f, 0.034f)
                            .mul_(SmoothRamp(p.lower - y, -0.014f, 0.004f))
                            .mul_(SmoothRamp(p.along.abs(), 1, 0.90f))
                            .mul_(p.gaze_on);
  return Mix(photo, drawn, inside.unsqueeze(1));
}

// The skin above the lid's edge: the crease stays, the lashes move, between
// them it stretches. [2, 3, h, w].
Tensor TorchEyes::State::Skin(const Part& p, const Tensor& inner) const {
  const Tensor below_crease = (p.y - p.upper).add_(kLash + kCrease);
  const Tensor reach = Affine(p.move, 1, kCrease);  // from crease to lashes
  const Tensor length = reach.clamp_min(1e-3f);
  const Tensor t = (below_crease / length).clamp_(0, 1);
  const Tensor squeeze = length.reciprocal().mul_(kCrease);
  const Tensor bend = Affine(squeeze, -1, 1).clamp_(-0.5f, 0.9f);
  const Tensor source = at::addcmul(t, Affine(t, -1, 1).mul_(t), bend, 0.6f);
  const Tensor stretched = Affine(source, kCrease, 0).sub_(below_crease);
  const Tensor from = at::where(below_crease < reach, stretched, -p.move)
                          .masked_fill_(below_crease < 0, 0)
                          .mul_(inner);
  const Tensor at = Below(p.at, from);
  const Tensor skin = Sample(p.head, at).narrow(1, 0, 3);
  if (!p.any_closing) return skin;
  // A stretched lid shows streaks and keeps the folds of the open eye: fade to
  // a smooth version in the lid's own hue, nowhere darker than the crease.
  const Tensor blurred =
      Sample(soft.expand({2, -1, -1, -1}), at).narrow(1, 0, 3);
  const Tensor lighter = (blurred.narrow(1, 0, 1) / crease.narrow(1, 0, 1))
                             .clamp_(1, kMostLidLight);
  const Tensor plain =
      (crease * lighter).mul_(0.97f * 0.75f).add_(blurred, 0.25f);
  // A lid is round: it turns away from the light at the crease and the lashes.
  plain.mul_(SmoothRamp(t, 0.10f, 0.50f, 0.11f, 0.89f)
                 .mul_(SmoothRamp(t, 1, 0.70f, 0.07f, 0.93f))
                 .unsqueeze(1));
  const Tensor smooth =
      SmoothRamp(t, 0, 0.25f)
          .mul_(SmoothRamp(p.y - p.lid, -kLash * 0.6f, -kLash * 1.6f))
          .mul_(Affine(squeeze, -0.9f, 1.4f).clamp_(0, 0.85f))
          .mul_(inner)
          .mul_(p.smooth);
  return Mix(skin, plain, smooth.unsqueeze(1));
}

// Both lids over the eyeball: [2, 3, h, w].
Tensor TorchEyes::State::Lid(const Part& p) const {
  const Tensor bump0 = Ramp(p.along.square(), -1 / (1.30f * 1.30f), 1);
  const Tensor bump = SmoothRamp(bump0, 0, 0.30f).mul_(bump0);
  const Tensor edge = SmoothRamp(bump, 0, 0.3f);
  const Tensor skin = Skin(p, SmoothRamp(bump, 0, 0.25f));

  // Below: the lower lid rises, taking the skin under it along.
  const Tensor rise = bump * p.rise;
  const Tensor under = p.y - p.lower;
  const Tensor below = under.clamp_min(0)
                           .mul_(-1 / 0.09f)
                           .exp_()
                           .mul_(SmoothRamp(under + rise, -0.03f, 0.01f))
                           .mul_(rise);
  const Tensor ball = Ball(p, below);
  const Tensor inside = p.y - p.lid;
  const Tensor over = Ramp(Affine(edge, kLidEdge, 0).sub_(inside),
                           geometry.iod_px / 1.5f, 0.5f);
  if (!p.any_closing) return Mix(ball, skin, over.unsqueeze(1));

  const Tensor shadow = inside.clamp_min(0)
                            .mul_(-1 / 0.045f)
                            .exp_()
                            .mul_(SmoothRamp(under, 0.02f, -0.01f))
                            .mul_(edge)
                            .mul_(p.dark);
  const Tensor out = Mix(ball.mul(Affine(shadow, -1, 1).unsqueeze(1)), skin,
                         over.unsqueeze(1));
  const Tensor line = Affine(inside, 1 / 0.015f, -0.006f / 0.015f)
                          .square_()
                          .neg_()
                          .exp_()
                          .mul_(SmoothRamp(bump, 0, 0.35f))
                          .mul_(p.line);
  return out * Affine(line, -1, 1).unsqueeze(1);
}

// `map` [2, 2, h, w] are the origins of both eyes' pixels.
TorchEyes::State::Part TorchEyes::State::View(const FacePose& pose,
                                              const Tensor& head,
                                              const Tensor& map) const {
  const FaceRig& g = geometry;
  Part p;
  p.head = head.expand({2, -1, -1, -1});
  p.at = map;
  // Frame units to face units.
  const float w = 1 / PerPixel().x, h = 1 / PerPixel().y;
  const auto face = [&](Vec2 axis) {
    const float ax = axis.x / g.iod_px, ay = axis.y / g.iod_px;
    return Affine(map.select(1, 0), w * ax,
                  (w - g.origin_px.x) * ax + (h - g.origin_px.y) * ay)
        .add_(map.select(1, 1), h * ay);
  };
  p.x = face(g.ex);
  p.y = face(g.ey);

  const EyeNumbers numbers = NumbersOf(pose, traits);
  const Tensor v =
      FloatTensor(numbers[0].data(), {kEyeNumbers, 2, 1, 1}, device);
  p.rise = v[kLowerRise];
  p.smooth = v[kLidSmoothing];
  p.dark = v[kLidShadow];
  p.line = v[kLashLine];
  p.gaze_on = v[kGazeOn];
  p.iris_x = v[kIrisX];
  p.iris_y = v[kIrisY];
  std::array<float, 4> shift{};
  const float to_box_units = g.iod_px / (box_half_px - 0.5f);
  for (int k = 0; k < 2; ++k) {
    const float x = numbers[kGazeX][k], y = numbers[kGazeY][k];
    shift[2 * k] = (x * g.ex.x + y * g.ey.x) * to_box_units;
    shift[2 * k + 1] = (x * g.ex.y + y * g.ey.y) * to_box_units;
    p.any_gaze |= GazeOf(pose, traits, k) > 0;
    p.any_closing |= pose.eyes[k].blink > 0;
  }
  p.iris_offset = box_offset - FloatTensor(shift.data(), {2, 2, 1, 1}, device);

  p.along = at::addcmul(along_offset, p.x, along_scale);
  const Tensor along_curve = p.along * along_to_curve;
  const Tensor at_curve =
      Sample(curves, at::stack({along_curve, at::zeros_like(along_curve)}, 1));
  p.upper = at_curve.select(1, 0);
  p.lower = at_curve.select(1, 1);
  p.move = at_curve.select(1, 2) * v[kBlinkShare];
  p.lid = p.upper + p.move;
  return p;
}

// How much of what is drawn counts, [2, h, w]: it fades towards the border of
// the eye's box in the portrait.
Tensor TorchEyes::State::Mask(const Part& p) const {
  // The box units leave half a pixel out.
  const float rim = box_half_px / (box_half_px - 0.5f);
  const Tensor from_centre =
      at::addcmul(box_offset, p.at, to_box).abs_().amax(1);
  return SmoothRamp(from_centre, rim, 0.8f * rim)
      .mul_(SmoothRamp(p.y - p.lower, kFadeEnd, kFadeStart));
}

void TorchEyes::Draw(const FacePose& pose, const Tensor& map,
                     const Tensor& head, Tensor* canvas) const {
  const State& s = *state_;
  const FaceRig& g = s.geometry;
  bool anything = false;
  for (int k = 0; k < 2; ++k) {
    anything |= pose.eyes[k].blink != 0 || pose.eyes[k].lower_lid != 0 ||
                GazeOf(pose, s.traits, k) > 0;
  }
  if (!anything) return;

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
  const State::Part p = s.View(pose, head, at::stack(parts));
  const Tensor still = Sample(p.head, p.at).narrow(1, 0, 3);
  const Tensor change = (s.Lid(p) - still).mul_(s.Mask(p).unsqueeze(1));
  for (int k = 0; k < 2; ++k) {
    canvas->narrow(1, y0[k], s.part_h)
        .narrow(2, x0[k], s.part_w)
        .add_(change[k]);
  }
}

}  // namespace longtake::worker
