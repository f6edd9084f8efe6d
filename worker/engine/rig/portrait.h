#pragma once
// The portrait as the steps of the rig fit see it: float colours, the face
// frame and each pixel's place in it. Internal to worker/engine/rig. Plain
// values; read-only once made, so thread-safe to read. Functions here may throw
// cv::Exception; FitRig catches it at the edge.

#include <array>
#include <span>
#include <vector>

#include "opencv2/core.hpp"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Pixels of the frame's shorter side that the fit's pixel constants (filter
// radii, bands) are given for; other sizes scale them.
inline constexpr double kReferenceSidePx = 512;

// Luma weights of bt601, R G B: the fit's thresholds were tuned with them.
inline constexpr std::array<double, 3> kLuma = {.299, .587, .114};
inline double Luma(const cv::Vec3d& c) {
  return kLuma[0] * c[0] + kLuma[1] * c[1] + kLuma[2] * c[2];
}

// The similarity between pixels and face units; see face_rig.h.
struct FaceFrame {
  cv::Point2d origin, ex, ey;
  double iod_px = 0;

  cv::Point2d ToFace(const cv::Point2d& px) const {
    const cv::Point2d q = px - origin;
    return {q.dot(ex) / iod_px, q.dot(ey) / iod_px};
  }
  cv::Point2d ToPixel(const cv::Point2d& f) const {
    return origin + iod_px * (f.x * ex + f.y * ey);
  }
};

struct Portrait {
  int width = 0, height = 0;
  double scale = 1;  // shorter side / kReferenceSidePx
  FaceFrame frame;
  std::array<cv::Point2d, 68> marks;  // landmarks, face units
  cv::Mat3f rgb;                      // [h, w, 3] 0..255
  cv::Mat1f grey;                     // [h, w] mean of the channels
  cv::Mat1f x, y;                     // [h, w] face units of each pixel

  // A reference length in pixels -> this portrait's, at least `least`.
  int Px(double reference, int least = 1) const;
  // An odd kernel size near `reference` * scale.
  int OddPx(double reference) const;
};

// Samples `source` (a float raster of the portrait's size) at face-unit points;
// past the frame the border is replicated. `interpolation` is OpenCV's.
cv::Mat Sample(const Portrait& p, const cv::Mat& source,
               const cv::Mat_<cv::Point2d>& at, int interpolation);

// Gaussian with scipy's truncation (4 sigma) and half-sample reflection;
// sigmas along y and x, 0 leaves that axis alone. Any float Mat.
cv::Mat Gaussian(const cv::Mat& m, double sigma_y, double sigma_x);
inline cv::Mat Gaussian(const cv::Mat& m, double sigma) {
  return Gaussian(m, sigma, sigma);
}

// Fills what `known` (0/1) leaves out from ever wider neighbourhoods: at each
// sigma (pixels, rising) a pixel that gathers at least `least` weight takes the
// weighted mean. Known pixels keep their value; unreachable ones take the mean
// of the known, or stay 0 when nothing is known.
cv::Mat3f FillOutward(const cv::Mat3f& source, const cv::Mat1f& known,
                      std::span<const double> sigmas, double least);

// Central differences along y, one-sided at the ends.
cv::Mat1f GradientDown(const cv::Mat1f& m);

// Median colour of the pixels where mask != 0; `fallback` if there are fewer
// than `least`.
cv::Vec3d MedianColour(const cv::Mat3f& rgb, const cv::Mat1b& mask, int least,
                       const cv::Vec3d& fallback);

Rgb ToRgb(const cv::Vec3d& c);

// Copies to the plain type, rounding to whole levels 0..255 / to 1/255 steps in
// 0..1 / to half precision: what the rig's file stores, so nothing is lost.
Plane LevelsPlane(const cv::Mat3f& m);
Plane UnitPlane(const cv::Mat1f& m);
Plane HalfPlane(const cv::Mat1f& m);

}  // namespace longtake::worker
