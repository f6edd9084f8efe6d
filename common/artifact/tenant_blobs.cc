#include "common/artifact/tenant_blobs.h"

#include <fmt/format.h>

#include "common/digest/sha256.h"

namespace longtake {
namespace {

StatusOr<std::string> MarkerName(const std::string& tenant,
                                 const BlobRef& blob) {
  // Both become parts of a path; the store checks the tenant's characters.
  if (!IsSha256Hex(blob.sha256) || blob.size_bytes < 0 ||
      tenant.find('/') != std::string::npos) {
    return InvalidArgument("the tenant or digest is none");
  }
  return fmt::format("tenants/{}/blobs/{}", tenant, blob.sha256);
}

std::string MarkerOf(const BlobRef& blob) {
  return fmt::format("{{\"size_bytes\":{}}}", blob.size_bytes);
}

}  // namespace

Status TenantBlobs::Grant(const std::string& tenant, const BlobRef& blob) {
  if (!isolated_) return OkStatus();
  LT_ASSIGN_OR_RETURN(const std::string name, MarkerName(tenant, blob));
  return artifacts_.PutIfAbsent(name, MarkerOf(blob)).status();
}

StatusOr<bool> TenantBlobs::Sees(const std::string& tenant,
                                 const BlobRef& blob) {
  if (!isolated_) return true;
  LT_ASSIGN_OR_RETURN(const std::string name, MarkerName(tenant, blob));
  const StatusOr<std::string> marker = artifacts_.Get(name);
  if (marker.status().code() == StatusCode::kNotFound) return false;
  LT_RETURN_IF_ERROR(marker.status());
  return *marker == MarkerOf(blob);
}

}  // namespace longtake
