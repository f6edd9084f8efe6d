#include "coordinator/app/coordinator_server.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "common/artifact/store_identity.h"
#include "common/concurrency/thread_pool.h"
#include "common/log/log.h"
#include "common/rpc/channel.h"
#include "coordinator/api/call_context.h"
#include "coordinator/api/farm_service.h"
#include "coordinator/api/health_reporter.h"
#include "coordinator/api/rpc_recorder.h"
#include "coordinator/api/worker_service.h"
#include "coordinator/app/farm_monitor.h"
#include "coordinator/schedule/farm_sample.h"
#include "coordinator/schedule/recovery.h"
#include "coordinator/store/memory/memory_store.h"

namespace longtake::coordinator {
namespace {

constexpr absl::Duration kDefaultGrace = absl::Seconds(5);
// After the grace calls are cancelled; this is how long their ends may take.
constexpr absl::Duration kCancelLimit = absl::Seconds(10);
// How often the state's wholeness and what died half-way are looked at.
constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr absl::Duration kHouseTurn = absl::Seconds(5);

// Both are switches of the whole process that add to every later server.
void SwitchOnReflectionAndHealth() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

// The conditions of readiness.
constexpr char kStateCondition[] = "state";
constexpr char kServingCondition[] = "serving";

SchedulerOptions With(const CoordinatorServer::Options& options,
                      const std::string& store_id,
                      const CoordinatorMetrics& metrics) {
  SchedulerOptions scheduler = options.scheduler;
  scheduler.store_id = store_id;
  scheduler.metrics = metrics.schedule;
  scheduler.isolate_tenants = options.tokens != nullptr;
  return scheduler;
}

CoordinatorMetrics MetricsFor(const CoordinatorServer::Options& options) {
  if (options.monitoring == nullptr) return {};
  return CoordinatorMetrics(options.monitoring->registry(),
                            options.build_version, FarmMethods());
}

RecoveryOptions RecoveryFor(const CoordinatorServer::Options& options) {
  return {.owner = options.owner,
          .durable = options.scheduler.durable,
          .max_ended_jobs = options.max_ended_jobs,
          .limits = AnalysisLimitsOf(options.scheduler.limits)};
}

std::string UniqueOwner() {
  char host[256] = "coordinator";
  ::gethostname(host, sizeof(host) - 1);
  return fmt::format("{}-{}-{:08x}", host, ::getpid(), std::random_device()());
}

}  // namespace

// In the order of construction; destroyed the other way round.
struct CoordinatorServer::Parts {
  Parts(Options given, std::unique_ptr<ChangeSignals> changes, State opened,
        const std::string& store_id)
      : options(std::move(given)),
        metrics(MetricsFor(options)),
        readiness(options.monitoring == nullptr
                      ? unwatched
                      : options.monitoring->readiness()),
        signals(std::move(changes)),
        state(std::move(opened)),
        clock(options.clock != nullptr ? *options.clock : *state.clock),
        scheduler(*state.store, *options.artifacts, clock, *signals,
                  With(options, store_id, metrics)),
        recovery(*state.store, *options.artifacts, clock, RecoveryFor(options)),
        executor({options.executor_threads, options.max_queued_calls}),
        desk(scheduler, executor),
        access(options.tokens.get(), clock),
        owners(scheduler),
        context{scheduler,
                desk,
                *options.artifacts,
                executor,
                access,
                owners,
                scheduler.blobs(),
                {},
                false,
                options.scheduler.limits},
        farm(context),
        workers(context) {
    context.metrics = metrics.farm;
    context.schedule_metrics = metrics.schedule;
  }

  const Options options;
  const CoordinatorMetrics metrics;
  Readiness unwatched;
  Readiness& readiness;
  const std::unique_ptr<ChangeSignals> signals;
  const State state;
  Clock& clock;
  Scheduler scheduler;
  Recovery recovery;  // the ticker's, once it runs
  ThreadPool executor;
  LeaseDesk desk;
  Access access;
  WorkerOwners owners;
  CallContext context;
  FarmService farm;
  WorkerService workers;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  std::unique_ptr<HealthReporter> health;
  int64_t seen_generation = 0;  // the monitor's
  std::unique_ptr<FarmMonitor> monitor;
  std::jthread ticker;
  absl::Mutex shutdown_mutex;
  bool is_shut_down ABSL_GUARDED_BY(shutdown_mutex) = false;

  bool IsWatched() const {
    return options.monitoring != nullptr &&
           options.monitoring->registry() != nullptr;
  }
  Status Listen();
  void Watch();
  StatusOr<FarmSample> Sample();
  Status CheckState();
  std::string said;  // ticker only
  // Logs what is wrong with the state when it changes.
  void SayOnce(const Status& checked);
  Status BringStateUp();
  void KeepHouse();
  void RunTicker(std::stop_token stop);
};

Status CoordinatorServer::Parts::CheckState() {
  const Status up = BringStateUp();
  if (up.ok()) {
    readiness.Hold(kStateCondition);
  } else {
    readiness.Fail(kStateCondition, Message(up));
  }
  const bool for_good = up.code() == StatusCode::kFailedPrecondition;
  scheduler.SetWhyNotReady(for_good ? Message(up) : "");
  return up;
}

Status CoordinatorServer::Parts::BringStateUp() {
  const int64_t rebuilt = recovery.counts().rebuilt;
  const auto epoch = recovery.Ensure([this] { scheduler.SetEpoch(0); });
  if (recovery.counts().rebuilt > rebuilt) {
    metrics.farm.Recovered(recovery.counts().restored_jobs);
  }
  LT_RETURN_IF_ERROR(epoch.status());
  if (scheduler.epoch() == *epoch) return OkStatus();
  scheduler.SetEpoch(*epoch);
  for (const std::string& job_id : recovery.TakeRestored()) {
    // What is not found here is found when a worker asks for it.
    executor
        .Schedule([this, job_id] {
          const Status found = scheduler.FindFinished(job_id);
          if (found.ok()) return;
          Log(LogLevel::kWarning, "restored job not looked through",
              {{"job", job_id}, {"error", found}});
        })
        .IgnoreError();
  }
  signals->EverythingChanged();
  return OkStatus();
}

void CoordinatorServer::Parts::SayOnce(const Status& checked) {
  const std::string trouble = checked.ok() ? "" : Message(checked);
  if (std::exchange(said, trouble) == trouble || checked.ok()) return;
  Log(LogLevel::kWarning, "the state is not at hand", {{"error", checked}});
}

void CoordinatorServer::Parts::KeepHouse() {
  if (!options.housekeeping) return;
  const auto turn =
      state.store->TakeTurn("housekeeping", options.owner, kHouseTurn);
  const bool mine = turn.ok() && *turn;
  scheduler.KeepHouse(mine);
  if (!mine) return;
  const auto swept = state.store->Sweep(clock.Now());
  if (swept.ok() && *swept > 0) {
    Log(LogLevel::kInfo, "the queue was put right", {{"entries", *swept}});
  }
}

Status CoordinatorServer::Parts::Listen() {
  SwitchOnReflectionAndHealth();
  grpc::ServerBuilder builder;
  ConfigureFarmServer(builder);
  if (!options.listen_address.empty()) {
    // Or two coordinators would share a port, each with half of the jobs.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(options.listen_address,
                             options.credentials != nullptr
                                 ? options.credentials
                                 : grpc::InsecureServerCredentials(),
                             &port);
  }
  builder.RegisterService(&farm);
  builder.RegisterService(&workers);
  if (IsWatched()) {
    std::vector<
        std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
        recorders;
    recorders.push_back(MakeRpcRecorder(metrics.rpc));
    builder.experimental().SetInterceptorCreators(std::move(recorders));
  }
  server = builder.BuildAndStart();
  if (server == nullptr || (!options.listen_address.empty() && port == 0)) {
    return Unavailable(fmt::format(
        "can't listen on {}: the port is taken or the address is not this "
        "machine's; give another --listen",
        options.listen_address));
  }
  return OkStatus();
}

StatusOr<FarmSample> CoordinatorServer::Parts::Sample() {
  if (state.generation) {
    const int64_t generation = state.generation();
    if (seen_generation > 0 && generation > seen_generation) {
      metrics.redis.ServerChanged();
    }
    seen_generation = generation;
  }
  LT_ASSIGN_OR_RETURN(const std::vector<JobLoad> loads,
                      state.store->ListLoads());
  LT_ASSIGN_OR_RETURN(
      const std::vector<WorkerRecord> live,
      state.store->ListWorkers(clock.Now() - options.scheduler.worker_timeout));
  return MakeFarmSample(loads, live, clock.Now());
}

void CoordinatorServer::Parts::Watch() {
  readiness.Hold(kServingCondition);
  health = std::make_unique<HealthReporter>(*server->GetHealthCheckService(),
                                            readiness);
  if (!IsWatched()) return;
  FarmMonitor::Sources sources;
  sources.sample = [this] { return Sample(); };
  sources.parked_polls = [this] { return desk.waiting(); };
  sources.epoch = [this] { return scheduler.epoch(); };
  sources.artifacts_path = options.artifacts_path;
  sources.certificate_expiry = options.certificate_expiry;
  monitor = std::make_unique<FarmMonitor>(metrics.farm, readiness,
                                          std::move(sources));
}

void CoordinatorServer::Parts::RunTicker(std::stop_token stop) {
  using SteadyClock = std::chrono::steady_clock;
  std::mutex mutex;
  std::condition_variable_any wake;
  SteadyClock::time_point next_look = SteadyClock::now();
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop,
                    absl::ToChronoNanoseconds(options.tick_interval),
                    [] { return false; });
    }
    if (stop.stop_requested()) return;
    const bool look = SteadyClock::now() >= next_look;
    if (look || scheduler.TakeSuspicion() || scheduler.epoch() == 0) {
      SayOnce(CheckState());
    }
    if (options.tokens != nullptr) options.tokens->ReloadIfChanged();
    scheduler.Tick();
    if (!look) continue;
    next_look = SteadyClock::now() + kLookEvery;
    KeepHouse();
  }
}

CoordinatorServer::CoordinatorServer(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

StatusOr<std::unique_ptr<CoordinatorServer>> CoordinatorServer::Start(
    Options options) {
  if (options.artifacts == nullptr) {
    return InvalidArgument("coordinator: no artifact store is given");
  }
  if (options.scheduler.lease <= absl::ZeroDuration()) {
    return InvalidArgument("coordinator: the lease must be longer than 0");
  }
  LT_ASSIGN_OR_RETURN(const std::string store_id,
                      MakeStoreIdentity(*options.artifacts));
  if (options.owner.empty()) options.owner = UniqueOwner();
  if (options.monitoring != nullptr) {
    options.monitoring->readiness().Fail(kServingCondition, "starting");
  }
  auto signals = std::make_unique<ChangeSignals>();
  State state;
  if (options.open_state) {
    LT_ASSIGN_OR_RETURN(state, options.open_state(*signals));
  } else {
    MemoryStore::Options memory;
    memory.max_ended_jobs = options.max_ended_jobs;
    state = {std::make_shared<MemoryStore>(memory),
             std::make_shared<SystemClock>()};
  }
  auto parts = std::make_unique<Parts>(std::move(options), std::move(signals),
                                       std::move(state), store_id);
  Parts& running = *parts;
  const Status checked = running.CheckState();
  if (checked.code() == StatusCode::kUnavailable) {
    Log(LogLevel::kWarning, "the state is not at hand yet",
        {{"error", checked}});
  } else {
    LT_RETURN_IF_ERROR(checked);
  }
  LT_RETURN_IF_ERROR(parts->Listen());
  parts->Watch();
  if (running.options.tick_interval > absl::ZeroDuration()) {
    running.ticker = std::jthread(
        [&running](std::stop_token stop) { running.RunTicker(stop); });
  }
  Log(LogLevel::kInfo, "coordinator started",
      {{"coordinator", running.options.owner},
       {"epoch", running.scheduler.epoch()},
       {"port", running.port}});
  return std::unique_ptr<CoordinatorServer>(
      new CoordinatorServer(std::move(parts)));
}

CoordinatorServer::~CoordinatorServer() { Shutdown(kDefaultGrace); }

std::shared_ptr<grpc::Channel> CoordinatorServer::InProcessChannel() {
  return parts_->server->InProcessChannel(FarmChannelArguments());
}

int CoordinatorServer::port() const { return parts_->port; }

void CoordinatorServer::Tick() {
  if (parts_->options.tokens != nullptr) {
    parts_->options.tokens->ReloadIfChanged();
  }
  parts_->SayOnce(parts_->CheckState());
  parts_->scheduler.Tick();
  parts_->KeepHouse();
}

bool CoordinatorServer::ready() const { return parts_->scheduler.epoch() > 0; }

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
  parts_->readiness.Fail(kServingCondition, "shutting down");
  parts_->ticker = std::jthread();  // stops and joins
  parts_->context.closing = true;
  parts_->desk.Close();
  parts_->signals->EverythingChanged();
  parts_->server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  if (!parts_->context.calls.WaitUntilNone(kCancelLimit)) {
    Log(LogLevel::kError, "calls are still open after the shutdown");
  }
  parts_->executor.Shutdown();
}

}  // namespace longtake::coordinator
