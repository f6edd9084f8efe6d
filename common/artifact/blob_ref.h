#pragma once

#include <cstdint>
#include <string>

namespace longtake {

// Names a blob by its content. Equal digests are equal bytes.
struct BlobRef {
  std::string sha256;  // 64 lower-case hex digits; empty = no blob
  int64_t size_bytes = 0;
  bool empty() const { return sha256.empty(); }
  friend bool operator==(const BlobRef&, const BlobRef&) = default;
};

}  // namespace longtake
