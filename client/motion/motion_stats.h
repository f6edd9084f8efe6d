#pragma once
// A motion track in figures.

#include <array>
#include <string>

#include "worker/engine/motion/motion_track.h"

namespace longtake::client {

// Of one channel over all frames: shapes 0..1, angles in radians.
struct ChannelStats {
  double mean = 0, deviation = 0, least = 0, most = 0;
};
using MotionStats = std::array<ChannelStats, worker::kMotionChannels>;

// Zeros for a track without frames.
MotionStats StatsOf(const worker::MotionTrack& track);

// {"file", "frames", "fps", "seconds", "channels": {NAME: {"mean", "std",
// "min", "max"}}}
std::string MotionStatsJson(const std::string& file,
                            const worker::MotionTrack& track);
// One line a channel that moves; the others are counted.
std::string MotionStatsTable(const std::string& file,
                             const worker::MotionTrack& track);

}  // namespace longtake::client
