#pragma once
// How well a mouth follows speech whose phones are known: its curves against
// the teacher's (teacher_curves.h), and its closures against the p, b and m.
// Sums over any number of recordings, so that long ones count for more.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "common/media_time/media_time.h"
#include "worker/engine/motion/motion_track.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phone_segments.h"

namespace longtake::worker {

// A closure counts when it lies within this of a p, b or m, seconds.
inline constexpr double kClosureTolerance = 0.067;
// A closure is a peak of the lips' seal at least this high…
inline constexpr float kClosureLevel = 0.5f;
// …and two peaks are two closures where the valley between them is this deep.
inline constexpr float kClosureProminence = 0.06f;

// The curves of a frame of motion, as the renderer will draw it.
MouthCurves CurvesOf(const MotionFrame& frame);

struct MotionScore {
  std::array<double, kMouthCurves> r{};          // Pearson's, while speaking
  std::array<double, kMouthCurves> std_ratio{};  // against the teacher's
  double mean_r = 0, mean_std_ratio = 0;
  double closure_recall = 0, closure_precision = 0, closure_f1 = 0;
  // Of the jaw, milliseconds; > 0: later than the teacher's.
  double lag_ms = 0;
  double rest_jaw = 0;  // mean of the jaw where nothing is said
  double seconds = 0;
  int64_t closures = 0;  // p, b and m
};

// One thread only.
class MotionScorer {
 public:
  // curves[i] is frame i of a recording that begins with frame 0.
  void Add(FrameRate rate, std::span<const MouthCurves> curves,
           std::span<const PhoneSegment> phones);
  MotionScore Score() const;

 private:
  // Half a second to each side.
  static constexpr int kLagSteps = 25;
  static constexpr double kLagStepSeconds = 0.02;
  struct Sums {
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  };
  void AddClosures(FrameRate rate, std::span<const MouthCurves> curves,
                   std::span<const PhoneSegment> phones);
  void AddLag(FrameRate rate, std::span<const MouthCurves> curves,
              std::span<const PhoneSegment> phones);

  int64_t frames_ = 0, rest_frames_ = 0;
  std::array<Sums, kMouthCurves> sums_{};
  double rest_jaw_ = 0, seconds_ = 0;
  int64_t closures_ = 0, found_ = 0, peaks_ = 0, true_peaks_ = 0;
  std::array<double, 2 * kLagSteps + 1> lag_{};
};

}  // namespace longtake::worker
