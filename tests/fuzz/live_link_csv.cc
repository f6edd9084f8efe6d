// Live Link Face CSV, as --motion takes it.

#include "worker/engine/motion/live_link_csv.h"

#include <sstream>

#include "tests/fuzz/fuzz_target.h"
#include "worker/engine/motion/track_codec.h"

namespace longtake {
namespace {

constexpr FrameRate kRate = {30, 1};

void Check(const std::string& text) {
  std::istringstream in(text);
  const auto track =
      worker::ImportLiveLinkCsv(in, worker::LiveLinkImportOptions{kRate});
  if (!track.ok()) return fuzz::RequireOneLine(Message(track.status()));
  fuzz::Require(track->range.begin == 0 &&
                    track->range.size() == std::ssize(track->frames) &&
                    track->range.size() > 0,
                "a track begins at frame 0 and has frames");
  const std::string bytes = worker::SerializeMotionTrack(*track);
  const auto again = worker::ParseMotionTrack(bytes);
  fuzz::Require(again.ok() && worker::SerializeMotionTrack(*again) == bytes,
                "an imported track can be stored");
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  longtake::Check(longtake::fuzz::TextOf(data, size));
  return 0;
}
