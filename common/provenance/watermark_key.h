#pragma once
// The secrets that watermarks are drawn and found with. A secret stays in its
// file and in the memory of who reads it: specs, records, messages and logs
// name its id alone.
//
// The file: 64 hexadecimal digits on one line; `openssl rand -hex 32` makes
// one. Blank lines and lines that begin with '#' are passed over.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake {

struct WatermarkKey {
  std::array<uint8_t, 32> secret{};
  // The first 16 hex digits of SHA-256 over a label and the secret; of the
  // public key "public".
  std::string id;
};

inline constexpr char kPublicWatermarkKeyId[] = "public";

// Built in, the same in every copy of the program. It recognises Longtake's
// films and proves nothing: whoever reads the source can draw or remove it.
WatermarkKey PublicWatermarkKey();

// InvalidArgument, one line with the remedy that never repeats the content:
// can't be read, or is no key.
StatusOr<WatermarkKey> ReadWatermarkKey(const std::string& path);

// Keys by id. Immutable once it is made; thread-safe.
class WatermarkKeys {
 public:
  // The public key alone.
  WatermarkKeys();
  // And those of the files.
  static StatusOr<WatermarkKeys> Read(const std::vector<std::string>& paths);

  // FailedPrecondition, with the remedy, where there is none of this id.
  // Borrowed from this.
  StatusOr<const WatermarkKey*> Find(const std::string& id) const;

 private:
  std::map<std::string, WatermarkKey> keys_;
};

}  // namespace longtake
