#include "client/preview/hls_playlist.h"

#include <fmt/format.h>

#include <algorithm>

namespace longtake::client {
namespace {

constexpr char kSegmentPrefix[] = "segment-";
constexpr char kSegmentSuffix[] = ".m4s";

}  // namespace

std::string MediaSegmentName(size_t index) {
  return fmt::format("{}{:05}{}", kSegmentPrefix, index, kSegmentSuffix);
}

bool IsMediaSegmentName(const std::string& name) {
  const size_t prefix = sizeof(kSegmentPrefix) - 1;
  const size_t suffix = sizeof(kSegmentSuffix) - 1;
  if (name.size() <= prefix + suffix || !name.starts_with(kSegmentPrefix) ||
      !name.ends_with(kSegmentSuffix)) {
    return false;
  }
  const std::string number = name.substr(prefix, name.size() - prefix - suffix);
  return std::all_of(number.begin(), number.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::string PlaylistText(const std::vector<int64_t>& frames,
                         int64_t most_frames, FrameRate rate, bool ended) {
  // EXTINF, rounded to whole seconds, must not exceed it.
  const int64_t target = std::max<int64_t>(
      1, (2 * most_frames * rate.den + rate.num) / (2 * int64_t{rate.num}));
  std::string text = fmt::format(
      "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n"
      "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-START:TIME-OFFSET=0\n"
      "#EXT-X-MAP:URI=\"{}\"\n",
      target, kInitName);
  for (size_t i = 0; i < frames.size(); ++i) {
    const int64_t micros = frames[i] * rate.den * 1000000 / rate.num;
    text += fmt::format("#EXTINF:{}.{:06},\n{}\n", micros / 1000000,
                        micros % 1000000, MediaSegmentName(i));
  }
  if (ended) text += "#EXT-X-ENDLIST\n";
  return text;
}

}  // namespace longtake::client
