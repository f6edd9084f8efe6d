#include "worker/mux/xmp_packet.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "worker/mux/origin_marks.h"

namespace longtake::worker {
namespace {

constexpr int kMaxBoxes = 10000;
constexpr uint64_t kMaxXmpBytes = 16 << 20;

uint64_t BigEndian(const uint8_t* p, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | p[i];
  return value;
}

}  // namespace

std::string FindXmpPacket(std::istream& in) {
  in.seekg(0, std::ios::end);
  const uint64_t end = in ? static_cast<uint64_t>(in.tellg()) : 0;
  uint64_t at = 0;
  for (int box = 0; box < kMaxBoxes && at + 8 <= end; ++box) {
    std::array<uint8_t, 16> header{};
    in.seekg(static_cast<std::streamoff>(at));
    in.read(reinterpret_cast<char*>(header.data()), 8);
    uint64_t size = BigEndian(header.data(), 4);
    uint64_t header_bytes = 8;
    const bool is_uuid = std::memcmp(header.data() + 4, "uuid", 4) == 0;
    if (size == 1) {
      in.read(reinterpret_cast<char*>(header.data()), 8);
      size = BigEndian(header.data(), 8);
      header_bytes = 16;
    } else if (size == 0) {
      size = end - at;
    }
    if (!in || size < header_bytes || size > end - at) return "";
    if (is_uuid && size >= header_bytes + kXmpUuid.size() &&
        size <= kMaxXmpBytes) {
      in.read(reinterpret_cast<char*>(header.data()), kXmpUuid.size());
      if (in && header == kXmpUuid) {
        std::string packet(size - header_bytes - kXmpUuid.size(), '\0');
        in.read(packet.data(), static_cast<std::streamsize>(packet.size()));
        return in ? packet : "";
      }
    }
    at += size;
  }
  return "";
}

std::string XmpProperty(const std::string& packet, const std::string& name) {
  const auto between = [&packet](const std::string& before, char end) {
    const size_t at = packet.find(before);
    if (at == std::string::npos) return std::string();
    const size_t begin = at + before.size();
    const size_t stop = packet.find(end, begin);
    return stop == std::string::npos ? std::string()
                                     : packet.substr(begin, stop - begin);
  };
  std::string value = between("<" + name + ">", '<');
  if (value.empty()) value = between(name + "=\"", '"');
  return value;
}

}  // namespace longtake::worker
