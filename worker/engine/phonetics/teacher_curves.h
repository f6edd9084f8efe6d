#pragma once
// From phones with times to the curves of a mouth that says them: the dominance
// model of coarticulation (Cohen and Massaro, "Modeling coarticulation in
// synthetic visual speech", 1993). It teaches the speech network, is the
// reference of its evaluation, and guides the mouth where the words are known.

#include <span>

#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phone_segments.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {

// The curves at `seconds`: sum(D T) / sum(D), with T the target of each phone
// and D = alpha exp(-distance / tau) its dominance, distance from the central
// 60 % of its segment. Only segments within kTeacherReachSeconds count, so a
// change further away changes nothing. `segments` sorted by time; where there
// is none near, the mouth rests.
MouthCurves TeacherCurvesAt(std::span<const PhoneSegment> segments,
                            double seconds);

inline constexpr double kTeacherReachSeconds = 0.6;

// How one phone is said: what its target is multiplied by, curve by curve, and
// its dominance.
struct PhoneManner {
  MouthCurves target;
  double dominance = 1;
  PhoneManner() { target.fill(1); }
};

// The same with manners[i] for segments[i]: speakers differ, and no phone is
// said twice alike. Values may leave [0, 1].
MouthCurves TeacherCurvesAt(std::span<const PhoneSegment> segments,
                            std::span<const PhoneManner> manners,
                            double seconds);

// T of every phone of this viseme.
const MouthCurves& VisemeTarget(Viseme viseme);

}  // namespace longtake::worker
