#include "coordinator/store/redis/subscriber.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "fmt/format.h"

namespace longtake::coordinator::redis {
namespace {

// How long a stop may go unseen.
constexpr absl::Duration kStopCheck = absl::Milliseconds(100);

void SleepUnlessStopped(const std::stop_token& stop, absl::Duration duration) {
  while (duration > absl::ZeroDuration() && !stop.stop_requested()) {
    const absl::Duration step = std::min(duration, kStopCheck);
    std::this_thread::sleep_for(absl::ToChronoNanoseconds(step));
    duration -= step;
  }
}

}  // namespace

Subscriber::Subscriber(std::unique_ptr<Connector> connector,
                       SubscriberOptions options, OnMessage on_message,
                       OnSubscribed on_subscribed, OnFailure on_failure)
    : connector_(std::move(connector)),
      options_(std::move(options)),
      on_message_(std::move(on_message)),
      on_subscribed_(std::move(on_subscribed)),
      on_failure_(std::move(on_failure)),
      thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

Subscriber::~Subscriber() = default;  // the thread is told to stop and joined

void Subscriber::Loop(std::stop_token stop) {
  Backoff backoff(options_.backoff);
  while (!stop.stop_requested()) {
    const Status failure = Listen(stop, &backoff);
    if (stop.stop_requested()) return;
    if (!std::exchange(lost_, true) && on_failure_) on_failure_(failure);
    SleepUnlessStopped(stop, backoff.Next());
  }
}

Status Subscriber::Listen(const std::stop_token& stop, Backoff* backoff) {
  LT_ASSIGN_OR_RETURN(const auto connection, connector_->Connect());
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      connection->Command({"SUBSCRIBE", options_.channel},
                                          connector_->timeout()));
  LT_RETURN_IF_ERROR(reply.ToStatus());
  lost_ = false;
  on_subscribed_();
  return TakeMessages(stop, connection.get(), backoff);
}

Status Subscriber::TakeMessages(const std::stop_token& stop,
                                Connection* connection, Backoff* backoff) {
  absl::Duration quiet;
  bool pinged = false;
  while (!stop.stop_requested()) {
    StatusOr<Reply> reply = connection->Read(kStopCheck);
    const bool silent = reply.status().code() == StatusCode::kDeadlineExceeded;
    // It held for a moment. One that is cut at once is not to be taken up again
    // in a tight loop.
    if (silent || reply.ok()) backoff->Reset();
    if (silent) {
      quiet += kStopCheck;
      if (quiet < options_.ping_every) continue;
      if (pinged) {
        return Unavailable(fmt::format("redis {}: no answer to PING within {}",
                                       connection->endpoint().ToString(),
                                       absl::FormatDuration(quiet)));
      }
      LT_RETURN_IF_ERROR(connection->Append({"PING"}));
      quiet = absl::ZeroDuration();
      pinged = true;
      continue;
    }
    LT_RETURN_IF_ERROR(reply.status());
    quiet = absl::ZeroDuration();
    pinged = false;
    LT_ASSIGN_OR_RETURN(auto parts, (*std::move(reply)).Array());
    if (parts.size() < 3) continue;  // the pong
    LT_ASSIGN_OR_RETURN(const std::string kind, parts[0].String());
    if (kind != "message") continue;
    LT_ASSIGN_OR_RETURN(const std::string payload, parts[2].String());
    on_message_(payload);
  }
  return OkStatus();
}

}  // namespace longtake::coordinator::redis
