#include "worker/engine/render/torch_mouth.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "worker/engine/render/mouth_tables.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Half width of the antialiased edge of a lip, pixels, and the least slope of
// the signed distance it trusts.
constexpr float kEdgePx = 1.3f;
constexpr float kLeastSlope = 0.25f;
// The interior lies this far behind the lips, IOD.
constexpr float kBehindLips = 0.10f;
constexpr float kJawDrop = 0.36f;

Rgb Scaled(const Rgb& c, float by) { return {c[0] * by, c[1] * by, c[2] * by}; }

// Each channel by its own factor on a coloured subject, by one on a grey one.
Rgb Multiplied(const Rgb& c, const Rgb& by, float colour, float grey) {
  Rgb out{};
  for (int i = 0; i < 3; ++i) {
    out[i] = c[i] * (by[i] * colour + grey * (1 - colour));
  }
  return out;
}

}  // namespace

struct TorchMouth::State {
  FaceRig geometry;  // scalars, depth and head mask
  std::string device;
  PixelBox box;
  int part_w = 0, part_h = 0;
  Tensor phi;          // [2, 1, H, W] of the upper and lower lip
  Tensor gap;          // [1, 4, H, W] colour, alpha; or undefined
  Tensor teeth_table;  // [1, rows, 1, samples]
  Tensor cavity, tongue, teeth, gum, inner_lip;  // [3, 1, 1]
  std::vector<float> blur;
  float upper_middle = 0, lower_middle = 0;  // t of the edges at s = 0
  float soft_px = 1;

  struct Part;
  // Without the outermost pixels.
  static Tensor Inner(const Tensor& v) {
    return v.narrow(-2, 1, v.size(-2) - 2).narrow(-1, 1, v.size(-1) - 2);
  }
  static Tensor Cover(const Tensor& phi_at);
  PixelBox Place(const FacePose& pose) const;
  PixelBox Opening(const Tensor& seen) const;
  Part View(const FacePose& pose, const Tensor& lips, const Tensor& skull,
            const Tensor& phi_at, const Tensor& between_corners) const;
  Tensor Interior(const FacePose& pose, const Part& p) const;
  Tensor PhotographedTeeth(const FacePose& pose, const Part& p,
                           Tensor* colour) const;
  // Light [h, w] as a colour [3, h, w]: what has bounced off lips and gums has
  // lost green and blue first.
  static Tensor Warm(const Tensor& light) {
    const Tensor most = light * light.clamp_min(0).sqrt().sqrt();
    return at::stack({light, most, most});
  }
  // Rounded lips shade the teeth behind them.
  Tensor RoundTint(const FacePose& pose) const {
    const float round = 1 - 0.30f * pose.pucker - 0.15f * pose.funnel;
    return ColourTensor({round, std::pow(round, 1.25f), std::pow(round, 1.5f)},
                        device);
  }
  void Tongue(const FacePose& pose, const Part& p, Tensor* colour) const;
  void Teeth(const FacePose& pose, const Part& p, Tensor* colour) const;
  // 0 to 1 over the portrait's own softness; v in IOD, positive inside.
  Tensor Edge(const Tensor& v) const {
    return Ramp(v, geometry.iod_px / soft_px, 0.5f);
  }
  // s or t (axis 0 or 1) of points in frame units [2, h, w] that are moved by
  // `shift` pixels, times `scale`.
  Tensor ToMouth(const Tensor& at, int axis, float scale = 1,
                 Vec2 shift = {}) const;
};

// Planes [h, w] of the mouth's part of one frame.
struct TorchMouth::State::Part {
  Tensor x, t;          // skull: along the mouth and across it, IOD
  Tensor inside_upper;  // px below the upper lip's edge
  Tensor inside_lower;  // px above the lower lip's edge
  Tensor skull;         // [1, 2, h, w] frame units
  Tensor opened;        // way of both lips against the skull, px
  Tensor shown;         // weight of the interior before the lips cover it
  float hidden = 0;     // how far rounded lips cover the teeth, IOD
  Tensor table;         // [rows, h, w] teeth at |x|
};

TorchMouth::TorchMouth(const FaceRig& rig, const PixelBox& box,
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
  g.mouth_centre = rig.mouth_centre;
  g.mouth_x = rig.mouth_x;
  g.mouth_y = rig.mouth_y;
  g.mouth_half_width = rig.mouth_half_width;
  g.incisor_edge_t = rig.incisor_edge_t;
  g.shows_teeth = rig.shows_teeth;
  g.head_centre_x = rig.head_centre_x;
  g.chin_y = rig.chin_y;
  g.depth = rig.depth;
  g.head_mask = rig.head_mask;
  s.device = device;
  s.box = box;
  const float iod = rig.iod_px;
  s.part_w = std::min(
      box.w, 2 * static_cast<int>(
                     std::ceil((1.25f * rig.mouth_half_width + 0.22f) * iod)));
  s.part_h = std::min(box.h, static_cast<int>(std::ceil(1.25f * iod)));
  s.phi = at::cat(
      {PlaneTensor(rig.phi_upper, device), PlaneTensor(rig.phi_lower, device)});
  if (rig.shows_teeth) {
    s.gap = at::cat({PlaneTensor(rig.gap_texture, device),
                     PlaneTensor(TeethAlpha(rig), device)},
                    1);
  }
  const std::vector<float> table = MakeToothTable();
  s.teeth_table =
      FloatTensor(table.data(), {1, kToothRows, 1, kToothSamples}, device);
  s.cavity = ColourTensor(rig.cavity, device);
  s.tongue = ColourTensor(rig.tongue, device);
  s.teeth = ColourTensor(rig.teeth, device);
  s.gum = ColourTensor(Scaled(rig.gum, 0.75f), device);
  s.inner_lip = ColourTensor(
      Multiplied(rig.lip, {0.55f, 0.42f, 0.42f}, rig.colourfulness, 0.46f),
      device);
  s.blur = BlurTaps(std::max(0.6f, 0.42f * rig.softness_px));
  s.upper_middle = MouthCurve(rig.upper_edge, 0);
  s.lower_middle = MouthCurve(rig.lower_edge, 0);
  s.soft_px = std::max(1.2f, 0.9f * rig.softness_px);
}

TorchMouth::~TorchMouth() = default;

Tensor TorchMouth::State::ToMouth(const Tensor& at, int axis, float scale,
                                  Vec2 shift) const {
  // Three points give the affine map from frame units.
  const auto value = [&](float ux, float uy) {
    const float px = (ux + 1) / 2 * static_cast<float>(geometry.width - 1);
    const float py = (uy + 1) / 2 * static_cast<float>(geometry.height - 1);
    const Vec2 st =
        MouthPoint(geometry, FacePoint(geometry, px + shift.x, py + shift.y));
    return scale * (axis == 0 ? st.x : st.y);
  };
  const float o = value(0, 0);
  return Affine(at[0], value(1, 0) - o, o).add_(at[1], value(0, 1) - o);
}

void TorchMouth::State::Tongue(const FacePose& pose, const Part& p,
                               Tensor* colour) const {
  const float j = pose.jaw_open, out = pose.tongue_out;
  const float width = 0.27f - 0.06f * pose.pucker - 0.04f * pose.funnel;
  const float open = std::clamp((j - 0.1f) / 0.7f, 0.f, 1.f);
  const float lift = open * open * (3 - 2 * open);
  const Tensor x = Affine(p.x, 1, -pose.jaw_shift);
  const Tensor across = x.square();
  // Height under the tongue's back, moving with the jaw.
  const float back = lower_middle + 0.015f - 0.085f - 0.085f * lift -
                     0.075f * out +
                     0.07f * std::min(1.f, pose.pucker + 0.5f * pose.funnel);
  const Tensor depth = Affine(p.t, 1, -kJawDrop * j - back).add_(across, -0.9f);
  const Tensor mask = SmoothRamp(
      Ramp(depth, 1 / 0.045f, 0) * Ramp(x.abs(), -1 / 0.05f, width / 0.05f), 0,
      1);
  const Tensor dip = at::exp(Affine(across, -1 / (0.02f * 0.02f), 0)) *
                     SmoothRamp(depth, 0.02f, 0.08f);
  const float shine = 1 + 0.25f * out;
  const Tensor light = SmoothRamp(depth, 0, 0.12f, 0.60f * shine, 0.40f * shine)
                           .mul_(Affine(dip, -0.18f, 1))
                           .mul_(Affine(across, -0.5f / (width * width), 1));
  *colour = Mix(*colour, tongue * light, mask);
}

void TorchMouth::State::Teeth(const FacePose& pose, const Part& p,
                              Tensor* colour) const {
  const Tensor under =
      Affine(p.t, 1,
             0.022f - 0.6f * p.hidden - kJawDrop * pose.jaw_open - lower_middle)
          .sub_(p.table[kLowerEdge]);
  const Tensor lower_light =
      p.table[kLowerShade] * SmoothRamp(under, 0, 0.03f, 0.25f, 0.75f);
  *colour = Mix(*colour, teeth * Warm(lower_light),
                Edge(under) * p.table[kLowerWindow]);

  const Tensor over = Affine(p.t, -1, geometry.incisor_edge_t - p.hidden)
                          .add_(p.table[kUpperEdge]);
  const Tensor gum_mask = SmoothRamp(over + p.table[kGumArc], 0.155f, 0.185f);
  const Tensor gaps = p.table[kUpperGap] *
                      SmoothRamp(over, 0.05f, 0, 0.12f, 0.20f) *
                      (1 - 0.6f * pose.tuck);
  const Tensor light = SmoothRamp(over, 0, 0.05f, 0.10f, 0.90f)
                           .mul_(p.table[kUpperShade])
                           .mul_(Affine(gaps, -1, 1));
  const Tensor drawn =
      Mix(teeth * RoundTint(pose), gum, gum_mask) * Warm(light);
  *colour = Mix(*colour, drawn, Edge(over) * p.table[kUpperWindow]);
}

// The photograph's own teeth over the synthesised ones; returns their weight.
Tensor TorchMouth::State::PhotographedTeeth(const FacePose& pose, const Part& p,
                                            Tensor* colour) const {
  const Tensor photo = Sample(gap, p.skull)[0];
  *colour = Mix(*colour, photo.narrow(0, 0, 3) * RoundTint(pose), photo[3]);
  return photo[3];
}

// What is seen between the lips: [3, h, w].
Tensor TorchMouth::State::Interior(const FacePose& pose, const Part& p) const {
  const float reach = 0.10f + kJawDrop * pose.jaw_open;
  const Tensor down = Ramp(p.t, 1 / reach, -upper_middle / reach);
  Tensor colour = cavity * Affine(down, 0.75f, 0.55f);
  Tongue(pose, p, &colour);
  Teeth(pose, p, &colour);
  Tensor photo = at::zeros_like(p.t);
  if (gap.defined()) photo = PhotographedTeeth(pose, p, &colour);

  // The lips keep light away, the upper one more, and a slit lets little in.
  // The photographed teeth carry their own light until the lips move.
  const float iod = geometry.iod_px;
  const Tensor &under_upper = p.inside_upper, &over_lower = p.inside_lower;
  // What a tucked lip leaves of the teeth lies in front, in the light.
  const float front = std::min(1.f, 1.4f * pose.tuck);
  const float dark = 0.50f - 0.38f * front;
  const Tensor roof =
      SmoothRamp(under_upper, -0.01f * iod, 0.06f * iod, dark, 1 - dark);
  const Tensor floor = SmoothRamp(over_lower, -0.01f * iod, 0.05f * iod,
                                  0.20f * (1 - front), 1 - 0.20f * (1 - front));
  const float shut = 0.50f * (1 - front);
  const Tensor slit =
      SmoothRamp(under_upper + over_lower, 0, 0.11f * iod, shut, 1 - shut);
  const float dim = 0.25f * std::min(1.f, 2 * pose.jaw_open);
  const Tensor light =
      Mix(slit.mul_(floor).mul_(roof), Affine(roof, dim, 1 - dim), photo);
  colour.mul_(Warm(light));

  // The lips' wet inner side turns into the mouth; it hides what is behind.
  const Tensor fresh =
      at::maximum(Affine(photo, -1, 1), SmoothRamp(p.opened, 0, 0.14f * iod));
  const Tensor rim = at::maximum(
      SmoothRamp(over_lower, 0.055f * iod, -0.01f * iod, 0.62f * (1 - front)),
      SmoothRamp(under_upper, 0.024f * iod, -0.01f * iod,
                 0.45f * (1 - 0.8f * front)));
  colour = Mix(colour, inner_lip, fresh.mul_(rim));
  // As soft as the photograph; its own teeth already are.
  return Mix(Blur(colour, blur), colour, photo.square());
}

// The part of the frame that is redrawn, in frame pixels, a pixel inside the
// box.
PixelBox TorchMouth::State::Place(const FacePose& pose) const {
  const FaceRig& g = geometry;
  const Vec2 shift = HeadShiftPx(g, MakeHeadTurn(pose), g.mouth_centre);
  const Vec2 rest = PixelPoint(g, g.mouth_centre);
  const float x = rest.x + shift.x, y = rest.y + shift.y - 0.42f * g.iod_px;
  const int x0 = std::clamp(static_cast<int>(std::floor(x)) - part_w / 2,
                            box.x0, box.x0 + box.w - part_w);
  const int y0 = std::clamp(static_cast<int>(std::floor(y)), box.y0,
                            box.y0 + box.h - part_h);
  return {x0 + 1, y0 + 1, part_w - 2, part_h - 2};
}

// The lips' antialiased cover from signed distances [n, h + 2, w + 2]; slopes
// by central differences, so the outermost pixels are lost: [n, h, w].
Tensor TorchMouth::State::Cover(const Tensor& phi_at) {
  const int64_t h = phi_at.size(1) - 2, w = phi_at.size(2) - 2;
  const auto at = [&](int64_t y, int64_t x) {
    return phi_at.narrow(1, y, h).narrow(2, x, w);
  };
  const Tensor dx = at(1, 2) - at(1, 0), dy = at(2, 1) - at(0, 1);
  // Twice the slope, and half the distance's share of a pixel each way.
  const Tensor slope =
      dx.mul_(dx).addcmul_(dy, dy).sqrt_().clamp_min_(2 * kLeastSlope);
  return Ramp(at(1, 1) / slope, 2 / kEdgePx, 0.5f);
}

// The smallest box around all that is not 0 in `seen` [h, w], and as much
// around it as the blur reaches; empty where all is 0.
PixelBox TorchMouth::State::Opening(const Tensor& seen) const {
  const int margin = static_cast<int>(blur.size() / 2);
  const Tensor there = seen.ne(0);
  const auto range = [&](int64_t along, int size, int* first, int* count) {
    const Tensor any = there.any(along).cpu();
    const bool* begin = any.data_ptr<bool>();
    const bool* end = begin + size;
    const bool* lowest = std::find(begin, end, true);
    if (lowest == end) return;
    while (!end[-1]) --end;
    *first = std::max(0, static_cast<int>(lowest - begin) - margin);
    *count = std::min(size, static_cast<int>(end - begin) + margin) - *first;
  };
  PixelBox found;
  range(0, static_cast<int>(seen.size(1)), &found.x0, &found.w);
  range(1, static_cast<int>(seen.size(0)), &found.y0, &found.h);
  return found;
}

// Skull-attached view of the opening: origins by the lips' fields [2, 2, h, w]
// and by the head's turn [2, h, w], the lips' signed distances [2, h, w].
TorchMouth::State::Part TorchMouth::State::View(
    const FacePose& pose, const Tensor& lips, const Tensor& skull,
    const Tensor& phi_at, const Tensor& between_corners) const {
  const FaceRig& g = geometry;
  const float to_px_x = static_cast<float>(g.width - 1) / 2;
  const float to_px_y = static_cast<float>(g.height - 1) / 2;
  const auto pair = [&](float x, float y) {
    const std::array<float, 2> v{x, y};
    return FloatTensor(v.data(), {2, 1, 1}, device);
  };
  const Vec2 behind{kBehindLips * std::sin(pose.yaw) * g.iod_px,
                    kBehindLips * std::sin(pose.pitch) * g.iod_px};
  Part p;
  p.x = ToMouth(skull, 0, g.mouth_half_width, behind);
  p.t = ToMouth(skull, 1, 1, behind);
  p.hidden = 0.12f * pose.pucker + 0.03f * pose.funnel;
  const float cover = p.hidden * g.iod_px;
  const Vec2 down = {g.mouth_y.x * g.ex.x + g.mouth_y.y * g.ey.x,
                     g.mouth_y.x * g.ex.y + g.mouth_y.y * g.ey.y};
  p.skull = (skull + pair((behind.x + cover * down.x) / to_px_x,
                          (behind.y + cover * down.y) / to_px_y))
                .unsqueeze(0);
  p.inside_upper = -phi_at[0];
  p.inside_lower = -phi_at[1];
  const Tensor table_at = Affine(p.x.abs(), 2 / kToothReach, -1);
  p.table = Sample(teeth_table,
                   at::stack({table_at, at::zeros_like(table_at)}).unsqueeze(0))
                .squeeze(0);
  // Where neither lip has moved against the skull the photograph is right.
  const Tensor moved =
      (lips - skull).mul_(pair(to_px_x, to_px_y)).square_().sum(1);
  p.opened = moved.sqrt().sum(0);
  p.shown = SmoothRamp(moved.amax(0), 0.02f, 1).mul_(between_corners);
  return p;
}

void TorchMouth::Draw(const FacePose& pose, const TorchWarp& warp,
                      const Tensor& head, const Tensor& plate,
                      Tensor* canvas) const {
  const State& s = *state_;
  const PixelBox part = s.Place(pose);
  // One pixel more all around, for the slopes.
  const Tensor lips_wide =
      warp.LipMaps({part.x0 - 1, part.y0 - 1, part.w + 2, part.h + 2});
  const Tensor phi_wide = Sample(s.phi, lips_wide).squeeze(1);
  const Tensor cover = s.Cover(phi_wide);
  const Tensor lips = State::Inner(lips_wide);
  const Tensor layers = Sample(head.expand({2, -1, -1, -1}), lips);

  // What is neither beyond the corners nor under a lip.
  const Tensor between_corners =
      SmoothRamp(s.ToMouth(lips[0], 0).abs_(), 1, 0.93f);
  const Tensor uncovered = Affine(cover[0], -1, 1);
  const PixelBox opening =
      s.Opening((1 - cover[1]).mul_(uncovered).mul_(between_corners));
  if (opening.w > 0 && opening.h > 0) {
    const auto seen = [&](const Tensor& v) {
      return v.narrow(-2, opening.y0, opening.h)
          .narrow(-1, opening.x0, opening.w);
    };
    const Tensor skull = warp.SkullMap(
        {part.x0 + opening.x0, part.y0 + opening.y0, opening.w, opening.h});
    const State::Part p =
        s.View(pose, seen(lips), skull, seen(State::Inner(phi_wide)),
               seen(between_corners));
    // Under the upper lip's cover the interior is not seen.
    const Tensor upper = seen(layers[0].narrow(0, 0, 3));
    upper.addcmul_(s.Interior(pose, p) - upper, p.shown * seen(uncovered));
  }
  const Tensor out = Mix(layers[0], layers[1], cover[1]);
  const auto mine = [&](const Tensor& v) {
    return v.narrow(1, part.y0 - s.box.y0, part.h)
        .narrow(2, part.x0 - s.box.x0, part.w);
  };
  Tensor target = mine(*canvas);
  at::addcmul_out(target, out.narrow(0, 0, 3), mine(plate), out[3]);
}

}  // namespace longtake::worker
