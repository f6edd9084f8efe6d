#pragma once
// The mouth of a film's speaker: looks and listens.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::own {

// Slower films show too little of a closure, which lasts about 0.1 s.
inline constexpr double kLeastFilmRate = 20;

// The curves of the speaker's mouth, every kCurveStepSeconds of the film's
// sound, which `net` hears too (measured_curves.h). `sound_starts_at`: seconds
// on the film's clock. InvalidArgument names the file and what it lacks: no
// pictures, fewer than kLeastFilmRate a second, no face, too little speech with
// the face seen, a mouth that stands still. Memory: a picture, and the
// sound again.
StatusOr<std::vector<worker::MouthCurves>> CurvesOfFilm(
    const worker::FaceNetworks& faces, const worker::SpeechNet& net,
    const std::string& path, const std::vector<float>& sound,
    double sound_starts_at);

}  // namespace longtake::own
