#include "worker/agent/worker_agent.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
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

// The encoder's version belongs to the numerics class: it decides the bytes of
// a chunk as much as the engine decides its pictures.
WorkerIdentity IdentityOf(const WorkerAgent::Options& options,
                          const std::string& encoder_version) {
  WorkerIdentity identity;
  identity.worker_id = options.worker_id;
  identity.build_version = options.build_version;
  identity.slots = options.slots;
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
  if (options.engines.empty() || options.channel == nullptr ||
      options.artifacts == nullptr) {
    return InvalidArgument(fmt::format(
        "worker {}: needs an engine, a channel and an artifact store",
        options.worker_id));
  }
  if (!options.run_task) options.run_task = RunTask;
  LT_ASSIGN_OR_RETURN(const std::string encoder_version, EncoderVersion());
  std::unique_ptr<WorkerAgent> agent(
      new WorkerAgent(std::move(options), encoder_version));
  {
    absl::MutexLock lock(&agent->mutex_);
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
      client_(options_.channel, options_.worker_id, options_.rpc_deadline) {}

WorkerAgent::~WorkerAgent() { Stop(); }

Status WorkerAgent::WaitUntilRegistered(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto known = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ever_registered_ || phase_ == Phase::kStopping;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&known), timeout);
  if (ever_registered_) return OkStatus();
  if (!end_status_.ok()) return end_status_;
  return DeadlineExceeded(fmt::format("worker {} is not registered: {}",
                                      options_.worker_id,
                                      Message(last_error_)));
}

void WorkerAgent::Drain() {
  {
    absl::MutexLock lock(&mutex_);
    if (phase_ != Phase::kRunning) return;
    phase_ = Phase::kDraining;
    drain_began_ = absl::Now();
  }
  Log(LogLevel::kInfo, "worker drains", {{"worker", options_.worker_id}});
  // An answer that crosses this is a lease that nobody knows of; it runs out.
  poll_stop_.request_stop();
}

bool WorkerAgent::WaitFor(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return live_slots_ == 0 && control_ended_;
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&ended), timeout);
}

Status WorkerAgent::Wait() {
  WaitFor(absl::InfiniteDuration());
  absl::MutexLock lock(&mutex_);
  return end_status_;
}

void WorkerAgent::Stop() {
  BeginStop(OkStatus());
  absl::MutexLock join_lock(&join_mutex_);
  threads_.clear();
}

void WorkerAgent::BeginStop(const Status& why) {
  {
    absl::MutexLock lock(&mutex_);
    if (end_status_.ok()) end_status_ = why;
    phase_ = Phase::kStopping;
  }
  leases_.StopAll(StopReason::kAbandon);
  poll_stop_.request_stop();
  call_stop_.request_stop();
}

bool WorkerAgent::SleepUnlessStopping(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return phase_ == Phase::kStopping;
  };
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping), duration);
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
  for (;;) {
    bool renew = false;
    {
      absl::MutexLock lock(&mutex_);
      if (phase_ == Phase::kStopping) break;
      if (phase_ == Phase::kDraining && live_slots_ == 0) break;
      renew = registered_ || phase_ == Phase::kDraining;
    }
    EnforceDrain();
    if (renew) {
      RenewOnce();
    } else {
      RegisterOnce(backoff);
    }
    const absl::Duration step = NextControlStep();
    absl::MutexLock lock(&mutex_);
    const Phase phase = phase_;
    const bool registered = registered_;
    const auto due = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return phase_ != phase || registered_ != registered ||
             phase_ == Phase::kStopping ||
             (phase_ == Phase::kDraining && live_slots_ == 0);
    };
    // A failed registration waits for its back-off instead.
    mutex_.AwaitWithTimeout(
        absl::Condition(&due),
        registered || phase == Phase::kDraining ? step : backoff.Next());
  }
  absl::MutexLock lock(&mutex_);
  control_ended_ = true;
}

absl::Duration WorkerAgent::NextControlStep() {
  absl::MutexLock lock(&mutex_);
  absl::Duration step = std::max(lease_ / kRenewalsPerLease, kShortestRenewal);
  if (phase_ == Phase::kDraining) {
    const absl::Time now = absl::Now();
    for (absl::Time at :
         {drain_began_ + options_.drain_grace,
          drain_began_ + options_.drain_grace + options_.report_grace}) {
      if (at > now) step = std::min(step, at - now);
    }
  }
  return step;
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

void WorkerAgent::RegisterOnce(Backoff& backoff) {
  const StatusOr<absl::Duration> lease = Register();
  if (lease.ok()) {
    backoff.Reset();
    absl::MutexLock lock(&mutex_);
    lease_ = *lease;
    registered_ = true;
    ever_registered_ = true;
    return;
  }
  bool changed = false;
  {
    absl::MutexLock lock(&mutex_);
    if (phase_ == Phase::kStopping) return;
    changed = last_error_.code() != lease.status().code();
    last_error_ = lease.status();
  }
  if (IsRefusal(lease.status().code())) {
    BeginStop(Annotate(lease.status(), "the coordinator refuses this worker"));
  } else if (changed) {
    Log(LogLevel::kWarning, "cannot register, trying again",
        {{"worker", options_.worker_id}, {"error", lease.status()}});
  }
}

void WorkerAgent::RegisterAgain() {
  absl::MutexLock lock(&mutex_);
  registered_ = false;
}

void WorkerAgent::RenewOnce() {
  // A renewal that hangs must leave time for the next before leases run out.
  absl::Duration deadline = options_.rpc_deadline;
  {
    absl::MutexLock lock(&mutex_);
    deadline = std::min(deadline, lease_ / kRenewalsPerLease);
  }
  const StatusOr<RenewAnswer> answer =
      client_.Renew(leases_.Reports(), deadline, call_stop_.get_token());
  if (!answer.ok()) {
    if (call_stop_.stop_requested()) return;
    // An answer that never comes costs a lease at worst: fencing decides then.
    Log(LogLevel::kWarning, "renewal failed",
        {{"worker", options_.worker_id}, {"error", answer.status()}});
    if (answer.status().code() == StatusCode::kNotFound) RegisterAgain();
    return;
  }
  leases_.StopTokens(answer->stop);
  if (answer->register_again) RegisterAgain();
  if (answer->drain) Drain();
}

void WorkerAgent::EnforceDrain() {
  absl::Duration drained = absl::ZeroDuration();
  {
    absl::MutexLock lock(&mutex_);
    if (phase_ != Phase::kDraining) return;
    drained = absl::Now() - drain_began_;
  }
  if (drained >= options_.drain_grace + options_.report_grace) {
    Log(LogLevel::kWarning, "drain ran out of time",
        {{"worker", options_.worker_id}});
    BeginStop(OkStatus());
  } else if (drained >= options_.drain_grace) {
    leases_.StopAll(StopReason::kRelease);
  }
}

}  // namespace longtake::worker
