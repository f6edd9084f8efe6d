#pragma once
// Reads the weights of a TensorFlow.js model: a manifest
// "<name>-weights_manifest.json", which lists tensors in order, and the binary
// shards that it names, read as one run of bytes. A quantised tensor holds one
// unsigned integer a value: value = q * scale + min (tfjs-core,
// io/io_utils.ts, decodeWeights).

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::worker {

// float32, row-major in TensorFlow's order: convolution filters are
// [height, width, in, out].
struct TfjsTensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};
using TfjsWeights = std::map<std::string, TfjsTensor>;

// Largest shard and manifest that are read.
inline constexpr uint64_t kTfjsMaxFileBytes = 256u << 20;

// FailedPrecondition where a file is missing (the models aren't installed),
// DataLoss where one is damaged: lengths that disagree, an unknown dtype.
StatusOr<TfjsWeights> LoadTfjsWeights(const std::string& directory,
                                      const std::string& model_name);

// As above, from memory: `manifest` is the JSON, `shards` its files' bytes in
// the manifest's order.
StatusOr<TfjsWeights> DecodeTfjsWeights(const std::string& manifest,
                                        const std::string& shards);

}  // namespace longtake::worker
