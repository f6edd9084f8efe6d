#include "worker/engine/speech/weights_file.h"

#include <fmt/format.h>

#include "common/digest/sha256.h"

namespace longtake::worker {
namespace {

constexpr char kVersionKey[] = "version";
constexpr char kDigestKey[] = "sha256";

std::string DigestOf(Safetensors file) {
  file.PutText(kDigestKey, "");
  return Sha256Hex(file.Serialize());
}

}  // namespace

std::string SealWeights(Safetensors file) {
  file.PutText(kVersionKey, kWeightsVersion);
  file.PutText(kDigestKey, DigestOf(file));
  return file.Serialize();
}

StatusOr<Safetensors> OpenWeights(std::string_view bytes,
                                  const std::string& name) {
  auto file = Safetensors::Parse(bytes);
  if (!file.ok()) {
    return Annotate(file.status(),
                    name + ": no weights of the motion model");
  }
  const auto version = file->GetText(kVersionKey);
  if (!version.ok() || *version != kWeightsVersion) {
    return InvalidArgument(fmt::format(
        "{}: weights of version '{}', this build needs '{}': train them again "
        "with ./dev train-motion, or leave them out for the built-in ones",
        name, version.ok() ? *version : "none", kWeightsVersion));
  }
  const auto digest = file->GetText(kDigestKey);
  if (!digest.ok() || *digest != DigestOf(*file)) {
    return InvalidArgument(fmt::format(
        "{}: damaged weights (their digest differs): copy the file again",
        name));
  }
  return file;
}

}  // namespace longtake::worker
