#pragma once
// One utterance: what is asked of an engine and what it gave. Everything asked
// is a function of (seed, engine, voice, index), so a set can be made in any
// order and gone on with later.

#include <cstdint>
#include <string>

#include "tools/motion_model/speech_data/phone_track.h"
#include "tools/motion_model/speech_data/vocabulary.h"
#include "tools/motion_model/speech_data/voices.h"
#include "tools/motion_model/speech_data/wav.h"

namespace longtake::speech_data {

struct Utterance {
  int index = 0;
  std::string text;          // UTF-8
  std::string speaker;       // the voice, with espeak's variant: "en-us+f3"
  double stretch = 1;        // of durations: flite, festival
  int words_per_minute = 0;  // espeak
  int pitch = 0;             // espeak, 0-100
  int pitch_range = 0;       // espeak, 0-100
  double pitch_factor = 1;   // of the voice's own: flite, festival's diphones
};

struct Speech {
  Sound sound;
  PhoneTrack phones;
};

Utterance PlanUtterance(uint64_t seed, const Voice& voice,
                        const Vocabulary& vocabulary, int index);

}  // namespace longtake::speech_data
