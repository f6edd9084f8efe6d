#include "coordinator/app/coordinator_server.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <mutex>
#include <thread>
#include <utility>

#include "common/artifact/store_identity.h"
#include "common/concurrency/thread_pool.h"
#include "common/log/log.h"
#include "common/rpc/channel.h"
#include "coordinator/api/call_context.h"
#include "coordinator/api/farm_service.h"
#include "coordinator/api/worker_service.h"
#include "coordinator/schedule/epoch.h"
#include "coordinator/store/memory/memory_store.h"

namespace longtake::coordinator {
namespace {

constexpr absl::Duration kDefaultGrace = absl::Seconds(5);
// After the grace calls are cancelled; this is how long their ends may take.
constexpr absl::Duration kCancelLimit = absl::Seconds(10);

// Both are switches of the whole process that add to every later server.
void SwitchOnReflectionAndHealth() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

SchedulerOptions SchedulerOptionsFrom(const CoordinatorServer::Options& options,
                                      int64_t epoch,
                                      const std::string& store_id) {
  SchedulerOptions scheduler;
  scheduler.store_id = store_id;
  scheduler.lease = options.lease;
  scheduler.worker_timeout = options.worker_timeout;
  scheduler.retry = options.retry;
  scheduler.epoch = epoch;
  return scheduler;
}

}  // namespace

// In the order of construction; destroyed the other way round.
struct CoordinatorServer::Parts {
  Parts(Options given, std::shared_ptr<Clock> time, int64_t epoch,
        const std::string& store_id)
      : options(std::move(given)),
        clock(std::move(time)),
        scheduler(store, *options.artifacts, *clock,
                  SchedulerOptionsFrom(options, epoch, store_id)),
        executor({options.executor_threads, options.max_queued_calls}),
        desk(scheduler, executor),
        context{scheduler, desk,  *options.artifacts,      executor,
                {},        false, options.max_upload_bytes},
        farm(context),
        workers(context) {}

  const Options options;
  const std::shared_ptr<Clock> clock;
  MemoryStore store;
  Scheduler scheduler;
  ThreadPool executor;
  LeaseDesk desk;
  CallContext context;
  FarmService farm;
  WorkerService workers;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  std::jthread ticker;
  absl::Mutex shutdown_mutex;
  bool is_shut_down ABSL_GUARDED_BY(shutdown_mutex) = false;

  Status Listen();
  void RunTicker(std::stop_token stop);
};

Status CoordinatorServer::Parts::Listen() {
  SwitchOnReflectionAndHealth();
  grpc::ServerBuilder builder;
  ConfigureFarmServer(builder);
  if (!options.listen_address.empty()) {
    // Or two coordinators would share a port, each with half of the jobs.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(options.listen_address,
                             grpc::InsecureServerCredentials(), &port);
  }
  builder.RegisterService(&farm);
  builder.RegisterService(&workers);
  server = builder.BuildAndStart();
  if (server == nullptr || (!options.listen_address.empty() && port == 0)) {
    return Unavailable(fmt::format(
        "can't listen on {}: the port is taken or the address is not this "
        "machine's; give another --listen",
        options.listen_address));
  }
  return OkStatus();
}

void CoordinatorServer::Parts::RunTicker(std::stop_token stop) {
  absl::Mutex mutex;
  // Made before the lock and destroyed after it: the callback locks.
  const std::stop_callback wake(stop, [&mutex] { absl::MutexLock l(&mutex); });
  while (!stop.stop_requested()) {
    {
      absl::MutexLock lock(&mutex);
      const auto stopping = [&stop] { return stop.stop_requested(); };
      mutex.AwaitWithTimeout(absl::Condition(&stopping), options.tick_interval);
    }
    scheduler.Tick();
  }
}

CoordinatorServer::CoordinatorServer(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

StatusOr<std::unique_ptr<CoordinatorServer>> CoordinatorServer::Start(
    Options options) {
  if (options.artifacts == nullptr) {
    return InvalidArgument("coordinator: no artifact store is given");
  }
  if (options.lease <= absl::ZeroDuration()) {
    return InvalidArgument("coordinator: the lease must be longer than 0");
  }
  LT_ASSIGN_OR_RETURN(const std::string store_id,
                      MakeStoreIdentity(*options.artifacts));
  LT_ASSIGN_OR_RETURN(const int64_t epoch, TakeNextEpoch(*options.artifacts));
  std::shared_ptr<Clock> clock = options.clock;
  if (clock == nullptr) clock = std::make_shared<SystemClock>();
  auto parts = std::make_unique<Parts>(std::move(options), std::move(clock),
                                       epoch, store_id);
  LT_RETURN_IF_ERROR(parts->Listen());
  Parts& running = *parts;
  if (running.options.tick_interval > absl::ZeroDuration()) {
    running.ticker = std::jthread(
        [&running](std::stop_token stop) { running.RunTicker(stop); });
  }
  Log(LogLevel::kInfo, "coordinator started",
      {{"epoch", epoch}, {"port", running.port}});
  return std::unique_ptr<CoordinatorServer>(
      new CoordinatorServer(std::move(parts)));
}

CoordinatorServer::~CoordinatorServer() { Shutdown(kDefaultGrace); }

std::shared_ptr<grpc::Channel> CoordinatorServer::InProcessChannel() {
  return parts_->server->InProcessChannel(FarmChannelArguments());
}

int CoordinatorServer::port() const { return parts_->port; }

void CoordinatorServer::Tick() { parts_->scheduler.Tick(); }

SchedulerCounts CoordinatorServer::counts() const {
  return parts_->scheduler.counts();
}

int CoordinatorServer::waiting_polls() const { return parts_->desk.waiting(); }

void CoordinatorServer::Shutdown(absl::Duration grace) {
  {
    absl::MutexLock lock(&parts_->shutdown_mutex);
    if (parts_->is_shut_down) return;
    parts_->is_shut_down = true;
  }
  parts_->ticker = std::jthread();  // stops and joins
  parts_->context.closing = true;
  parts_->desk.Close();
  parts_->scheduler.signals().EverythingChanged();
  parts_->server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  if (!parts_->context.calls.WaitUntilNone(kCancelLimit)) {
    Log(LogLevel::kError, "calls are still open after the shutdown");
  }
  parts_->executor.Shutdown();
}

}  // namespace longtake::coordinator
