#include "coordinator/store/redis/redis_url.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "fmt/format.h"

namespace longtake::coordinator::redis {
namespace {

constexpr char kForms[] =
    "write redis://[user:password@]host:6379[/database], of a cluster "
    "redis://a:6379,b:6379, or "
    "redis-sentinel://[user:password@]host:26379,host:26379/master[/database]";

Status Wrong(const std::string& what) {
  return InvalidArgument(fmt::format("Redis URL: {}; {}", what, kForms));
}

std::optional<int> Number(std::string_view text, int least, int most) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end || value < least || value > most) {
    return std::nullopt;
  }
  return value;
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  return out;
}

std::vector<std::string> Split(const std::string& text, char by) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == by) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

std::string Joined(const std::vector<Endpoint>& endpoints) {
  std::string text;
  for (const Endpoint& e : endpoints) {
    if (!text.empty()) text.push_back(',');
    text.append(e.ToString());
  }
  return text;
}

Status ParseLogin(const std::string& text, RedisTarget* target) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon + 1 == text.size()) {
    return Wrong("before the @ there must be user:password or :password");
  }
  const auto user = PercentDecoded(std::string_view(text).substr(0, colon));
  const auto password =
      PercentDecoded(std::string_view(text).substr(colon + 1));
  if (!user || !password) {
    return Wrong(
        "user or password has a % without two hex digits (a % itself "
        "is written %25)");
  }
  target->user = *user;
  target->password = *password;
  return OkStatus();
}

}  // namespace

std::string Endpoint::ToString() const {
  if (host.find(':') == std::string::npos)
    return fmt::format("{}:{}", host, port);
  return fmt::format("[{}]:{}", host, port);
}

std::string RedisTarget::ToString() const {
  std::string text = sentinels.empty() ? "redis://" : "redis-sentinel://";
  if (!password.empty()) text += user + ":***@";
  text += Joined(sentinels.empty() ? servers : sentinels);
  if (!sentinels.empty()) text += "/" + master_name;
  if (database != 0) text += fmt::format("/{}", database);
  return text;
}

StatusOr<Endpoint> ParseEndpoint(const std::string& text, int default_port) {
  Endpoint endpoint{"", default_port};
  size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string::npos) return Wrong("an address lacks its ]");
    endpoint.host = text.substr(1, close - 1);
    host_end = close + 1;
    if (host_end < text.size() && text[host_end] != ':') {
      return Wrong("after the ] of an address there must be :port");
    }
  } else {
    endpoint.host = text.substr(0, host_end);
  }
  if (endpoint.host.empty() ||
      endpoint.host.find_first_of(" \t@/?#%") != std::string::npos) {
    return Wrong("an address lacks a valid host");
  }
  if (host_end < text.size()) {
    const auto port =
        Number(std::string_view(text).substr(host_end + 1), 1, 65535);
    if (!port) return Wrong("a port must be a number from 1 to 65535");
    endpoint.port = *port;
  }
  return endpoint;
}

StatusOr<RedisTarget> ParseRedisUrl(const std::string& url) {
  const size_t scheme_end = url.find("://");
  const std::string scheme = url.substr(0, scheme_end);
  if (scheme == "rediss") {
    return Wrong(
        "TLS to Redis is not supported; run a TLS tunnel beside the "
        "coordinator and name its local end with redis://");
  }
  const bool sentinel = scheme == "redis-sentinel";
  if (scheme_end == std::string::npos || (!sentinel && scheme != "redis")) {
    return Wrong("it must begin with redis:// or redis-sentinel://");
  }
  RedisTarget target;
  std::string rest = url.substr(scheme_end + 3);
  // The last @: a password may hold an @ that nobody encoded.
  if (const size_t at = rest.rfind('@'); at != std::string::npos) {
    LT_RETURN_IF_ERROR(ParseLogin(rest.substr(0, at), &target));
    rest.erase(0, at + 1);
  }
  const std::vector<std::string> path = Split(rest, '/');
  for (const std::string& address : Split(path[0], ',')) {
    LT_ASSIGN_OR_RETURN(Endpoint endpoint,
                        ParseEndpoint(address, sentinel ? kDefaultSentinelPort
                                                        : kDefaultRedisPort));
    (sentinel ? target.sentinels : target.servers).push_back(endpoint);
  }
  size_t next = 1;
  if (sentinel) {
    if (path.size() < 2 || path[1].empty()) {
      return Wrong("after the sentinels there must be /master-name");
    }
    target.master_name = path[next++];
  }
  if (path.size() > next && !path[next].empty()) {
    const auto database = Number(path[next], 0, 1 << 20);
    if (!database) return Wrong("the database must be a number such as 0");
    target.database = *database;
  }
  if (path.size() > next + 1) return Wrong("there is a / too many");
  return target;
}

}  // namespace longtake::coordinator::redis
