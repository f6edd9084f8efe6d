#pragma once
// Where the lips meet: finds the edges of both lips in the photograph and says
// what lies between them. Internal to worker/engine/rig. Pure; may throw
// cv::Exception.

#include <vector>

#include "opencv2/core.hpp"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {

enum class MouthGap {
  kClosed,  // the lips touch, or what lies between passes for lip
  kDark,    // open on a dark cavity: it is drawn anew
  kTeeth,   // open on teeth: the photograph's own are re-used
};

struct MouthLine {
  // The mouth frame of face_rig.h, in face units.
  cv::Point2d centre, x, y;
  double half_width = 0;
  // t of the upper and the lower lip's edge, [kMouthSamples]; equal when
  // closed.
  std::vector<double> upper, lower;
  MouthGap gap = MouthGap::kClosed;
  // [h, w] mouth coordinates of each pixel; signed distances to the edges in
  // pixels, > 0 on the lip's side.
  cv::Mat1f s, t, phi_upper, phi_lower;

  cv::Point2d ToMouth(const cv::Point2d& face) const {
    const cv::Point2d q = face - centre;
    return {q.dot(x) / half_width, q.dot(y)};
  }
  cv::Point2d ToFace(double at_s, double at_t) const {
    return centre + at_s * half_width * x + at_t * y;
  }
  double UpperAt(double at_s) const;
  double LowerAt(double at_s) const;
};

// The landmarks must span a mouth (FitRig checks it).
MouthLine FitMouthLine(const Portrait& portrait);

}  // namespace longtake::worker
