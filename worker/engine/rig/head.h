#pragma once
// The head's shape and the supports of its two motions. Internal to
// worker/engine/rig. Pure; may throw cv::Exception.

#include <array>

#include "opencv2/core.hpp"
#include "worker/engine/rig/eyes.h"
#include "worker/engine/rig/mouth_line.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {

// An ellipse around the skull, face units; half_width reaches past the ears.
struct HeadEllipse {
  double centre_x = 0, centre_y = 0, half_width = 0, half_height = 0;
  double chin_y = 0;
  double neck_half_width = 0;  // about half the distance of the jaw's corners
};

HeadEllipse FitHeadEllipse(const Portrait& portrait);

// [h, w] IOD towards the camera, 0 about at the face's rim.
cv::Mat1f HeadDepth(const Portrait& portrait, const HeadEllipse& head,
                    const MouthLine& mouth, const std::array<EyeFit, 2>& eyes);

// [h, w] 1 where the pixel moves with the head, falling off over the neck and
// far to the sides.
cv::Mat1f HeadMask(const Portrait& portrait, const HeadEllipse& head);

// [h, w] 1 on the face, 0 where no expression reaches.
cv::Mat1f ExpressionMask(const Portrait& portrait, const HeadEllipse& head);

}  // namespace longtake::worker
