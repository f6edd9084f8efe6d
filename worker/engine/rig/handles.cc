#include "worker/engine/rig/handles.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "worker/engine/rig/numerics.h"

namespace longtake::worker {
namespace {

// A lip is at least this thick (IOD): outer points keep clear of the edge.
constexpr double kUpperLipLeast = .02, kLowerLipLeast = .03;
constexpr double kLeastStepS = 0.02;
constexpr double kForeheadRaise = .55;
// The ring that never moves: points, distance outside the head's ellipse, and
// its shift down; three more hold the neck below the chin.
constexpr int kRingPoints = 28;
constexpr double kRingBeside = .9, kRingAbove = 1.0, kRingDown = .1;
constexpr double kNeckDown = 1.0, kNeckAside = .6;

Vec2 ToVec2(const cv::Point2d& q) {
  return {static_cast<float>(q.x), static_cast<float>(q.y)};
}

// t of a lip's outer line at kOuterS, through its landmarks from left to right.
std::vector<double> OuterLine(const Portrait& p, const MouthLine& mouth,
                              const std::array<int, 7>& marks) {
  std::vector<double> s, t, out;
  for (const int m : marks) {
    const cv::Point2d q = mouth.ToMouth(p.marks[m]);
    s.push_back(q.x);
    t.push_back(q.y);
  }
  MakeIncreasing(&s, kLeastStepS);
  for (const double at : kOuterS) out.push_back(Interpolate(s, t, at));
  return out;
}

void PlaceLips(const Portrait& p, const MouthLine& mouth, RigHandles* h) {
  h->corner = {ToVec2(mouth.ToFace(-1, 0)), ToVec2(mouth.ToFace(1, 0))};
  for (const double s : kInnerS) {
    h->upper_inner.push_back(ToVec2(mouth.ToFace(s, mouth.UpperAt(s))));
    h->lower_inner.push_back(ToVec2(mouth.ToFace(s, mouth.LowerAt(s))));
  }
  const std::vector<double> upper =
      OuterLine(p, mouth, {48, 49, 50, 51, 52, 53, 54});
  const std::vector<double> lower =
      OuterLine(p, mouth, {48, 59, 58, 57, 56, 55, 54});
  for (size_t i = 0; i < kOuterS.size(); ++i) {
    const double s = kOuterS[i];
    h->upper_outer.push_back(ToVec2(mouth.ToFace(
        s, std::min(upper[i], mouth.UpperAt(s) - kUpperLipLeast))));
    h->lower_outer.push_back(ToVec2(mouth.ToFace(
        s, std::max(lower[i], mouth.LowerAt(s) + kLowerLipLeast))));
  }
}

}  // namespace

RigHandles PlaceHandles(const Portrait& p, const MouthLine& mouth,
                        const HeadEllipse& head) {
  RigHandles h;
  PlaceLips(p, mouth, &h);
  const auto marks = [&](int first, int last) {
    std::vector<Vec2> v;
    for (int i = first; i <= last; ++i) v.push_back(ToVec2(p.marks[i]));
    return v;
  };
  h.jaw = marks(0, 16);
  h.brow = marks(17, 26);
  h.nose = marks(27, 35);
  h.eye = marks(36, 47);
  for (const auto& [a, b] : {std::pair(2, 31), {14, 35}, {4, 48}, {12, 54}}) {
    h.cheek.push_back(ToVec2((p.marks[a] + p.marks[b]) / 2));
  }
  for (int i = 17; i <= 26; ++i) {
    h.forehead.push_back(ToVec2(p.marks[i] - cv::Point2d(0, kForeheadRaise)));
  }
  for (int i = 0; i < kRingPoints; ++i) {
    const double angle = 2 * std::numbers::pi * i / kRingPoints;
    h.still.push_back(ToVec2(
        {head.centre_x + std::cos(angle) * (head.half_width + kRingBeside),
         head.centre_y + kRingDown +
             std::sin(angle) * (head.half_height + kRingAbove)}));
  }
  for (const double aside : {-kNeckAside, 0.0, kNeckAside}) {
    h.still.push_back(ToVec2({head.centre_x + aside, head.chin_y + kNeckDown}));
  }
  return h;
}

}  // namespace longtake::worker
