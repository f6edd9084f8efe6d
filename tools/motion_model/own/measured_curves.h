#pragma once
// From what was seen of a mouth to the curves that a network learns. Landmarks
// show three of the eleven: how far the jaw is open, whether the lips are
// sealed, and how wide the mouth is drawn. The others stay unknown: funnel and
// pucker look alike (both make the mouth narrow), and tongue, press, a lower
// lip under the teeth and the share of a smile in a wide mouth can't be told
// from points.

#include <span>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/own/mouth_measures.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/quality/lip_sync.h"

namespace longtake::own {

// A head turned or nodded further from the camera hides its mouth: measures of
// MouthMeasures::turn (about 18 degrees) and of `nod` about its median.
inline constexpr float kMostTurn = 0.16f, kMostNod = 0.12f;
// Speech that is needed with the face seen, seconds: the speaker's own range is
// measured in it.
inline constexpr double kLeastSeenSpeech = 5;

// Every kCurveStepSeconds (curve_file.h) of a sound `seconds` long; NaN where
// unknown. Calibrated by this speaker's speech: its 5th and 95th percentiles
// become the teacher's.
// - jaw: `lower` without what goes with the head's turns and nods.
// - lipClose: the inner lips' distance. Unknown where lips stay shut as in no
//   p, b or m (a rest, where a sealed mouth and a closed jaw look alike), and
//   where f, v, w or u are heard, whose lips come as near.
// - stretch: `width` without what goes with the jaw, above the width of a mouth
//   at rest; 0 where it is narrower.
// `seen` and `heard` (all of the sound) in order of time. InvalidArgument, for
// the caller to name the file: too little speech with the face seen from the
// front, a mouth that stands still in it. Pure.
StatusOr<std::vector<worker::MouthCurves>> CurvesOfMouth(
    std::span<const MouthMeasures> seen,
    std::span<const worker::HeardMouth> heard, double seconds);

}  // namespace longtake::own
