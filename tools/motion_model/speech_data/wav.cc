#include "tools/motion_model/speech_data/wav.h"

#include <cstring>

namespace longtake::speech_data {
namespace {

constexpr size_t kChunkHeader_bytes = 8;
constexpr size_t kRiffHeader_bytes = 12;
constexpr size_t kFormat_bytes = 16;
constexpr size_t kSample_bytes = sizeof(int16_t);

void Append(std::string& bytes, uint32_t value, int count) {
  for (int i = 0; i < count; ++i) {
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
}

uint32_t Read(std::string_view bytes, size_t at, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i]))
             << (8 * i);
  }
  return value;
}

}  // namespace

std::string FormatWav(const Sound& sound) {
  const auto data_bytes =
      static_cast<uint32_t>(sound.samples.size() * kSample_bytes);
  const auto rate = static_cast<uint32_t>(sound.rate_hz);
  std::string bytes = "RIFF";
  Append(bytes, data_bytes + 36, 4);
  bytes += "WAVEfmt ";
  Append(bytes, kFormat_bytes, 4);
  Append(bytes, 1, 2);  // PCM
  Append(bytes, 1, 2);  // one channel
  Append(bytes, rate, 4);
  Append(bytes, rate * kSample_bytes, 4);
  Append(bytes, kSample_bytes, 2);
  Append(bytes, 8 * kSample_bytes, 2);
  bytes += "data";
  Append(bytes, data_bytes, 4);
  for (const int16_t sample : sound.samples) {
    Append(bytes, static_cast<uint16_t>(sample), 2);
  }
  return bytes;
}

StatusOr<Sound> ParseWav(std::string_view bytes) {
  if (bytes.size() < kRiffHeader_bytes || bytes.substr(0, 4) != "RIFF" ||
      bytes.substr(8, 4) != "WAVE") {
    return DataLoss("not a WAV file");
  }
  Sound sound;
  for (size_t at = kRiffHeader_bytes;
       at + kChunkHeader_bytes <= bytes.size();) {
    const std::string_view name = bytes.substr(at, 4);
    const size_t size = Read(bytes, at + 4, 4);
    at += kChunkHeader_bytes;
    if (size > bytes.size() - at) return DataLoss("a WAV file cut short");
    if (name == "fmt ") {
      if (size < kFormat_bytes || Read(bytes, at, 2) != 1 ||
          Read(bytes, at + 2, 2) != 1 || Read(bytes, at + 14, 2) != 16) {
        return DataLoss("not a 16-bit mono PCM WAV file");
      }
      sound.rate_hz = static_cast<int>(Read(bytes, at + 4, 4));
    } else if (name == "data") {
      if (sound.rate_hz <= 0) return DataLoss("a WAV file without a rate");
      sound.samples.resize(size / kSample_bytes);
      for (size_t i = 0; i < sound.samples.size(); ++i) {
        sound.samples[i] =
            static_cast<int16_t>(Read(bytes, at + i * kSample_bytes, 2));
      }
      return sound;
    }
    at += size + size % 2;
  }
  return DataLoss("a WAV file without sound");
}

}  // namespace longtake::speech_data
