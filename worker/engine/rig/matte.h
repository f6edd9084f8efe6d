#pragma once
// The subject cut from its background, and the background filled in behind.
// Internal to worker/engine/rig. Deterministic (own RNG seed); may throw
// cv::Exception.

#include "opencv2/core.hpp"
#include "worker/engine/rig/head.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {

// [h, w] 1 = subject, in steps of 1/255.
cv::Mat1f CutMatte(const Portrait& portrait, const HeadEllipse& head);

// [h, w, 3] the portrait with what `alpha` covers filled from around it.
cv::Mat3f FillPlate(const Portrait& portrait, const HeadEllipse& head,
                    const cv::Mat1f& alpha);

}  // namespace longtake::worker
