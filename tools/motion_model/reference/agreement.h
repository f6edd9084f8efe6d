#pragma once
// How well found phone times agree with true ones.

#include <array>
#include <span>
#include <vector>

#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phone_segments.h"

namespace longtake::reference {

using Phones = std::span<const worker::PhoneSegment>;

// Begins of phones, found less true, in milliseconds.
struct BoundaryErrors {
  int64_t count = 0;
  double median_ms = 0;  // > 0: found too late
  double median_absolute_ms = 0;
  double p90_absolute_ms = 0;
};

struct AgreementReport {
  // Share of the time in which somebody truly speaks with the right viseme.
  double visemes = 0;
  // Share of that time in phones that the found sequence has too, whatever its
  // times: `visemes` can't exceed it by much.
  double pronounced = 0;
  // Share of all the time in which both say the same of silence.
  double silence = 0;
  // Mean over the mouth's curves of Pearson's r between the teacher's curves of
  // the one and the other while somebody truly speaks.
  double mean_r = 0;
  // True p, b and m with a found one less than 67 ms away, and the reverse.
  double closure_recall = 0;
  double closure_precision = 0;
  BoundaryErrors all;
  std::array<BoundaryErrors, worker::kVisemes> by_viseme;
};

// Sums over any number of recordings. One thread only.
class Agreement {
 public:
  // Both cover the same recording.
  void Add(Phones truth, Phones found);
  AgreementReport Report() const;

 private:
  struct Sums {
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  };
  void AddFrames(Phones truth, Phones found);
  void AddBoundaries(Phones truth, Phones found);
  void AddClosures(Phones truth, Phones found);

  int64_t frames_ = 0, silence_same_ = 0;
  int64_t spoken_ = 0, viseme_same_ = 0;
  std::array<Sums, worker::kMouthCurves> curves_;
  int64_t true_closures_ = 0, true_met_ = 0;
  int64_t found_closures_ = 0, found_met_ = 0;
  double seconds_spoken_ = 0, seconds_pronounced_ = 0;
  std::array<std::vector<double>, worker::kVisemes> errors_ms_;
};

// Pairs of equal phones' indices, in order, of the cheapest edit of the one
// sequence of visemes into the other (Levenshtein 1966).
std::vector<std::pair<int, int>> MatchVisemes(
    std::span<const worker::Viseme> truth,
    std::span<const worker::Viseme> found);

}  // namespace longtake::reference
