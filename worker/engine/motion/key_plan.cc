// Plans the key motions of a job. Figures: head pose, Munhall et al. 2004 (pose
// follows pitch and loudness, energy below 2-3 Hz); blinks, Bentivoglio et al.
// 1997 (26 a minute talking, 17 at rest); gaze, Lee, Badler and Badler, "Eyes
// Alive" 2002 (3.1 s at the listener, 0.93 s away).
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "worker/engine/audio/speech_curves.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/motion_controls.h"
#include "worker/engine/motion/philox.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr int64_t kHopMicros = 1000000 / kHopsPerSecond;
constexpr int64_t kHopsPerKey = kKeyPeriodMicros / kHopMicros;
constexpr int64_t kSmoothingHops = kKeySmoothingMicros / kHopMicros;
constexpr int64_t kKeysPerPiece = 300;

int16_t ToAngle(double radians) {
  return static_cast<int16_t>(
      std::clamp(std::round(radians / kAngleStep), -8000.0, 8000.0));
}
uint8_t ToLevel(double unit) {
  return static_cast<uint8_t>(std::round(255 * std::clamp(unit, 0.0, 1.0)));
}

// Gaussian noise on the key grid, smoothed and scaled to unit deviation.
class SmoothNoise {
 public:
  SmoothNoise(uint64_t seed, RandomPurpose purpose, uint32_t lane,
              double sigma_keys)
      : random_(seed, purpose),
        lane_(lane),
        kernel_(GaussianKernel(sigma_keys)) {
    double power = 0;
    for (double tap : kernel_.taps) power += tap * tap;
    for (double& tap : kernel_.taps) tap /= std::sqrt(power);
  }
  double At(int64_t key) const {
    double sum = 0;
    for (int d = -kernel_.radius(); d <= kernel_.radius(); ++d) {
      sum +=
          kernel_.taps[d + kernel_.radius()] * random_.Normal(key + d, lane_);
    }
    return sum;
  }

 private:
  KeyedRandom random_;
  uint32_t lane_;
  FirKernel kernel_;
};

// ---- Gaze ----

constexpr int64_t kGlanceCellMicros = 2000000;
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

void PlanGaze(uint64_t seed, int64_t end_us, KeyMotions* keys) {
  const KeyedRandom glance(seed, RandomPurpose::kGlance);
  for (int64_t c = 0; c * kGlanceCellMicros < end_us; ++c) {
    if (auto g = GlanceOfCell(glance, c)) keys->glances.push_back(*g);
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

// ---- Blinks ----

constexpr double kTalkingBlinksPerSecond = 26.0 / 60;
constexpr double kRestingShare = 17.0 / 26;
constexpr int64_t kBlinkCellMicros = 100000;

// Spontaneous blinks are a Matern hard-core process of type II: a candidate
// falls where a better-marked candidate lies within the refractory time. That
// needs no running state: whether a blink stands depends on its own
// neighbourhood only.
class BlinkProcess {
 public:
  BlinkProcess(uint64_t seed, double blink_rate)
      : random_(seed, RandomPurpose::kBlink) {
    const double per_second = kTalkingBlinksPerSecond * blink_rate;
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
std::vector<KeyBlink> BlinksOfGlances(uint64_t seed, double blink_rate,
                                      const std::vector<KeyGlance>& glances) {
  const KeyedRandom random(seed, RandomPurpose::kGlanceBlink);
  std::vector<KeyBlink> blinks;
  for (const KeyGlance& g : glances) {
    const double degrees = std::hypot(g.yaw, g.pitch) * kAngleStep / kDegree;
    const double chance = std::clamp(0.1 + (degrees - 10) * 0.04, 0.1, 0.97);
    const int64_t index = FloorDiv(g.start_us, kGlanceCellMicros);
    if (random.Uniform(index, 0) >= chance * std::min(blink_rate, 1.0)) {
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

void PlanBlinks(uint64_t seed, double blink_rate, int64_t end_us,
                KeyMotions* keys) {
  keys->blinks = BlinksOfGlances(seed, blink_rate, keys->glances);
  const std::vector<KeyBlink> forced = keys->blinks;
  const BlinkProcess process(seed, blink_rate);
  const KeyedRandom random(seed, RandomPurpose::kBlink);
  size_t nearest = 0;
  for (int64_t cell = -4; cell * kBlinkCellMicros < end_us; ++cell) {
    const std::optional<int64_t> start = process.TimeInCell(cell);
    if (!start) continue;
    const double keep =
        kRestingShare + (1 - kRestingShare) * ActivityAt(*keys, *start);
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

// ---- Head ----

// The head follows a glance late, slowly and in part.
constexpr double kHeadShareOfGlance = 0.25;
constexpr int64_t kHeadDelayMicros = 50000;
constexpr int64_t kHeadTravelMicros = 450000;

class HeadMotion {
 public:
  HeadMotion(uint64_t seed, double strength)
      : strength_(strength),
        yaw_slow_(seed, RandomPurpose::kHeadYaw, 0, kSlowKeys),
        yaw_fast_(seed, RandomPurpose::kHeadYaw, 1, kFastKeys),
        pitch_slow_(seed, RandomPurpose::kHeadPitch, 0, kSlowKeys),
        pitch_fast_(seed, RandomPurpose::kHeadPitch, 1, kFastKeys),
        roll_slow_(seed, RandomPurpose::kHeadRoll, 0, kSlowKeys),
        roll_fast_(seed, RandomPurpose::kHeadRoll, 1, kFastKeys),
        nod_gain_(seed, RandomPurpose::kNodGain, 0, kSlowKeys),
        brow_gain_(seed, RandomPurpose::kBrowGain, 0, kSlowKeys) {}

  // Fills the angles and the brow of the pose at `key` from its levels.
  void Move(int64_t key, double activity, double emphasis, Gaze follow,
            KeyPose* pose) const {
    const double calm = 0.5 + 0.5 * activity;
    const double lively = 0.25 + 0.75 * activity;
    const auto sway = [&](const SmoothNoise& slow, const SmoothNoise& fast) {
      return calm * 0.88 * slow.At(key) + lively * 0.62 * fast.At(key);
    };
    const double yaw = 4.0 * kDegree * sway(yaw_slow_, yaw_fast_);
    const double roll = 1.6 * kDegree * sway(roll_slow_, roll_fast_);
    const double nod = std::clamp(0.75 + 0.5 * nod_gain_.At(key), 0.1, 1.6);
    const double pitch = 2.3 * kDegree * sway(pitch_slow_, pitch_fast_) +
                         4.5 * kDegree * nod * emphasis;
    pose->yaw = ToAngle(strength_ * (yaw + kHeadShareOfGlance * follow.yaw));
    pose->pitch =
        ToAngle(strength_ * (pitch + kHeadShareOfGlance * follow.pitch));
    pose->roll = ToAngle(strength_ * roll);
    pose->brow =
        ToLevel(1.6 * emphasis * std::clamp(brow_gain_.At(key), 0.0, 1.6));
  }

 private:
  // Deviations of the smoothing, in keys: 0.9 s (below 0.3 Hz) and 0.2 s
  // (below 1 Hz).
  static constexpr double kSlowKeys = 4.5;
  static constexpr double kFastKeys = 1.0;
  double strength_;
  SmoothNoise yaw_slow_, yaw_fast_, pitch_slow_, pitch_fast_, roll_slow_,
      roll_fast_, nod_gain_, brow_gain_;
};

Gaze FollowedGlance(const std::vector<KeyGlance>& glances, int64_t time_us) {
  Gaze sum;
  auto it = std::lower_bound(
      glances.begin(), glances.end(), time_us - kMaxEventMicros,
      [](const KeyGlance& g, int64_t t) { return g.start_us < t; });
  for (; it != glances.end() && it->start_us <= time_us; ++it) {
    const double w =
        GlanceWeight(*it, time_us, kHeadDelayMicros, kHeadTravelMicros);
    sum.yaw += w * it->yaw * kAngleStep;
    sum.pitch += w * it->pitch * kAngleStep;
  }
  return sum;
}

struct SpeechLevels {
  double energy = 0, activity = 0, emphasis = 0;
};

SpeechLevels LevelsAt(const SpeechCurves& curves, int64_t hop,
                      const FirKernel& syllable, const FirKernel& phrase) {
  SpeechLevels levels;
  for (int d = -syllable.radius(); d <= syllable.radius(); ++d) {
    levels.energy +=
        syllable.taps[d + syllable.radius()] * curves.at(hop + d).loudness;
  }
  double around = 0;
  for (int d = -phrase.radius(); d <= phrase.radius(); ++d) {
    const double w = phrase.taps[d + phrase.radius()];
    around += w * curves.at(hop + d).loudness;
    levels.activity += w * (1 - curves.at(hop + d).silence);
  }
  levels.emphasis = std::clamp(3.0 * (levels.energy - around), 0.0, 1.0);
  return levels;
}

Status PlanPoses(const MotionRequest& request, double pose_strength,
                 int64_t end_us, KeyMotions* keys) {
  const FirKernel syllable = GaussianKernel(12);
  const FirKernel phrase = GaussianKernel(kSmoothingHops / 2.5);
  const HeadMotion head(request.seed, pose_strength);
  // Two more on each side than frames lean on.
  const int64_t end_key = end_us / kKeyPeriodMicros + 4;
  keys->first_pose = -2;
  for (int64_t begin = -2; begin < end_key; begin += kKeysPerPiece) {
    const int64_t end = std::min(begin + kKeysPerPiece, end_key);
    LT_ASSIGN_OR_RETURN(
        const SpeechCurves curves,
        AnalyzeSpeech(request.pcm,
                      {begin * kHopsPerKey - kSmoothingHops,
                       (end - 1) * kHopsPerKey + kSmoothingHops + 1}));
    for (int64_t key = begin; key < end; ++key) {
      const SpeechLevels levels =
          LevelsAt(curves, key * kHopsPerKey, syllable, phrase);
      KeyPose pose;
      pose.energy = ToLevel(levels.energy);
      pose.activity = ToLevel(levels.activity);
      pose.emphasis = ToLevel(levels.emphasis);
      head.Move(key, levels.activity, levels.emphasis,
                FollowedGlance(keys->glances, key * kKeyPeriodMicros), &pose);
      keys->poses.push_back(pose);
    }
  }
  return OkStatus();
}

}  // namespace

StatusOr<KeyMotions> PlanKeyMotions(const MotionRequest& request) {
  LT_ASSIGN_OR_RETURN(const MotionControls controls,
                      ParseMotionControls(request.controls));
  const int64_t end_us = MicrosAtFrame(request.total_frames, request.rate);
  KeyMotions keys;
  PlanGaze(request.seed, end_us, &keys);
  LT_RETURN_IF_ERROR(PlanPoses(request, controls.pose, end_us, &keys));
  PlanBlinks(request.seed, controls.blink_rate, end_us, &keys);
  return keys;
}

}  // namespace longtake::worker
