#include "worker/engine/motion/track_codec.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "common/digest/sha256.h"
#include "worker/engine/motion/live_link_csv.h"

namespace longtake::worker {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tracks are copied as they lie in memory");

constexpr std::string_view kMagic = "LTTRACK1";

struct Header {
  int32_t num, den;
  int64_t begin, end;
};
static_assert(sizeof(Header) == 24);

bool Plausible(const Header& h, size_t body_bytes) {
  if (h.num <= 0 || h.den <= 0 || h.end < h.begin) return false;
  const uint64_t frames =
      static_cast<uint64_t>(h.end) - static_cast<uint64_t>(h.begin);
  return body_bytes % sizeof(MotionFrame) == 0 &&
         frames == body_bytes / sizeof(MotionFrame);
}

}  // namespace

std::string SerializeMotionTrack(const MotionTrack& track) {
  const Header header = {track.rate.num, track.rate.den, track.range.begin,
                         track.range.end};
  std::string out(kMagic);
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
  out.append(reinterpret_cast<const char*>(track.frames.data()),
             track.frames.size() * sizeof(MotionFrame));
  return out;
}

StatusOr<MotionTrack> ParseMotionTrack(const std::string& bytes) {
  const auto damaged = [&bytes](const char* what) {
    return DataLoss(fmt::format("motion track of {} bytes: {}; import it again",
                                bytes.size(), what));
  };
  constexpr size_t kBody = kMagic.size() + sizeof(Header);
  if (!bytes.starts_with(kMagic) || bytes.size() < kBody) {
    return damaged("not LTTRACK1");
  }
  Header header;
  std::memcpy(&header, bytes.data() + kMagic.size(), sizeof header);
  if (!Plausible(header, bytes.size() - kBody)) {
    return damaged("wrong length, range or rate");
  }
  MotionTrack track{{header.num, header.den}, {header.begin, header.end}, {}};
  track.frames.resize(static_cast<size_t>(track.range.size()));
  if (!track.frames.empty()) {
    std::memcpy(track.frames.data(), bytes.data() + kBody,
                bytes.size() - kBody);
  }
  for (const MotionFrame& frame : track.frames) {
    for (float value : frame) {
      if (!std::isfinite(value)) return damaged("a value is not finite");
    }
  }
  return track;
}

StatusOr<std::string> ImportedMotionDigest(const MotionTrack& track,
                                           FrameRange range) {
  LT_ASSIGN_OR_RETURN(const MotionTrack sampled,
                      SampleImportedMotion(track, range));
  return Sha256Hex(SerializeMotionTrack(sampled));
}

}  // namespace longtake::worker
