#pragma once
// flite and festival by their commands.

#include <memory>

#include "tools/motion_model/speech_data/synthesizer.h"

namespace longtake::speech_data {

std::unique_ptr<Synthesizer> MakeFliteSynthesizer();
std::unique_ptr<Synthesizer> MakeFestivalSynthesizer();

// What a line of text means to each: pure, for tests.

// The phones of `flite -psdur`: "name:end name:end …", ends in seconds.
StatusOr<PhoneTrack> TrackFromFlite(std::string_view text, const Voice& voice,
                                    double duration_s);
// The phones of festival's utt.save.segs: after "#", a line "end 100 name"
// each.
StatusOr<PhoneTrack> TrackFromFestival(std::string_view text,
                                       const Voice& voice, double duration_s);
// The Scheme expressions that make <index>.wav and <index>.segs of each
// utterance in festival's directory, in the voice's character set.
StatusOr<std::string> FestivalScript(const Voice& voice,
                                     const std::vector<Utterance>& utterances);

}  // namespace longtake::speech_data
