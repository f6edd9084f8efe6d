#pragma once
// Where espeak-ng's phonemes really begin. Its events follow its synthesiser's
// frames, not the sound: an event of a voiceless stop or affricate comes at the
// burst, after the closure's silence; that of a vowel or liquid after a voiced
// stop, a nasal, a glide or a liquid comes when the transition is over.

#include <string>
#include <string_view>
#include <vector>

#include "tools/motion_model/speech_data/phone_track.h"
#include "tools/motion_model/speech_data/wav.h"

namespace longtake::speech_data {

struct EspeakEvent {
  double time_s = 0;
  std::string name;  // empty: silence

  bool operator==(const EspeakEvent&) const = default;
};

// The phones of one utterance of voice `language`, from its events in order of
// time and its sound. InvalidArgument where CheckTrack says so.
StatusOr<PhoneTrack> EspeakTrack(const std::vector<EspeakEvent>& events,
                                 const Sound& sound, std::string_view language);

}  // namespace longtake::speech_data
