#include "coordinator/app/redis_state.h"

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "common/log/log.h"
#include "coordinator/store/redis/redis_clock.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/redis_url.h"

namespace longtake::coordinator {
namespace {

constexpr auto kRetryEvery = std::chrono::seconds(1);

StatusOr<std::unique_ptr<RedisClock>> ReadClock(redis::Client& client,
                                                absl::Duration patience) {
  const auto give_up =
      std::chrono::steady_clock::now() + absl::ToChronoSeconds(patience);
  while (true) {
    auto clock = RedisClock::Create(client, {});
    if (clock.status().code() != StatusCode::kUnavailable ||
        std::chrono::steady_clock::now() >= give_up) {
      return clock;
    }
    Log(LogLevel::kWarning, "waiting for Redis", {{"error", clock.status()}});
    std::this_thread::sleep_for(kRetryEvery);
  }
}

}  // namespace

redis::CommandObserver ObserverFor(const RedisMetrics& metrics) {
  return [metrics](std::string_view command, absl::Duration latency, bool ok) {
    metrics.CommandDone(command, latency, ok);
  };
}

StatusOr<CoordinatorServer::State> OpenRedisState(
    const RedisStateOptions& options, ChangeSignals& signals) {
  RedisStore::Options store;
  LT_ASSIGN_OR_RETURN(store.client.target, redis::ParseRedisUrl(options.url));
  store.client.observer = options.observer;
  store.coordinator_id = options.owner;
  store.max_ended_jobs = options.max_ended_jobs;
  store.on_job_changed = [&signals](const std::string& job_id) {
    signals.JobChanged(job_id);
  };
  store.on_queue_changed = [&signals] { signals.QueueChanged(); };
  store.on_everything_changed = [&signals] { signals.EverythingChanged(); };
  auto redis = std::make_shared<RedisStore>(std::move(store));
  CoordinatorServer::State state;
  LT_ASSIGN_OR_RETURN(state.clock,
                      ReadClock(redis->client(), options.patience));
  LT_RETURN_IF_ERROR(redis->CheckSchema());
  state.generation = [client = &redis->client()] {
    return client->generation();
  };
  state.store = std::move(redis);
  return state;
}

}  // namespace longtake::coordinator
