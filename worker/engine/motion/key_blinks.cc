// When the lids fall. Figures: Bentivoglio et al. 1997 (26 a minute talking, 17
// at rest).
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "worker/engine/motion/emotion_face.h"
#include "worker/engine/motion/key_plan_parts.h"
#include "worker/engine/motion/philox.h"

namespace longtake::worker {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kRestingShare = 17.0 / 26;
// Blinks that glances bring, a minute, where nothing is turned down: one glance
// in two cells, and the mean of its chance over the sizes that glances have.
constexpr double kGlanceBlinksPerMinute = 15 * 0.126;
constexpr int64_t kBlinkCellMicros = 100000;

// Spontaneous blinks are a Matern hard-core process of type II: a candidate
// falls where a better-marked candidate lies within the refractory time. That
// needs no running state: whether a blink stands depends on its own
// neighbourhood only.
class BlinkProcess {
 public:
  BlinkProcess(uint64_t seed, double per_second)
      : random_(seed, RandomPurpose::kBlink) {
    if (per_second <= 0) return;
    const double refractory_s = std::min(0.6, 0.35 / per_second);
    refractory_us_ = static_cast<int64_t>(refractory_s * 1e6);
    // Inverse of the thinned process's rate (Matern 1960).
    const double candidates =
        -std::log(1 - 2 * refractory_s * per_second) / (2 * refractory_s);
    probability_ = 1 - std::exp(-candidates * kBlinkCellMicros / 1e6);
  }

  int64_t refractory_us() const { return refractory_us_; }

  // The cell's blink, if it has one that stands.
  std::optional<int64_t> TimeInCell(int64_t cell) const {
    const Candidate own = At(cell);
    if (!own.exists) return std::nullopt;
    const int64_t reach = refractory_us_ / kBlinkCellMicros + 1;
    for (int64_t d = -reach; d <= reach; ++d) {
      if (d == 0) continue;
      const Candidate other = At(cell + d);
      if (other.exists && other.mark < own.mark &&
          std::abs(other.time_us - own.time_us) < refractory_us_) {
        return std::nullopt;
      }
    }
    return own.time_us;
  }

 private:
  struct Candidate {
    bool exists = false;
    int64_t time_us = 0;
    double mark = 0;
  };
  Candidate At(int64_t cell) const {
    if (random_.Uniform(cell, 0) >= probability_) return {};
    return {
        true,
        cell * kBlinkCellMicros +
            static_cast<int64_t>(random_.Uniform(cell, 1) * kBlinkCellMicros),
        random_.Uniform(cell, 2)};
  }

  KeyedRandom random_;
  int64_t refractory_us_ = 0;
  double probability_ = 0;
};

KeyBlink MakeBlink(const KeyedRandom& random, int64_t index, int64_t start_us) {
  KeyBlink b;
  b.start_us = start_us;
  b.close_ms = static_cast<uint16_t>(90 + 10 * random.Uniform(index, 10));
  b.hold_ms = static_cast<uint16_t>(10 + 40 * random.Uniform(index, 11));
  b.open_ms = static_cast<uint16_t>(210 + 60 * random.Uniform(index, 12));
  const bool whole = random.Uniform(index, 13) < 0.82;
  b.depth = whole ? 255 : ToLevel(0.6 + 0.3 * random.Uniform(index, 14));
  return b;
}

// A large shift of gaze nearly always brings a blink, a small one seldom.
std::vector<KeyBlink> BlinksOfGlances(uint64_t seed, double share,
                                      const std::vector<KeyGlance>& glances) {
  const KeyedRandom random(seed, RandomPurpose::kGlanceBlink);
  std::vector<KeyBlink> blinks;
  for (const KeyGlance& g : glances) {
    const double degrees = std::hypot(g.yaw, g.pitch) * kAngleStep / kDegree;
    const double chance = std::clamp(0.1 + (degrees - 10) * 0.04, 0.1, 0.97);
    const int64_t index = FloorDiv(g.start_us, kGlanceCellMicros);
    if (random.Uniform(index, 0) >= chance * share) {
      continue;
    }
    const bool leaving = random.Uniform(index, 1) < 0.5;
    blinks.push_back(
        MakeBlink(random, index, (leaving ? g.start_us : g.end_us) - 20000));
  }
  return blinks;
}

double ActivityAt(const KeyMotions& keys, int64_t time_us) {
  const int64_t key =
      FloorDiv(time_us + kKeyPeriodMicros / 2, kKeyPeriodMicros);
  const int64_t at = std::clamp<int64_t>(
      key - keys.first_pose, 0, static_cast<int64_t>(keys.poses.size()) - 1);
  return keys.poses[at].activity / 255.0;
}

// What spontaneous blinks have to come to, a second, so that all come to
// `per_minute`: those of glances are taken off, and made up for what falls too
// near to them. `per_minute` > 0.
double SpontaneousPerSecond(double per_minute, double of_glances) {
  constexpr double kRefractorySeconds = 0.6;  // at the usual rates
  return (per_minute - of_glances) / 60 /
         (1 - 2 * kRefractorySeconds * of_glances / 60);
}

}  // namespace

void PlanBlinks(uint64_t seed, double per_minute, int64_t end_us,
                KeyMotions* keys) {
  if (per_minute <= 0) return;
  const double share = std::min(per_minute / kDefaultBlinkRate, 1.0);
  keys->blinks = BlinksOfGlances(seed, share, keys->glances);
  const std::vector<KeyBlink> forced = keys->blinks;
  // As many as the most blinking mood needs; fewer are kept in others. So a
  // mood moves no blink outside its own time.
  const BlinkProcess process(
      seed,
      kMaxBlinkFactor * SpontaneousPerSecond(
                            per_minute, keys->glances.empty()
                                            ? 0
                                            : share * kGlanceBlinksPerMinute));
  const KeyedRandom random(seed, RandomPurpose::kBlink);
  size_t nearest = 0;
  for (int64_t cell = -4; cell * kBlinkCellMicros < end_us; ++cell) {
    const std::optional<int64_t> start = process.TimeInCell(cell);
    if (!start) continue;
    const double keep =
        (kRestingShare + (1 - kRestingShare) * ActivityAt(*keys, *start)) *
        MannerOf(EmotionAt(*keys, *start)).blinks / kMaxBlinkFactor;
    if (random.Uniform(cell, 3) >= keep) continue;
    while (nearest < forced.size() &&
           forced[nearest].start_us <= *start - process.refractory_us()) {
      ++nearest;
    }
    const bool taken =
        nearest < forced.size() &&
        forced[nearest].start_us < *start + process.refractory_us();
    if (!taken) keys->blinks.push_back(MakeBlink(random, cell, *start));
  }
  std::sort(keys->blinks.begin(), keys->blinks.end(),
            [](const KeyBlink& a, const KeyBlink& b) {
              return a.start_us < b.start_us;
            });
}

}  // namespace longtake::worker
