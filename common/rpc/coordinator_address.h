#pragma once
// The addresses of a farm's coordinators, as people write them.

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace longtake {

// More are a mistake: each is tried in turn.
inline constexpr size_t kMostCoordinators = 64;

// "a:7400,10.0.0.2:7400,[fd00::3]:7400" -> its parts, in order. Each is a host
// name, an IPv4 address or an IPv6 address in brackets, then a port in
// 1-65535. InvalidArgument names `flag`, the part, and what to write instead:
// for empty parts, spaces, a missing port, the same address twice.
StatusOr<std::vector<std::string>> ParseCoordinatorAddresses(
    std::string_view list, std::string_view flag);

}  // namespace longtake
