#include "worker/engine/motion/mouth_limits.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/motion/mouth_channels.h"
#include "worker/engine/motion/opening_speed.h"

namespace longtake::worker {
namespace {

using Curve = std::vector<double>;

double FramesPerSecond(FrameRate rate) {
  return static_cast<double>(rate.num) / static_cast<double>(rate.den);
}

// Frames in which a speed, full ranges a second, covers the full range.
int SpeedReach(double fps, double speed) {
  return static_cast<int>(std::ceil(fps / speed));
}

// A parabola of this acceleration that begins and ends within the range spans
// no more frames: its height is bend (length / 2)^2 / 2.
int BendReach(double fps, double bend) {
  return static_cast<int>(std::ceil(fps * std::sqrt(8 / bend)));
}

bool Parts(MotionChannel c) {
  return std::find(kPartingChannels.begin(), kPartingChannels.end(), c) !=
         kPartingChannels.end();
}

struct Reaches {
  int seal = 0;   // what parts the lips follows the slowed seal first
  int speed = 0;  // that included
  int bend = 0;
  int all() const { return speed + 2 * bend; }
};

Reaches ReachesOf(double fps) {
  Reaches reaches;
  for (const MouthLimit& limit : MouthLimits()) {
    const int speed = SpeedReach(fps, std::min(limit.rise, limit.fall));
    if (limit.channel == kMouthClose) {
      reaches.seal = speed;  // the first
    }
    reaches.speed = std::max(reaches.speed,
                             speed + (Parts(limit.channel) ? reaches.seal : 0));
    if (limit.bend > 0) {
      reaches.bend = std::max(reaches.bend, BendReach(fps, limit.bend));
    }
  }
  return reaches;
}

// The greatest curve under `x` (with `sign` -1: the least above it) that rises
// and falls by no more than this a frame. Shorter by `reach` on both sides.
Curve Slow(const Curve& x, double rise, double fall, int reach, double sign) {
  if (sign < 0) std::swap(rise, fall);
  Curve slow;
  for (int i = reach; i < static_cast<int>(x.size()) - reach; ++i) {
    double least = sign * x[i];
    for (int d = 1; d <= reach; ++d) {
      least = std::min(
          {least, sign * x[i - d] + d * rise, sign * x[i + d] + d * fall});
    }
    slow.push_back(sign * least);
  }
  return slow;
}

// The greatest curve under `x` (`sign` -1: the least above it) whose slope
// falls (rises) by no more than `bend` a frame: x, and parabolas over the
// chords where it bends faster. They touch where x bends less, so that no slope
// grows. Shorter by `reach` on both sides.
Curve Unbend(const Curve& x, double bend, int reach, double sign) {
  const int span = std::min(reach, BendReach(1, bend));
  Curve soft;
  for (int i = reach; i < static_cast<int>(x.size()) - reach; ++i) {
    double least = sign * x[i];
    for (int a = 1; a <= span; ++a) {
      for (int b = 1; b <= span; ++b) {
        const double chord = (b * x[i - a] + a * x[i + b]) / (a + b);
        least = std::min(least, sign * chord + bend / 2 * a * b);
      }
    }
    soft.push_back(sign * least);
  }
  return soft;
}

Curve Trim(const Curve& x, int frames) {
  return {x.begin() + frames, x.end() - frames};
}

Curve ChannelOf(const std::vector<MotionFrame>& frames, MotionChannel c) {
  Curve curve;
  for (const MotionFrame& frame : frames) curve.push_back(frame[c]);
  return curve;
}

// What parts the lips was scaled by 1 - MouthClose and is again.
void FollowSeal(const Curve& seal, const Curve& was, Curve* parting) {
  for (size_t i = 0; i < seal.size(); ++i) {
    if (was[i] < 1) (*parting)[i] *= (1 - seal[i]) / (1 - was[i]);
  }
}

}  // namespace

const std::vector<MouthLimit>& MouthLimits() {
  static const auto& limits = *new std::vector<MouthLimit>{
      {kMouthClose, 25, kUnsealingPerSecond, 0},
      {kJawOpen, 7.5, 7.5, 300},
      {kMouthFunnel, 6.5, 6.5, 250},
      {kMouthPucker, 6.5, 6.5, 250},
      {kMouthLeft, 6.5, 6.5, 250},
      {kMouthRight, 6.5, 6.5, 250},
      {kMouthStretchLeft, 6.5, 6.5, 250},
      {kMouthStretchRight, 6.5, 6.5, 250},
      {kMouthSmileLeft, 6.5, 6.5, 250},
      {kMouthSmileRight, 6.5, 6.5, 250},
      {kMouthRollLower, 14, 14, 500},
      {kMouthPressLeft, 14, 14, 500},
      {kMouthPressRight, 14, 14, 500},
      {kMouthUpperUpLeft, 7, 7, 310},
      {kMouthUpperUpRight, 7, 7, 310},
      {kMouthLowerDownLeft, 7, 7, 310},
      {kMouthLowerDownRight, 7, 7, 310},
      {kTongueOut, 5.5, 5.5, 270},
  };
  return limits;
}

int MouthLimitReach(FrameRate rate) {
  return ReachesOf(FramesPerSecond(rate)).all();
}

void LimitMouth(FrameRate rate, double strength,
                std::vector<MotionFrame>* frames) {
  const double fps = FramesPerSecond(rate);
  const Reaches reach = ReachesOf(fps);
  const int kept = static_cast<int>(frames->size()) - 2 * reach.all();
  if (kept <= 0) {
    frames->clear();
    return;
  }
  std::vector<MotionFrame> limited(frames->begin() + reach.all(),
                                   frames->begin() + reach.all() + kept);
  const double scale = std::max(1.0, strength);
  const Curve was_sealed = Trim(ChannelOf(*frames, kMouthClose), reach.seal);
  Curve seal;  // shorter by reach.seal on both sides
  for (const MouthLimit& limit : MouthLimits()) {
    const double rise = scale * limit.rise / fps;
    const double fall = scale * limit.fall / fps;
    const double bend = scale * limit.bend / (fps * fps);
    Curve curve = ChannelOf(*frames, limit.channel);
    if (limit.channel == kMouthClose) {
      seal = Slow(curve, rise, fall, reach.seal, -1);
      curve = Trim(seal, reach.all() - reach.seal);
    } else {
      int left = reach.speed;
      if (Parts(limit.channel)) {
        curve = Trim(curve, reach.seal);
        FollowSeal(seal, was_sealed, &curve);
        left -= reach.seal;
      }
      curve = Slow(curve, rise, fall, left, 1);
      curve = Unbend(Unbend(curve, bend, reach.bend, 1), bend, reach.bend, -1);
    }
    for (int i = 0; i < kept; ++i) {
      const double open = 1 - seal[i + reach.all() - reach.seal];
      limited[i][limit.channel] = static_cast<float>(
          Parts(limit.channel) ? std::min(curve[i], open) : curve[i]);
    }
  }
  frames->swap(limited);
}

FrameRange FramesUnderLimits(FrameRate rate, FrameRange range) {
  const int reach = MouthLimitReach(rate);
  return {range.begin - reach - OpeningReach(rate), range.end + reach};
}

}  // namespace longtake::worker
