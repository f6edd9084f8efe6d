#pragma once
// The pixels around one eye with everything that the steps of the eye fit ask
// of them. Internal to worker/engine/rig. Plain values.

#include <cmath>
#include <vector>

#include "opencv2/core.hpp"

namespace longtake::worker {

// A lid as y over x, samples evenly spaced between the eye's corners.
struct LidLine {
  std::vector<double> x, y;
};

struct EyeBox {
  cv::Mat3f rgb;
  cv::Mat1f x, y;       // face units
  cv::Mat1f lash, lid;  // y of upper and lower lid at the pixel's x
  cv::Mat1f across;     // -1 .. 1 from corner to corner
  int rows() const { return x.rows; }
  int cols() const { return x.cols; }

  // Is the pixel between the lids, off them by these margins (IOD)?
  bool IsOpen(int r, int c, double below_lash, double above_lid,
              double within) const {
    return y(r, c) > lash(r, c) + below_lash &&
           y(r, c) < lid(r, c) - above_lid && std::abs(across(r, c)) < within;
  }
  // The eyeball, clear of lashes and lid's edge.
  bool IsEyeball(int r, int c) const { return IsOpen(r, c, .018, .010, .97); }
};

}  // namespace longtake::worker
