#pragma once
// Where Redis is, as --redis and the configuration name it:
//   redis://[user:password@]host:port[,host:port...][/database]
//   redis-sentinel://[user:password@]s1:26379,s2:26379/master-name[/database]
// Several addresses in redis:// are nodes of one Redis Cluster; one of them has
// to answer. User and password may be percent-encoded.

#include <compare>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::coordinator::redis {

inline constexpr int kDefaultRedisPort = 6379;
inline constexpr int kDefaultSentinelPort = 26379;

struct Endpoint {
  std::string host;  // IPv6 without brackets
  int port = 0;
  std::string ToString() const;  // host:port, IPv6 in brackets
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct RedisTarget {
  std::vector<Endpoint> servers;    // empty with sentinels
  std::vector<Endpoint> sentinels;  // empty with servers
  std::string master_name;          // with sentinels
  std::string user;                 // empty: the default user
  std::string password;             // empty: no AUTH
  int database = 0;

  // The URL, with *** for the password: fit for logs.
  std::string ToString() const;
};

// "host[:port]", IPv6 in brackets. Pure.
StatusOr<Endpoint> ParseEndpoint(const std::string& text, int default_port);

// InvalidArgument says which part is wrong and shows the right form. Nothing of
// the text is quoted, for any part of a mistyped URL may be the password. Pure.
StatusOr<RedisTarget> ParseRedisUrl(const std::string& url);

}  // namespace longtake::coordinator::redis
