#pragma once
// The two ways to be turned away.

#include <string>

#include "common/status/status.h"

namespace longtake {

// The caller may not do this, whoever it is known to be.
inline Status PermissionDenied(const std::string& m) {
  return MakeStatus(StatusCode::kPermissionDenied, m);
}
// Nobody knows who the caller is.
inline Status Unauthenticated(const std::string& m) {
  return MakeStatus(StatusCode::kUnauthenticated, m);
}

}  // namespace longtake
