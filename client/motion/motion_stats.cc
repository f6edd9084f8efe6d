#include "client/motion/motion_stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

namespace longtake::client {
namespace {

using worker::kMotionChannels;
using worker::MotionFrame;
using worker::MotionTrack;

// What is smaller can't be seen.
constexpr double kStill = 1e-3;

double Seconds(const MotionTrack& track) {
  return static_cast<double>(track.range.size()) / track.rate.AsDouble();
}

}  // namespace

MotionStats StatsOf(const MotionTrack& track) {
  MotionStats stats{};
  if (track.frames.empty()) return stats;
  const double count = static_cast<double>(track.frames.size());
  for (int c = 0; c < kMotionChannels; ++c) {
    ChannelStats& s = stats[c];
    s.least = s.most = track.frames[0][c];
    for (const MotionFrame& frame : track.frames) {
      s.mean += frame[c] / count;
      s.least = std::min<double>(s.least, frame[c]);
      s.most = std::max<double>(s.most, frame[c]);
    }
    for (const MotionFrame& frame : track.frames) {
      s.deviation += (frame[c] - s.mean) * (frame[c] - s.mean) / count;
    }
    s.deviation = std::sqrt(s.deviation);
  }
  return stats;
}

std::string MotionStatsJson(const std::string& file, const MotionTrack& track) {
  const MotionStats stats = StatsOf(track);
  nlohmann::json channels = nlohmann::json::object();
  for (int c = 0; c < kMotionChannels; ++c) {
    channels[std::string(worker::MotionChannelNames()[c])] = {
        {"mean", stats[c].mean},
        {"std", stats[c].deviation},
        {"min", stats[c].least},
        {"max", stats[c].most}};
  }
  const nlohmann::json answer = {{"file", file},
                                 {"frames", track.range.size()},
                                 {"fps", FormatFrameRate(track.rate)},
                                 {"seconds", Seconds(track)},
                                 {"channels", std::move(channels)}};
  return answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string MotionStatsTable(const std::string& file,
                             const MotionTrack& track) {
  const MotionStats stats = StatsOf(track);
  std::string table =
      fmt::format("{}: {} frames at {}, {:.2f} s\n{:<22}{:>8}{:>8}{:>8}{:>8}\n",
                  file, track.range.size(), FormatFrameRate(track.rate),
                  Seconds(track), "channel", "mean", "std", "min", "max");
  int still = 0;
  for (int c = 0; c < kMotionChannels; ++c) {
    const ChannelStats& s = stats[c];
    if (std::max(std::abs(s.least), std::abs(s.most)) < kStill) {
      ++still;
      continue;
    }
    table += fmt::format("{:<22}{:>8.3f}{:>8.3f}{:>8.3f}{:>8.3f}\n",
                         worker::MotionChannelNames()[c], s.mean, s.deviation,
                         s.least, s.most);
  }
  if (still > 0) table += fmt::format("{} more do not move\n", still);
  return table;
}

}  // namespace longtake::client
