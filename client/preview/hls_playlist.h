#pragma once
// The media playlist of a preview: RFC 8216, protocol version 7 (fragmented
// MP4 with EXT-X-MAP). Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "common/media_time/media_time.h"

namespace longtake::client {

inline constexpr char kPlaylistName[] = "index.m3u8";
inline constexpr char kInitName[] = "init.mp4";
std::string MediaSegmentName(size_t index);  // "segment-00000.m4s"
bool IsMediaSegmentName(const std::string& name);

// `frames`: of each media segment, in order, none above `most_frames`. An EVENT
// playlist: media segments are only ever added; `ended` closes it. Players are
// told to begin at its beginning, not at its live end.
std::string PlaylistText(const std::vector<int64_t>& frames,
                         int64_t most_frames, FrameRate rate, bool ended);

}  // namespace longtake::client
