#pragma once
// A straight line through values over time. Private to worker/quality.

#include <span>

namespace longtake::worker {

struct TimedValue {
  double seconds = 0;
  double value = 0;
};

// Of the line that fits best, all points weighing alike; 0 for fewer than two
// times.
inline double SlopePerMinute(std::span<const TimedValue> points) {
  double n = 0, x = 0, y = 0;
  for (const TimedValue& p : points) {
    n += 1;
    x += p.seconds / 60;
    y += p.value;
  }
  if (n < 2) return 0;
  double xx = 0, xy = 0;
  for (const TimedValue& p : points) {
    const double d = p.seconds / 60 - x / n;
    xx += d * d;
    xy += d * (p.value - y / n);
  }
  return xx > 1e-12 ? xy / xx : 0;
}

}  // namespace longtake::worker
