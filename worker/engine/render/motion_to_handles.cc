#include "worker/engine/render/motion_to_handles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "worker/engine/render/eye_pose.h"
#include "worker/engine/render/lip_seal.h"
#include "worker/engine/render/smooth_step.h"

namespace longtake::worker {
namespace {

// How far the chin drops at jawOpen = 1, IOD.
constexpr float kJawDrop = 0.36f;
// Share of the drop that the mouth corners follow, and their way inward.
constexpr float kCornerDrop = 0.30f;
constexpr float kCornerInward = 0.045f;
// Widest half mouth of a resting face; what is beyond it is a smile.
constexpr float kRestHalfWidth = 0.40f;
// A corner moves inward by no more: beyond, the skin beside it would fold.
constexpr float kNarrowest = 0.20f;
// Lips this far apart in their middle have parted, IOD.
constexpr float kPartedGap = 0.05f;

// Lip profiles along the mouth, 1 in the middle and 0 at the corners.
float Profile(float s) { return LipProfile(s); }
float JawInner(float s) { return std::pow(1 - s * s, 0.62f); }
float JawOuter(float s) { return 1 - std::pow(std::abs(s), 4.5f); }
float RoundOuter(float s) { return 1 - std::pow(std::abs(s), 2.6f); }

class Poser {
 public:
  Poser(const FaceRig& rig, const MotionFrame& m) : rig_(rig), m_(m) {
    rows_ = {{{At(kHandleUpperInner), kInnerS.data(), 9, true, true},
              {At(kHandleUpperOuter), kOuterS.data(), 5, true, false},
              {At(kHandleLowerInner), kInnerS.data(), 9, false, true},
              {At(kHandleLowerOuter), kOuterS.data(), 5, false, false}}};
  }

  FacePose Run() {
    Jaw();
    Corners(0, -1);
    Corners(1, 1);
    Rounding();
    Lips();
    Sideways();
    Cheeks();
    Brows();
    RoundOpening(rig_, Roundness(), At(kHandleCorner), rows_);
    TuckLowerLip(rig_, m_[kMouthRollLower], rows_);
    SealLips(rig_, m_[kMouthClose], rows_);
    pose_.parted = SmoothStep(0, kPartedGap, MiddleGap() - RestGap());
    Head();
    for (int side = 0; side < 2; ++side) {
      pose_.eyes[side] = MakeEyePose(m_, side);
    }
    return pose_;
  }

 private:
  Vec2* At(int handle) { return &pose_.handles[handle]; }
  // Value of a left/right pair on an image side: 0 = image left, which is the
  // subject's right.
  float Side(int side, MotionChannel left, MotionChannel right) const {
    return m_[side == 0 ? right : left];
  }
  // A left/right pair along the mouth, cross-faded around the middle.
  float Along(float s, MotionChannel left, MotionChannel right) const {
    const float w = SmoothStep(-0.35f, 0.35f, s);
    return m_[right] * (1 - w) + m_[left] * w;
  }

  // How far the lips form a ring, 0..1.
  float Roundness() const {
    return std::min(1.f, m_[kMouthFunnel] + 0.8f * m_[kMouthPucker]);
  }

  // Between the lips' middles, IOD: in the photograph, and now.
  float RestGap() const {
    return MouthCurve(rig_.lower_edge, 0) - MouthCurve(rig_.upper_edge, 0);
  }
  float MiddleGap() const {
    const Vec2 u = rows_[0].d[4], l = rows_[2].d[4];
    return RestGap() + (l.x - u.x) * rig_.mouth_y.x +
           (l.y - u.y) * rig_.mouth_y.y;
  }

  void Jaw();
  void Corners(int side, float sign);
  void Rounding();
  void Lips();
  void Sideways();
  void Cheeks();
  void Brows();
  void Head();

  const FaceRig& rig_;
  const MotionFrame& m_;
  FacePose pose_;
  LipRows rows_;
};

void Poser::Jaw() {
  static constexpr std::array<float, 17> kAlong = {
      0,    .03f, .10f, .28f, .52f, .78f, .94f, .97f, 1,
      .97f, .94f, .78f, .52f, .28f, .10f, .03f, 0};
  const float j = m_[kJawOpen], forward = m_[kJawForward];
  for (int i = 0; i < 17; ++i) {
    const float off = rig_.handles.jaw[i].x - rig_.head_centre_x;
    const float inward = -0.05f * j * kAlong[i] *
                         std::copysign(std::min(1.f, std::abs(off) * 3), off);
    At(kHandleJaw)[i].y += (kJawDrop * j + 0.03f * forward) * kAlong[i];
    At(kHandleJaw)[i].x += inward;
  }
  // Rounded lips draw the corners into the ring, so that o is an o.
  const float round = Roundness();
  const float corner_drop = kCornerDrop + 0.14f * round;
  for (int side = 0; side < 2; ++side) {
    Vec2& c = At(kHandleCorner)[side];
    c.y += kJawDrop * j * corner_drop;
    c.x += (side == 0 ? 1 : -1) * kCornerInward * j;
    At(kHandleCheek)[2 + side].y += kJawDrop * j * 0.22f;
  }
  for (const LipRow& row : rows_) {
    for (int i = 0; i < row.n; ++i) {
      const float s = row.s[i];
      Vec2& d = row.d[i];
      d.x -= kCornerInward * j * s;
      if (row.upper) {
        d.y += kJawDrop * j * corner_drop *
                   std::pow(std::abs(s), 3.2f - 1.0f * round) -
               0.018f * j * Profile(s);
      } else {
        const float open =
            row.inner ? JawInner(s)
                      : JawOuter(s) + round * (RoundOuter(s) - JawOuter(s));
        d.y += kJawDrop * j * (corner_drop + (1 - corner_drop) * open) +
               0.02f * forward * Profile(s);
      }
    }
  }
}

void Poser::Corners(int side, float sign) {
  const float stretch = Side(side, kMouthStretchLeft, kMouthStretchRight);
  const float smile = Side(side, kMouthSmileLeft, kMouthSmileRight);
  const float frown = Side(side, kMouthFrownLeft, kMouthFrownRight);
  const float dimple = Side(side, kMouthDimpleLeft, kMouthDimpleRight);
  // Stretch and smile pull the same corner, an open jaw holds it, and where the
  // photograph smiles already less is left to pull.
  const float excess = std::max(0.f, rig_.mouth_half_width - kRestHalfWidth);
  const float room = std::max(0.4f, 1 - 4 * excess) * (1 - 0.3f * m_[kJawOpen]);
  const float out =
      room * (0.085f * (smile + stretch * (1 - 0.5f * smile)) + 0.03f * dimple);
  const float down =
      0.012f * stretch - 0.085f * smile + 0.07f * frown - 0.012f * dimple;
  At(kHandleCorner)[side].x += sign * out;
  At(kHandleCorner)[side].y += down;
  for (const LipRow& row : rows_) {
    for (int i = 0; i < row.n; ++i) {
      const float s = row.s[i];
      const float w = SmoothStep(-0.15f, 0.6f, s * sign);
      row.d[i].x += w * std::abs(s) * sign * out;
      row.d[i].y += w * std::pow(std::abs(s), 1.8f) * down;
      if (row.inner) continue;
      row.d[i].y += w * Profile(s) *
                    (row.upper ? 0.012f * stretch + 0.010f * smile
                               : -0.02f * stretch - 0.015f * smile);
    }
  }
  At(kHandleCheek)[side].x += sign * 0.015f * smile;
  At(kHandleCheek)[side].y += -0.045f * smile;
  At(kHandleCheek)[2 + side].x +=
      sign * (0.05f * smile + 0.045f * stretch + 0.02f * dimple);
  At(kHandleCheek)[2 + side].y += -0.05f * smile + 0.03f * frown;
  Vec2& wing = At(kHandleNose)[side == 0 ? 4 : 8];
  wing.x += sign * 0.012f * smile;
  wing.y += -0.008f * smile;
  for (int e : {4, 5}) At(kHandleEye)[side * 6 + e].y += -0.012f * smile;
}

// Pucker and funnel narrow the mouth and push the lips out; they and all else
// that a mouth does to speak also take back what the photograph smiles.
void Poser::Rounding() {
  const float pucker = m_[kMouthPucker], funnel = m_[kMouthFunnel];
  const float press = (m_[kMouthPressLeft] + m_[kMouthPressRight]) / 2;
  const float frown = (m_[kMouthFrownLeft] + m_[kMouthFrownRight]) / 2;
  const float stretch = (m_[kMouthStretchLeft] + m_[kMouthStretchRight]) / 2;
  const float relax = std::min(
      1.f, pucker + 0.8f * funnel + 1.6f * m_[kJawOpen] + 0.6f * stretch +
               0.6f * (m_[kMouthClose] + m_[kMouthRollLower] + press) + frown);
  pose_.relaxed = relax;
  float middle = 0;
  int count = 0;
  for (int i = 0; i < kMouthSamples; ++i) {
    const float s = -1 + 2.f * i / (kMouthSamples - 1);
    if (std::abs(s) >= 0.25f) continue;
    middle += (rig_.upper_edge[i] + rig_.lower_edge[i]) / 2;
    ++count;
  }
  middle /= count;
  const float half = rig_.mouth_half_width;
  const float narrow = std::min(
      kNarrowest,
      std::min(half, kRestHalfWidth) * (0.36f * pucker + 0.22f * funnel) +
          std::max(0.f, half - kRestHalfWidth) * 0.8f * relax);
  const float lower_corners =
      std::max(0.f, middle - 0.02f) * relax *
      (0.55f + 0.15f * std::min(1.f, pucker + 0.8f * funnel));
  for (int side = 0; side < 2; ++side) {
    const float sign = side == 0 ? 1 : -1;
    At(kHandleCorner)[side].x += sign * narrow;
    At(kHandleCorner)[side].y += lower_corners;
    At(kHandleCheek)[2 + side].x += sign * narrow * 0.5f;
  }
  // A photographed gap closes under rounding and in a mood that isn't its own,
  // and is part of an opening: most of that before the jaw is half open.
  const float jaw = m_[kJawOpen];
  const float seal = std::min(
      1.f, 0.95f * pucker + 0.55f * funnel + 0.25f * stretch +
               0.7f * jaw / (jaw + 0.2f) + 0.9f * std::max(press, frown));
  for (const LipRow& row : rows_) {
    for (int i = 0; i < row.n; ++i) {
      const float s = row.s[i], far = std::pow(std::abs(s), 1.8f);
      Vec2& d = row.d[i];
      d.x -= narrow * s;
      d.y += lower_corners * (far - (row.upper ? 0 : 0.35f * (1 - far)));
      const float gap =
          MouthCurve(rig_.lower_edge, s) - MouthCurve(rig_.upper_edge, s);
      const float p = Profile(s);
      if (row.upper) {
        d.y -=
            (row.inner ? 0.022f * funnel : 0.032f * pucker + 0.034f * funnel) *
            p;
        d.y += (row.inner ? 0.50f : 0.33f) * seal * gap;
      } else {
        d.y += (row.inner ? 0.004f * pucker + 0.030f * funnel
                          : 0.034f * pucker + 0.040f * funnel) *
               p;
        d.y -= (row.inner ? 0.50f : 0.36f) * seal * gap;
      }
    }
  }
}

// The channels that lift, lower, press and roll the lips.
void Poser::Lips() {
  for (const LipRow& row : rows_) {
    for (int i = 0; i < row.n; ++i) {
      const float s = row.s[i], p = Profile(s);
      const float up = Along(s, kMouthUpperUpLeft, kMouthUpperUpRight);
      const float down = Along(s, kMouthLowerDownLeft, kMouthLowerDownRight);
      const float press = Along(s, kMouthPressLeft, kMouthPressRight);
      const float sneer = Along(s, kNoseSneerLeft, kNoseSneerRight);
      float y = 0;
      if (row.upper) {
        y -= (row.inner ? 0.075f : 0.065f) * up;
        y += (row.inner ? 0.014f : 0.042f) * m_[kMouthRollUpper];
        y -= (row.inner ? 0.020f : 0.034f) * m_[kMouthShrugUpper];
        y -= (row.inner ? 0.006f : 0.024f) * sneer;
        y += row.inner ? 0 : 0.022f * press;
      } else {
        y += (row.inner ? 0.085f : 0.075f) * down;
        y -= (row.inner ? 0.018f : 0.052f) * m_[kMouthRollLower];
        y -= (row.inner ? 0.016f : 0.034f) * m_[kMouthShrugLower];
        y -= row.inner ? 0 : 0.03f * press;
      }
      row.d[i].y += y * p;
    }
  }
  for (int side = 0; side < 2; ++side) {
    const float up = Side(side, kMouthUpperUpLeft, kMouthUpperUpRight);
    const float sneer = Side(side, kNoseSneerLeft, kNoseSneerRight);
    Vec2& wing = At(kHandleNose)[side == 0 ? 4 : 8];
    wing.y -= 0.012f * up + 0.030f * sneer + 0.010f * m_[kMouthShrugUpper];
    wing.x += (side == 0 ? -1 : 1) * 0.010f * sneer;
    for (int i : {0, 1}) {
      At(kHandleBrow)[side == 0 ? 4 - i : 5 + i].y += 0.018f * sneer;
    }
  }
  for (int i = 6; i <= 10; ++i) {
    const float w = 1 - 0.2f * std::abs(i - 8);
    At(kHandleJaw)[i].y -= 0.035f * w * m_[kMouthShrugLower];
  }
}

// Jaw and mouth to one side. The subject's left is the image's right.
void Poser::Sideways() {
  const float jaw = 0.07f * (m_[kJawLeft] - m_[kJawRight]);
  const float mouth = 0.07f * (m_[kMouthLeft] - m_[kMouthRight]);
  pose_.jaw_shift = jaw;
  for (int i = 0; i < 17; ++i) {
    const float w = std::max(0.f, 1 - std::abs(i - 8) / 7.f);
    At(kHandleJaw)[i].x += (jaw + 0.25f * mouth) * w;
  }
  for (int side = 0; side < 2; ++side) {
    At(kHandleCorner)[side].x += mouth + 0.45f * jaw;
    At(kHandleCheek)[2 + side].x += 0.45f * mouth + 0.3f * jaw;
  }
  for (const LipRow& row : rows_) {
    for (int i = 0; i < row.n; ++i) {
      const float follow = row.upper ? 0.15f + 0.3f * std::abs(row.s[i])
                                     : 0.45f + 0.5f * Profile(row.s[i]);
      row.d[i].x += mouth + follow * jaw;
    }
  }
  for (int i : {4, 5, 6, 7, 8}) At(kHandleNose)[i].x += 0.12f * mouth;
}

void Poser::Cheeks() {
  const float puff = m_[kCheekPuff];
  for (int side = 0; side < 2; ++side) {
    const float sign = side == 0 ? -1 : 1;
    const float squint = Side(side, kCheekSquintLeft, kCheekSquintRight);
    At(kHandleCheek)[side].y -= 0.040f * squint;
    At(kHandleCheek)[side].x += sign * 0.02f * puff;
    At(kHandleCheek)[2 + side].y -= 0.015f * squint;
    At(kHandleCheek)[2 + side].x += sign * 0.07f * puff;
    for (int e : {4, 5}) At(kHandleEye)[side * 6 + e].y -= 0.014f * squint;
    for (int k = 3; k <= 6; ++k) {
      At(kHandleJaw)[side == 0 ? k : 16 - k].x += sign * 0.035f * puff;
    }
  }
}

void Poser::Brows() {
  pose_.frowned = (m_[kBrowDownLeft] + m_[kBrowDownRight]) / 2;
  const float inner_up = m_[kBrowInnerUp];
  for (int i = 0; i < 10; ++i) {
    const int side = i < 5 ? 0 : 1;
    const float outer_up = Side(side, kBrowOuterUpLeft, kBrowOuterUpRight);
    const float down = Side(side, kBrowDownLeft, kBrowDownRight);
    const float wide = Side(side, kEyeWideLeft, kEyeWideRight);
    const float x = rig_.handles.brow[i].x;
    const float inner = 1 - SmoothStep(0.1f, 0.75f, std::abs(x));
    Vec2& d = At(kHandleBrow)[i];
    d.y += -0.10f * inner_up * inner - 0.09f * outer_up * (1 - inner) +
           0.075f * down * (0.35f + 0.65f * inner) - 0.02f * wide;
    d.x -= std::copysign(0.045f, x) * down * inner;
    At(kHandleForehead)[i].y -= 0.025f * (inner_up + outer_up);
  }
}

void Poser::Head() {
  pose_.yaw = m_[kHeadYaw];
  pose_.pitch = m_[kHeadPitch];
  pose_.roll = m_[kHeadRoll];
  pose_.jaw_open = m_[kJawOpen];
  pose_.pucker = m_[kMouthPucker];
  pose_.funnel = m_[kMouthFunnel];
  pose_.tongue_out = m_[kTongueOut];
  pose_.tuck = m_[kMouthRollLower];
  pose_.close = m_[kMouthClose];
}

}  // namespace

float MouthCurve(const std::vector<float>& curve, float s) {
  const float at =
      std::clamp((s + 1) / 2, 0.f, 1.f) * static_cast<float>(kMouthSamples - 1);
  const int i = std::min(static_cast<int>(at), kMouthSamples - 2);
  const float f = at - static_cast<float>(i);
  return curve[i] * (1 - f) + curve[i + 1] * f;
}

StatusOr<FacePose> PoseFromMotion(const FaceRig& rig,
                                  const MotionFrame& motion) {
  MotionFrame m = motion;
  for (int i = 0; i < kMotionChannels; ++i) {
    if (!std::isfinite(m[i])) {
      return InvalidArgument(
          fmt::format("motion channel {} is {}: only finite values can be "
                      "drawn",
                      MotionChannelNames()[i], m[i]));
    }
    if (i < kHeadYaw) m[i] = std::clamp(m[i], 0.f, 1.f);
  }
  m[kHeadYaw] = std::clamp(m[kHeadYaw], -0.7f, 0.7f);
  m[kHeadPitch] = std::clamp(m[kHeadPitch], -0.5f, 0.5f);
  m[kHeadRoll] = std::clamp(m[kHeadRoll], -0.7f, 0.7f);
  constexpr float kQuarterTurn = std::numbers::pi_v<float> / 2;
  for (int i = kLeftEyeYaw; i <= kRightEyeRoll; ++i) {
    m[i] = std::clamp(m[i], -kQuarterTurn, kQuarterTurn);
  }
  return Poser(rig, m).Run();
}

}  // namespace longtake::worker
