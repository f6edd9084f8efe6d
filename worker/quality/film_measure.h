#pragma once
// Measures a film on disk: decodes its pictures and its sound once, by several
// threads, and feeds every measure with them.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "common/status/status.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/image.h"
#include "worker/engine/speech/speech_net.h"
#include "worker/quality/film_measures.h"
#include "worker/quality/stretches.h"

namespace longtake::worker {

struct FilmMeasureOptions {
  // How much the face networks look at; kNone: nothing.
  Measure measure = Measure::kSample;
  int threads = 1;
  // Where the sound is written meanwhile, as 16 kHz samples: 115 MB an hour.
  // Overwritten and removed.
  std::string pcm_path;
  // Whom the film should show; empty image: whoever it shows first.
  Image portrait;
  std::string portrait_name;  // for messages
  int face = 0;               // of the portrait's, 1 = the largest; 0 = that
  SeamPlaces seams;
  bool seams_known = false;
  std::optional<int64_t> frames_expected;
  bool thumbnails = true;
  std::stop_token stop;
};

// Networks and file are the caller's. InvalidArgument, with the remedy: there
// are no pictures in the film at `path`, which messages call `name`, or no face
// in the portrait. What else can't be measured is said in the measures.
// Cancelled: it was stopped. Memory: a few pictures a thread, 48 bytes a
// picture of a part under way (at most a fifteenth of the film a thread,
// sampled), 16 bytes a second of sound, 2 kB a second looked at. Numbers don't
// depend on the number of threads.
StatusOr<FilmMeasures> MeasureFilm(const FaceNetworks& faces,
                                   const SpeechNet& ears,
                                   const std::string& path,
                                   const std::string& name,
                                   const FilmMeasureOptions& options);

}  // namespace longtake::worker
