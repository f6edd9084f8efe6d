#pragma once
// Lip-sync of a film on disk: decodes parts of it, looks at the mouth, listens
// to the sound, and measures.

#include <stop_token>
#include <string>

#include "common/status/status.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/speech/speech_net.h"
#include "worker/quality/lip_sync.h"
#include "worker/quality/stretches.h"

namespace longtake::worker {

struct LipSyncOptions {
  Measure measure = Measure::kSample;
  int threads = 1;
  // Where the sound is written meanwhile, as 16 kHz samples: 115 MB an hour.
  // Overwritten and removed.
  std::string pcm_path;
  std::stop_token stop;
};

// Networks and file are the caller's. InvalidArgument, with the remedy: no
// pictures, no sound or no face in the film at `path`, which messages call
// `name`. Memory: a few pictures a thread, and 2 kB a measured second.
// Numbers don't depend on the number of threads.
StatusOr<LipSync> MeasureFilm(const FaceNetworks& faces, const SpeechNet& ears,
                              const std::string& path, const std::string& name,
                              const LipSyncOptions& options);

}  // namespace longtake::worker
