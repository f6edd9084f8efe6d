#pragma once
// What one picture is and how it differs from the one before, by its luma
// alone: cheap enough for every picture of a film.

#include <cstdint>
#include <vector>

#include "worker/media/video_reader.h"

namespace longtake::worker {

// A picture is looked at in about this many rows; of a larger one every second,
// third… row is.
inline constexpr int kMeteredRows = 540;
// Squares, pixels, in which a change is looked for: a mouth is a small part of
// a picture.
inline constexpr int kPatchSide = 32;
// Luma below this share of its range is dark.
inline constexpr double kDarkLuma = 0.1;

// Levels are those of 8-bit luma as stored.
struct PictureChange {
  float mean = 0;      // mean absolute difference of all pixels, levels
  float patch = 0;     // the same in the square where it is largest
  bool known = false;  // false: there is none before, or of another size
};

struct PictureRecord {
  FrameStamp stamp;
  float luma = 0;        // mean, 0 black to 1 white
  float dark_share = 0;  // of the pixels, 0..1
  PictureChange change;
};

// The rows that are looked at, copied.
struct LumaRows {
  int width = 0, rows = 0;
  std::vector<uint8_t> pixels;  // [rows, width]
};

PictureChange ChangeBetween(const LumaRows& before, const LumaRows& after);

// One thread only.
class PictureMeter {
 public:
  // Of consecutive pictures.
  PictureRecord Measure(const FrameStamp& stamp, const LumaView& luma);

  // The latest; empty before the first.
  const LumaRows& rows() const { return now_; }

 private:
  LumaRows before_, now_;
};

}  // namespace longtake::worker
