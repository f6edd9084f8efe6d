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

}  // namespace

KeyMotionState EvaluateKeyMotions(const KeyMotions& keys, FrameIndex frame,
                                  FrameRate rate) {
  KeyMotionState s;
  const int64_t time_us = MicrosAtFrame(frame, rate);
  if (!keys.poses.empty()) {
    const Span span = SpanAt(keys, time_us);
    const std::array<double, 4> value = ValueWeights(span.u);
    const std::array<double, 4> slope = SlopeWeights(span.u);
    s.yaw = kAngleStep * Blend(span, &KeyPose::yaw, value);
    s.pitch = kAngleStep * Blend(span, &KeyPose::pitch, value);
    s.roll = kAngleStep * Blend(span, &KeyPose::roll, value);
    constexpr double kPerSecond = kAngleStep * 1e6 / kKeyPeriodMicros;
    s.yaw_velocity = kPerSecond * Blend(span, &KeyPose::yaw, slope);
    s.pitch_velocity = kPerSecond * Blend(span, &KeyPose::pitch, slope);
    s.roll_velocity = kPerSecond * Blend(span, &KeyPose::roll, slope);
    s.energy = Blend(span, &KeyPose::energy, value) / 255;
    s.activity = Blend(span, &KeyPose::activity, value) / 255;
    s.emphasis = Blend(span, &KeyPose::emphasis, value) / 255;
    s.brow = Blend(span, &KeyPose::brow, value) / 255;
  }
  const Gaze gaze = GazeAt(keys, time_us);
  s.eye_yaw = std::clamp(gaze.yaw - kEyeCounterTurn * s.yaw, -kMaxEyeAngle,
                         kMaxEyeAngle);
  s.eye_pitch = std::clamp(gaze.pitch - kEyeCounterTurn * s.pitch,
                           -kMaxEyeAngle, kMaxEyeAngle);
  s.blink = BlinkAt(keys, time_us);
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
  return slice;
}

}  // namespace longtake::worker
