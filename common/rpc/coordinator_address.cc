#include "common/rpc/coordinator_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace longtake {
namespace {

constexpr char kForm[] = "give host:port, several with commas between";
constexpr int kLargestPort = 65535;
constexpr size_t kLongestHost = 253;  // RFC 1035 in text form

bool IsPort(std::string_view text) {
  int port = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() &&
         text.front() != '-' && port >= 1 && port <= kLargestPort;
}

bool IsHostName(std::string_view text) {
  if (text.empty() || text.size() > kLongestHost) return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

bool IsIpv6(std::string_view text) {
  in6_addr address;
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// Empty when `part` is an address, else what is wrong with it.
std::string Wrong(std::string_view part) {
  if (part.empty()) return "is empty";
  if (part.find("://") != std::string_view::npos) return "has a scheme";
  const size_t colon = part.rfind(':');
  std::string_view host = part.substr(0, colon);
  if (part.front() == '[') {
    if (part.back() == ']') return "has no port";
    if (colon == std::string_view::npos || colon < 2 ||
        part[colon - 1] != ']' || !IsIpv6(part.substr(1, colon - 2))) {
      return "is not an IPv6 address in brackets and a port";
    }
  } else {
    if (colon == std::string_view::npos) return "has no port";
    if (host.find(':') != std::string_view::npos) {
      return "is an IPv6 address without brackets, or has two ports";
    }
    if (!IsHostName(host)) return "has no host name before its port";
  }
  const std::string_view port = part.substr(colon + 1);
  if (port.empty()) return "has no port";
  if (!IsPort(port)) return "has a port that is not a number in 1-65535";
  return "";
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

}  // namespace

StatusOr<std::vector<std::string>> ParseCoordinatorAddresses(
    std::string_view list, std::string_view flag) {
  std::vector<std::string> addresses;
  size_t begin = 0;
  while (begin <= list.size()) {
    const size_t comma = std::min(list.find(',', begin), list.size());
    const std::string_view part = list.substr(begin, comma - begin);
    begin = comma + 1;
    if (const std::string wrong = Wrong(part); !wrong.empty()) {
      return InvalidArgument(fmt::format("{} {}: part {} \"{}\" {}: {}", flag,
                                         list, addresses.size() + 1, part,
                                         wrong, kForm));
    }
    // Names and hexadecimal digits mean the same in either case.
    std::string address = LowerCase(part);
    if (std::find(addresses.begin(), addresses.end(), address) !=
        addresses.end()) {
      return InvalidArgument(
          fmt::format("{} {}: {} is there twice", flag, list, part));
    }
    addresses.push_back(std::move(address));
  }
  if (addresses.size() > kMostCoordinators) {
    return InvalidArgument(fmt::format("{}: {} coordinators, at most {} fit",
                                       flag, addresses.size(),
                                       kMostCoordinators));
  }
  return addresses;
}

}  // namespace longtake
