#pragma once
// A stretch of audio as columns of least and most, for drawing.

#include <cstdint>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::client {

struct WaveColumn {
  float least = 0, most = 0;  // -1..1
};

// `columns` equal parts of [begin_us, end_us). Memory: the columns. Fails only
// as the reader does.
StatusOr<std::vector<WaveColumn>> ReadWaveform(const worker::PcmReader& pcm,
                                               int64_t begin_us, int64_t end_us,
                                               int columns);

}  // namespace longtake::client
