#pragma once
// Canonical names of status codes: "OK", "INVALID_ARGUMENT", … as they stand in
// messages between processes and in what is stored.

#include <string>

#include "common/status/status.h"

namespace longtake {

std::string StatusCodeName(StatusCode code);
// Unknown names are kUnknown.
StatusCode ParseStatusCodeName(const std::string& name);

}  // namespace longtake
