#pragma once
// Keeps a directory store below its size: the least recently used blobs go
// first. Private to common/artifact.

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake {

struct EvictionOptions {
  std::string root;
  int64_t max_bytes = 0;
  // Blobs used at or after this stay.
  absl::Time keep_since;
};

// Bytes of all blobs below root.
StatusOr<int64_t> MeasureBlobs(const std::string& root);

// Removes blobs, the least recently used first, until they fit with some room,
// skipping those that are open anywhere (flock) or used since keep_since. The
// bytes that remain. One process at a time evicts; where another does, this one
// only measures.
StatusOr<int64_t> EvictBlobs(const EvictionOptions& options);

}  // namespace longtake
