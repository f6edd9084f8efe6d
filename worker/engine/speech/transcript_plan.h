#pragma once
// Finds the words of a transcript in the sound: what is said is known in
// dubbing, and a mouth that knows it closes where it must.

#include <span>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/phonetics/transcript.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::worker {

struct PlacedTranscript {
  std::vector<KeyPhone> phones;
  std::vector<TranscriptClause> clauses;  // all of them, in the text's order
};

// Cues with times are looked for within this of them.
inline constexpr int64_t kCueSlackMicros = 1500000;

// Wrong and missing words are passed over; where the text does not fit, trust
// is 0 and the mouth follows its ears. Memory: 8 kB a second of job. Errors:
// the reader's and Pronounce's.
StatusOr<PlacedTranscript> PlaceTranscript(
    const SpeechNet& net, const PcmReader& pcm,
    std::span<const TranscriptPhrase> phrases, const std::string& language);

// Adds the phones of the request's transcript, where there is one; its clauses.
// InvalidArgument where the control `language` is missing; PlaceTranscript's
// errors.
StatusOr<std::vector<TranscriptClause>> AddTranscript(
    const SpeechNet& net, const MotionRequest& request, KeyMotions* keys);

}  // namespace longtake::worker
