#pragma once
// A motion track as a picture: channels in groups under the sound's waveform,
// on one time axis. Self-contained SVG.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/motion/waveform.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::client {

// A line of a group; `right` is drawn dashed in the same colour, -1: none.
struct PlotLine {
  std::string_view name;
  int channel = 0;
  int right = -1;
};
struct PlotGroup {
  std::string_view title;
  bool degrees = false;  // angles; else shapes from 0 to 1
  std::vector<PlotLine> lines;
};
// All 61 channels, each in one group.
const std::vector<PlotGroup>& PlotGroups();

struct PlotOptions {
  std::string title;
  int64_t begin_us = 0, end_us = 0;  // shown
};

// Columns of the drawing area: what a waveform for it has to have.
inline constexpr int kPlotColumns = 1400;

// `wave` empty: no sound. Lines whose channels do not move in the stretch shown
// are left out, and so are groups without lines. Size: grows with the columns,
// not with the track.
std::string PlotMotion(const worker::MotionTrack& track,
                       const std::vector<WaveColumn>& wave,
                       const PlotOptions& options);

}  // namespace longtake::client
