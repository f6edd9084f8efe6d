#pragma once
// Listens to one pub/sub channel. Pub/sub forgets: what is published while
// nobody listens is lost, so each (re)connection is reported as "anything may
// have changed".

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "coordinator/store/redis/backoff.h"
#include "coordinator/store/redis/connector.h"

namespace longtake::coordinator::redis {

struct SubscriberOptions {
  std::string channel;
  BackoffOptions backoff;
  // A PING after so long without a message; a server that doesn't answer it
  // for as long again counts as lost.
  absl::Duration ping_every = absl::Seconds(5);
};

// Owns one thread. Both callbacks run on it, one at a time, and must not
// destroy the Subscriber. The destructor waits for a callback that runs and for
// an attempt to connect (the connector's timeout).
class Subscriber {
 public:
  using OnMessage = std::function<void(const std::string& payload)>;
  // The subscription is in place (again); messages before it may be lost.
  using OnSubscribed = std::function<void()>;
  // It was lost, or the first attempt failed: once, however many attempts it
  // takes until it is in place (again). May be empty.
  using OnFailure = std::function<void(const Status& status)>;

  Subscriber(std::unique_ptr<Connector> connector, SubscriberOptions options,
             OnMessage on_message, OnSubscribed on_subscribed,
             OnFailure on_failure);
  ~Subscriber();

 private:
  void Loop(std::stop_token stop);
  // Until the connection fails or `stop`; `backoff` is reset once the
  // subscription has held for a moment.
  Status Listen(const std::stop_token& stop, Backoff* backoff);
  Status TakeMessages(const std::stop_token& stop, Connection* connection,
                      Backoff* backoff);

  const std::unique_ptr<Connector> connector_;
  const SubscriberOptions options_;
  const OnMessage on_message_;
  const OnSubscribed on_subscribed_;
  const OnFailure on_failure_;
  bool lost_ = false;  // the thread's: on_failure_ was told
  std::jthread thread_;
};

}  // namespace longtake::coordinator::redis
