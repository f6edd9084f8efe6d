#pragma once
// How a stored picture is turned or mirrored to be shown. Private to
// worker/media.

#include <cstdint>
#include <optional>
#include <span>

#include "worker/engine/image.h"

namespace longtake::worker {

// Where a stored pixel (x, y) is shown: (a x + c y, b x + d y), shifted to be
// non-negative. Entries are -1, 0 or 1.
struct Turn {
  int a = 1, b = 0, c = 0, d = 1;
};

// Of the bytes of FFmpeg's display matrix (libavutil/display.h); nothing where
// it is no matrix or asks for more than quarter turns and mirrors.
std::optional<Turn> TurnOfMatrix(std::span<const uint8_t> matrix);

Image Turned(Image in, const Turn& turn);

}  // namespace longtake::worker
