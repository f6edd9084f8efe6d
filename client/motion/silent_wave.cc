#include "client/motion/silent_wave.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "worker/engine/engine.h"

namespace longtake::client {
namespace {

constexpr int kHeaderBytes = 44, kSampleBytes = 2;

std::string Header(uint32_t data_bytes) {
  std::string header;
  const auto put = [&header](uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      header.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    }
  };
  constexpr uint32_t kRate = worker::kAnalysisSampleRateHz;
  header += "RIFF";
  put(kHeaderBytes - 8 + data_bytes, 4);
  header += "WAVEfmt ";
  put(16, 4);
  put(1, 2);  // PCM
  put(1, 2);  // mono
  put(kRate, 4);
  put(kRate * kSampleBytes, 4);
  put(kSampleBytes, 2);
  put(8 * kSampleBytes, 2);
  header += "data";
  put(data_bytes, 4);
  return header;
}

}  // namespace

Status WriteSilentWave(int64_t frames, FrameRate rate,
                       const std::string& path) {
  // Rounded up it could ask for one frame more.
  const int64_t samples =
      frames * (int64_t{worker::kAnalysisSampleRateHz} * rate.den) / rate.num;
  if (samples >
      (std::numeric_limits<uint32_t>::max() - kHeaderBytes) / kSampleBytes) {
    return InvalidArgument(
        "the motion is too long for a take without sound: give --audio");
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << Header(static_cast<uint32_t>(samples * kSampleBytes));
  const std::string block(1 << 16, '\0');
  for (int64_t left = samples * kSampleBytes; left > 0;) {
    const int64_t part = std::min(left, static_cast<int64_t>(block.size()));
    out.write(block.data(), part);
    left -= part;
  }
  out.close();
  if (out) return OkStatus();
  return FailedPrecondition(
      fmt::format("{}: can't be written: is the disk full?", path));
}

}  // namespace longtake::client
