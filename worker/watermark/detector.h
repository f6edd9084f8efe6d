#pragma once
// Finds the watermark in a run of a film's frames, whatever frame it begins
// with, however it was scaled, and where it was cropped by up to a tenth.
//
// Frames are averaged over a quarter of a second, cleared of what stands still
// and of coarse content, trusted where little else is left (Wiener), and folded
// onto the tile for each scale that is tried; the folded tiles are added up
// with the signs of each phase of the cycle; then the patterns are looked for
// at every shift (tile_search.h). The reference says scale, shift and phase;
// the other components' places against it say the payload, whose check sum must
// be right. Parts too short for a change of sign are looked at whole.

#include <cstdint>
#include <memory>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/provenance/watermark_key.h"

namespace longtake::worker {

// Frames that one detector takes: more are not needed, fewer are possible.
inline constexpr int kMaxDetectorFrames = 576;
// Pictures whose shorter side is longer than this should be shrunk before.
inline constexpr int kDetectorSide = 384;

struct WatermarkDetection {
  bool found = false;
  uint32_t payload = 0;   // where found
  double confidence = 0;  // see kDetectionThreshold; grows with the evidence
  double reference = 0;   // fit of the reference, standard deviations
  double weakest = 0;     // of the symbols, likewise
  // Where found: the share of the marked picture's shorter side that is there
  // (1 = not cropped), and the first frame's place in the cycle of signs
  // (phase.h), within some frames.
  double visible = 1;
  int phase = 0;
};

// `confidence` is the sum of the five components' fits, in standard deviations,
// over the square root of five. Unmarked films stay below 9: the best of all
// places, scales and phases by chance (figures: docs/provenance.md).
inline constexpr double kDetectionThreshold = 12.0;

// One thread only.
class WatermarkDetector {
 public:
  explicit WatermarkDetector(const WatermarkKey& key);
  ~WatermarkDetector();
  WatermarkDetector(const WatermarkDetector&) = delete;
  WatermarkDetector& operator=(const WatermarkDetector&) = delete;

  // The next frame's luma [height][stride], all frames of one size. Frames past
  // kMaxDetectorFrames are ignored.
  void Add(const uint8_t* luma, int width, int height, int stride);
  int frames() const;

  // Looks through all that was added; about half a second.
  WatermarkDetection Detect();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
