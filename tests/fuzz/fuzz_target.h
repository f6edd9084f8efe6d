#pragma once
// What every fuzz target shares. A target is one function, libFuzzer's: it must
// come back from any bytes, and abort where a promise of the parser's header is
// broken (what it accepts can be written and read again, unchanged).

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace longtake::fuzz {

inline std::string TextOf(const uint8_t* data, size_t size) {
  return size == 0 ? std::string()
                   : std::string(reinterpret_cast<const char*>(data), size);
}

inline void Require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

// An error's line is one line: no control characters beyond what the input
// itself held.
inline void RequireOneLine(std::string_view message) {
  Require(!message.empty(), "an error says what is wrong");
  Require(message.find('\n') == std::string_view::npos, "an error is one line");
}

}  // namespace longtake::fuzz
