#include "worker/engine/render/host/interior.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/host/math.h"
#include "worker/engine/render/mouth_numbers.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/engine/render/host/interior.cc"
#include "common/simd/targets.h"

HWY_BEFORE_NAMESPACE();
namespace longtake::worker::host {
namespace HWY_NAMESPACE {

constexpr float kJawDrop = 0.36f;

void Teeth(const float* table, const float* x, int count,
           const std::array<float*, kToothRows>& out) {
  constexpr float kPerIod = (kToothSamples - 1) / kToothReach;
  for (int k = 0; k < kToothRows; ++k) {
    const float* from = table + static_cast<ptrdiff_t>(k) * kToothSamples;
    float* to = out[k];
    for (int i = 0; i < count; ++i) {
      const float at = Least(std::abs(x[i]) * kPerIod, kToothSamples - 1);
      const auto left = static_cast<int32_t>(Least(at, kToothSamples - 2));
      const float a = from[left], b = from[left + 1];
      to[i] = a + (b - a) * (at - static_cast<float>(left));
    }
  }
}

void Cavity(const InteriorTraits& n, const FacePose& pose,
            const InteriorRow& row, int count) {
  const float reach = 0.10f + kJawDrop * pose.jaw_open;
  const Ramp down{1 / reach, -n.upper_middle / reach};
  for (int i = 0; i < count; ++i) {
    const float light = down(row.t[i]) * 0.75f + 0.55f;
    for (int c = 0; c < 3; ++c) row.rgb[c][i] = n.cavity[c] * light;
  }
}

void Tongue(const InteriorTraits& n, const FacePose& pose,
            const InteriorRow& row, int count) {
  const float j = pose.jaw_open, out = pose.tongue_out;
  const float width = 0.27f - 0.06f * pose.pucker - 0.04f * pose.funnel;
  const float lift = Eased(std::clamp((j - 0.1f) / 0.7f, 0.f, 1.f));
  // Height under the tongue's back, moving with the jaw.
  const float back = n.lower_middle + 0.015f - 0.085f - 0.085f * lift -
                     0.075f * out +
                     0.07f * std::min(1.f, pose.pucker + 0.5f * pose.funnel);
  const float offset = -kJawDrop * j - back, shift = -pose.jaw_shift;
  const Ramp lower{1 / 0.045f, 0}, side{-1 / 0.05f, width / 0.05f};
  const Smooth dip_from(0.02f, 0.08f), lit(0, 0.12f);
  const float shine = 1 + 0.25f * out, across_light = -0.5f / (width * width);
  for (int i = 0; i < count; ++i) {
    const float x = row.x[i] + shift, across = x * x;
    const float depth = row.t[i] + offset - 0.9f * across;
    const float mask = Eased(lower(depth) * side(std::abs(x)));
    const float dip =
        ExpOfNegative(across * (-1 / (0.02f * 0.02f))) * dip_from(depth);
    const float light = (lit(depth) * 0.60f + 0.40f) * shine *
                        (1 - 0.18f * dip) * (1 + across_light * across);
    for (int c = 0; c < 3; ++c) {
      row.rgb[c][i] = Mix(row.rgb[c][i], n.tongue[c] * light, mask);
    }
  }
}

void LowerTeeth(const InteriorTraits& n, const FacePose& pose,
                const InteriorRow& row, int count) {
  const float offset = 0.022f - 0.6f * TeethCover(pose) -
                       kJawDrop * pose.jaw_open - n.lower_middle;
  const Smooth lit(0, 0.03f);
  const Ramp edge{n.iod_px / n.soft_px, 0.5f};
  for (int i = 0; i < count; ++i) {
    const float under = row.t[i] + offset - row.teeth[kLowerEdge][i];
    const float light =
        row.teeth[kLowerShade][i] * (lit(under) * 0.25f + 0.75f);
    const float warm = Warmed(light);
    const float weight = edge(under) * row.teeth[kLowerWindow][i];
    row.rgb[0][i] = Mix(row.rgb[0][i], n.teeth[0] * light, weight);
    row.rgb[1][i] = Mix(row.rgb[1][i], n.teeth[1] * warm, weight);
    row.rgb[2][i] = Mix(row.rgb[2][i], n.teeth[2] * warm, weight);
  }
}

// Rounded lips shade the teeth behind them.
Rgb RoundTint(const FacePose& pose) {
  const float round = 1 - 0.30f * pose.pucker - 0.15f * pose.funnel;
  return {round, std::pow(round, 1.25f), std::pow(round, 1.5f)};
}

void UpperTeeth(const InteriorTraits& n, const FacePose& pose,
                const InteriorRow& row, int count) {
  const float offset = n.incisor_edge - TeethCover(pose);
  const float tuck = 1 - 0.6f * pose.tuck;
  const Smooth gum_from(0.155f, 0.185f), gap_to(0.05f, 0), lit(0, 0.05f);
  const Ramp edge{n.iod_px / n.soft_px, 0.5f};
  const Rgb tint = RoundTint(pose);
  const Rgb tooth = {n.teeth[0] * tint[0], n.teeth[1] * tint[1],
                     n.teeth[2] * tint[2]};
  for (int i = 0; i < count; ++i) {
    const float over = offset - row.t[i] + row.teeth[kUpperEdge][i];
    const float gum = gum_from(over + row.teeth[kGumArc][i]);
    const float gaps =
        row.teeth[kUpperGap][i] * (gap_to(over) * 0.12f + 0.20f) * tuck;
    const float light =
        (lit(over) * 0.10f + 0.90f) * row.teeth[kUpperShade][i] * (1 - gaps);
    const float warm = Warmed(light);
    const float weight = edge(over) * row.teeth[kUpperWindow][i];
    const float lights[3] = {light, warm, warm};
    for (int c = 0; c < 3; ++c) {
      const float drawn = Mix(tooth[c], n.gum[c], gum) * lights[c];
      row.rgb[c][i] = Mix(row.rgb[c][i], drawn, weight);
    }
  }
}

void Photographed(const FacePose& pose, const InteriorRow& row, int count) {
  const Rgb tint = RoundTint(pose);
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < count; ++i) {
      row.rgb[c][i] =
          Mix(row.rgb[c][i], row.photo_rgb[c][i] * tint[c], row.photo[i]);
    }
  }
}

// The lips keep light away, the upper one more, and a slit lets little in. The
// photographed teeth carry their own light until the lips move.
void Light(const InteriorTraits& n, const FacePose& pose,
           const InteriorRow& row, int count) {
  const float iod = n.iod_px;
  // What a tucked lip leaves of the teeth lies in front, in the light.
  const float front = std::min(1.f, 1.4f * pose.tuck);
  const float dark = 0.50f - 0.38f * front, below = 0.20f * (1 - front);
  const float shut = 0.50f * (1 - front);
  const float dim = 0.25f * std::min(1.f, 2 * pose.jaw_open);
  const Smooth roof_from(-0.01f * iod, 0.06f * iod);
  const Smooth floor_from(-0.01f * iod, 0.05f * iod);
  const Smooth slit_from(0, 0.11f * iod), moved(0, 0.14f * iod);
  const Smooth lower_rim(0.055f * iod, -0.01f * iod);
  const Smooth upper_rim(0.024f * iod, -0.01f * iod);
  const float lower_most = 0.62f * (1 - front);
  const float upper_most = 0.45f * (1 - 0.8f * front);
  for (int i = 0; i < count; ++i) {
    const float upper = row.under_upper[i], lower = row.over_lower[i];
    const float photo = row.photo[i];
    const float roof = roof_from(upper) * dark + (1 - dark);
    const float floor = floor_from(lower) * below + (1 - below);
    const float slit = slit_from(upper + lower) * shut + (1 - shut);
    const float light = Mix(slit * floor * roof, roof * dim + (1 - dim), photo);
    const float warm = Warmed(light);
    // The lips' wet inner side turns into the mouth; it hides what is behind.
    const float fresh = Most(1 - photo, moved(row.opened[i]));
    const float rim =
        Most(lower_rim(lower) * lower_most, upper_rim(upper) * upper_most);
    const float lights[3] = {light, warm, warm};
    for (int c = 0; c < 3; ++c) {
      row.rgb[c][i] =
          Mix(row.rgb[c][i] * lights[c], n.inner_lip[c], fresh * rim);
    }
  }
}

void Interior(const InteriorTraits& traits, const FacePose& pose,
              const InteriorRow& row, int count) {
  Cavity(traits, pose, row, count);
  Tongue(traits, pose, row, count);
  LowerTeeth(traits, pose, row, count);
  UpperTeeth(traits, pose, row, count);
  Photographed(pose, row, count);
  Light(traits, pose, row, count);
}

}  // namespace HWY_NAMESPACE
}  // namespace longtake::worker::host
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace longtake::worker::host {

HWY_EXPORT(Teeth);
HWY_EXPORT(Interior);

InteriorTraits::InteriorTraits(const FaceRig& rig)
    : cavity(rig.cavity),
      tongue(rig.tongue),
      teeth(rig.teeth),
      iod_px(rig.iod_px),
      soft_px(std::max(1.2f, 0.9f * rig.softness_px)),
      upper_middle(MouthCurve(rig.upper_edge, 0)),
      lower_middle(MouthCurve(rig.lower_edge, 0)),
      incisor_edge(rig.incisor_edge_t) {
  // Each channel by its own factor on a coloured subject, by one on a grey one.
  constexpr Rgb kInnerLip = {0.55f, 0.42f, 0.42f};
  constexpr float kGreyInnerLip = 0.46f, kGum = 0.75f;
  for (int c = 0; c < 3; ++c) {
    gum[c] = kGum * rig.gum[c];
    inner_lip[c] = rig.lip[c] * (kInnerLip[c] * rig.colourfulness +
                                 kGreyInnerLip * (1 - rig.colourfulness));
  }
}

void DrawInterior(const InteriorTraits& traits, const FacePose& pose,
                  const InteriorRow& row, int count) {
  HWY_DYNAMIC_DISPATCH(Interior)(traits, pose, row, count);
}

void TeethAt(const std::vector<float>& table, const float* x, int count,
             const std::array<float*, kToothRows>& out) {
  HWY_DYNAMIC_DISPATCH(Teeth)(table.data(), x, count, out);
}

}  // namespace longtake::worker::host
#endif
