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
  Tensor phi_upper, phi_lower;  // [1, 1, H, W]
  Tensor gap;                   // [1, 4, H, W] colour, alpha; or undefined
  Tensor teeth_table;           // [1, rows, 1, samples]
  Tensor cavity, tongue, teeth, gum, inner_lip;  // [3, 1, 1]
  std::vector<float> blur;
  float upper_middle = 0, lower_middle = 0;  // t of the edges at s = 0
  float soft_px = 1;

  struct Part;
  // Without the outermost pixels.
  static Tensor Inner(const Tensor& v) {
    return v.narrow(-2, 1, v.size(-2) - 2).narrow(-1, 1, v.size(-1) - 2);
  }
  static Tensor Cover(const Tensor& phi);
  PixelBox Window(const FacePose& pose, float centre_x, float centre_y, int w,
                  int h) const;
  Part View(const FacePose& pose, const Tensor& maps,
            const Tensor& phi_upper_at, const Tensor& phi_lower_at) const;
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
    const float round =
        std::max(0.2f, 1 - 0.50f * pose.pucker - 0.25f * pose.funnel);
    return ColourTensor({round, std::pow(round, 1.25f), std::pow(round, 1.25f)},
                        device);
  }
  void Tongue(const FacePose& pose, const Part& p, Tensor* colour) const;
  void Teeth(const FacePose& pose, const Part& p, Tensor* colour) const;
  // 0 to 1 over the portrait's own softness; v in IOD, positive inside.
  Tensor Edge(const Tensor& v) const {
    return (v * (geometry.iod_px / soft_px) + 0.5f).clamp_(0, 1);
  }
  // (s, t) of points in frame units [2, h, w].
  std::array<Tensor, 2> ToMouth(const Tensor& at) const;
};

// Planes [h, w] of the mouth's part of one frame.
struct TorchMouth::State::Part {
  Tensor x, t;          // skull: along the mouth and across it, IOD
  Tensor inside_upper;  // px below the upper lip's edge
  Tensor inside_lower;  // px above the lower lip's edge
  Tensor skull;         // [1, 2, h, w] frame units
  Tensor opened;        // way of both lips against the skull, IOD
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
  s.phi_upper = PlaneTensor(rig.phi_upper, device);
  s.phi_lower = PlaneTensor(rig.phi_lower, device);
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

std::array<Tensor, 2> TorchMouth::State::ToMouth(const Tensor& at) const {
  // Three points give the affine map from frame units to (s, t).
  const auto st = [&](float ux, float uy) {
    const float px = (ux + 1) / 2 * static_cast<float>(geometry.width - 1);
    const float py = (uy + 1) / 2 * static_cast<float>(geometry.height - 1);
    return MouthPoint(geometry, FacePoint(geometry, px, py));
  };
  const Vec2 o = st(0, 0), ax = st(1, 0), ay = st(0, 1);
  const Tensor x = at[0], y = at[1];
  return {x * (ax.x - o.x) + y * (ay.x - o.x) + o.x,
          x * (ax.y - o.y) + y * (ay.y - o.y) + o.y};
}

void TorchMouth::State::Tongue(const FacePose& pose, const Part& p,
                               Tensor* colour) const {
  const float j = pose.jaw_open, out = pose.tongue_out;
  const float width = 0.27f - 0.06f * pose.pucker - 0.04f * pose.funnel;
  const float open = std::clamp((j - 0.1f) / 0.7f, 0.f, 1.f);
  const float lift = open * open * (3 - 2 * open);
  const Tensor x = p.x - pose.jaw_shift;
  const Tensor across = x.square();
  // Height under the tongue's back, moving with the jaw.
  const Tensor depth =
      (p.t - kJawDrop * j) - (lower_middle + 0.015f - 0.085f - 0.085f * lift -
                              0.075f * out + 0.9f * across);
  const Tensor mask =
      SmoothRamp((depth * (1 / 0.045f)).clamp_(0, 1) *
                     ((width - x.abs()) * (1 / 0.05f)).clamp_(0, 1),
                 0, 1);
  const Tensor groove = 1 - 0.18f * at::exp(across * (-1 / (0.02f * 0.02f))) *
                                SmoothRamp(depth, 0.02f, 0.08f);
  const Tensor light = (0.40f + 0.60f * SmoothRamp(depth, 0, 0.12f)) * groove *
                       (1 - across * (0.5f / (width * width))) *
                       (1 + 0.25f * out);
  *colour = Mix(*colour, tongue * light, mask);
}

void TorchMouth::State::Teeth(const FacePose& pose, const Part& p,
                              Tensor* colour) const {
  const Tensor jaw_t = p.t - kJawDrop * pose.jaw_open;
  const Tensor under = jaw_t - (p.table[kLowerEdge] + lower_middle - 0.022f);
  const Tensor lower_light =
      p.table[kLowerShade] * (0.75f + 0.25f * SmoothRamp(under, 0, 0.03f));
  *colour = Mix(*colour, teeth * Warm(lower_light),
                Edge(under) * p.table[kLowerWindow]);

  const Tensor over =
      (p.table[kUpperEdge] + geometry.incisor_edge_t) - p.t - p.hidden;
  const Tensor gum_mask = SmoothRamp(over + p.table[kGumArc], 0.155f, 0.185f);
  const Tensor light =
      p.table[kUpperShade] * (0.90f + 0.10f * SmoothRamp(over, 0, 0.05f)) *
      (1 - p.table[kUpperGap] * (0.20f + 0.12f * SmoothRamp(over, 0.05f, 0)));
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
  const Tensor down = ((p.t - upper_middle) / reach).clamp_(0, 1);
  Tensor colour = cavity * (0.55f + 0.75f * down);
  Tongue(pose, p, &colour);
  Teeth(pose, p, &colour);
  Tensor photo = at::zeros_like(p.t);
  if (gap.defined()) photo = PhotographedTeeth(pose, p, &colour);

  // The lips keep light away, the upper one more, and a slit lets little in.
  // The photographed teeth carry their own light until the lips move.
  const float to_iod = 1 / geometry.iod_px;
  const Tensor under_upper = p.inside_upper * to_iod;
  const Tensor over_lower = p.inside_lower * to_iod;
  const Tensor roof = 0.58f + 0.42f * SmoothRamp(under_upper, -0.01f, 0.07f);
  const Tensor floor = 0.70f + 0.30f * SmoothRamp(over_lower, -0.01f, 0.05f);
  const Tensor slit =
      0.50f + 0.50f * SmoothRamp(under_upper + over_lower, 0, 0.11f);
  const float open = std::min(1.f, 2 * pose.jaw_open);
  const Tensor light =
      Mix(roof * floor * slit, 1 - (1 - roof) * (0.25f * open), photo);
  const Tensor root = light.sqrt();
  colour =
      colour * at::stack({light, light * root.sqrt(), light * root.sqrt()});

  // The lips' wet inner side turns into the mouth; it hides what is behind.
  const Tensor fresh = at::maximum(1 - photo, SmoothRamp(p.opened, 0, 0.14f));
  const Tensor rim_lower = 1 - SmoothRamp(over_lower, -0.01f, 0.042f);
  const Tensor rim_upper = 1 - SmoothRamp(under_upper, -0.01f, 0.020f);
  colour = Mix(colour, inner_lip,
               at::maximum(rim_lower * 0.62f, rim_upper * 0.45f) * fresh);
  // As soft as the photograph; its own teeth already are.
  return Mix(Blur(colour, blur), colour, photo.square());
}

// The lips' antialiased cover from a signed distance [h + 2, w + 2]; slopes by
// central differences, so the outermost pixels are lost: [h, w].
Tensor TorchMouth::State::Cover(const Tensor& phi) {
  const int64_t h = phi.size(0) - 2, w = phi.size(1) - 2;
  const Tensor dx =
      phi.narrow(0, 1, h).narrow(1, 2, w) - phi.narrow(0, 1, h).narrow(1, 0, w);
  const Tensor dy =
      phi.narrow(0, 2, h).narrow(1, 1, w) - phi.narrow(0, 0, h).narrow(1, 1, w);
  const Tensor slope =
      ((dx * dx + dy * dy).sqrt() * 0.5f).clamp_min(kLeastSlope);
  return (Inner(phi) / slope * (1 / kEdgePx) + 0.5f).clamp_(0, 1);
}

// Rows and columns of the mouth's part that can show the interior: the lips at
// their widest, and the jaw's drop. Purely a saving.
PixelBox TorchMouth::State::Window(const FacePose& pose, float centre_x,
                                   float centre_y, int w, int h) const {
  const float tilt = 0.3f * std::abs(std::sin(pose.roll));
  const float aside =
      (1.02f * geometry.mouth_half_width + 0.26f + tilt) * geometry.iod_px;
  const float up = (0.32f + tilt) * geometry.iod_px;
  const float down =
      (kJawDrop * pose.jaw_open + 0.42f + tilt) * geometry.iod_px;
  const auto clip = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.f, static_cast<float>(size)));
  };
  PixelBox window{clip(centre_x - aside, w - 1), clip(centre_y - up, h - 1), 0,
                  0};
  window.w = std::max(clip(centre_x + aside, w), window.x0 + 1) - window.x0;
  window.h = std::max(clip(centre_y + down, h), window.y0 + 1) - window.y0;
  return window;
}

// Skull-attached view of the window; `maps` [3, 2, h, w] as MouthMaps.
TorchMouth::State::Part TorchMouth::State::View(
    const FacePose& pose, const Tensor& maps, const Tensor& phi_upper_at,
    const Tensor& phi_lower_at) const {
  const FaceRig& g = geometry;
  const float sx = 2 / static_cast<float>(g.width - 1);
  const float sy = 2 / static_cast<float>(g.height - 1);
  const auto pair = [&](float x, float y) {
    const std::array<float, 2> v{x, y};
    return FloatTensor(v.data(), {2, 1, 1}, device);
  };
  const Tensor skull = maps[2];
  const Tensor deep =
      skull + pair(kBehindLips * std::sin(pose.yaw) * g.iod_px * sx,
                   kBehindLips * std::sin(pose.pitch) * g.iod_px * sy);
  Part p;
  const auto st = ToMouth(deep);
  p.x = st[0] * g.mouth_half_width;
  p.t = st[1];
  p.hidden = 0.045f * pose.pucker + 0.035f * pose.funnel;
  const float cover = p.hidden * g.iod_px;
  const Vec2 down = {g.mouth_y.x * g.ex.x + g.mouth_y.y * g.ey.x,
                     g.mouth_y.x * g.ex.y + g.mouth_y.y * g.ey.y};
  p.skull =
      (deep + pair(cover * down.x * sx, cover * down.y * sy)).unsqueeze(0);
  p.inside_upper = -phi_upper_at;
  p.inside_lower = -phi_lower_at;
  const Tensor table_at = p.x.abs() * (2 / kToothReach) - 1;
  p.table = Sample(teeth_table,
                   at::stack({table_at, at::zeros_like(table_at)}).unsqueeze(0))
                .squeeze(0);
  // Where neither lip has moved against the skull the photograph is right.
  const Tensor to_px = pair(1 / sx, 1 / sy);
  const Tensor moved_u = ((maps[0] - skull) * to_px).square().sum(0);
  const Tensor moved_l = ((maps[1] - skull) * to_px).square().sum(0);
  p.opened = (moved_u.sqrt() + moved_l.sqrt()) * (1 / g.iod_px);
  p.shown = SmoothRamp(at::maximum(moved_u, moved_l), 0.02f, 1) *
            (1 - SmoothRamp(ToMouth(maps[0])[0].abs(), 0.93f, 1));
  return p;
}

void TorchMouth::Draw(const FacePose& pose, const TorchWarp& warp,
                      const Tensor& head, const Tensor& plate,
                      Tensor* canvas) const {
  const State& s = *state_;
  const FaceRig& g = s.geometry;
  const Vec2 shift = HeadShiftPx(g, MakeHeadTurn(pose), g.mouth_centre);
  const Vec2 rest = PixelPoint(g, g.mouth_centre);
  const float centre_x = rest.x + shift.x - static_cast<float>(s.box.x0);
  const float centre_y = rest.y + shift.y - static_cast<float>(s.box.y0);
  const int x0 =
      std::clamp(static_cast<int>(std::floor(centre_x)) - s.part_w / 2, 0,
                 s.box.w - s.part_w);
  const int y0 =
      std::clamp(static_cast<int>(std::floor(centre_y - 0.42f * g.iod_px)), 0,
                 s.box.h - s.part_h);
  const Tensor all_maps =
      warp.MouthMaps({s.box.x0 + x0, s.box.y0 + y0, s.part_w, s.part_h});
  const Tensor phi_u = Sample(s.phi_upper, all_maps.narrow(0, 0, 1))[0][0];
  const Tensor phi_l = Sample(s.phi_lower, all_maps.narrow(0, 1, 1))[0][0];
  const Tensor cover_u = s.Cover(phi_u), cover_l = s.Cover(phi_l);
  const Tensor maps = State::Inner(all_maps);
  const Tensor layers =
      Sample(head.expand({2, -1, -1, -1}), maps.narrow(0, 0, 2));
  const Tensor colour_u = layers[0].narrow(0, 0, 3);
  const Tensor colour_l = layers[1].narrow(0, 0, 3);

  Tensor out = colour_u.clone();
  const PixelBox window = s.Window(pose, centre_x - static_cast<float>(x0 + 1),
                                   centre_y - static_cast<float>(y0 + 1),
                                   s.part_w - 2, s.part_h - 2);
  const auto seen = [&](const Tensor& v) {
    return v.narrow(-2, window.y0, window.h).narrow(-1, window.x0, window.w);
  };
  const State::Part p = s.View(pose, seen(maps), seen(State::Inner(phi_u)),
                               seen(State::Inner(phi_l)));
  seen(out).copy_(Mix(seen(out), s.Interior(pose, p), p.shown));

  out = Mix(Mix(out, colour_u, cover_u), colour_l, cover_l);
  const Tensor share = Mix(layers[0][3], layers[1][3], cover_l);
  const auto mine = [&](const Tensor& v) {
    return State::Inner(v.narrow(1, y0, s.part_h).narrow(2, x0, s.part_w));
  };
  mine(*canvas).copy_(at::addcmul(out, mine(plate), share));
}

}  // namespace longtake::worker
