#pragma once
// The one way a portrait is scaled: cubic, with a blur first when it shrinks.

#include "worker/engine/image.h"

namespace longtake::worker {

// Output pixel i shows the input at (i - shift) / scale; pixel centres lie at
// whole numbers, places outside repeat the border. The kernel is the cubic
// convolution with a = -0.75; below a scale of 0.7 a Gaussian of
// sigma = 0.4 / scale input pixels, cut at 4 sigma, comes before it. `in` must
// hold a pixel and `scale` be positive. Pure; computed in a fixed order on one
// thread.
Image ScaleAndShift(const Image& in, double scale, double shift_x,
                    double shift_y, int width, int height);

}  // namespace longtake::worker
