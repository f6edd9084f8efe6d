#pragma once
// Pieces of the evidence blob, shared by its writer and its reader.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "common/status/status.h"
#include "worker/encode/yuv_frame.h"

namespace longtake::worker {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::string_view kEvidenceMagic = "LTEV";
inline constexpr uint32_t kEvidenceVersion = 1;
// Bounds that keep a damaged blob from asking for memory.
inline constexpr int64_t kMaxEvidenceFrames = 10'000'000;
inline constexpr uint32_t kMaxEvidenceSide = 8192;

template <typename T>
void AppendValue(T value, std::string* out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

// SHA-256 of the planes, 64 hex digits.
std::string DigestOfPlanes(const YuvFrame& frame);

// The 32 bytes of a digest in hex, and back.
std::string BytesOfHex(std::string_view hex);
std::string HexOfBytes(std::string_view bytes);

// The zlib stream of a frame; `before` is the kept frame just before, or null.
StatusOr<std::string> PackPlanes(const YuvFrame& frame, const YuvFrame* before);
// Its inverse; `frame` comes with its size. DataLoss: not such a stream.
Status UnpackPlanes(std::string_view packed, const YuvFrame* before,
                    YuvFrame* frame);

}  // namespace longtake::worker
