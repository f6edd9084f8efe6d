#pragma once
// Mono 16-bit PCM WAV files, as `./dev recordings` leaves them.

#include <filesystem>
#include <vector>

#include "common/status/status.h"

namespace longtake::reference {

struct Sound {
  int rate_hz = 0;
  std::vector<float> samples;  // -1 to 1
};

// InvalidArgument for anything but mono 16-bit PCM, NotFound if it cannot be
// opened; the message names the file.
StatusOr<Sound> ReadWav(const std::filesystem::path& path);

// Samples beyond -1 to 1 are clipped.
Status WriteWav(const std::filesystem::path& path, const Sound& sound);

}  // namespace longtake::reference
