#pragma once
// The phones of a text and where a synthetic voice's saying suggests them.

#include <span>
#include <string>
#include <vector>

#include "tools/motion_model/reference/cepstra.h"
#include "tools/motion_model/reference/espeak_speech.h"

namespace longtake::reference {

// One place in the text's sequence of phones.
struct Slot {
  std::string ipa;     // kPause: may be left out
  double guide_s = 0;  // when the guide begins it
};

// The guide's phones with silence before the first word, between words, at the
// guide's pauses and at the end. Voiceless stops, which espeak-ng reports at
// their burst, begin where the guide falls silent before it.
// `loudness_db` is the guide's, frame by frame.
std::vector<Slot> SlotsOf(const Utterance& guide,
                          std::span<const float> loudness_db);

// For each frame of the recording the index of the slot it belongs to, never
// decreasing: the guide's times warped onto the recording. Both sounds' frames
// are Features, each scaled by its own speaker's Scale.
std::vector<int> GuessSlots(std::span<const Slot> slots,
                            std::span<const Feature> recording,
                            std::span<const Feature> guide);

}  // namespace longtake::reference
