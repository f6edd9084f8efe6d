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
constexpr float kMostLidLight = 4;  // of its crease
constexpr float kCrease = 0.075f;
// By kFadeEnd under the lower lid nothing is left of what the lids do, IOD.
constexpr float kFadeStart = 0.16f, kFadeEnd = 0.27f;

// The head blurred over 0.08 IOD, back to one sample a pixel; sample (x, y)
// stays at pixel (x, y). [1, 4, height, width].
Tensor Softened(const Tensor& head, float iod_px) {
  const int64_t reach = std::max(1L, std::lround(0.04f * 2 * iod_px));
  const int64_t taps = 2 * reach + 1;
  return at::avg_pool2d(at::replication_pad2d(head.contiguous(),
                                              {reach, reach, reach, reach}),
                        {taps, taps}, {2, 2})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

// What differs between the eyes is kept for all eyes of a batch: those of all
// frames on the image's left, then those on its right.
struct TorchEyes::State {
  State(const FaceRig& rig, const PixelBox& box, int batch,
        const std::string& where)
      : frames(batch), device(where), parts(rig, box), iod_px(rig.iod_px) {}

  const int frames;
  const std::string device;
  const EyeParts parts;
  const float iod_px;
  // Frame units to face units: x = to_x . at + offset_x, y likewise.
  Vec2 to_x, to_y;
  float offset_x = 0, offset_y = 0;
  Tensor curves;        // [2 n, 3, 1, samples] upper, lower, travel
  Tensor sclera, iris;  // [2 n, 3, h, w], shared box size
  // x to the along of Part, and that to where the curves are tabulated; one
  // over the iris's radius. [2 n, 1, 1].
  Tensor along_scale, along_offset, along_to_curve, iris_scale;
  Tensor crease;              // [2 n, 3, 1, 1]
  Tensor soft;                // [1, 4, H, W] the head, blurred over 0.08 IOD
  Tensor to_box, box_offset;  // [1, 2, 1, 1], [2 n, 2, 1, 1] frame to box units
  Tensor down;                // [1, 2, 1, 1] face units down to frame units

  struct Part;
  void SetEyes(const FaceRig& rig);
  void SetScales(const FaceRig& rig);
  void SetUnits(const FaceRig& rig);
  Part View(const Tensor& numbers, const TorchHead& head,
            const Tensor& map) const;
  Tensor Mask(const Part& p) const;
  Tensor Ball(const Part& p, const Tensor& below) const;
  Tensor Skin(const Part& p, const Tensor& inner) const;
  Tensor Lid(const Part& p) const;
  // Frame units [2 n, 2, h, w] of what lies `dy` (face units, [2 n, h, w])
  // below.
  Tensor Below(const Tensor& at, const Tensor& dy) const {
    return at::addcmul(at, dy.unsqueeze(1), down);
  }
  // [2, ...] for every frame.
  Tensor ForAll(const Tensor& of_two) const {
    std::vector<int64_t> sizes = of_two.sizes().vec();
    sizes.insert(sizes.begin() + 1, frames);
    return of_two.unsqueeze(1).expand(sizes).flatten(0, 1).contiguous();
  }
};

// The frames' views of both eyes; planes are [2 n, h, w], colours [2 n, 3, h,
// w], what each eye has of its own [2 n, 1, 1].
struct TorchEyes::State::Part {
  Part(const TorchHead& of, const Tensor& map) : head(of), at(map) {}

  const TorchHead& head;
  Tensor at;     // [2 n, 2, h, w] frame units of each pixel's origin
  Tensor x, y;   // face units of it
  Tensor along;  // x over the half width from the centre
  Tensor upper, lower;
  Tensor lid, move;           // y of the upper lid's edge, and how far it went
  Tensor rise;                // way of the lower lid
  Tensor smooth, dark, line;  // how much a closing lid smooths and darkens
  Tensor gaze_on, iris_x, iris_y;  // where the iris went
  Tensor iris_offset;  // [2 n, 2, 1, 1] the same, frame to box units
  Tensor moves;        // 0 where lids and gaze are as photographed, else 1
};

TorchEyes::TorchEyes(const FaceRig& rig, const PixelBox& box,
                     const TorchHead& head, int frames,
                     const std::string& device)
    : state_(std::make_unique<State>(rig, box, frames, device)) {
  state_->SetEyes(rig);
  state_->SetScales(rig);
  state_->SetUnits(rig);
  state_->soft = Softened(head.texture(), rig.iod_px);
}

TorchEyes::~TorchEyes() = default;

void TorchEyes::State::SetEyes(const FaceRig& rig) {
  std::vector<Tensor> of_curves, of_sclera, of_iris, of_crease;
  for (const RigEye& eye : rig.eyes) {
    const EyeCurves c = MakeEyeCurves(eye);
    const std::vector<int64_t> line{1, 1, kEyeCurveSamples};
    of_curves.push_back(at::cat({FloatTensor(c.upper.data(), line, device),
                                 FloatTensor(c.lower.data(), line, device),
                                 FloatTensor(c.travel.data(), line, device)}));
    of_sclera.push_back(PlaneTensor(eye.sclera, device));
    of_iris.push_back(PlaneTensor(eye.iris_texture, device));
    of_crease.push_back(ColourTensor(LidColour(rig.skin, eye.crease), device));
  }
  curves = ForAll(at::stack(of_curves));
  sclera = ForAll(at::cat(of_sclera));
  iris = ForAll(at::cat(of_iris));
  crease = ForAll(at::stack(of_crease));
}

// Positions in an eye, whatever the frame.
void TorchEyes::State::SetScales(const FaceRig& rig) {
  const RigEye &a = rig.eyes[0], &b = rig.eyes[1];
  const auto pair = [&](float first, float second) {
    const std::array<float, 2> v{first, second};
    return ForAll(FloatTensor(v.data(), {2, 1, 1}, device));
  };
  along_scale = pair(1 / a.half_width, 1 / b.half_width);
  along_offset = pair(-a.centre_x / a.half_width, -b.centre_x / b.half_width);
  along_to_curve = pair(a.half_width / kEyeReach, b.half_width / kEyeReach);
  iris_scale = pair(1 / a.iris_radius, 1 / b.iris_radius);
}

// From frame units, -1 .. 1 over the frame, to those of the face and of the
// eyes' boxes.
void TorchEyes::State::SetUnits(const FaceRig& rig) {
  const float w = static_cast<float>(rig.width - 1) / 2;
  const float h = static_cast<float>(rig.height - 1) / 2;
  const auto face = [&](Vec2 axis, Vec2* by, float* offset) {
    const float ax = axis.x / rig.iod_px, ay = axis.y / rig.iod_px;
    *by = {w * ax, h * ay};
    *offset = (w - rig.origin_px.x) * ax + (h - rig.origin_px.y) * ay;
  };
  face(rig.ex, &to_x, &offset_x);
  face(rig.ey, &to_y, &offset_y);
  // The box units leave half a pixel out.
  const float half = parts.box_half_px() - 0.5f;
  const std::array<float, 2> scale{w / half, h / half};
  to_box = FloatTensor(scale.data(), {1, 2, 1, 1}, device);
  std::array<float, 4> offset{};
  for (int k = 0; k < 2; ++k) {
    offset[2 * k] = scale[0] - parts.box_centre_px(k).x / half;
    offset[2 * k + 1] = scale[1] - parts.box_centre_px(k).y / half;
  }
  box_offset = ForAll(FloatTensor(offset.data(), {2, 2, 1, 1}, device));
  const std::array<float, 2> step{rig.iod_px * rig.ey.x / w,
                                  rig.iod_px * rig.ey.y / h};
  down = FloatTensor(step.data(), {1, 2, 1, 1}, device);
}

// The eyeball with its gaze, seen `below` each pixel: [2 n, 3, h, w].
Tensor TorchEyes::State::Ball(const Part& p, const Tensor& below) const {
  const Tensor at = Below(p.at, below);
  const Tensor photo = p.head.At(at).narrow(1, 0, 3);
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
// them it stretches. [2 n, 3, h, w].
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
  const Tensor skin = p.head.At(at).narrow(1, 0, 3);
  // A stretched lid shows streaks and keeps the folds of the open eye: fade to
  // a smooth version in the lid's own hue, nowhere darker than the crease.
  const Tensor blurred =
      Sample(soft.expand({2L * frames, -1, -1, -1}), at).narrow(1, 0, 3);
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

// Both lids over the eyeball: [2 n, 3, h, w].
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
  const Tensor over =
      Ramp(Affine(edge, kLidEdge, 0).sub_(inside), iod_px / 1.5f, 0.5f);

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

void TorchEyes::Fill(const FacePose& pose, float* numbers) const {
  state_->parts.Fill(pose, numbers);
}

// `map` [2 n, 2, h, w] are the origins of both eyes' pixels.
TorchEyes::State::Part TorchEyes::State::View(const Tensor& numbers,
                                              const TorchHead& head,
                                              const Tensor& map) const {
  Part p(head, map);
  const auto face = [&](Vec2 by, float offset) {
    return Affine(map.select(1, 0), by.x, offset).add_(map.select(1, 1), by.y);
  };
  p.x = face(to_x, offset_x);
  p.y = face(to_y, offset_y);

  // Two columns, of n frames each, become 2 n eyes.
  const auto number = [&](EyeNumber which) {
    return numbers.narrow(1, 2 * which, 2).t().reshape({-1, 1, 1});
  };
  p.rise = number(kLowerRise);
  p.smooth = number(kLidSmoothing);
  p.dark = number(kLidShadow);
  p.line = number(kLashLine);
  p.gaze_on = number(kGazeOn);
  p.iris_x = number(kIrisX);
  p.iris_y = number(kIrisY);
  p.iris_offset = box_offset - numbers.narrow(1, EyeParts::kShift, 4)
                                   .reshape({-1, 2, 2})
                                   .transpose(0, 1)
                                   .reshape({-1, 2, 1, 1});
  p.moves = numbers.select(1, EyeParts::kMoves).repeat({2}).view({-1, 1, 1});

  p.along = at::addcmul(along_offset, p.x, along_scale);
  const Tensor along_curve = p.along * along_to_curve;
  const Tensor at_curve =
      Sample(curves, at::stack({along_curve, at::zeros_like(along_curve)}, 1));
  p.upper = at_curve.select(1, 0);
  p.lower = at_curve.select(1, 1);
  p.move = at_curve.select(1, 2) * number(kBlinkShare);
  p.lid = p.upper + p.move;
  return p;
}

// How much of what is drawn counts, [2 n, h, w]: it fades towards the border of
// the eye's box in the portrait.
Tensor TorchEyes::State::Mask(const Part& p) const {
  const float half = parts.box_half_px();
  const float rim = half / (half - 0.5f);
  const Tensor from_centre =
      at::addcmul(box_offset, p.at, to_box).abs_().amax(1);
  return SmoothRamp(from_centre, rim, 0.8f * rim)
      .mul_(SmoothRamp(p.y - p.lower, kFadeEnd, kFadeStart))
      .mul_(p.moves);
}

void TorchEyes::Draw(std::span<const FacePose> poses, const Tensor& numbers,
                     const Tensor& map, const TorchHead& head,
                     Tensor* canvas) const {
  const State& s = *state_;
  // Where one frame of the batch moves its eyes, `moves` leaves the others.
  if (std::none_of(poses.begin(), poses.end(),
                   [&](const FacePose& pose) { return s.parts.Moves(pose); })) {
    return;
  }
  const std::array<std::vector<PixelBox>, 2> parts{s.parts.Place(poses, 0),
                                                   s.parts.Place(poses, 1)};
  const State::Part p =
      s.View(numbers, head, at::cat({Cut(map, parts[0]), Cut(map, parts[1])}));
  const Tensor still = head.At(p.at).narrow(1, 0, 3);
  const Tensor change = (s.Lid(p) - still).mul_(s.Mask(p).unsqueeze(1));
  for (int k = 0; k < 2; ++k) {
    Put(Cut(*canvas, parts[k]).add_(change.narrow(0, k * s.frames, s.frames)),
        parts[k], canvas);
  }
}

}  // namespace longtake::worker
