#pragma once
// Turns a user's own recordings into a set of speech that longtake_train_motion
// reads (speech_set.h), under the engine "own": words are found in the sound by
// what the speech network hears (transcript_plan.h), or phone times are taken
// as they are given.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/own/recordings.h"
#include "tools/motion_model/speech_data/speech_set.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::own {

struct OwnSpeechOptions {
  std::string recordings;  // folder, see recordings.h
  std::string language;    // of all texts; may be empty where all have .phones
  std::string directory;   // of the set; made, or without a manifest
};

struct OwnSpeech {
  std::vector<speech_data::ManifestLine> lines;
  double given_s = 0, kept_s = 0;
  std::vector<std::string> left_out;  // a line for each recording: why
};

// Writes own/<voice>/<nnnnn>.wav and .phones, then manifest.tsv. Errors, one
// line that names the file: those of ListRecordings; InvalidArgument: a
// language that is unknown or missing, sound, text or phone times that can't be
// read, times past the end of the sound, nothing that could be used;
// FailedPrecondition: the directory holds a set already, espeak-ng is missing.
StatusOr<OwnSpeech> MakeOwnSpeech(const worker::SpeechNet& net,
                                  const OwnSpeechOptions& options);

}  // namespace longtake::own
