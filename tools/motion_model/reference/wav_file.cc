#include "tools/motion_model/reference/wav_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace longtake::reference {
namespace {

constexpr float kFullScale = 32768.0f;
constexpr size_t kRiffHeaderBytes = 12;
constexpr size_t kChunkHeaderBytes = 8;
constexpr size_t kFormatBytes = 16;

uint32_t Little(std::string_view bytes, size_t at, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + i]))
             << (8 * i);
  }
  return value;
}

void Put(std::string* out, uint32_t value, int count) {
  for (int i = 0; i < count; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  }
}

}  // namespace

StatusOr<Sound> ReadWav(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return NotFound(fmt::format("cannot open {}", path.string()));
  const std::string file((std::istreambuf_iterator<char>(in)), {});
  const std::string_view bytes = file;
  const Status bad = InvalidArgument(
      fmt::format("{} is not a mono 16-bit PCM WAV file", path.string()));
  if (bytes.size() < kRiffHeaderBytes || bytes.substr(0, 4) != "RIFF" ||
      bytes.substr(8, 4) != "WAVE") {
    return bad;
  }
  Sound sound;
  for (size_t at = kRiffHeaderBytes; at + kChunkHeaderBytes <= bytes.size();) {
    const std::string_view name = bytes.substr(at, 4);
    const size_t size = Little(bytes, at + 4, 4);
    at += kChunkHeaderBytes;
    if (name == "fmt ") {
      if (at + kFormatBytes > bytes.size() || Little(bytes, at, 2) != 1 ||
          Little(bytes, at + 2, 2) != 1 || Little(bytes, at + 14, 2) != 16) {
        return bad;
      }
      sound.rate_hz = static_cast<int>(Little(bytes, at + 4, 4));
    } else if (name == "data") {
      if (sound.rate_hz <= 0) return bad;
      // A writer to a pipe leaves the size open: the data then ends the file.
      const size_t end = std::min(bytes.size(), at + size);
      for (; at + 2 <= end; at += 2) {
        const auto v = static_cast<int16_t>(Little(bytes, at, 2));
        sound.samples.push_back(static_cast<float>(v) / kFullScale);
      }
      return sound;
    }
    at += size + size % 2;
  }
  return bad;
}

Status WriteWav(const std::filesystem::path& path, const Sound& sound) {
  const auto data_bytes = static_cast<uint32_t>(2 * sound.samples.size());
  const auto rate = static_cast<uint32_t>(sound.rate_hz);
  std::string out = "RIFF";
  Put(&out, 36 + data_bytes, 4);
  out += "WAVEfmt ";
  Put(&out, kFormatBytes, 4);
  Put(&out, 1, 2);  // PCM
  Put(&out, 1, 2);  // mono
  Put(&out, rate, 4);
  Put(&out, 2 * rate, 4);
  Put(&out, 2, 2);
  Put(&out, 16, 2);
  out += "data";
  Put(&out, data_bytes, 4);
  for (const float x : sound.samples) {
    const float scaled = std::round(x * kFullScale);
    const float v = std::clamp(scaled, -kFullScale, kFullScale - 1);
    Put(&out, static_cast<uint16_t>(static_cast<int16_t>(v)), 2);
  }
  std::ofstream file(path, std::ios::binary);
  if (!file.write(out.data(), static_cast<std::streamsize>(out.size()))
           .flush()) {
    return Unavailable(fmt::format("cannot write {}", path.string()));
  }
  return OkStatus();
}

}  // namespace longtake::reference
