#include "client/motion/waveform.h"

#include <algorithm>

namespace longtake::client {

StatusOr<std::vector<WaveColumn>> ReadWaveform(const worker::PcmReader& pcm,
                                               int64_t begin_us, int64_t end_us,
                                               int columns) {
  constexpr int64_t kAtOnce = 1 << 16;
  const auto sample_at = [&](int64_t column) {
    const int64_t time_us = begin_us + (end_us - begin_us) / columns * column +
                            (end_us - begin_us) % columns * column / columns;
    return time_us * worker::kAnalysisSampleRateHz / 1000000;
  };
  std::vector<WaveColumn> wave(static_cast<size_t>(columns));
  std::vector<float> block;
  for (int column = 0; column < columns; ++column) {
    WaveColumn& c = wave[static_cast<size_t>(column)];
    const int64_t end = sample_at(column + 1);
    for (int64_t at = sample_at(column); at < end; at += kAtOnce) {
      block.resize(static_cast<size_t>(std::min(kAtOnce, end - at)));
      LT_RETURN_IF_ERROR(pcm.Read(at, block));
      for (float sample : block) {
        c.least = std::min(c.least, sample);
        c.most = std::max(c.most, sample);
      }
    }
  }
  return wave;
}

}  // namespace longtake::client
