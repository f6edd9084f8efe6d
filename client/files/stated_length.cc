#include "client/files/stated_length.h"

#include <fmt/format.h>

#include "client/files/input_files.h"
#include "worker/media/audio_length.h"

namespace longtake::client {

Status CheckStatedLength(const std::string& audio_path, absl::Duration most) {
  const int64_t stated_us =
      worker::StatedAudioMicros(audio_path, ShownPath(audio_path)).value_or(0);
  // Containers round up to their ticks; no more than a second.
  if (absl::Microseconds(stated_us) <= most + absl::Seconds(1)) {
    return OkStatus();
  }
  return InvalidArgument(fmt::format(
      "audio {}: {} long, the limit is {} (job_length): split it into several "
      "jobs",
      ShownPath(audio_path),
      absl::FormatDuration(
          absl::Floor(absl::Microseconds(stated_us), absl::Seconds(1))),
      absl::FormatDuration(most)));
}

}  // namespace longtake::client
