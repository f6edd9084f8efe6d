#pragma once
// Films for the watermark's figures: marked ones, what happens to them, and
// unmarked ones of all kinds. The ffmpeg command does what is done to films.

#include <cstdint>
#include <string>
#include <vector>

#include "common/provenance/watermark_key.h"
#include "common/status/status.h"

namespace longtake::bench {

// Internal where ffmpeg fails; `arguments` as a shell reads them.
Status RunFfmpeg(const std::string& arguments);

struct MarkedFilm {
  double cpu_ms_per_frame = 0;  // of the marking thread
  double psnr_db = 0;           // against the unmarked luma
  double rms = 0;               // of the change, grey levels
  double kbits = 0;             // a second
};

// Encodes the first `frames` frames of the film at `from` as a render does,
// marked as frames first_frame, … of a job; unmarked where `key` is null.
StatusOr<MarkedFilm> EncodeFilm(const std::string& from,
                                const WatermarkKey* key, uint32_t payload,
                                int64_t first_frame, int frames, int crf,
                                const std::string& to);

// What may happen to a film before x264 encodes it again.
struct Attack {
  std::string name;
  std::string filter;  // graph for ffmpeg's -vf, "" for none
  int crf = 28;
  bool promised = false;  // parts that are long enough must be found after it
};
std::vector<Attack> AllAttacks();
// Of the part of `film` that begins at `begin`, in seconds.
Status MakeAttackedClip(const std::string& film, double begin, double seconds,
                        const Attack& attack, const std::string& to);

// Unmarked clip number `index` of the false alarms, at `to`: parts of `films`
// (cropped, scaled, mirrored, coarsely encoded) and ffmpeg's synthetic sources,
// in turn. The same index is the same clip.
Status MakeUnmarkedClip(int index, const std::vector<std::string>& films,
                        const std::string& to);

}  // namespace longtake::bench
