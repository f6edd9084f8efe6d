#pragma once
// From a crop of a picture to the input of a face network, by the rules of
// TensorFlow.js and face-api: any half pixel of difference moves landmarks.

#include <array>
#include <vector>

#include "worker/engine/image.h"

namespace longtake::worker {

// A rectangle of whole pixels, inside its image.
struct PixelRect {
  int x = 0, y = 0, width = 0, height = 0;
  friend bool operator==(const PixelRect&, const PixelRect&) = default;
};

// Where the crop lies in the square that is padded round it.
enum class SquarePadding {
  kTopLeft,  // padding on the right or below only
  kCentred,  // half of it on each side; the odd column or row comes last
};

// Pads `crop` of `image` with black to a square, resizes it to [size, size]
// (tf.image.resizeBilinear with alignCorners and halfPixelCenters off: output
// pixel i samples at i * in / out), subtracts `mean_rgb` and divides by 255.
// Returns [3, size, size], RGB planes.
std::vector<float> MakeNetInput(const Image& image, const PixelRect& crop,
                                int size, SquarePadding padding,
                                const std::array<float, 3>& mean_rgb);

}  // namespace longtake::worker
