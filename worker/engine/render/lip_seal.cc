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
