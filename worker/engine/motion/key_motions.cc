#include "worker/engine/motion/key_motions.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace longtake::worker {
namespace {

// The eyes undo this share of the head's turn, so that they stay on the
// listener (vestibulo-ocular reflex).
constexpr double kEyeCounterTurn = 0.8;
constexpr double kMaxEyeAngle = 0.6;  // radians

// The four control points around a moment, and where it lies among them.
struct Span {
  std::array<const KeyPose*, 4> points;
  double u = 0;  // 0..1 between points[1] and points[2]
};

Span SpanAt(const KeyMotions& keys, int64_t time_us) {
  const int64_t j = FloorDiv(time_us, kKeyPeriodMicros);
  const int64_t last = static_cast<int64_t>(keys.poses.size()) - 1;
  Span span;
  for (int64_t i = 0; i < 4; ++i) {
    const int64_t at =
        std::clamp<int64_t>(j - 1 + i - keys.first_pose, 0, last);
    span.points[i] = &keys.poses[at];
  }
  span.u = static_cast<double>(time_us - j * kKeyPeriodMicros) /
           static_cast<double>(kKeyPeriodMicros);
  return span;
}

// Uniform cubic B-spline: four weights of the value and of its derivative by u.
std::array<double, 4> ValueWeights(double u) {
  const double v = 1 - u;
  return {v * v * v / 6, (u * u * (3 * u - 6) + 4) / 6,
          (v * v * (3 * v - 6) + 4) / 6, u * u * u / 6};
}
std::array<double, 4> SlopeWeights(double u) {
  const double v = 1 - u;
  return {-v * v / 2, u * (3 * u - 4) / 2, -v * (3 * v - 4) / 2, u * u / 2};
}

template <typename Field>
double Blend(const Span& span, Field field, const std::array<double, 4>& w) {
  double sum = 0;
  for (size_t i = 0; i < 4; ++i) sum += w[i] * (span.points[i]->*field);
  return sum;
}

// The emotion in force at first_us counts by what it is, not by when it began.
std::vector<KeyEmotion> SliceEmotions(const std::vector<KeyEmotion>& emotions,
                                      int64_t first_us, int64_t last_us) {
  constexpr int64_t kHalf = kEmotionChangeMicros / 2;
  std::vector<KeyEmotion> slice;
  for (const KeyEmotion& e : emotions) {
    if (e.start_us - kHalf >= last_us) break;
    if (e.start_us + kHalf > first_us) {
      slice.push_back(e);
      continue;
    }
    slice.clear();
    if (e.intensity > 0) {
      slice.push_back({first_us - kHalf, e.emotion, e.intensity});
    }
  }
  return slice;
}

// Two keyframes before and two after, and none of a track that is far away.
std::vector<KeyTurn> SliceTurns(const std::vector<KeyTurn>& turns,
                                int64_t first_us, int64_t last_us) {
  if (turns.empty() || turns.front().time_us - kTurnEaseMicros >= last_us ||
      turns.back().time_us + kTurnEaseMicros <= first_us) {
    return {};
  }
  const auto by_time = [](int64_t t, const KeyTurn& k) {
    return t < k.time_us;
  };
  const auto after_first =
      std::upper_bound(turns.begin(), turns.end(), first_us, by_time);
  const auto after_last =
      std::upper_bound(turns.begin(), turns.end(), last_us, by_time);
  return {after_first - std::min<int64_t>(2, after_first - turns.begin()),
          after_last + std::min<int64_t>(2, turns.end() - after_last)};
}

}  // namespace

KeyMotionState EvaluateKeyMotions(const KeyMotions& keys, FrameIndex frame,
                                  FrameRate rate) {
  KeyMotionState s;
  const int64_t time_us = MicrosAtFrame(frame, rate);
  Moving yaw, pitch, roll;
  if (!keys.poses.empty()) {
    const Span span = SpanAt(keys, time_us);
    const std::array<double, 4> value = ValueWeights(span.u);
    const std::array<double, 4> slope = SlopeWeights(span.u);
    constexpr double kPerSecond = kAngleStep * 1e6 / kKeyPeriodMicros;
    const auto moving = [&](auto field) {
      return Moving{kAngleStep * Blend(span, field, value),
                    kPerSecond * Blend(span, field, slope)};
    };
    yaw = moving(&KeyPose::yaw);
    pitch = moving(&KeyPose::pitch);
    roll = moving(&KeyPose::roll);
    s.energy = Blend(span, &KeyPose::energy, value) / 255;
    s.activity = Blend(span, &KeyPose::activity, value) / 255;
    s.emphasis = Blend(span, &KeyPose::emphasis, value) / 255;
    s.brow = Blend(span, &KeyPose::brow, value) / 255;
  }
  FollowTurns(keys, time_us, &yaw, &pitch, &roll);
  s.yaw = yaw.at;
  s.yaw_velocity = yaw.speed;
  s.pitch = pitch.at;
  s.pitch_velocity = pitch.speed;
  s.roll = roll.at;
  s.roll_velocity = roll.speed;
  const Gaze gaze = GazeAt(keys, time_us);
  s.eye_yaw = std::clamp(gaze.yaw - kEyeCounterTurn * s.yaw, -kMaxEyeAngle,
                         kMaxEyeAngle);
  s.eye_pitch = std::clamp(gaze.pitch - kEyeCounterTurn * s.pitch,
                           -kMaxEyeAngle, kMaxEyeAngle);
  s.blink = BlinkAt(keys, time_us);
  s.emotion = EmotionAt(keys, time_us);
  return s;
}

KeyMotions SliceKeyMotions(const KeyMotions& keys, FrameRange range,
                           FrameRate rate) {
  KeyMotions slice;
  if (range.empty()) return slice;
  const int64_t first_us = MicrosAtFrame(range.begin, rate);
  const int64_t last_us = MicrosAtFrame(range.end - 1, rate);
  if (!keys.poses.empty()) {
    const int64_t end_pose = static_cast<int64_t>(keys.poses.size());
    const int64_t begin = std::clamp<int64_t>(
        FloorDiv(first_us, kKeyPeriodMicros) - 1 - keys.first_pose, 0,
        end_pose - 1);
    const int64_t end = std::clamp<int64_t>(
        FloorDiv(last_us, kKeyPeriodMicros) + 3 - keys.first_pose, begin + 1,
        end_pose);
    slice.first_pose = keys.first_pose + begin;
    slice.poses.assign(keys.poses.begin() + begin, keys.poses.begin() + end);
  }
  std::copy_if(keys.blinks.begin(), keys.blinks.end(),
               std::back_inserter(slice.blinks), [&](const KeyBlink& b) {
                 return b.start_us <= last_us && b.end_us() > first_us;
               });
  for (const KeyGlance& g : keys.glances) {
    // Past its end, while the eyes still travel back, a glance counts.
    if (g.start_us > last_us) continue;
    if (g.end_us > first_us || GlanceWeight(g, first_us) != 0) {
      slice.glances.push_back(g);
    }
  }
  for (size_t i = 0; i < keys.fixations.size(); ++i) {
    // The one in force at the first frame and the one it came from stay.
    const bool over = i + 2 < keys.fixations.size() &&
                      keys.fixations[i + 2].start_us <= first_us;
    if (!over && keys.fixations[i].start_us <= last_us) {
      slice.fixations.push_back(keys.fixations[i]);
    }
  }
  slice.emotions = SliceEmotions(keys.emotions, first_us, last_us);
  slice.turns = SliceTurns(keys.turns, first_us, last_us);
  return slice;
}

}  // namespace longtake::worker
