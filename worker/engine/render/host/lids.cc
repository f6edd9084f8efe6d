#include "worker/engine/render/host/lids.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/host/math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/engine/render/host/lids.cc"
#include "common/simd/targets.h"

HWY_BEFORE_NAMESPACE();
namespace longtake::worker::host {
namespace HWY_NAMESPACE {

// The edge of the upper lid over the eyeball, IOD.
constexpr float kLidEdge = 0.016f;
constexpr float kMostLidLight = 4;  // of its crease
// From here to kFadeEnd under the lower lid what lids do fades out, IOD.
constexpr float kFadeStart = 0.16f;

void Curves(const LidTraits& e, int count, LidRow* r) {
  constexpr float kLast = kEyeCurveSamples - 1;
  const float scale = kLast / 2 / kEyeReach;
  const float offset = kLast / 2 - e.centre_x * scale;
  const float along = 1 / e.half_width, along_offset = -e.centre_x * along;
  const auto read = [&](const std::vector<float>& curve, float* out) {
    const float* from = curve.data();
    for (int i = 0; i < count; ++i) {
      const float at = Least(Most(r->x[i] * scale + offset, 0.f), kLast);
      const auto left = static_cast<int32_t>(Least(at, kLast - 1));
      const float a = from[left], b = from[left + 1];
      out[i] = a + (b - a) * (at - static_cast<float>(left));
    }
  };
  read(e.curves.upper, r->upper.data());
  read(e.curves.lower, r->lower.data());
  read(e.curves.travel, r->move.data());
  float* out = r->along.data();
  const float* x = r->x.data();
  for (int i = 0; i < count; ++i) out[i] = x[i] * along + along_offset;
}

void Mask(const LidTraits& e, const float* at, int count, LidRow* r) {
  const float outer = e.box_half;
  const Smooth rim(outer, 0.8f * outer), fade(kFadeEnd, kFadeStart);
  float *mask = r->mask.data(), *y = r->y.data(), *lower = r->lower.data();
  for (int i = 0; i < count; ++i) {
    const float dx = std::abs(at[2 * i] - e.box_centre.x);
    const float dy = std::abs(at[2 * i + 1] - e.box_centre.y);
    mask[i] = rim(Most(dx, dy)) * fade(y[i] - lower[i]);
  }
}

// Skin above the lid's edge: the crease stays, the lashes move, between them it
// stretches. Below: the lower lid rises, taking the skin under it along.
void Stretch(float blink, float rise, int count, LidRow* r) {
  const Smooth bump_from(0, 0.30f), inner_from(0, 0.25f), risen(-0.03f, 0.01f);
  const Ramp bump0{-1 / (kLidReach * kLidReach), 1};
  const float *y = r->y.data(), *upper = r->upper.data(),
              *lower = r->lower.data(), *along = r->along.data();
  float *move = r->move.data(), *inside = r->inside.data(),
        *t_out = r->t.data(), *squeeze_out = r->squeeze.data(),
        *bump_out = r->bump.data(), *under_out = r->under.data(),
        *skin = r->skin_from.data(), *ball = r->ball_from.data();
  for (int i = 0; i < count; ++i) {
    const float moved = move[i] * blink;
    move[i] = moved;
    inside[i] = y[i] - (upper[i] + moved);
    const float ramp = bump0(along[i] * along[i]);
    const float bump = bump_from(ramp) * ramp;
    bump_out[i] = bump;
    const float below_crease = y[i] - upper[i] + (kLash + kCrease);
    const float reach = moved + kCrease;
    const float length = Most(reach, 1e-3f);
    const float t = Unit(below_crease / length);
    const float squeeze = kCrease / length;
    const float bend = Least(Most(1 - squeeze, -0.5f), 0.9f);
    const float source = t + 0.6f * bend * (1 - t) * t;
    const float stretched = source * kCrease - below_crease;
    const float rigid = below_crease < reach ? stretched : -moved;
    const float from = below_crease < 0 ? 0.f : rigid;
    t_out[i] = t;
    squeeze_out[i] = squeeze;
    skin[i] = from * inner_from(bump);

    const float way = bump * rise;
    const float under = y[i] - lower[i];
    under_out[i] = under;
    ball[i] = ExpOfNegative(Most(under, 0.f) * (-1 / 0.09f)) *
              risen(under + way) * way;
  }
}

// The eyeball with its gaze over the photographed one.
void Gaze(const LidTraits& e, float on, Vec2 iris, int count, LidRow* r) {
  const Smooth disc_from(1.14f, 0.90f), shade_from(0, 0.07f);
  const Smooth top(0.010f, 0.034f), bottom(-0.014f, 0.004f), side(1, 0.90f);
  const float per_radius = 1 / e.iris_radius;
  const float *x = r->x.data(), *y = r->y.data(), *from = r->ball_from.data(),
              *upper = r->upper.data(), *lower = r->lower.data(),
              *along = r->along.data();
  float *disc = r->share.data(), *shade = r->light.data(),
        *inside = r->weight.data();
  for (int i = 0; i < count; ++i) {
    const float at = y[i] + from[i];
    const float dx = x[i] - iris.x, dy = at - iris.y;
    disc[i] = disc_from(std::sqrt(dx * dx + dy * dy) * per_radius);
    const float under = at - upper[i];  // below the upper lid
    shade[i] = shade_from(under) * 0.28f + 0.72f;
    inside[i] =
        top(under) * bottom(lower[i] - at) * side(std::abs(along[i])) * on;
  }
  for (int c = 0; c < 3; ++c) {
    float* ball = r->ball[c].data();
    const float *white = r->white[c].data(), *moved = r->iris[c].data();
    for (int i = 0; i < count; ++i) {
      ball[i] =
          Mix(ball[i], Mix(white[i] * shade[i], moved[i], disc[i]), inside[i]);
    }
  }
}

// A stretched lid shows streaks and keeps the folds of the open eye: fade to a
// smooth version in the lid's own hue, nowhere darker than the crease.
void Smoothen(const LidTraits& e, float smoothing, int count, LidRow* r) {
  // A lid is round: it turns away from the light at the crease and the lashes.
  const Smooth crease_side(0.10f, 0.50f), lash_side(1, 0.70f);
  const Smooth from_crease(0, 0.25f), inner_from(0, 0.25f);
  const Smooth to_lashes(-kLash * 0.6f, -kLash * 1.6f);
  const float *t = r->t.data(), *squeeze = r->squeeze.data(),
              *inside = r->inside.data(), *bump = r->bump.data();
  const float *red = r->soft[0].data(), per_red = 1 / e.crease[0];
  float *light = r->light.data(), *lid = r->share.data(),
        *smooth = r->weight.data();
  for (int i = 0; i < count; ++i) {
    light[i] =
        (crease_side(t[i]) * 0.11f + 0.89f) * (lash_side(t[i]) * 0.07f + 0.93f);
    lid[i] =
        Least(Most(red[i] * per_red, 1.f), kMostLidLight) * (0.97f * 0.75f);
    const float share = Least(Most(1.4f - 0.9f * squeeze[i], 0.f), 0.85f);
    smooth[i] = from_crease(t[i]) * to_lashes(inside[i]) * share *
                inner_from(bump[i]) * smoothing;
  }
  for (int c = 0; c < 3; ++c) {
    float* skin = r->skin[c].data();
    const float* blurred = r->soft[c].data();
    const float crease = e.crease[c];
    for (int i = 0; i < count; ++i) {
      const float plain = (crease * lid[i] + blurred[i] * 0.25f) * light[i];
      skin[i] = Mix(skin[i], plain, smooth[i]);
    }
  }
}

// Both lids over the eyeball, against what is there without them.
void Join(const LidTraits& e, float dark, float line_dark, bool closing,
          int count, LidRow* r, uint8_t* rgb) {
  const Smooth edge_from(0, 0.3f), lid_shadow(0.02f, -0.01f);
  const Smooth line_from(0, 0.35f);
  const Ramp over_from{e.iod_px / 1.5f, 0.5f};
  const float *inside = r->inside.data(), *bump = r->bump.data(),
              *under = r->under.data(), *mask = r->mask.data();
  float *cover = r->weight.data(), *lit = r->light.data(),
        *line = r->share.data();
  for (int i = 0; i < count; ++i) {
    cover[i] = over_from(edge_from(bump[i]) * kLidEdge - inside[i]);
  }
  if (closing) {
    for (int i = 0; i < count; ++i) {
      const float shadow = ExpOfNegative(Most(inside[i], 0.f) * (-1 / 0.045f)) *
                           lid_shadow(under[i]) * edge_from(bump[i]) * dark;
      lit[i] = 1 - shadow;
      const float bell = (inside[i] - 0.006f) * (1 / 0.015f);
      line[i] =
          1 - ExpOfNegative(-(bell * bell)) * line_from(bump[i]) * line_dark;
    }
  } else {
    std::fill_n(lit, count, 1.f);
    std::fill_n(line, count, 1.f);
  }
  for (int c = 0; c < 3; ++c) {
    const float *ball = r->ball[c].data(), *skin = r->skin[c].data();
    float* change = r->still[c].data();
    for (int i = 0; i < count; ++i) {
      const float drawn = Mix(ball[i] * lit[i], skin[i], cover[i]) * line[i];
      change[i] = (drawn - change[i]) * mask[i];
    }
  }
  const float *red = r->still[0].data(), *green = r->still[1].data(),
              *blue = r->still[2].data();
  const auto add = [](uint8_t level, float change) {
    const float sum = static_cast<float>(level) + change + 0.5f;
    return static_cast<uint8_t>(
        static_cast<int32_t>(Least(Most(sum, 0.f), 255.f)));
  };
  for (int i = 0; i < count; ++i) {
    rgb[3 * i] = add(rgb[3 * i], red[i]);
    rgb[3 * i + 1] = add(rgb[3 * i + 1], green[i]);
    rgb[3 * i + 2] = add(rgb[3 * i + 2], blue[i]);
  }
}

void Place(const LidTraits& traits, const EyeNumbers& numbers, int eye,
           const float* at, int count, LidRow* row) {
  Curves(traits, count, row);
  Mask(traits, at, count, row);
  Stretch(numbers[kBlinkShare][eye], numbers[kLowerRise][eye], count, row);
}

void Add(const LidTraits& traits, const EyeNumbers& numbers, int eye,
         bool closing, bool gazing, int count, LidRow* row, uint8_t* rgb) {
  if (gazing) {
    Gaze(traits, numbers[kGazeOn][eye],
         {numbers[kIrisX][eye], numbers[kIrisY][eye]}, count, row);
  }
  if (closing) Smoothen(traits, numbers[kLidSmoothing][eye], count, row);
  Join(traits, numbers[kLidShadow][eye], numbers[kLashLine][eye], closing,
       count, row, rgb);
}

}  // namespace HWY_NAMESPACE
}  // namespace longtake::worker::host
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace longtake::worker::host {

HWY_EXPORT(Place);
HWY_EXPORT(Add);

void SetReach(LidTraits* traits) {
  constexpr int kMiddle = kEyeCurveSamples / 2;
  const int reach = std::min(
      kMiddle,
      static_cast<int>(kLidReach * traits->half_width / kEyeReach * kMiddle) +
          1);
  const auto upper = traits->curves.upper.begin() + kMiddle;
  const auto lower = traits->curves.lower.begin() + kMiddle;
  traits->top =
      *std::min_element(upper - reach, upper + reach + 1) - (kLash + kCrease);
  traits->bottom =
      *std::max_element(lower - reach, lower + reach + 1) + kFadeEnd;
}

LidRow::LidRow(int most) {
  const auto size = static_cast<size_t>(most);
  for (auto* p :
       {&x, &y, &along, &upper, &lower, &move, &inside, &t, &squeeze, &bump,
        &under, &skin_from, &ball_from, &mask, &weight, &light, &share}) {
    p->resize(size);
  }
  for (auto* colours : {&still, &skin, &soft, &ball, &white, &iris}) {
    for (auto& plane : *colours) plane.resize(size);
  }
}

void PlaceLids(const LidTraits& traits, const EyeNumbers& numbers, int eye,
               const float* at, int count, LidRow* row) {
  HWY_DYNAMIC_DISPATCH(Place)(traits, numbers, eye, at, count, row);
}

void FindLids(const LidTraits& traits, const float* at, int count, int* first,
              int* end) {
  const auto outside = [&](int i) {
    const float x = at[2 * i], y = at[2 * i + 1];
    const float across = traits.face_x.At(x, y) - traits.centre_x;
    const float height = traits.face_y.At(x, y);
    return std::abs(x - traits.box_centre.x) >= traits.box_half ||
           std::abs(y - traits.box_centre.y) >= traits.box_half ||
           std::abs(across) >= kLidReach * traits.half_width ||
           height < traits.top || height > traits.bottom;
  };
  *first = 0;
  *end = count;
  while (*first < *end && outside(*first)) ++*first;
  while (*first < *end && outside(*end - 1)) --*end;
}

void AddLids(const LidTraits& traits, const EyeNumbers& numbers, int eye,
             bool closing, bool gazing, int count, LidRow* row, uint8_t* rgb) {
  HWY_DYNAMIC_DISPATCH(Add)
  (traits, numbers, eye, closing, gazing, count, row, rgb);
}

}  // namespace longtake::worker::host
#endif
