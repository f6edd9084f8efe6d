#pragma once
// SHA-256, by OpenSSL. Digests are 64 lower-case hex digits everywhere.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace longtake {

inline constexpr size_t kSha256HexLength = 64;

// Streaming hash. One thread only.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(const void* data, size_t size_bytes);
  void Update(std::string_view bytes) { Update(bytes.data(), bytes.size()); }
  // Ends the hash; call once.
  std::string Hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Sha256Hex(std::string_view bytes);
StatusOr<std::string> Sha256OfFile(const std::string& path);

// True for exactly 64 lower-case hex digits: the only digests that are ever
// joined to a path.
bool IsSha256Hex(std::string_view text);

}  // namespace longtake
