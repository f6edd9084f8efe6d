#pragma once
// 16-bit mono WAV files, whole in memory.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace longtake::speech_data {

struct Sound {
  int rate_hz = 0;
  std::vector<int16_t> samples;

  double duration_s() const {
    return static_cast<double>(samples.size()) / rate_hz;
  }
};

std::string FormatWav(const Sound& sound);
// DataLoss when `bytes` is not a 16-bit mono PCM WAV file.
StatusOr<Sound> ParseWav(std::string_view bytes);

}  // namespace longtake::speech_data
