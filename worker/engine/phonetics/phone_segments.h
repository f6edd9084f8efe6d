#pragma once
// Phones with their times, and the text file that carries them: a line
// "start end ipa" for each, in seconds, in order of time.

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {

// Seconds; begin < end.
struct PhoneSegment {
  double begin = 0, end = 0;
  PhoneClass phone = kSilence;
  friend bool operator==(const PhoneSegment&, const PhoneSegment&) = default;
};

// Limits of ParsePhones.
inline constexpr size_t kMaxPhoneLines = 4'000'000;
inline constexpr double kMaxPhoneSeconds = 24 * 3600.0;

// Reads `text`. Diphthongs become two segments of equal length; tokens without
// a shape of their own (a glottal stop) lengthen the phone before; gaps become
// silence. Blank lines and lines that begin with # are passed over.
// InvalidArgument, with `name` and the line, for: fewer than three fields,
// times that are not numbers, negative, out of order or overlapping, an IPA
// token without a known sound.
StatusOr<std::vector<PhoneSegment>> ParsePhones(std::string_view text,
                                                const std::string& name);

// ParsePhones of a file. NotFound, and its errors.
StatusOr<std::vector<PhoneSegment>> ReadPhones(const std::string& path);

}  // namespace longtake::worker
