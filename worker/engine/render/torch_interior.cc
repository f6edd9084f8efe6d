#include "worker/engine/render/torch_interior.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "worker/engine/render/mouth_tables.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {
namespace {

using at::Tensor;

Rgb Scaled(const Rgb& c, float by) { return {c[0] * by, c[1] * by, c[2] * by}; }

// Each channel by its own factor on a coloured subject, by one on a grey one.
Rgb Multiplied(const Rgb& c, const Rgb& by, float colour, float grey) {
  Rgb out{};
  for (int i = 0; i < 3; ++i) {
    out[i] = c[i] * (by[i] * colour + grey * (1 - colour));
  }
  return out;
}

// A plane [n, h, w] as a factor of colours [n, 3, h, w].
Tensor OfColour(const Tensor& plane) { return plane.unsqueeze(1); }

// Light [n, h, w] as a colour [n, 3, h, w]: what has bounced off lips and gums
// has lost green and blue first.
Tensor Warm(const Tensor& light) {
  const Tensor most = light * light.clamp_min(0).sqrt().sqrt();
  return at::stack({light, most, most}, 1);
}

}  // namespace

struct TorchInterior::State {
  MouthTraits traits;
  float iod_px = 0, soft_px = 1;
  Tensor gap;                                    // [1, 4, H, W] colour, alpha
  bool shows_teeth = false;                      // whether there is a gap
  Tensor teeth_table;                            // [1, rows, 1, samples]
  Tensor cavity, tongue, teeth, gum, inner_lip;  // [3, 1, 1]
  std::vector<float> blur;

  struct Frames;
  void Tongue(const Frames& f, Tensor* colour) const;
  void Teeth(const Frames& f, Tensor* colour) const;
  Tensor PhotographedTeeth(const Frames& f, Tensor* colour) const;
  void Shade(const Frames& f, const Tensor& photo, Tensor* colour) const;
  void InnerLips(const Frames& f, const Tensor& photo, Tensor* colour) const;
  // 0 to 1 over the portrait's own softness; v in IOD, positive inside.
  Tensor Edge(const Tensor& v) const { return Ramp(v, iod_px / soft_px, 0.5f); }
};

// The view, and what is derived from it once.
struct TorchInterior::State::Frames : InteriorView {
  Tensor table;  // [n, rows, h, w] teeth at |x|

  // A number of each frame, [n, 1, 1].
  Tensor number(MouthNumber which) const {
    return numbers.select(1, which).reshape({-1, 1, 1});
  }
  Tensor tooth(ToothRow row) const { return table.select(1, row); }
  // [n, 3, 1, 1].
  Tensor tint() const {
    return numbers.narrow(1, kToothTintRed, 3).reshape({-1, 3, 1, 1});
  }
};

TorchInterior::TorchInterior(const FaceRig& rig, const std::string& device)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.traits = {MouthCurve(rig.upper_edge, 0), MouthCurve(rig.lower_edge, 0),
              rig.incisor_edge_t};
  s.iod_px = rig.iod_px;
  s.soft_px = std::max(1.2f, 0.9f * rig.softness_px);
  s.shows_teeth = rig.shows_teeth;
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
}

TorchInterior::~TorchInterior() = default;

MouthNumbers TorchInterior::NumbersOf(const FacePose& pose) const {
  return worker::NumbersOf(pose, state_->traits);
}

void TorchInterior::State::Tongue(const Frames& f, Tensor* colour) const {
  const Tensor x = f.x + f.number(kTongueAside);
  const Tensor across = x.square();
  const Tensor depth = (f.t + f.number(kTongueDepth)).add_(across, -0.9f);
  const Tensor sides =
      (x.abs() * (-1 / 0.05f)).add_(f.number(kTongueWidth)).clamp_(0, 1);
  const Tensor mask = SmoothRamp(Ramp(depth, 1 / 0.045f, 0) * sides, 0, 1);
  const Tensor dip = at::exp(Affine(across, -1 / (0.02f * 0.02f), 0)) *
                     SmoothRamp(depth, 0.02f, 0.08f);
  const Tensor light = SmoothRamp(depth, 0, 0.12f, f.number(kTongueDeepLight),
                                  f.number(kTongueLight))
                           .mul_(Affine(dip, -0.18f, 1))
                           .mul_((across * f.number(kTongueRound)).add_(1));
  *colour = Mix(*colour, tongue * OfColour(light), OfColour(mask));
}

void TorchInterior::State::Teeth(const Frames& f, Tensor* colour) const {
  const Tensor under =
      (f.t + f.number(kLowerTeethUp)).sub_(f.tooth(kLowerEdge));
  const Tensor lower_light =
      f.tooth(kLowerShade) * SmoothRamp(under, 0, 0.03f, 0.25f, 0.75f);
  *colour = Mix(*colour, teeth * Warm(lower_light),
                OfColour(Edge(under) * f.tooth(kLowerWindow)));

  const Tensor over =
      (f.number(kUpperTeethDown) - f.t).add_(f.tooth(kUpperEdge));
  const Tensor gum_mask = SmoothRamp(over + f.tooth(kGumArc), 0.155f, 0.185f);
  const Tensor gaps = f.tooth(kUpperGap) *
                      SmoothRamp(over, 0.05f, 0, 0.12f, 0.20f) *
                      f.number(kToothGaps);
  const Tensor light = SmoothRamp(over, 0, 0.05f, 0.10f, 0.90f)
                           .mul_(f.tooth(kUpperShade))
                           .mul_(Affine(gaps, -1, 1));
  const Tensor drawn =
      Mix(teeth * f.tint(), gum, OfColour(gum_mask)) * Warm(light);
  *colour = Mix(*colour, drawn, OfColour(Edge(over) * f.tooth(kUpperWindow)));
}

// The photograph's own teeth over the synthesised ones; returns their weight
// [n, h, w].
Tensor TorchInterior::State::PhotographedTeeth(const Frames& f,
                                               Tensor* colour) const {
  if (!shows_teeth) return at::zeros_like(f.t);
  const Tensor photo = Sample(gap.expand({f.t.size(0), -1, -1, -1}), f.skull);
  *colour =
      Mix(*colour, photo.narrow(1, 0, 3) * f.tint(), photo.narrow(1, 3, 1));
  return photo.select(1, 3);
}

// The lips keep light away, the upper one more, and a slit lets little in. The
// photographed teeth carry their own light until the lips move.
void TorchInterior::State::Shade(const Frames& f, const Tensor& photo,
                                 Tensor* colour) const {
  const Tensor roof = SmoothRamp(f.under_upper, -0.01f * iod_px, 0.06f * iod_px,
                                 f.number(kRoofDark), f.number(kRoofLight));
  const Tensor floor = SmoothRamp(f.over_lower, -0.01f * iod_px, 0.05f * iod_px,
                                  f.number(kFloorDark), f.number(kFloorLight));
  const Tensor slit =
      SmoothRamp(f.under_upper + f.over_lower, 0, 0.11f * iod_px,
                 f.number(kSlitDark), f.number(kSlitLight));
  const Tensor on_photo =
      Affine(roof, f.number(kPhotoDark), f.number(kPhotoLight));
  colour->mul_(Warm(Mix(slit.mul_(floor).mul_(roof), on_photo, photo)));
}

// The lips' wet inner side turns into the mouth; it hides what is behind.
void TorchInterior::State::InnerLips(const Frames& f, const Tensor& photo,
                                     Tensor* colour) const {
  const Tensor fresh = at::maximum(Affine(photo, -1, 1),
                                   SmoothRamp(f.opened, 0, 0.14f * iod_px));
  const Tensor rim =
      at::maximum(SmoothRamp(f.over_lower, 0.055f * iod_px, -0.01f * iod_px)
                      .mul_(f.number(kLowerRim)),
                  SmoothRamp(f.under_upper, 0.024f * iod_px, -0.01f * iod_px)
                      .mul_(f.number(kUpperRim)));
  *colour = Mix(*colour, inner_lip, OfColour(fresh.mul_(rim)));
}

Tensor TorchInterior::Draw(const InteriorView& view) const {
  const State& s = *state_;
  const Tensor at = Affine(view.x.abs(), 2 / kToothReach, -1);
  const State::Frames f{
      view, Sample(s.teeth_table.expand({view.x.size(0), -1, -1, -1}),
                   at::stack({at, at::zeros_like(at)}, 1))};
  const Tensor down =
      Affine(view.t, f.number(kCavityScale), f.number(kCavityOffset))
          .clamp_(0, 1);
  Tensor colour = s.cavity * OfColour(Affine(down, 0.75f, 0.55f));
  s.Tongue(f, &colour);
  s.Teeth(f, &colour);
  const Tensor photo = s.PhotographedTeeth(f, &colour);
  s.Shade(f, photo, &colour);
  s.InnerLips(f, photo, &colour);
  // As soft as the photograph; its own teeth already are.
  return Mix(Blur(colour, s.blur), colour, OfColour(photo.square()));
}

}  // namespace longtake::worker
