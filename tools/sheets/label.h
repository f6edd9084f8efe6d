#pragma once
// Small capitals on a picture, for the names under the tiles of a sheet.

#include <string_view>

#include "worker/engine/image.h"

namespace longtake::tools {

// Height of a line of text, its margins included, pixels.
inline constexpr int kLabelHeight = 20;

// Writes `text` in white, its line's upper left corner at (x, y). Letters of
// either case look alike; what is no letter, digit or one of "+-." is a blank.
// What lies outside the image is left out.
void DrawLabel(std::string_view text, int x, int y, worker::Image* image);

}  // namespace longtake::tools
