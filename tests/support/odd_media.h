#pragma once
// Media as they come: odd sounds and pictures for tests, made on the spot with
// the ffmpeg program (which ./dev setup installs) and by hand where FFmpeg has
// no encoder. Failures are GoogleTest failures.

#include <cstdint>
#include <string>
#include <vector>

#include "worker/engine/image.h"

namespace longtake {

// A voice of syllables, -1 to 1: something to move a mouth by.
double Babble(double seconds);

// A WAV of babble: `lead` and `trail` samples of silence around it, which count
// among `samples`; `gain` beyond 2 clips.
struct BabbleSpec {
  int rate_hz = 48000;
  int64_t samples = 24000;
  int64_t lead = 0, trail = 0;
  double gain = 1;
};
void WriteBabble(const BabbleSpec& spec, const std::string& path);

// ffmpeg ARGS, quietly, replacing what is there; a failure shows its words.
bool Ffmpeg(const std::vector<std::string>& args);

// The JPEG with EXIF's orientation tag (TIFF 6.0, tag 274: 1 to 8) put in.
std::string WithOrientation(const std::string& jpeg, int orientation);
// A WebP of one picture (no animation) likewise.
std::string WebpWithOrientation(const std::string& webp, int width, int height,
                                int orientation);

// A baseline JPEG of four inks as Adobe's programs write them: inverted, no
// transform. FFmpeg reads such files and writes none.
std::string CmykJpeg(const worker::Image& picture);

}  // namespace longtake
