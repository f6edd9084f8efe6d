#pragma once
// Turns a user's own recordings into a set of speech that longtake_train_motion
// reads (speech_set.h), under the engine "own": words are found in the sound by
// what the speech network hears (transcript_plan.h), or phone times are taken
// as they are given. Of films, the mouth is measured besides, or alone.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/own/recordings.h"
#include "tools/motion_model/speech_data/speech_set.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::own {

struct OwnSpeechOptions {
  std::string recordings;  // folder, see recordings.h
  std::string language;    // of all texts; may be empty where none are
  std::string directory;   // of the set; made, or without a manifest
  // Folder of the face networks; may be empty where there are no films.
  std::string face_networks;
};

struct OwnSpeech {
  std::vector<speech_data::ManifestLine> lines;
  double given_s = 0, kept_s = 0;
  double seen_s = 0;  // of what is kept, with a measured jaw
  // A line for each recording of which nothing, its picture or its text is not
  // used: why.
  std::vector<std::string> left_out;
};

// Writes own/<voice>/<nnnnn>.wav, .phones where they are known and .curves
// where a mouth was measured, then manifest.tsv. Errors, one line that names
// the file: those of ListRecordings; InvalidArgument: a language that is
// unknown or missing, sound, text or phone times that can't be read, times past
// the end of the sound, nothing that could be used; FailedPrecondition: the
// directory holds a set already, espeak-ng or the face networks are missing. A
// film that can't be used is left out, not an error.
StatusOr<OwnSpeech> MakeOwnSpeech(const worker::SpeechNet& net,
                                  const OwnSpeechOptions& options);

}  // namespace longtake::own
