#include "common/artifact/store_identity.h"

#include <fmt/format.h>

#include <random>

namespace longtake {
namespace {

constexpr char kName[] = "store/id";

}  // namespace

StatusOr<std::string> ReadStoreIdentity(ArtifactStore& store) {
  return store.Get(kName);
}

StatusOr<std::string> MakeStoreIdentity(ArtifactStore& store) {
  StatusOr<std::string> known = ReadStoreIdentity(store);
  if (known.status().code() != StatusCode::kNotFound) return known;
  // No result depends on this randomness.
  std::random_device device;
  const std::string fresh = fmt::format("{:08x}{:08x}{:08x}{:08x}", device(),
                                        device(), device(), device());
  LT_RETURN_IF_ERROR(store.PutIfAbsent(kName, fresh).status());
  return ReadStoreIdentity(store);
}

}  // namespace longtake
