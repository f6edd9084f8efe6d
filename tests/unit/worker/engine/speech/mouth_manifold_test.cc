#include "worker/engine/speech/mouth_manifold.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "worker/engine/motion/philox.h"
#include "worker/engine/phonetics/teacher_curves.h"

namespace longtake::worker {
namespace {

double Distance(const MouthCurves& a, const MouthCurves& b) {
  double sum = 0;
  for (int c = 0; c < kMouthCurves; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return std::sqrt(sum);
}

// Speech that the codebook has not been made from.
std::vector<MouthCurves> Spoken() {
  const KeyedRandom random(5, RandomPurpose::kFrameNoise);
  std::vector<PhoneSegment> phones;
  double at = 0;
  for (int i = 0; i < 500; ++i) {
    const double seconds = .05 + .09 * random.Uniform(i, 0);
    const int phone = static_cast<int>(random.Uniform(i, 1) * kPhoneClasses);
    phones.push_back({at, at + seconds, phone});
    at += seconds;
  }
  std::vector<MouthCurves> frames;
  for (double t = 0; t < at; t += 1.0 / 30) {
    frames.push_back(TeacherCurvesAt(phones, t));
  }
  return frames;
}

TEST(MouthManifoldTest, ASpeakingMouthIsLeftAlone) {
  const MouthManifold manifold;
  int moved = 0;
  double furthest = 0;
  const std::vector<MouthCurves> spoken = Spoken();
  for (const MouthCurves& frame : spoken) {
    MouthCurves pulled = frame;
    manifold.Pull(&pulled);
    moved += pulled != frame;
    furthest = std::max(furthest, Distance(pulled, frame));
  }
  EXPECT_LT(moved, static_cast<int>(spoken.size()) / 33);
  EXPECT_LT(furthest, .06);
}

TEST(MouthManifoldTest, EveryVisemeIsASpokenShape) {
  const MouthManifold manifold;
  for (int v = 0; v < kVisemes; ++v) {
    const MouthCurves& target = VisemeTarget(static_cast<Viseme>(v));
    MouthCurves pulled = target;
    manifold.Pull(&pulled);
    EXPECT_LT(Distance(pulled, target), .12)
        << VisemeName(static_cast<Viseme>(v));
  }
}

TEST(MouthManifoldTest, ShapesNoMouthTakesComeNearThoseThatItDoes) {
  const MouthManifold manifold;
  const KeyedRandom random(9, RandomPurpose::kFrameNoise);
  double before = 0, after = 0;
  int far = 0;
  for (int i = 0; i < 400; ++i) {
    MouthCurves frame;
    for (int c = 0; c < kMouthCurves; ++c) {
      frame[c] =
          static_cast<float>(random.Uniform(i, static_cast<uint32_t>(c)));
    }
    frame[kCurveLipClose] = 0;
    MouthCurves pulled = frame;
    const double away = Distance(frame, manifold.Reconstruct(frame));
    manifold.Pull(&pulled);
    const double still = Distance(pulled, manifold.Reconstruct(pulled));
    EXPECT_LE(still, away + 1e-6);
    far += away > kManifoldFar;
    before += away;
    after += still;
  }
  EXPECT_GT(far, 300);
  EXPECT_LT(after, .2 * before);
}

TEST(MouthManifoldTest, TheSealIsKept) {
  const MouthManifold manifold;
  MouthCurves wide;
  wide.fill(1);
  MouthCurves pulled = wide;
  manifold.Pull(&pulled);
  EXPECT_EQ(pulled[kCurveLipClose], 1.f);
  EXPECT_LT(pulled[kCurveJaw], .5f);  // sealed lips go with a raised jaw
  EXPECT_LT(pulled[kCurveFunnel], .5f);
}

TEST(MouthManifoldTest, ValuesStayInTheirRangeAndEqualInputGivesEqualBits) {
  const MouthManifold one, other;
  ASSERT_EQ(one.frames().size(), other.frames().size());
  const KeyedRandom random(3, RandomPurpose::kFrameNoise);
  for (int i = 0; i < 300; ++i) {
    MouthCurves frame;
    for (int c = 0; c < kMouthCurves; ++c) {
      frame[c] =
          static_cast<float>(random.Uniform(i, static_cast<uint32_t>(c)));
    }
    if (i % 3 == 0) frame = one.frames()[static_cast<size_t>(i)];
    MouthCurves a = frame, b = frame;
    one.Pull(&a);
    other.Pull(&b);
    EXPECT_EQ(std::memcmp(a.data(), b.data(), sizeof a), 0);
    for (float v : a) {
      EXPECT_GE(v, 0);
      EXPECT_LE(v, 1);
    }
  }
}

}  // namespace
}  // namespace longtake::worker
