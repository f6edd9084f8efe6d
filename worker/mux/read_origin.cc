#include "worker/mux/read_origin.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>

#include "worker/media/av_error.h"
#include "worker/media/input_file.h"
#include "worker/mux/origin_marks.h"
#include "worker/mux/take_tag.h"

namespace longtake::worker {
namespace {

constexpr int kMaxBoxes = 10000;
constexpr uint64_t kMaxXmpBytes = 16 << 20;
// Keyframes, and packets of all streams, that are looked at for the SEI.
constexpr int kKeyframes = 3;
constexpr int kPackets = 5000;
constexpr size_t kDigestDigits = 64;

// The digest after kTagPrefix in `text`; empty where there is none.
std::string DigestIn(std::string_view text) {
  const size_t at = text.find(kTagPrefix);
  if (at == std::string_view::npos) return "";
  const std::string_view digest =
      text.substr(at + kTagPrefix.size(), kDigestDigits);
  const bool whole = digest.size() == kDigestDigits &&
                     std::all_of(digest.begin(), digest.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                     });
  return whole ? std::string(digest) : "";
}

uint64_t BigEndian(const uint8_t* p, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | p[i];
  return value;
}

// The packet in a top-level uuid box of an ISO base media file; empty where
// there is none. Sizes that can't be end the search.
std::string XmpOfFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
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

// Whatever frames the NAL units, the message's UUID and text are in one piece:
// neither holds a zero byte that emulation prevention would part.
std::string DigestInPacket(const AVPacket& packet) {
  const std::string_view bytes(reinterpret_cast<const char*>(packet.data),
                               static_cast<size_t>(packet.size));
  const std::string_view uuid(reinterpret_cast<const char*>(kSeiUuid.data()),
                              kSeiUuid.size());
  const size_t at = bytes.find(uuid);
  if (at == std::string_view::npos) return "";
  return DigestIn(
      bytes.substr(at + uuid.size(), kTagPrefix.size() + kDigestDigits));
}

std::string DigestInStream(AVFormatContext* format) {
  const int video =
      av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  const AvPacketPtr packet(av_packet_alloc());
  if (video < 0 || packet == nullptr) return "";
  int keyframes = 0;
  for (int i = 0; i < kPackets && keyframes < kKeyframes; ++i) {
    if (av_read_frame(format, packet.get()) < 0) break;
    std::string digest;
    if (packet->stream_index == video &&
        (packet->flags & AV_PKT_FLAG_KEY) != 0) {
      ++keyframes;
      digest = DigestInPacket(*packet);
    }
    av_packet_unref(packet.get());
    if (!digest.empty()) return digest;
  }
  return "";
}

std::string Tag(const AVFormatContext& format, const char* key) {
  const AVDictionaryEntry* entry =
      av_dict_get(format.metadata, key, nullptr, 0);
  return entry == nullptr ? "" : entry->value;
}

}  // namespace

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

StatusOr<OriginMarks> ReadOriginMarks(const std::string& path) {
  RouteAvLog();
  LT_ASSIGN_OR_RETURN(
      const std::unique_ptr<InputFile> file,
      InputFile::Open(path, {.what = "film " + path,
                             .kind = "a film",
                             .remedy = "give an MP4 or another film file",
                             .probe_streams = true}));
  AVFormatContext* const format = file->format();
  if (av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0) < 0) {
    return InvalidArgument("film " + path + ": has no picture: give a film");
  }
  OriginMarks marks;
  marks.tag = DigestIn(Tag(*format, kTagKey));
  const std::string xmp = XmpOfFile(path);
  if (Tag(*format, kOriginKey)
          .starts_with("Made with " + std::string(kSoftware) + ".") ||
      XmpProperty(xmp, "xmp:CreatorTool") == kSoftware) {
    marks.software = kSoftware;
  }
  marks.digital_source_type = XmpProperty(xmp, "Iptc4xmpExt:DigitalSourceType");
  marks.xmp_tag = DigestIn(XmpProperty(xmp, "dc:identifier"));
  marks.sei_tag = DigestInStream(format);
  return marks;
}

}  // namespace longtake::worker
