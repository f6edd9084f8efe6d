// Where the eyes look. Figures: Lee, Badler and Badler, "Eyes Alive" 2002 (3.1
// s at the listener, 0.93 s away).
#include <cmath>
#include <numbers>
#include <optional>

#include "worker/engine/motion/key_plan_parts.h"
#include "worker/engine/motion/philox.h"

namespace longtake::worker {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr int64_t kFixationCellMicros = 700000;

// At most one glance a cell, wholly inside it: 0.93 s away in every other cell
// of 2 s gives the published 3.1 s : 0.93 s.
std::optional<KeyGlance> GlanceOfCell(const KeyedRandom& random, int64_t cell) {
  if (random.Uniform(cell, 0) >= 0.5) return std::nullopt;
  const double away_s =
      std::min(0.35 - 0.62 * std::log(random.Uniform(cell, 1)), 1.75);
  const int64_t away_us = static_cast<int64_t>(away_s * 1e6);
  const int64_t slack_us = kGlanceCellMicros - away_us - 100000;
  KeyGlance g;
  g.start_us = cell * kGlanceCellMicros +
               static_cast<int64_t>(random.Uniform(cell, 2) * slack_us);
  g.end_us = g.start_us + away_us;
  const double size =
      std::min(3.0 - 5.0 * std::log(random.Uniform(cell, 3)), 26.0) * kDegree;
  const double direction = 2 * std::numbers::pi * random.Uniform(cell, 4);
  g.yaw = ToAngle(size * std::cos(direction));
  // People look aside more than up or down.
  g.pitch = ToAngle(0.6 * size * std::sin(direction));
  return g;
}

}  // namespace

void PlanGaze(uint64_t seed, GazeStyle style, int64_t end_us,
              KeyMotions* keys) {
  if (style == GazeStyle::kWander) {
    const KeyedRandom glance(seed, RandomPurpose::kGlance);
    for (int64_t c = 0; c * kGlanceCellMicros < end_us; ++c) {
      if (auto g = GlanceOfCell(glance, c)) keys->glances.push_back(*g);
    }
  }
  const KeyedRandom fixation(seed, RandomPurpose::kFixation);
  const auto offset = [&](int64_t cell, uint32_t lane, double degrees) {
    return ToAngle(std::clamp(fixation.Normal(cell, lane), -2.0, 2.0) *
                   degrees * kDegree);
  };
  for (int64_t c = -2; c * kFixationCellMicros < end_us; ++c) {
    KeyFixation f;
    f.start_us = c * kFixationCellMicros +
                 static_cast<int64_t>(fixation.Uniform(c, 0) * 400000);
    f.yaw = offset(c, 1, 0.7);
    f.pitch = offset(c, 2, 0.5);
    keys->fixations.push_back(f);
  }
}

}  // namespace longtake::worker
