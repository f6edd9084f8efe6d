#pragma once
// Whether a film keeps its colours. Pure.

#include <cstdint>
#include <optional>
#include <vector>

#include "worker/engine/image.h"

namespace longtake::worker {

// CIE L*a*b* (D65), of sRGB.
struct Lab {
  double l = 0, a = 0, b = 0;
};

// Mean over every fourth pixel of every fourth row.
Lab MeanLab(const Image& image);
// CIE 1976: Euclidean. About 2.3 can just be told apart, side by side.
double DeltaE(const Lab& a, const Lab& b);

struct ColourSample {
  double seconds = 0;
  Lab lab;
};

struct ColourPoint {
  double seconds = 0;
  Lab lab;
  double delta_e = 0;  // to the film's median
};

struct ColourFigures {
  Lab median;              // of each of L*, a*, b* by itself
  double delta_e_max = 0;  // of a sample, to the median
  double worst_seconds = 0;
  // From the mean of the first fifth of the samples to that of the last.
  double drift_delta_e = 0;
  std::vector<ColourPoint> points;  // in order of time
};

// Nothing of no samples. Samples in order of time.
std::optional<ColourFigures> MeasureColour(
    const std::vector<ColourSample>& samples);

}  // namespace longtake::worker
