#pragma once
// All that is measured of a finished film.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "worker/media/audio_file.h"
#include "worker/media/video_reader.h"
#include "worker/quality/colour_figures.h"
#include "worker/quality/identity_figures.h"
#include "worker/quality/lip_curves.h"
#include "worker/quality/lip_sync.h"
#include "worker/quality/loudness_meter.h"
#include "worker/quality/picture_faults.h"
#include "worker/quality/seam_scores.h"
#include "worker/quality/timing_check.h"

namespace longtake::worker {

// Which pictures are worth a look, and why.
struct PictureNote {
  double seconds = 0;
  std::string caption;  // "worst seam, before", one line
};
struct Thumbnail {
  PictureNote note;
  int width = 0, height = 0;
  std::string jpeg;
};

struct SoundMeasures {
  AudioFacts facts;
  double begin_seconds = 0, end_seconds = 0;  // on the film's clock
  std::optional<LoudnessFigures> loudness;
};

struct FilmMeasures {
  VideoFacts video;
  TimingFindings timing;
  PictureFindings pictures;
  // Of still spans: while something is heard.
  double frozen_seconds = 0;
  std::vector<PictureSpan> frozen_spans;

  bool seams_known = false;  // else there is nothing to tell of seams
  bool seams_by_keyframe = false;
  std::vector<FilmSeam> seams;

  std::optional<SoundMeasures> sound;  // else why_no_sound
  std::string why_no_sound;
  std::optional<LipSync> lip_sync;  // else why_no_lips
  std::string why_no_lips;
  std::vector<LipCurve> curves;
  std::optional<IdentityFigures> identity;  // else why_no_face
  std::string why_no_face;
  bool face_expected = false;  // a portrait was given
  std::optional<ColourFigures> colour;

  // Frames that the job says it has; absent for a film whose job is unknown.
  std::optional<int64_t> frames_expected;
  std::vector<Thumbnail> thumbnails;
};

}  // namespace longtake::worker
