#include "coordinator/store/redis/connector.h"

#include <utility>

#include "fmt/format.h"

namespace longtake::coordinator::redis {

Connector::Connector(RedisTarget target, absl::Duration timeout)
    : target_(std::move(target)), timeout_(timeout) {}

std::unique_ptr<Connector> Connector::For(const Endpoint& endpoint) const {
  RedisTarget target;
  target.servers = {endpoint};
  target.user = target_.user;
  target.password = target_.password;
  target.database = target_.database;
  return std::make_unique<Connector>(std::move(target), timeout_);
}

StatusOr<std::unique_ptr<Connection>> Connector::Connect() {
  const bool sentinel = !target_.sentinels.empty();
  const auto& endpoints = sentinel ? target_.sentinels : target_.servers;
  Status failure = Unavailable("no Redis address is known; set the Redis URL");
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const size_t at = (good_ + i) % endpoints.size();
    StatusOr<Endpoint> server =
        sentinel ? AskSentinel(endpoints[at]) : endpoints[at];
    if (!server.ok()) {
      failure = server.status();
      continue;
    }
    auto connection = ConnectTo(*server);
    if (connection.ok()) {
      good_ = at;
      return connection;
    }
    failure = connection.status();
  }
  return failure;
}

StatusOr<std::unique_ptr<Connection>> Connector::ConnectTo(
    const Endpoint& endpoint) {
  LT_ASSIGN_OR_RETURN(auto connection, Connection::Open(endpoint, timeout_));
  LT_RETURN_IF_ERROR(connection->Greet(target_.user, target_.password,
                                       target_.database, timeout_));
  const ServerFacts& facts = connection->facts();
  // In a cluster any node gives the slot table, and MOVED tells the rest.
  if (!facts.cluster && facts.role != "master") {
    return Unavailable(fmt::format(
        "redis {}: this is a replica; {}", endpoint.ToString(),
        target_.sentinels.empty() ? "name its master, or use redis-sentinel://"
                                  : "waiting for the sentinels to agree"));
  }
  return connection;
}

StatusOr<Endpoint> Connector::AskSentinel(const Endpoint& sentinel) {
  LT_ASSIGN_OR_RETURN(auto connection, Connection::Open(sentinel, timeout_));
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      connection->Command(
          {"SENTINEL", "get-master-addr-by-name", target_.master_name},
          timeout_));
  if (reply.is_nil()) {
    return Unavailable(fmt::format(
        "sentinel {} watches no master \"{}\"; check the name in the Redis URL",
        sentinel.ToString(), target_.master_name));
  }
  const auto address = reply.Strings();
  if (!address.ok() || address->size() != 2) {
    return Unavailable(fmt::format(
        "sentinel {}: {}; check that a sentinel listens there",
        sentinel.ToString(),
        reply.is_error() ? reply.ErrorText() : "unreadable answer"));
  }
  return ParseEndpoint(fmt::format("[{}]:{}", (*address)[0], (*address)[1]),
                       kDefaultRedisPort);
}

}  // namespace longtake::coordinator::redis
