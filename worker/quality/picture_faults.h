#pragma once
// Black pictures, pictures that stand still, and pictures that were shown
// twice. Pure; the thresholds' reasons are in docs/quality_report.md.

#include <cstdint>
#include <optional>
#include <vector>

#include "worker/quality/picture_meter.h"
#include "worker/quality/timing_check.h"

namespace longtake::worker {

// A picture with this share of dark pixels is black.
inline constexpr double kBlackShare = 0.98;
// No patch of a picture that stands still changes by more, levels. Noise of an
// encoder that has nothing to encode stays below; the slowest sway of a head at
// rest doesn't.
inline constexpr double kStillPatch = 0.25;
// Among pictures whose patches change by kMovingPatch at least, one whose own
// change by less, and on the whole by no more than a share of theirs, is the
// one before, shown twice: an encoder may go on refining it.
inline constexpr double kMovingPatch = 2.0;
inline constexpr double kRepeatPatch = 1.5;
inline constexpr double kRepeatShare = 0.25;
// Shorter than this nothing is called frozen, seconds.
inline constexpr double kLeastStillSeconds = 0.5;

struct PictureSpan {
  double begin_seconds = 0, end_seconds = 0;
  double seconds() const { return end_seconds - begin_seconds; }
};

struct PictureFindings {
  int64_t black = 0;  // pictures
  std::vector<PictureSpan> black_spans;
  // Runs of kLeastStillSeconds and more.
  double still_seconds = 0;
  std::vector<PictureSpan> still_spans;
  // Shown again in the midst of motion.
  int64_t duplicates = 0;
  std::vector<double> duplicate_seconds;
};

// One thread only.
class PictureFaults {
 public:
  // Pictures in order; `seconds_each`: how long each is shown.
  explicit PictureFaults(double seconds_each);

  void Add(const PictureRecord& record);
  // Once, after the last.
  PictureFindings Finish();

 private:
  // Pictures that hardly change, and how much those around them do.
  struct Run {
    double begin = 0, end = 0;   // seconds, from the picture that stays
    std::vector<double> places;  // of the pictures that repeat it, the first
    int64_t pictures = 0;
    int64_t still = 0;  // of these
    double most_mean = 0;
    std::vector<PictureChange> before, after;
  };

  void AddBlack(const PictureRecord& record, double at);
  void AddStill(const PictureRecord& record, double at);
  bool Repeats(const PictureChange& change) const;
  void EndRun();
  void Judge(const Run& run);

  const double each_;
  PictureFindings found_;
  std::optional<Run> run_;             // under way
  std::optional<Run> waiting_;         // ended; what follows is not known yet
  bool refreshed_ = false;             // the latest may be a keyframe in a run
  std::vector<PictureChange> recent_;  // the latest that moved
  bool black_ = false;
};

}  // namespace longtake::worker
