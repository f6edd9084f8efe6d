#pragma once
// A glide that nearly always comes before one vowel, as the w of French "oi",
// learns that vowel's sound too and takes most of its time.

#include <vector>

#include "tools/motion_model/reference/aligner.h"

namespace longtake::reference {

inline constexpr int kShortGlideFrames = 16;  // 80 ms
inline constexpr int kLongGlideFrames = 24;   // 120 ms

// Where w, j or ɥ goes before a vowel and is longer than kShortGlideFrames, it
// keeps half of the time of both, but neither less than kShortGlideFrames nor
// more than kLongGlideFrames; the vowel gets the rest.
void ShortenGlides(std::vector<TimedPhone>* phones);

}  // namespace longtake::reference
