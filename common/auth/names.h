#pragma once
// Words that come from outside: what they may be made of, and how they are
// shown where they are not.

#include <cstddef>
#include <string>
#include <string_view>

namespace longtake {

inline constexpr size_t kMaxWorkerIdBytes = 128;
inline constexpr size_t kMaxCallerNameBytes = 64;
inline constexpr size_t kMaxShownBytes = 200;

// a-z 0-9 _ -, 1 to 64 (kMaxTenantBytes of common/job).
bool IsTenantName(std::string_view text);
// A-Z a-z 0-9 . _ - @, 1 to kMaxCallerNameBytes.
bool IsCallerName(std::string_view text);
// A-Z a-z 0-9 . _ - : @, 1 to kMaxWorkerIdBytes.
bool IsWorkerId(std::string_view text);

// Fit for a terminal and a log whatever the bytes: control characters and what
// is no ASCII become \xNN, and after kMaxShownBytes comes "…".
std::string Printable(std::string_view text);

// UTF-8 for people that others wrote, such as a worker's error: control
// characters become spaces, at most `max` bytes are kept, whole characters.
std::string WithoutControls(std::string_view text, size_t max);

}  // namespace longtake
