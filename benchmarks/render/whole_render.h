#pragma once
// Whole renders as users see them, and encoding the same frames alone.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "common/status/status.h"

namespace longtake::benchmarks {

// Standard output of a shell command; empty when it fails.
std::string Capture(const std::string& command);

// About `seconds` of synthesised speech as a WAV file in `directory`.
std::string MakeSpeech(const std::filesystem::path& directory, int seconds);

struct RenderRun {
  double seconds = 0;  // wall clock
  int64_t frames = 0;
  double realtime_factor = 0;
  double peak_rss_mb = 0;  // 10^6 bytes
  nlohmann::json report;   // what `render --json` printed

  double frames_per_second() const {
    return static_cast<double>(frames) / seconds;
  }
};

// One `longtake render` of the demo's photograph from an empty cache into
// directory/take.mp4. workers 0: its default.
StatusOr<RenderRun> RenderTake(const std::filesystem::path& directory,
                               const std::string& audio, int workers);

// Frames a second of encoding the first frames of a film alone, with the
// settings that renders have: one encoder a core at once, as the farm does it.
StatusOr<double> EncodeAlone(const std::filesystem::path& directory,
                             const std::string& film);

}  // namespace longtake::benchmarks
