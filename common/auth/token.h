#pragma once
// Bearer tokens: 256 random bits as text. A farm keeps only their SHA-256, so
// its token file gives nobody away.

#include <cstddef>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace longtake {

inline constexpr size_t kMinTokenBytes = 16;
inline constexpr size_t kMaxTokenBytes = 512;

// "lt_" and 64 hex digits, from the system's generator. Internal when that
// fails.
StatusOr<std::string> NewToken();

// What a token file holds of a token: 64 lower-case hex digits.
std::string TokenDigest(std::string_view token);

// Without spaces around; InvalidArgument when it can't be one: kMinTokenBytes
// to kMaxTokenBytes of visible ASCII. The message never holds the token.
// `source`: where it came from, for the message.
StatusOr<std::string> CleanToken(std::string_view text,
                                 const std::string& source);

// In a time that depends on the lengths alone.
bool ConstantTimeEquals(std::string_view a, std::string_view b);

}  // namespace longtake
