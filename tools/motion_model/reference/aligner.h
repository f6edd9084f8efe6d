#pragma once
// Finds when each phone of a known text is spoken in a recording. One hidden
// Markov model a phone, learned from the recordings of one speaker and their
// texts alone: first guesses by warping espeak-ng's saying of the text onto the
// recording, then rounds of alignment and learning.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/motion_model/reference/espeak_speech.h"

namespace longtake::reference {

struct Recording {
  std::string name;
  std::vector<float> samples;  // mono, 16 kHz
  Utterance guide;             // espeak-ng's saying of the same text
};

struct TimedPhone {
  int begin_frame = 0;  // 5 ms each, see kHopSeconds
  int end_frame = 0;
  std::string ipa;  // kPause where nobody speaks
};

struct Alignment {
  std::vector<TimedPhone> phones;  // contiguous, from frame 0 to the last
  // How well the recording bears its text out: the mean, over its frames of
  // speech, of the log density of the phone found less that of the most likely
  // phone (at worst -10 a frame), less ten times the share of its phones that
  // had to be as short as can be; 0 at best.
  double score = 0;
};

struct AlignerOptions {
  // A phone that occurs less often shares a model, see PhoneInventory.
  int least_count = 12;
  float density_weight = 0.25f;
  // Gaussians a state, round by round.
  std::vector<int> rounds = {1, 1, 1, 2, 2, 4, 4, 4, 4};
};

// One alignment a recording, in order; none where the recording is too short
// for its text. All recordings must be of one speaker and language.
// Deterministic.
std::vector<std::optional<Alignment>> Align(
    std::span<const Recording> recordings, const AlignerOptions& options);

}  // namespace longtake::reference
