// Identity latents and weights: the container, and the rig in it.

#include "worker/engine/safetensors/safetensors.h"

#include "tests/fuzz/fuzz_target.h"
#include "worker/engine/rig/rig_file.h"

namespace longtake {
namespace {

void CheckRig(const worker::Safetensors& file) {
  const auto rig = worker::ReadRig(file);
  if (!rig.ok()) return fuzz::RequireOneLine(Message(rig.status()));
  fuzz::Require(worker::ParseRig(worker::SerializeRig(*rig)).ok(),
                "a rig that was read can be written and read");
}

void Check(const std::string& bytes) {
  const auto file = worker::Safetensors::Parse(bytes);
  if (!file.ok()) return fuzz::RequireOneLine(Message(file.status()));
  const auto again = worker::Safetensors::Parse(file->Serialize());
  fuzz::Require(again.ok() && *again == *file,
                "what was parsed serialises to the same contents");
  CheckRig(*file);
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  longtake::Check(longtake::fuzz::TextOf(data, size));
  return 0;
}
