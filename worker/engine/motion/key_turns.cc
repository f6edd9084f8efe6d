// The pose track: exact at its keyframes, the planner's own motion around the
// path between them.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

double Seconds(int64_t micros) { return static_cast<double>(micros) * 1e-6; }

Moving operator+(Moving a, Moving b) {
  return {a.at + b.at, a.speed + b.speed};
}
Moving operator*(Moving a, Moving b) {
  return {a.at * b.at, a.speed * b.at + a.at * b.speed};
}

// SmoothStep5 from 0 at start_us to 1 at start_us + length_us; backwards for a
// negative length.
Moving Rise(int64_t time_us, int64_t start_us, int64_t length_us) {
  const double u = std::clamp(
      static_cast<double>(time_us - start_us) / static_cast<double>(length_us),
      0.0, 1.0);
  return {SmoothStep5(u), 30 * u * u * (1 - u) * (1 - u) / Seconds(length_us)};
}

using Angle = int16_t KeyTurn::*;

// Slope at keyframe i, steps a second: the harmonic mean of both sides' where
// they agree, 0 at turning points and at the ends (Fritsch and Butland 1984).
// No path built on it leaves the keyframes' range.
double Slope(const std::vector<KeyTurn>& turns, size_t i, Angle angle) {
  if (i == 0 || i + 1 == turns.size()) return 0;
  const auto secant = [&](size_t k) {
    return (turns[k + 1].*angle - turns[k].*angle) /
           Seconds(turns[k + 1].time_us - turns[k].time_us);
  };
  const double before = secant(i - 1), after = secant(i);
  return before * after <= 0 ? 0 : 2 * before * after / (before + after);
}

// Quintic through both keyframes with their slopes and no acceleration there.
Moving Between(const std::vector<KeyTurn>& turns, size_t i, int64_t time_us,
               Angle angle) {
  const KeyTurn &a = turns[i], &b = turns[i + 1];
  const double h = Seconds(b.time_us - a.time_us);
  const double u = Seconds(time_us - a.time_us) / h;
  const double step = b.*angle - a.*angle;
  const double v0 = h * Slope(turns, i, angle);
  const double v1 = h * Slope(turns, i + 1, angle);
  const double u2 = u * u, u3 = u2 * u;
  const double at = a.*angle + step * u3 * (10 - 15 * u + 6 * u2) +
                    v0 * (u + u3 * (-6 + 8 * u - 3 * u2)) +
                    v1 * u3 * (-4 + 7 * u - 3 * u2);
  const double by_u = step * u2 * (30 - 60 * u + 30 * u2) +
                      v0 * (1 + u2 * (-18 + 32 * u - 15 * u2)) +
                      v1 * u2 * (-12 + 28 * u - 15 * u2);
  return {at * kAngleStep, by_u / h * kAngleStep};
}

}  // namespace

void FollowTurns(const KeyMotions& keys, int64_t time_us, Moving* yaw,
                 Moving* pitch, Moving* roll) {
  const std::vector<KeyTurn>& turns = keys.turns;
  if (turns.empty()) return;
  const int64_t first_us = turns.front().time_us;
  const int64_t last_us = turns.back().time_us;
  if (time_us <= first_us - kTurnEaseMicros ||
      time_us >= last_us + kTurnEaseMicros) {
    return;
  }
  // Keyframe `after` is the first one later than now.
  const size_t after =
      static_cast<size_t>(std::upper_bound(turns.begin(), turns.end(), time_us,
                                           [](int64_t t, const KeyTurn& k) {
                                             return t < k.time_us;
                                           }) -
                          turns.begin());
  Moving follow{1, 0}, own{kTurnOwnShare, 0};
  if (after == 0) {
    follow = Rise(time_us, first_us - kTurnEaseMicros, kTurnEaseMicros);
  } else {
    own = own * Rise(time_us, turns[after - 1].time_us, kTurnQuietMicros);
  }
  if (after == turns.size()) {
    follow = Rise(time_us, last_us + kTurnEaseMicros, -kTurnEaseMicros);
  } else {
    own = own * Rise(time_us, turns[after].time_us, -kTurnQuietMicros);
  }
  const auto apply = [&](Angle angle, Moving* natural) {
    Moving path;
    if (after == 0) {
      path.at = turns.front().*angle * kAngleStep;
    } else if (after == turns.size()) {
      path.at = turns.back().*angle * kAngleStep;
    } else {
      path = Between(turns, after - 1, time_us, angle);
    }
    const Moving leave{1 - follow.at, -follow.speed};
    *natural = follow * (path + own * *natural) + leave * *natural;
  };
  apply(&KeyTurn::yaw, yaw);
  apply(&KeyTurn::pitch, pitch);
  apply(&KeyTurn::roll, roll);
}

}  // namespace longtake::worker
