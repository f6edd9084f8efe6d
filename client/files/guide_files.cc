#include "client/files/guide_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "client/files/input_files.h"
#include "common/job/job.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/media/audio_length.h"

namespace longtake::client {
namespace {

StatusOr<std::string> ReadText(const InputPath& input) {
  LT_RETURN_IF_ERROR(CheckInput(input));
  std::ifstream in(input.path, std::ios::binary);
  std::string text(static_cast<size_t>(kMaxGuideBytes) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (in.bad()) {
    return FailedPrecondition(
        fmt::format("{} {}: cannot be read", input.role, input.path));
  }
  if (text.size() > static_cast<size_t>(kMaxGuideBytes)) {
    return InvalidArgument(fmt::format("{} {}: larger than {} MiB", input.role,
                                       input.path, kMaxGuideBytes >> 20));
  }
  return text;
}

// The last time at which a guide wants something; -1: none does.
int64_t LastTime(const worker::MotionGuides& guides) {
  int64_t last_us = -1;
  for (const auto& cue : guides.cues) last_us = std::max(last_us, cue.time_us);
  for (const auto& k : guides.keyframes) last_us = std::max(last_us, k.time_us);
  for (const auto& phrase : guides.transcript) {
    last_us = std::max(last_us, phrase.begin_us);
  }
  return last_us;
}

}  // namespace

StatusOr<worker::Guides> ReadGuideFiles(const GuidePaths& paths) {
  worker::Guides guides;
  for (const auto& [role, path] : paths) {
    LT_ASSIGN_OR_RETURN(std::string text, ReadText({GuideTitle(role), path}));
    guides[role] = {std::move(text), ShownPath(path)};
  }
  return guides;
}

Status CheckGuides(const worker::Guides& guides, const std::string& audio_path,
                   FrameRate rate) {
  LT_ASSIGN_OR_RETURN(const worker::MotionGuides read,
                      worker::ReadMotionGuides(guides, worker::kNoEnd));
  const int64_t last_us = LastTime(read);
  if (last_us < 0) return OkStatus();
  constexpr int64_t kSecond = 1000000;  // more than a frame
  LT_ASSIGN_OR_RETURN(const worker::AudioLength length,
                      worker::MeasureAudio(audio_path, ShownPath(audio_path),
                                           last_us + kSecond));
  const int64_t frames =
      FramesForSamples(length.samples, length.sample_rate_hz, rate);
  return worker::ReadMotionGuides(guides, MicrosAtFrame(frames, rate)).status();
}

}  // namespace longtake::client
