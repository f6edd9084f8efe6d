#include "worker/mux/read_origin.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <string_view>

#include "common/job/job_json.h"
#include "worker/media/av_error.h"
#include "worker/media/input_file.h"
#include "worker/mux/origin_marks.h"
#include "worker/mux/take_tag.h"
#include "worker/mux/xmp_packet.h"

namespace longtake::worker {
namespace {

// A longer digital source type is none: IPTC's URIs have some 70.
constexpr size_t kMaxTypeBytes = 1024;
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
  std::ifstream in(path, std::ios::binary);
  const std::string xmp = FindXmpPacket(in);
  if (Tag(*format, kOriginKey)
          .starts_with("Made with " + std::string(kSoftware) + ".") ||
      XmpProperty(xmp, "xmp:CreatorTool") == kSoftware) {
    marks.software = kSoftware;
  }
  // It is shown as it is, so that it must be text.
  const std::string type = XmpProperty(xmp, "Iptc4xmpExt:DigitalSourceType");
  if (type.size() <= kMaxTypeBytes && IsPlainUtf8(type)) {
    marks.digital_source_type = type;
  }
  marks.xmp_tag = DigestIn(XmpProperty(xmp, "dc:identifier"));
  marks.sei_tag = DigestInStream(format);
  return marks;
}

}  // namespace longtake::worker
