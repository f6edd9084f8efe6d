#include "worker/engine/render/lip_seal.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/motion_to_handles.h"

namespace longtake::worker {
namespace {

constexpr int kInner = 9;
// What of the upper teeth stays seen above a tucked lip, IOD.
constexpr float kToothStrip = 0.034f;
constexpr float kSealOverlap = 0.010f;
// From this gap on, IOD, rounded lips are a ring.
constexpr float kRingGap = 0.02f;
// Half the width of a wholly rounded opening, in s.
constexpr float kRoundWidth = 0.72f;
// Of their way down to the opening's middle the corners of rounded lips go.
constexpr float kCornerToMiddle = 0.8f;

// The opening at the inner handles, and how far the lower lip has slid along
// the mouth against the upper one, IOD.
struct Opening {
  std::array<float, kInner> gap{}, slide{};

  // Linear between the inner handles' samples of s.
  float GapAt(float s) const {
    int k = 0;
    while (k < kInner - 2 && kInnerS[k + 1] < s) ++k;
    const float f =
        std::clamp((s - kInnerS[k]) / (kInnerS[k + 1] - kInnerS[k]), 0.f, 1.f);
    return gap[k] + f * (gap[k + 1] - gap[k]);
  }
};

Opening Measure(const FaceRig& rig, const LipRows& rows) {
  Opening opening;
  for (int i = 0; i < kInner; ++i) {
    const float s = kInnerS[i];
    const Vec2 u = rows[0].d[i], l = rows[2].d[i];
    const float dx = l.x - u.x, dy = l.y - u.y;
    opening.gap[i] = MouthCurve(rig.lower_edge, s) -
                     MouthCurve(rig.upper_edge, s) + dx * rig.mouth_y.x +
                     dy * rig.mouth_y.y;
    opening.slide[i] = dx * rig.mouth_x.x + dy * rig.mouth_x.y;
  }
  return opening;
}

// A displacement's part across the mouth.
float Across(const FaceRig& rig, Vec2 d) {
  return d.x * rig.mouth_y.x + d.y * rig.mouth_y.y;
}

void MoveAcross(const FaceRig& rig, float by, Vec2* d) {
  d->x += by * rig.mouth_y.x;
  d->y += by * rig.mouth_y.y;
}

}  // namespace

float LipProfile(float s) { return 1 - std::pow(std::abs(s), 2.4f); }

void TuckLowerLip(const FaceRig& rig, float tuck, const LipRows& rows) {
  if (tuck <= 0) return;
  Opening opening = Measure(rig, rows);
  for (int i = 0; i < kInner; ++i) {
    opening.gap[i] =
        std::max(0.f, opening.gap[i] - kToothStrip * LipProfile(kInnerS[i]));
  }
  for (const LipRow& row : {rows[2], rows[3]}) {
    const float share = row.inner ? 1.f : 0.75f;
    for (int i = 0; i < row.n; ++i) {
      MoveAcross(rig, -tuck * share * opening.GapAt(row.s[i]), &row.d[i]);
    }
  }
}

void RoundOpening(const FaceRig& rig, float round, Vec2* corners,
                  const LipRows& rows) {
  if (round <= 0) return;
  Opening opening = Measure(rig, rows);
  const int mid = kInner / 2;
  if (opening.gap[mid] <= 0) return;
  // Lips that only begin to part are no ring yet.
  round *= std::min(1.f, opening.gap[mid] / kRingGap);
  // A ring's corners are half way up it; a smile's lie above.
  const float across = MouthCurve(rig.upper_edge, 0) + opening.gap[mid] / 2 +
                       Across(rig, rows[0].d[mid]);
  const float corner = (Across(rig, corners[0]) + Across(rig, corners[1])) / 2;
  const float lower = kCornerToMiddle * round * std::max(0.f, across - corner);
  for (int side : {0, 1}) MoveAcross(rig, lower, &corners[side]);
  for (const LipRow& row : rows) {
    for (int i = 0; i < row.n; ++i) {
      MoveAcross(rig, lower * std::pow(std::abs(row.s[i]), 1.8f), &row.d[i]);
    }
  }
  // What lies outside of an ellipse over the opening's middle part shuts; past
  // its ends the lips meet as sealed ones do.
  Opening shut;
  for (int i = 0; i < kInner; ++i) {
    const float s = kInnerS[i] / kRoundWidth;
    const float inside = opening.gap[mid] * std::sqrt(std::max(0.f, 1 - s * s));
    const float over =
        kSealOverlap * std::clamp(2 * (std::abs(s) - 0.8f), 0.f, 1.f);
    shut.gap[i] = round * std::max(0.f, opening.gap[i] + over - inside);
  }
  for (const LipRow& row : rows) {
    for (int i = 0; i < row.n; ++i) {
      const float share = row.upper ? (row.inner ? 0.50f : 0.30f)
                                    : (row.inner ? -0.50f : -0.35f);
      MoveAcross(rig, share * shut.GapAt(row.s[i]), &row.d[i]);
    }
  }
}

void SealLips(const FaceRig& rig, float close, const LipRows& rows) {
  if (close <= 0) return;
  close = 1 - (1 - close) * (1 - close);
  Opening opening = Measure(rig, rows);
  for (int i = 0; i < kInner; ++i) {
    opening.gap[i] += kSealOverlap * LipProfile(kInnerS[i]);
  }
  for (const LipRow& row : rows) {
    for (int i = 0; i < row.n; ++i) {
      const float share = row.upper ? (row.inner ? 0.38f : 0.22f)
                                    : (row.inner ? -0.62f : -0.42f);
      MoveAcross(rig, close * share * opening.GapAt(row.s[i]), &row.d[i]);
      if (!row.inner) continue;
      // What slid sideways with the jaw comes back half way each.
      const float slide = close * (row.upper ? 0.5f : -0.5f) * opening.slide[i];
      row.d[i].x += slide * rig.mouth_x.x;
      row.d[i].y += slide * rig.mouth_x.y;
    }
  }
}

}  // namespace longtake::worker
