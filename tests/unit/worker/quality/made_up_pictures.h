#pragma once
// Pictures for tests of what is measured of them: luma that moves as one likes.

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "worker/quality/picture_meter.h"

namespace longtake::worker {

inline constexpr int kMadeUpSide = 128;
inline constexpr int64_t kMadeUpMicros = 40'000;  // 25 a second

// Luma of a picture in which a wave has gone `phase` pixels to the right, in a
// region of `moving` pixels a side; the rest is a pattern that stays.
inline std::vector<uint8_t> WavePicture(double phase, int moving = 64) {
  std::vector<uint8_t> luma(kMadeUpSide * kMadeUpSide);
  for (int y = 0; y < kMadeUpSide; ++y) {
    for (int x = 0; x < kMadeUpSide; ++x) {
      const bool moves = x < moving && y < moving;
      const auto at = static_cast<int64_t>(x + (moves ? phase : 0));
      luma[static_cast<size_t>(y * kMadeUpSide + x)] =
          static_cast<uint8_t>(60 + std::abs(at * 7 % 120 - 60));
    }
  }
  return luma;
}

inline LumaView ViewOf(const std::vector<uint8_t>& luma) {
  return {luma.data(), kMadeUpSide, kMadeUpSide, kMadeUpSide, false};
}

// Picture `i`, by how it differs from the one before.
inline PictureRecord Changed(int64_t i, float mean, float patch,
                             bool key = false) {
  PictureRecord record;
  record.stamp = {i * kMadeUpMicros, i, key};
  record.change = {mean, patch, i > 0};
  return record;
}

// Feeds a meter with made-up pictures at an even beat.
class MadeUpFilm {
 public:
  // `key`: a keyframe, by itself.
  PictureRecord Next(const std::vector<uint8_t>& luma, bool key = false) {
    const FrameStamp stamp = {count_ * kMadeUpMicros, count_, key};
    ++count_;
    return meter_.Measure(stamp, ViewOf(luma));
  }

 private:
  PictureMeter meter_;
  int64_t count_ = 0;
};

}  // namespace longtake::worker
