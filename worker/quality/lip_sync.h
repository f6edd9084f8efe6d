#pragma once
// How well a mouth that is seen follows the speech that is heard with it. Pure:
// what was seen and heard comes in as numbers, whoever decoded it.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace longtake::worker {

// One picture.
struct SeenMouth {
  double seconds = 0;  // the middle of the time it is shown
  // Of the inner lips, in distances between the eyes. Shut lips are near 0.
  float opening = 0;
};

// One step of the speech network, on the pictures' clock.
struct HeardMouth {
  double seconds = 0;
  float opening = 0;  // how far a mouth that says this is open, 0..1
  float closes = 0;   // probability of p, b or m
  // Probability of f, v, w and u, whose lips come as near to each other as to
  // be taken for shut.
  float nearly_closes = 0;
  float silence = 0;
};

// A part of the film: consecutive pictures, and the sound over the same time or
// more. Both in order of time.
struct SyncStretch {
  std::vector<SeenMouth> seen;
  std::vector<HeardMouth> heard;
};

// A closure counts when it is seen within this of a p, b or m, seconds: two
// pictures at 30 a second.
inline constexpr double kSeenClosureTolerance = 0.067;
// Lips are shut below this share of the way from their closest to their widest
// in speech (5th and 95th percentile)…
inline constexpr double kShutShare = 0.25;
// …and whatever they do, they are open beyond this: about 4 mm.
inline constexpr double kOpenBeyond = 0.07;
// Lips that part by this between two closures, about 1 mm, have shut twice.
inline constexpr double kParted = 0.02;
// A mouth that moves less in speech (from the 5th to the 95th percentile)
// stands still: nothing it does is a closure.
inline constexpr double kLeastTravel = 0.03;
// Lips shut for longer, while something is said, are no p, b or m.
inline constexpr double kLongestClosure = 0.6;
// Below this correlation at its best, an offset means nothing.
inline constexpr double kLeastOffsetR = 0.3;
// A trend needs stretches over this long, seconds.
inline constexpr double kLeastTrendSeconds = 60;

// A p, b or m, and whether the lips were seen shut at it.
struct SoughtClosure {
  double begin = 0, end = 0;  // seconds, where it is heard
  bool seen = false;
};

// A stretch, by itself.
struct StretchSync {
  double begin_seconds = 0, end_seconds = 0;
  double speech_seconds = 0;
  std::optional<double> opening_r;  // with 2 s of speech
  std::optional<double> offset_ms;  // near that of the whole film
};

// The stretches whose middles lie in one minute of the film, together.
struct MinuteSync {
  int64_t minute = 0;  // from 0
  std::optional<double> offset_ms;
};

// What can't be told from what there was is absent.
struct LipSync {
  int64_t closures_heard = 0;  // p, b and m
  std::optional<double> closure_recall;
  std::optional<double> closure_precision;  // of the closures seen in speech
  std::optional<double> opening_r;          // Pearson's, in speech
  // Of the sound behind the picture, milliseconds: > 0 where the sound is late.
  std::optional<double> offset_ms;
  std::optional<double> offset_r;  // the correlation at that offset
  std::optional<double> offset_trend_ms_per_minute;
  // Standard deviation of the opening, in distances between the eyes: where
  // nothing is said (about each pause's own mean), and in speech.
  std::optional<double> silence_motion;
  std::optional<double> speech_motion;
  double measured_seconds = 0;
  double speech_seconds = 0;
  std::vector<SoughtClosure> sought;   // in order of time
  std::vector<StretchSync> stretches;  // in order of time
  std::vector<MinuteSync> minutes;     // those with stretches
};

LipSync MeasureLipSync(std::span<const SyncStretch> stretches);

}  // namespace longtake::worker
