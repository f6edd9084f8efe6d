#include "common/net/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <charconv>

namespace longtake {
namespace {

constexpr int kMaxPort = 65535;

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  return host == "[::1]";
}

}  // namespace

StatusOr<ListenAddress> ParseListenAddress(const std::string& text,
                                           const std::string& flag) {
  const size_t colon = text.rfind(':');
  const Status bad = InvalidArgument(fmt::format(
      "{} {}: give host:port, for example 127.0.0.1:7400", flag, text));
  if (colon == std::string::npos || colon == 0) return bad;
  ListenAddress address;
  address.host = text.substr(0, colon);
  const bool bracketed =
      address.host.front() == '[' && address.host.back() == ']';
  if (!bracketed && address.host.find(':') != std::string::npos) return bad;
  const char* end = text.data() + text.size();
  const auto [stop, error] =
      std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || stop != end || address.port < 0 ||
      address.port > kMaxPort) {
    return bad;
  }
  address.is_loopback = IsLoopback(address.host);
  return address;
}

}  // namespace longtake
