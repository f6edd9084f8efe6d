#pragma once
// What of a recording can be learned from: the stretches whose words were found
// where the text says and believed, or whose mouth was seen.

#include <span>
#include <vector>

#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phone_segments.h"
#include "worker/engine/speech/transcript_plan.h"

namespace longtake::own {

// Seconds of the recording; phones relative to `begin`, sorted.
struct Part {
  double begin = 0, end = 0;
  std::vector<worker::PhoneSegment> phones;
};

// Clauses believed less (transcript_plan.h) are left out: stricter than where a
// text guides a mouth, for what is learned wrong stays.
inline constexpr double kLeastTrust = 0.9;
// Where fewer of its clauses are believed, the text is another's: nothing is
// used.
inline constexpr double kLeastShare = 0.6;
// A longer pause between two clauses may hold words that the text lacks: the
// recording is cut there.
inline constexpr double kLongestPause = 0.6;
// Silence kept before and after, less where other words are near.
inline constexpr double kMargin = 0.15;
// Shorter parts are left out.
inline constexpr double kShortestPart = 1.0;

// Of a film whose words nobody wrote down: the stretches where the jaw is known
// (curve_file.h), cut where it isn't for longer than kLongestPause, no phones.
std::vector<Part> SeenParts(std::span<const worker::MouthCurves> curves);

// Of a recording `seconds` long. Pure.
std::vector<Part> TrustedParts(const worker::PlacedTranscript& placed,
                               double seconds);

}  // namespace longtake::own
