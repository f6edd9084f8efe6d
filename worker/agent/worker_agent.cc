#include "worker/agent/worker_agent.h"

#include <algorithm>
#include <utility>

#include "common/artifact/store_identity.h"
#include "common/log/log.h"
#include "fmt/format.h"
#include "worker/encode/segment_encoder.h"
#include "worker/task/run_task.h"

namespace longtake::worker {
namespace {

// A lease is renewed this many times in its length.
constexpr int kRenewalsPerLease = 3;
constexpr absl::Duration kShortestRenewal = absl::Milliseconds(10);
// How often a drain looks again at what can still finish.
constexpr absl::Duration kDrainCheck = absl::Milliseconds(200);
constexpr char kRegisteredCondition[] = "registered";

// The encoder's version belongs to the numerics class: it decides the bytes of
// a chunk as much as the engine decides its pictures.
WorkerIdentity IdentityOf(const WorkerAgent::Options& options,
                          const std::string& encoder_version) {
  WorkerIdentity identity;
  identity.worker_id = options.worker_id;
  identity.build_version = options.build_version;
  identity.slots = options.slots;
  identity.pools = options.pools;
  identity.gpu_memory_bytes = options.gpu_memory_bytes;
  identity.capabilities = options.capabilities;
  for (const auto& engine : options.engines) {
    const EngineDescription& about = engine->Describe();
    identity.engines.push_back(
        {about.name, about.version,
         fmt::format("{}; {}", about.numerics_class, encoder_version),
         about.overlap_frames, about.repair_overlap_frames});
  }
  return identity;
}

// The coordinator has understood and says no; asking again can't help.
bool IsRefusal(StatusCode code) {
  return code == StatusCode::kFailedPrecondition ||
         code == StatusCode::kInvalidArgument ||
         code == StatusCode::kUnimplemented ||
         code == StatusCode::kPermissionDenied ||
         code == StatusCode::kUnauthenticated;
}

}  // namespace

StatusOr<std::unique_ptr<WorkerAgent>> WorkerAgent::Start(Options options) {
  if (options.worker_id.empty()) return InvalidArgument("worker: no id given");
  if (options.slots < 1) {
    return InvalidArgument(fmt::format("worker {}: {} slots, need at least 1",
                                       options.worker_id, options.slots));
  }
  if (options.coordinators == nullptr && options.channel != nullptr) {
    options.coordinators =
        CoordinatorList::Of(options.channel, "the coordinator");
  }
  if (options.engines.empty() || options.coordinators == nullptr ||
      options.artifacts == nullptr) {
    return InvalidArgument(fmt::format(
        "worker {}: needs an engine, coordinators and an artifact store",
        options.worker_id));
  }
  if (!options.run_task) options.run_task = RunTask;
  LT_ASSIGN_OR_RETURN(const std::string encoder_version, EncoderVersion());
  std::unique_ptr<WorkerAgent> agent(
      new WorkerAgent(std::move(options), encoder_version));
  {
    SteadyMutexLock lock(&agent->mutex_);
    agent->live_slots_ = agent->options_.slots;
  }
  absl::MutexLock join_lock(&agent->join_mutex_);
  agent->threads_.emplace_back([self = agent.get()] { self->RunControl(); });
  for (int i = 0; i < agent->options_.slots; ++i) {
    agent->threads_.emplace_back([self = agent.get()] { self->RunSlot(); });
  }
  return agent;
}

WorkerAgent::WorkerAgent(Options options, const std::string& encoder_version)
    : options_(std::move(options)),
      identity_(IdentityOf(options_, encoder_version)),
      client_(options_.coordinators, options_.worker_id, options_.rpc_deadline,
              options_.metrics) {
  ShowRegistered(false);
}

WorkerAgent::~WorkerAgent() { Stop(); }

Status WorkerAgent::WaitUntilRegistered(absl::Duration timeout) {
  SteadyMutexLock lock(&mutex_);
  const auto known = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ever_registered_ || phase_ == Phase::kStopping;
  };
  mutex_.AwaitFor(known, timeout);
  if (ever_registered_) return OkStatus();
  if (!end_status_.ok()) return end_status_;
  return DeadlineExceeded(fmt::format("worker {} is not registered: {}",
                                      options_.worker_id,
                                      Message(last_error_)));
}

bool WorkerAgent::WaitFor(absl::Duration timeout) {
  SteadyMutexLock lock(&mutex_);
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return live_slots_ == 0 && control_ended_;
  };
  return mutex_.AwaitFor(ended, timeout);
}

Status WorkerAgent::Wait() {
  WaitFor(absl::InfiniteDuration());
  SteadyMutexLock lock(&mutex_);
  return end_status_;
}

void WorkerAgent::Stop() {
  BeginStop(OkStatus());
  absl::MutexLock join_lock(&join_mutex_);
  threads_.clear();
}

void WorkerAgent::BeginStop(const Status& why) {
  {
    SteadyMutexLock lock(&mutex_);
    if (end_status_.ok()) end_status_ = why;
    phase_ = Phase::kStopping;
  }
  leases_.StopAll(StopReason::kAbandon);
  poll_stop_.request_stop();
  call_stop_.request_stop();
}

bool WorkerAgent::SleepUnlessStopping(absl::Duration duration) {
  SteadyMutexLock lock(&mutex_);
  const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return phase_ == Phase::kStopping;
  };
  return !mutex_.AwaitFor(stopping, duration);
}

const Engine* WorkerAgent::FindEngine(const std::string& name) const {
  for (const auto& engine : options_.engines) {
    if (engine->Describe().name == name) return engine.get();
  }
  return nullptr;
}

void WorkerAgent::RunControl() {
  Backoff backoff(options_.first_backoff, options_.longest_backoff,
                  options_.worker_id);
  SteadyTime due = SteadyNow();  // of the next call
  for (;;) {
    Phase phase = Phase::kRunning;
    bool registered = false;
    {
      SteadyMutexLock lock(&mutex_);
      if (phase_ == Phase::kStopping) break;
      if (phase_ == Phase::kDraining && live_slots_ == 0) break;
      phase = phase_;
      registered = registered_;
    }
    EnforceDrain();
    if (SteadyNow() >= due) {
      const bool renew = registered || phase == Phase::kDraining;
      const absl::Duration pause =
          renew ? RenewOnce(backoff) : RegisterOnce(backoff);
      due = SteadyAfter(SteadyNow(), pause);
    }
    SteadyMutexLock lock(&mutex_);
    const auto changed = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return phase_ != phase || (registered && !registered_) ||
             phase_ == Phase::kStopping ||
             (phase_ == Phase::kDraining && live_slots_ == 0);
    };
    const SteadyTime wake =
        phase_ == Phase::kDraining
            ? std::min(due, SteadyAfter(SteadyNow(), kDrainCheck))
            : due;
    // A forgotten worker registers again, and a drain is told, at once.
    if (mutex_.AwaitUntil(changed, wake)) due = SteadyNow();
  }
  SteadyMutexLock lock(&mutex_);
  control_ended_ = true;
}

absl::Duration WorkerAgent::RenewalInterval() {
  SteadyMutexLock lock(&mutex_);
  return std::max(lease_ / kRenewalsPerLease, kShortestRenewal);
}

StatusOr<absl::Duration> WorkerAgent::Register() {
  WorkerIdentity identity = identity_;
  // Read each time: the coordinator makes it when it starts.
  StatusOr<std::string> store = ReadStoreIdentity(*options_.artifacts);
  if (store.ok()) {
    identity.store_id = *std::move(store);
  } else if (store.status().code() != StatusCode::kNotFound) {
    return Unavailable(Message(store.status()));
  }
  return client_.Register(identity, poll_stop_.get_token());
}

absl::Duration WorkerAgent::RegisterOnce(Backoff& backoff) {
  const StatusOr<absl::Duration> lease = Register();
  if (lease.ok()) {
    backoff.Reset();
    {
      SteadyMutexLock lock(&mutex_);
      lease_ = *lease;
      registered_ = true;
      ever_registered_ = true;
    }
    ShowRegistered(true);
    return RenewalInterval();
  }
  bool changed = false;
  {
    SteadyMutexLock lock(&mutex_);
    if (phase_ == Phase::kStopping) return absl::ZeroDuration();
    changed = last_error_.code() != lease.status().code();
    last_error_ = lease.status();
  }
  if (IsRefusal(lease.status().code())) {
    BeginStop(Annotate(lease.status(), "the coordinator refuses this worker"));
  } else if (changed) {
    Log(LogLevel::kWarning, "cannot register, trying again",
        {{"worker", options_.worker_id}, {"error", lease.status()}});
  }
  return backoff.Next();
}

void WorkerAgent::RegisterAgain() {
  {
    SteadyMutexLock lock(&mutex_);
    registered_ = false;
  }
  ShowRegistered(false);
}

void WorkerAgent::ShowRegistered(bool registered) {
  options_.metrics.ShowRegistered(registered);
  if (options_.readiness == nullptr) return;
  if (registered) {
    options_.readiness->Hold(kRegisteredCondition);
  } else {
    options_.readiness->Fail(kRegisteredCondition,
                             "no coordinator knows this worker");
  }
}

absl::Duration WorkerAgent::RenewOnce(Backoff& backoff) {
  // Renewals that hang must leave time for the next before leases run out.
  const absl::Duration interval = RenewalInterval();
  const StatusOr<RenewAnswer> answer = client_.Renew(
      leases_.Reports(), std::min(options_.rpc_deadline, interval),
      call_stop_.get_token());
  if (!answer.ok()) {
    if (call_stop_.stop_requested()) return interval;
    options_.metrics.RenewalDone(false);
    // An answer that never comes costs a lease at worst: fencing decides then.
    Log(LogLevel::kWarning, "renewal failed",
        {{"worker", options_.worker_id}, {"error", answer.status()}});
    if (answer.status().code() == StatusCode::kNotFound) RegisterAgain();
    return std::min(interval, backoff.Next());
  }
  backoff.Reset();
  options_.metrics.RenewalDone(true);
  leases_.StopTokens(answer->stop);
  if (answer->register_again) RegisterAgain();
  if (answer->drain) Drain();
  return interval;
}

}  // namespace longtake::worker
