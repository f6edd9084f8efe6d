#include "tools/motion_model/reference/silent_closures.h"

#include <string>
#include <utility>

#include "tools/motion_model/reference/phones.h"

namespace longtake::reference {
namespace {

constexpr float kSilentDb = -38;

// How many frames of silence the phone begins with.
int LeadingSilence(std::span<const float> loudness_db, const TimedPhone& p) {
  int frames = 0;
  while (p.begin_frame + frames < p.end_frame &&
         loudness_db[p.begin_frame + frames] < kSilentDb) {
    ++frames;
  }
  return frames;
}

}  // namespace

void ShareOutSilence(std::span<const float> loudness_db,
                     std::vector<TimedPhone>* phones) {
  std::vector<TimedPhone> out;
  for (TimedPhone& p : *phones) {
    const bool after_pause = out.empty() || out.back().ipa == kPause;
    const int silent =
        BeginsWithClosure(p.ipa) ? LeadingSilence(loudness_db, p) : 0;
    const int allowed =
        after_pause ? kUsualClosureFrames : kLongestClosureFrames;
    if (silent > allowed) {
      const int begin = p.begin_frame + silent - kUsualClosureFrames;
      if (out.empty() || !after_pause) {
        out.push_back({p.begin_frame, begin, std::string(kPause)});
      }
      out.back().end_frame = begin;
      p.begin_frame = begin;
    }
    out.push_back(std::move(p));
  }
  *phones = std::move(out);
}

}  // namespace longtake::reference
