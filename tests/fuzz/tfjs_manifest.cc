// A TensorFlow.js model: the manifest, a zero byte, the shards.

#include "tests/fuzz/fuzz_target.h"
#include "worker/engine/identity/tfjs_weights.h"

namespace longtake {
namespace {

void Check(const std::string& input) {
  const size_t zero = input.find('\0');
  const auto weights = worker::DecodeTfjsWeights(
      input.substr(0, zero),
      zero == std::string::npos ? std::string() : input.substr(zero + 1));
  if (!weights.ok()) return fuzz::RequireOneLine(Message(weights.status()));
  for (const auto& [name, tensor] : *weights) {
    size_t values = 1;
    for (const int64_t side : tensor.shape) {
      values *= static_cast<size_t>(side);
    }
    fuzz::Require(values == tensor.values.size(),
                  "a tensor has the values of its shape");
  }
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  longtake::Check(longtake::fuzz::TextOf(data, size));
  return 0;
}
