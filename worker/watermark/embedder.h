#pragma once
// Draws the watermark into a luma plane.
//
// What is added to a pixel is the tile's value there, scaled by what its block
// of 8 x 8 pixels hides: little on flat ground and in the dark, more in
// texture; so each frame is marked by itself, from its own content and its
// absolute index. Root mean square of the change: about 0.4 grey levels where
// nothing hides it, at most about 1.4. Integers only: the same bytes on every
// machine.

#include <cstdint>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/provenance/watermark_key.h"
#include "worker/watermark/pattern.h"

namespace longtake::worker {

// One thread at a time.
class WatermarkEmbedder {
 public:
  // For planes of `width` x `height` pixels, both even and at least 2; memory
  // is at most a byte a pixel.
  WatermarkEmbedder(const WatermarkKey& key, uint32_t payload, int width,
                    int height);

  // Marks a plane [height][stride] of limited-range luma (16 to 235), in place.
  // The result depends on the plane and `frame` alone.
  void Mark(uint8_t* luma, int stride, FrameIndex frame);

 private:
  void MeasureStrip(const uint8_t* luma, int stride, int rows);
  void SetStrengths(int rows, int sign);
  void MarkRow(uint8_t* row, int tile_row) const;

  const int width_;
  const int height_;
  const int tile_;                   // pixels, each way
  std::vector<int8_t> tile_values_;  // [tile_][tile_], all components
  // Of the strip of rows at hand, by column: sums of gradients in its upper and
  // lower half, of levels, and the signed strength.
  std::vector<uint16_t> upper_, lower_, level_;  // [width_]
  std::vector<int16_t> strength_;                // [width_]
};

}  // namespace longtake::worker
