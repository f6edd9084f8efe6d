#include <fmt/format.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

#include "benchmarks/farm/floor.h"
#include "common/concurrency/thread_pool.h"
#include "common/process/stop_signals.h"
#include "common/rpc/channel.h"
#include "common/rpc/status_convert.h"
#include "coordinator/store/redis/client.h"
#include "longtake/v1/worker.grpc.pb.h"

namespace longtake::bench {
namespace {

namespace redis = coordinator::redis;

constexpr redis::Script kNothing = {"nothing", "return 1",
                                    "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"};
// As CoordinatorServer's.
constexpr int kThreads = 4;
constexpr size_t kMaxQueued = 4096;

class FloorService final : public v1::WorkerFarm::CallbackService {
 public:
  explicit FloorService(redis::Client* client)
      : client_(client), executor_({kThreads, kMaxQueued}) {}

  grpc::ServerUnaryReactor* CompleteTask(grpc::CallbackServerContext* rpc,
                                         const v1::CompleteTaskRequest*,
                                         v1::CompleteTaskResponse*) override {
    grpc::ServerUnaryReactor* reactor = rpc->DefaultReactor();
    const Status scheduled = executor_.Schedule(
        [this, reactor] { reactor->Finish(ToGrpcStatus(RunNothing())); });
    if (!scheduled.ok()) reactor->Finish(ToGrpcStatus(scheduled));
    return reactor;
  }

 private:
  Status RunNothing() {
    if (client_ == nullptr) return OkStatus();
    return client_->RunScript(kNothing, {"floor"}, {}, true).status();
  }

  redis::Client* const client_;
  ThreadPool executor_;
};

}  // namespace

int ServeFloor(const std::string& redis_url) {
  const sigset_t stop_signals = HoldStopSignals();
  std::optional<redis::Client> client;
  if (!redis_url.empty()) {
    const auto target = redis::ParseRedisUrl(redis_url);
    if (!target.ok()) {
      std::fprintf(stderr, "%s\n", Message(target.status()).c_str());
      return 2;
    }
    redis::ClientOptions options;
    options.target = *target;
    client.emplace(options);
  }
  FloorService service(client ? &*client : nullptr);
  grpc::ServerBuilder builder;
  ConfigureFarmServer(builder);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&stop_signals, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace longtake::bench
