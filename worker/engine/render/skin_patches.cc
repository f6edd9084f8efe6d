#include "worker/engine/render/skin_patches.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <vector>

#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/mouth_tables.h"
#include "worker/engine/render/smooth_step.h"

namespace longtake::worker {
namespace {

// Lengths in IOD unless they are called s, along the mouth in half widths.
constexpr float kGrainSigma = 0.010f;  // what is finer stays as it is
// Half width of the dark that is filled: corners and folds, the seam; and of
// the light that is taken from a lip.
constexpr float kFillRadius = 0.085f, kFoldSigma = 0.055f, kSeamRadius = 0.055f;
constexpr float kHighlightRadius = 0.055f;
// Levels that are filled wholly; a quarter of that is grain.
constexpr float kDeepLevels = 9;
constexpr float kCornerStrength = 0.95f, kFoldStrength = 0.85f;
constexpr float kHighlightStrength = 0.75f;
// Light that a rounded lip keeps from the skin under it, by colour.
constexpr Rgb kShadow = {0.07f, 0.10f, 0.11f};
// Between open lips and teeth the photograph blurs one into the other: so far
// in is lip alone. The lips turn inward there: what is lost of the light.
constexpr float kRimDepth = 0.045f;
constexpr Rgb kUpperRimShade = {0.24f, 0.34f, 0.32f};
constexpr Rgb kLowerRimShade = {0.20f, 0.28f, 0.26f};
constexpr float kSeamStrength = 0.75f;
// Half mouths from this to that are a smile's.
constexpr float kSmileFrom = 0.40f, kSmileTo = 0.48f;
// Lips this far apart have no seam.
constexpr float kLeastGap = 0.02f;
// A seam is left as dark as this share of the lip around it.
constexpr float kSeamLeft = 0.12f;

// The furrows: from the brows' inner ends up and down, half their distance
// (as a share of the brows'), width, and what they keep of the light.
constexpr float kFurrowUp = 0.10f, kFurrowDown = 0.11f, kFurrowApart = 0.27f;
constexpr float kFurrowSigma = 0.020f, kBrowShadeSigma = 0.075f;
constexpr Rgb kFurrowShade = {0.13f, 0.185f, 0.19f};
constexpr float kBrowShadeShare = 0.55f;

Plane Transposed(const Plane& in) {
  Plane out(in.height, in.width, in.channels);
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      for (int c = 0; c < in.channels; ++c) out.at(y, x, c) = in.at(x, y, c);
    }
  }
  return out;
}

// The foremost, by `before`, of each sample's neighbours in its row, at a cost
// that does not depend on the radius: `window` holds those that may still be,
// foremost first.
template <typename Before>
Plane ForemostInRows(const Plane& in, int radius, Before before) {
  Plane out(in.width, in.height, in.channels);
  std::deque<int> window;
  for (int y = 0; y < in.height; ++y) {
    for (int c = 0; c < in.channels; ++c) {
      window.clear();
      for (int x = -radius; x < in.width; ++x) {
        const int comes = x + radius;
        if (comes < in.width) {
          while (!window.empty() &&
                 !before(in.at(window.back(), y, c), in.at(comes, y, c))) {
            window.pop_back();
          }
          window.push_back(comes);
        }
        if (x < 0) continue;
        if (window.front() < x - radius) window.pop_front();
        out.at(x, y, c) = in.at(window.front(), y, c);
      }
    }
  }
  return out;
}

template <typename Before>
Plane Foremost(const Plane& in, int radius, Before before) {
  return Transposed(ForemostInRows(
      Transposed(ForemostInRows(in, radius, before)), radius, before));
}

Plane Highest(const Plane& in, int radius) {
  return Foremost(in, radius, std::greater<float>());
}

Plane Lowest(const Plane& in, int radius) {
  return Foremost(in, radius, std::less<float>());
}

// Each row with `taps`, ends clamped.
Plane BlurredRows(const Plane& in, const std::vector<float>& taps) {
  const int radius = static_cast<int>(taps.size() / 2);
  Plane out(in.width, in.height, in.channels);
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      for (int c = 0; c < in.channels; ++c) {
        float v = 0;
        for (int i = -radius; i <= radius; ++i) {
          v += taps[i + radius] *
               in.at(std::clamp(x + i, 0, in.width - 1), y, c);
        }
        out.at(x, y, c) = v;
      }
    }
  }
  return out;
}

Plane Blurred(const Plane& in, float sigma) {
  const std::vector<float> taps = BlurTaps(sigma);
  return Transposed(BlurredRows(Transposed(BlurredRows(in, taps)), taps));
}

// The picture around the mouth, from which both patches are made.
struct Surroundings {
  const FaceRig& rig;
  PixelBox box;
  Plane smooth;  // the photograph in the box, without its grain

  explicit Surroundings(const FaceRig& from);
  int Pixels(float iod) const {
    return std::max(1, static_cast<int>(std::lround(iod * rig.iod_px)));
  }
  Vec2 Face(int x, int y) const {
    return FacePoint(rig, static_cast<float>(box.x0 + x),
                     static_cast<float>(box.y0 + y));
  }
  // What dark no wider than twice the radius would be without it, and light.
  Plane Filled(float radius) const {
    const int r = Pixels(radius);
    return Blurred(Lowest(Highest(smooth, r), r), 0.4f * r);
  }
  Plane Dulled(float radius) const {
    const int r = Pixels(radius);
    return Blurred(Highest(Lowest(smooth, r), r), 0.4f * r);
  }
};

// The part of the frame around a point in face units, IOD each way.
PixelBox BoxAround(const FaceRig& rig, Vec2 at, float aside, float up,
                   float down) {
  const Vec2 middle = PixelPoint(rig, at);
  const int x0 = static_cast<int>(middle.x - aside * rig.iod_px);
  const int x1 = static_cast<int>(middle.x + aside * rig.iod_px) + 1;
  const int y0 = static_cast<int>(middle.y - up * rig.iod_px);
  const int y1 = static_cast<int>(middle.y + down * rig.iod_px) + 1;
  PixelBox box;
  box.x0 = std::clamp(x0, 0, rig.width - 1);
  box.y0 = std::clamp(y0, 0, rig.height - 1);
  box.w = std::clamp(x1, box.x0 + 1, rig.width) - box.x0;
  box.h = std::clamp(y1, box.y0 + 1, rig.height) - box.y0;
  return box;
}

PixelBox MouthBox(const FaceRig& rig) {
  return BoxAround(rig, rig.mouth_centre, rig.mouth_half_width + 0.55f, 0.55f,
                   0.60f);
}

Surroundings::Surroundings(const FaceRig& from)
    : rig(from), box(MouthBox(from)) {
  Plane cut(box.w, box.h, 3);
  for (int y = 0; y < box.h; ++y) {
    for (int x = 0; x < box.w; ++x) {
      for (int c = 0; c < 3; ++c) {
        cut.at(x, y, c) = rig.image.at(box.x0 + x, box.y0 + y, c);
      }
    }
  }
  smooth = Blurred(cut, kGrainSigma * rig.iod_px);
}

// 1 inside the box, 0 at its border.
float Inside(const PixelBox& box, int x, int y) {
  const int edge =
      std::min(std::min(x, box.w - 1 - x), std::min(y, box.h - 1 - y));
  return std::min(1.f, static_cast<float>(edge) / 4);
}

// Distance from p to the line from a to b.
float DistanceTo(Vec2 p, Vec2 a, Vec2 b) {
  const Vec2 ab{b.x - a.x, b.y - a.y};
  const float length = ab.x * ab.x + ab.y * ab.y;
  const float f = std::clamp(
      ((p.x - a.x) * ab.x + (p.y - a.y) * ab.y) / std::max(length, 1e-6f), 0.f,
      1.f);
  return std::hypot(p.x - a.x - f * ab.x, p.y - a.y - f * ab.y);
}

// The fold from beside the nose's wing to below the mouth's corner.
float FoldAt(const FaceRig& rig, Vec2 p) {
  float nearest = 1;
  for (const int side : {0, 1}) {
    const float out = side == 0 ? -1 : 1;
    const Vec2 wing = rig.handles.nose[side == 0 ? 4 : 8];
    const Vec2 corner = rig.handles.corner[side];
    const Vec2 from{wing.x + 0.14f * out, wing.y - 0.02f};
    const Vec2 beside{corner.x + 0.13f * out, corner.y};
    const Vec2 below{corner.x + 0.08f * out, corner.y + 0.26f};
    nearest = std::min(
        {nearest, DistanceTo(p, from, beside), DistanceTo(p, beside, below)});
  }
  return 1 - SmoothStep(0.07f, 0.16f, nearest);
}

Vec2 FromMouth(const FaceRig& rig, Vec2 st) {
  const float along = st.x * rig.mouth_half_width;
  return {rig.mouth_centre.x + along * rig.mouth_x.x + st.y * rig.mouth_y.x,
          rig.mouth_centre.y + along * rig.mouth_x.y + st.y * rig.mouth_y.y};
}

float CornerAt(Vec2 mouth) {
  const float s = std::abs(mouth.x);
  return SmoothStep(0.86f, 1.02f, s) * (1 - SmoothStep(1.35f, 1.7f, s)) *
         (1 - SmoothStep(0.10f, 0.20f, std::abs(mouth.y)));
}

// t of the lower lip's outer line.
float OuterAt(const FaceRig& rig, float s) {
  int k = 0;
  while (k < 3 && kOuterS[k + 1] < s) ++k;
  const auto t = [&](int i) {
    const Vec2 q = rig.handles.lower_outer[i];
    const float dx = q.x - rig.mouth_centre.x, dy = q.y - rig.mouth_centre.y;
    return dx * rig.mouth_y.x + dy * rig.mouth_y.y;
  };
  const float f =
      std::clamp((s - kOuterS[k]) / (kOuterS[k + 1] - kOuterS[k]), 0.f, 1.f);
  return t(k) + f * (t(k + 1) - t(k));
}

// What a pixel lacks of `goal` where it is darker than grain makes it.
float Missing(const Surroundings& around, int x, int y, int c, float goal) {
  const float lacks = goal - around.smooth.at(x, y, c);
  return SmoothStep(kDeepLevels / 4, kDeepLevels, lacks) *
         (goal - around.rig.image.at(around.box.x0 + x, around.box.y0 + y, c));
}

// Lips without the light of teeth or the dark that they were photographed
// beside: what is continued from inside them.
void CleanRims(const Surroundings& around, Plane* delta) {
  const FaceRig& rig = around.rig;
  for (int y = 0; y < around.box.h; ++y) {
    for (int x = 0; x < around.box.w; ++x) {
      const Vec2 mouth = MouthPoint(rig, around.Face(x, y));
      const float s = std::clamp(mouth.x, -1.f, 1.f);
      const float upper = MouthCurve(rig.upper_edge, s);
      const float lower = MouthCurve(rig.lower_edge, s);
      const bool is_upper = mouth.y < (upper + lower) / 2;
      const float in = is_upper ? upper - mouth.y : mouth.y - lower;
      const float rim = 1 - SmoothStep(0.4f * kRimDepth, kRimDepth, in);
      const float open = SmoothStep(0.005f, 0.03f, lower - upper);
      if (rim * open <= 0) continue;
      const Vec2 inside = PixelPoint(
          rig, FromMouth(rig, {mouth.x, is_upper ? upper - kRimDepth
                                                 : lower + kRimDepth}));
      const Rgb& shade = is_upper ? kUpperRimShade : kLowerRimShade;
      const float turned = 1 - SmoothStep(0, kRimDepth, in);
      const float weight =
          rim * open * Inside(around.box, x, y) * (1 - CornerAt(mouth));
      for (int c = 0; c < 3; ++c) {
        delta->at(x, y, c) =
            weight * ((1 - shade[c] * turned) *
                          SamplePlane(rig.image, inside.x, inside.y, c) -
                      rig.image.at(around.box.x0 + x, around.box.y0 + y, c));
      }
    }
  }
}

}  // namespace

SkinPatch RelaxedSkin(const FaceRig& rig) {
  const Surroundings around(rig);
  const PixelBox& box = around.box;
  const Plane filled = around.Filled(kFillRadius);
  const Plane unfolded = Blurred(filled, kFoldSigma * rig.iod_px);
  const Plane dulled = around.Dulled(kHighlightRadius);
  const float smile = SmoothStep(kSmileFrom, kSmileTo, rig.mouth_half_width);
  SkinPatch patch{box, Plane(box.w, box.h, 3)};
  CleanRims(around, &patch.delta);
  for (int y = 0; y < box.h; ++y) {
    for (int x = 0; x < box.w; ++x) {
      const Vec2 face = around.Face(x, y), mouth = MouthPoint(rig, face);
      const float inside = Inside(box, x, y);
      const float fill = inside * kCornerStrength * CornerAt(mouth);
      const float fold = inside * smile * kFoldStrength * FoldAt(rig, face);
      const float s = std::clamp(mouth.x, -1.f, 1.f);
      const float under = mouth.y - MouthCurve(rig.lower_edge, s);
      const float below = mouth.y - OuterAt(rig, s);
      const float middle =
          smile * inside * (1 - SmoothStep(0.6f, 1.f, std::abs(mouth.x)));
      const float lip = middle * kHighlightStrength *
                        SmoothStep(0, 0.02f, under) *
                        (1 - SmoothStep(-0.02f, 0.03f, below));
      const float shadow = middle * SmoothStep(-0.04f, 0.05f, below) *
                           (1 - SmoothStep(0.06f, 0.20f, below));
      for (int c = 0; c < 3; ++c) {
        const float is = around.smooth.at(x, y, c);
        patch.delta.at(x, y, c) +=
            fill * (1 - fold) * Missing(around, x, y, c, filled.at(x, y, c)) +
            fold * (unfolded.at(x, y, c) - is) -
            lip * std::max(0.f, is - dulled.at(x, y, c)) -
            shadow * kShadow[c] * is;
      }
    }
  }
  return patch;
}

SkinPatch PartedLips(const FaceRig& rig) {
  const Surroundings around(rig);
  const PixelBox& box = around.box;
  SkinPatch patch{box, Plane(box.w, box.h, 3)};
  const float open =
      MouthCurve(rig.lower_edge, 0) - MouthCurve(rig.upper_edge, 0);
  if (open > kLeastGap) return patch;
  const Plane filled = around.Filled(kSeamRadius);
  for (int y = 0; y < box.h; ++y) {
    for (int x = 0; x < box.w; ++x) {
      const Vec2 mouth = MouthPoint(rig, around.Face(x, y));
      const float s = std::clamp(mouth.x, -1.f, 1.f);
      const float upper = MouthCurve(rig.upper_edge, s);
      const float gap = MouthCurve(rig.lower_edge, s) - upper;
      const float weight =
          kSeamStrength * Inside(box, x, y) *
          (1 - SmoothStep(0, kLeastGap, gap)) *
          (1 - SmoothStep(0.04f, 0.09f, std::abs(mouth.y - upper))) *
          (1 - CornerAt(mouth));
      for (int c = 0; c < 3; ++c) {
        patch.delta.at(x, y, c) =
            weight *
            Missing(around, x, y, c, (1 - kSeamLeft) * filled.at(x, y, c));
      }
    }
  }
  return patch;
}

SkinPatch FrownFurrows(const FaceRig& rig) {
  const Vec2 left = rig.handles.brow[4], right = rig.handles.brow[5];
  const Vec2 middle{(left.x + right.x) / 2, (left.y + right.y) / 2};
  const float apart = std::max(0.1f, right.x - left.x);
  SkinPatch patch;
  patch.box = BoxAround(rig, middle, apart / 2 + 0.28f, 0.32f, 0.36f);
  // The parts are redrawn each by itself: no pixel belongs to both.
  patch.box.h = std::clamp(MouthBox(rig).y0 - patch.box.y0, 1, patch.box.h);
  const PixelBox& box = patch.box;
  patch.delta = Plane(box.w, box.h, 3);
  for (int y = 0; y < box.h; ++y) {
    for (int x = 0; x < box.w; ++x) {
      const Vec2 p = FacePoint(rig, static_cast<float>(box.x0 + x),
                               static_cast<float>(box.y0 + y));
      const float up = middle.y - p.y;
      float shade = 0;
      for (const float side : {-1.f, 1.f}) {
        // Leaning outward above, deepest between the brows.
        const float at =
            middle.x + side * apart * (kFurrowApart + 0.5f * std::max(up, 0.f));
        const float across = (p.x - at) / kFurrowSigma;
        const float along = up > 0 ? up / kFurrowUp : -up / kFurrowDown;
        shade += std::exp(-0.5f * across * across) *
                 (1 - SmoothStep(0.2f, 1, along));
        const Vec2 brow = side < 0 ? left : right;
        const float dx = (p.x - brow.x - side * 0.02f) / kBrowShadeSigma;
        const float dy = (p.y - brow.y - 0.10f) / kBrowShadeSigma;
        shade += kBrowShadeShare * std::exp(-0.5f * (dx * dx + dy * dy));
      }
      shade *= Inside(box, x, y);
      for (int c = 0; c < 3; ++c) {
        patch.delta.at(x, y, c) =
            -shade * kFurrowShade[c] * rig.image.at(box.x0 + x, box.y0 + y, c);
      }
    }
  }
  return patch;
}

}  // namespace longtake::worker
