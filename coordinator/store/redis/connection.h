#pragma once
// One synchronous connection to one Redis (or Sentinel) server. hiredis opens
// the socket and parses; sending and waiting are done here, so that a deadline
// covers a whole pipeline and a closed peer raises no SIGPIPE.

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "coordinator/store/redis/redis_url.h"
#include "coordinator/store/redis/reply.h"

struct redisContext;

namespace longtake::coordinator::redis {

// A command and its arguments; any bytes.
using Args = std::vector<std::string>;

// What a server said of itself when the connection was made.
struct ServerFacts {
  std::string run_id;    // new at each start of the server
  std::string role;      // master or slave
  bool cluster = false;  // a node of a Redis Cluster
};

// One thread only. Errors of the network, the protocol and of time are
// Unavailable, name the address and close the connection; whether the server
// did what was sent is then unknown. Error replies are replies, not errors.
class Connection {
 public:
  static StatusOr<std::unique_ptr<Connection>> Open(const Endpoint& endpoint,
                                                    absl::Duration timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // AUTH if there is a password, SELECT if the database is not 0, PING (a
  // server that still loads its data is refused), INFO and ROLE. Unavailable,
  // with the remedy, when the server refuses. The password is in no message.
  Status Greet(const std::string& user, const std::string& password,
               int database, absl::Duration timeout);

  StatusOr<Reply> Command(const Args& args, absl::Duration timeout);
  // One round trip. Appends a reply a command, in order; on error as many as
  // had arrived. `timeout` covers all of them.
  Status Pipeline(const std::vector<Args>& commands, absl::Duration timeout,
                  std::vector<Reply>* replies);
  // Likewise, of `count` commands that Encode wrote.
  Status Pipeline(const std::string& bytes, size_t count,
                  absl::Duration timeout, std::vector<Reply>* replies);
  // Appends a command's bytes: `words`, then `args`.
  static void Encode(std::initializer_list<std::string_view> words,
                     const Args& args, std::string* bytes);
  // Sends a command whose reply Read() will give, if the socket takes it whole.
  Status Append(const Args& args);
  // The next reply nobody asked for (a subscription's message).
  // DeadlineExceeded when none came in time: the connection stays open.
  StatusOr<Reply> Read(absl::Duration timeout);

  void Close();
  bool open() const { return context_ != nullptr; }
  // Open, with nothing to read: an idle connection whose server went away, or
  // that is out of step, is not. Does not wait.
  bool Quiet() const;
  const Endpoint& endpoint() const { return endpoint_; }
  const ServerFacts& facts() const { return facts_; }  // after Greet

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Free {
    void operator()(redisContext* context) const;
  };

  Connection(const Endpoint& endpoint, redisContext* context);
  Status Fail(const std::string& what);
  // A parsed reply, if the bytes read so far hold one.
  StatusOr<bool> Parse(Reply* reply);
  Status Receive();
  Status Send(const std::string& bytes, size_t* sent);
  // False: the deadline passed.
  StatusOr<bool> Wait(short events, Deadline deadline);
  Status ReadFacts(const Reply& info, Reply role);

  const Endpoint endpoint_;
  std::unique_ptr<redisContext, Free> context_;
  ServerFacts facts_;
};

}  // namespace longtake::coordinator::redis
