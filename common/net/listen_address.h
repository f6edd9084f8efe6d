#pragma once
// "host:port" as flags take it.

#include <string>

#include "common/status/status.h"

namespace longtake {

struct ListenAddress {
  std::string host;  // as given, IPv6 in its brackets
  int port = 0;
  bool is_loopback = false;  // localhost, 127.0.0.0/8 or [::1]
};

// InvalidArgument names `flag` and gives an example. Names are not looked up:
// any name but localhost counts as reachable from outside. Pure.
StatusOr<ListenAddress> ParseListenAddress(const std::string& text,
                                           const std::string& flag);

}  // namespace longtake
