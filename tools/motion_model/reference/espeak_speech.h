#pragma once
// Synthetic speech of espeak-ng with the times of its phones: where the
// aligner's phone sequences and first guesses come from.

#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::reference {

struct SpokenPhone {
  double start_s = 0;
  std::string ipa;  // as CleanPhone leaves it; kPause for a pause
  bool starts_word = false;
};

struct Utterance {
  std::vector<float> samples;       // mono, 16 kHz
  std::vector<SpokenPhone> phones;  // in order; each ends where the next starts
};

struct EspeakVoice {
  std::string name;  // "en-us", "fr", or with a variant: "it+f3"
  int words_per_minute = 150;
  int pitch = 50;  // 0 to 100
};

// Says each text. Runs espeak-ng in child processes of a dozen texts each (its
// library crashes in long runs); fork() must be safe, so call it while no other
// thread runs. InvalidArgument for an unknown voice, Internal if espeak-ng
// fails; the message says at which text.
StatusOr<std::vector<Utterance>> Say(const EspeakVoice& voice,
                                     const std::vector<std::string>& texts);

}  // namespace longtake::reference
