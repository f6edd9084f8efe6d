// Plans the key motions of a job. Figures: head pose, Munhall et al. 2004 (pose
// follows pitch and loudness, energy below 2-3 Hz).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "worker/engine/audio/pitch.h"
#include "worker/engine/audio/speech_curves.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/emotion_face.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/key_plan_parts.h"
#include "worker/engine/motion/motion_controls.h"
#include "worker/engine/motion/philox.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr int64_t kHopMicros = 1000000 / kHopsPerSecond;
constexpr int64_t kHopsPerKey = kKeyPeriodMicros / kHopMicros;
static_assert(kPitchReachSamples <= kFeatureReachSamples);
constexpr int64_t kSmoothingHops = kKeySmoothingMicros / kHopMicros;
constexpr int64_t kKeysPerPiece = 300;

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
            const EmotionManner& manner, KeyPose* pose) const {
    // What a mood slows most is the quicker part.
    const double calm = (0.5 + 0.5 * activity) * manner.sway;
    const double lively = (0.25 + 0.75 * activity) * manner.sway * manner.sway;
    const auto sway = [&](const SmoothNoise& slow, const SmoothNoise& fast) {
      return calm * 0.88 * slow.At(key) + lively * 0.62 * fast.At(key);
    };
    const double yaw = 4.0 * kDegree * sway(yaw_slow_, yaw_fast_);
    const double roll = 1.6 * kDegree * sway(roll_slow_, roll_fast_) +
                        kDegree * manner.roll_degrees;
    const double nod = std::clamp(0.75 + 0.5 * nod_gain_.At(key), 0.1, 1.6);
    const double pitch = 2.3 * kDegree * sway(pitch_slow_, pitch_fast_) +
                         4.5 * kDegree * nod * emphasis * manner.sway +
                         kDegree * manner.pitch_degrees;
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

// What key poses hear.
struct KeySound {
  SpeechCurves curves;
  std::vector<PitchHop> pitch;  // of the same hops
};

StatusOr<KeySound> Hear(const PcmReader& pcm, HopRange hops) {
  KeySound sound;
  LT_ASSIGN_OR_RETURN(sound.curves, AnalyzeSpeech(pcm, hops));
  LT_ASSIGN_OR_RETURN(sound.pitch, TrackPitch(pcm, hops));
  return sound;
}

// Of the voiced hops about `hop`, octaves; 0 of a voice that isn't there.
struct MeanPitch {
  double octaves = 0, voiced = 0;
};

MeanPitch PitchAt(const KeySound& sound, int64_t hop, const FirKernel& kernel) {
  MeanPitch mean;
  for (int d = -kernel.radius(); d <= kernel.radius(); ++d) {
    const PitchHop& p =
        sound.pitch[static_cast<size_t>(hop + d - sound.curves.begin)];
    const double w = kernel.taps[d + kernel.radius()] * p.voiced;
    mean.octaves += w * p.octaves;
    mean.voiced += w;
  }
  if (mean.voiced > 0) mean.octaves /= mean.voiced;
  return mean;
}

// A stressed syllable is louder than its phrase, and higher: 3 semitones count
// as much as a quarter of the loudness between quiet and loud.
constexpr double kLoudnessStress = 3.0, kPitchStress = 3.0;
// Further from the phrase than this, octaves, it isn't the voice's pitch.
constexpr double kMostPitchStep = 0.5;

SpeechLevels LevelsAt(const KeySound& sound, int64_t hop,
                      const FirKernel& syllable, const FirKernel& phrase) {
  const SpeechCurves& curves = sound.curves;
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
  const MeanPitch here = PitchAt(sound, hop, syllable);
  const double higher =
      here.voiced *
      std::clamp(here.octaves - PitchAt(sound, hop, phrase).octaves,
                 -kMostPitchStep, kMostPitchStep);
  levels.emphasis = std::clamp(kLoudnessStress * (levels.energy - around) +
                                   kPitchStress * levels.activity * higher,
                               0.0, 1.0);
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
        const KeySound sound,
        Hear(request.pcm, {begin * kHopsPerKey - kSmoothingHops,
                           (end - 1) * kHopsPerKey + kSmoothingHops + 1}));
    for (int64_t key = begin; key < end; ++key) {
      const SpeechLevels levels =
          LevelsAt(sound, key * kHopsPerKey, syllable, phrase);
      KeyPose pose;
      pose.energy = ToLevel(levels.energy);
      pose.activity = ToLevel(levels.activity);
      pose.emphasis = ToLevel(levels.emphasis);
      head.Move(key, levels.activity, levels.emphasis,
                FollowedGlance(keys->glances, key * kKeyPeriodMicros),
                MannerOf(EmotionAt(*keys, key * kKeyPeriodMicros)), &pose);
      keys->poses.push_back(pose);
    }
  }
  return OkStatus();
}

// ---- Guides ----

// A cue at the very beginning is in force from the first frame.
constexpr int64_t kBeforeAll = -2 * kEmotionChangeMicros;

KeyEmotion ToKey(int64_t time_us, const FeltEmotion& felt) {
  return {time_us <= 0 ? kBeforeAll : time_us, felt.emotion,
          ToLevel(felt.intensity)};
}

// What the guides say, as keys. A transcript is checked here; placing it in the
// sound takes a model that hears (speech/transcript_plan.h).
Status AddGuides(const MotionRequest& request, const FeltEmotion& throughout,
                 int64_t end_us, KeyMotions* keys) {
  MotionGuides guides;
  if (request.guides != nullptr) {
    LT_ASSIGN_OR_RETURN(guides, ReadMotionGuides(*request.guides, end_us));
  }
  for (const EmotionCue& cue : guides.cues) {
    keys->emotions.push_back(ToKey(cue.time_us, cue.felt));
  }
  if (throughout.intensity > 0) {
    if (!keys->emotions.empty()) {
      return InvalidArgument(
          "there is an emotion track and the control emotion as well: "
          "leave out one of them");
    }
    keys->emotions.push_back(ToKey(0, throughout));
  }
  for (const PoseKeyframe& k : guides.keyframes) {
    keys->turns.push_back({k.time_us, ToAngle(k.yaw * kDegree),
                           ToAngle(k.pitch * kDegree),
                           ToAngle(k.roll * kDegree)});
  }
  return OkStatus();
}

}  // namespace

StatusOr<KeyMotions> PlanKeyMotions(const MotionRequest& request) {
  LT_ASSIGN_OR_RETURN(const MotionControls controls,
                      ParseMotionControls(request.controls));
  const int64_t end_us = MicrosAtFrame(request.total_frames, request.rate);
  KeyMotions keys;
  LT_RETURN_IF_ERROR(AddGuides(request, controls.emotion, end_us, &keys));
  PlanGaze(request.seed, controls.gaze, end_us, &keys);
  LT_RETURN_IF_ERROR(PlanPoses(request, controls.pose, end_us, &keys));
  PlanBlinks(request.seed, controls.blink_rate, end_us, &keys);
  return keys;
}

}  // namespace longtake::worker
