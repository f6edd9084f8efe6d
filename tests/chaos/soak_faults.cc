#include "tests/chaos/soak_faults.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "coordinator/store/redis/store_scripts.h"
#include "tests/chaos/reports.h"
#include "tests/chaos/stored_results.h"

namespace longtake::chaos {
namespace {

namespace scripts = coordinator::redis;

constexpr int kLeaseSeconds = 1;
constexpr int kBeyondALeaseMs = 2500;
constexpr int kShortMs = 400;
constexpr int kWaitPerFrameMs = 10;

RedisServerOptions Persistence(bool persistent) {
  RedisServerOptions options;
  options.persistence =
      persistent ? RedisPersistence::kAofAlways : RedisPersistence::kNone;
  return options;
}

}  // namespace

SoakFarm::SoakFarm(uint64_t seed)
    : random_(seed),
      persistent_(Draw(2) == 0),
      coordinators_(1 + Draw(3)),
      workers_(2 + Draw(3)),
      redis_(Persistence(persistent_)) {
  for (int i = 0; i < coordinators_; ++i) {
    ports_.push_back(FreePort());
    commits_.push_back(std::make_unique<RedisFault>());
    to_redis_.push_back(
        std::make_unique<TcpProxy>(redis_.port(), commits_[i]->Taps()));
    to_coordinators_.push_back(std::make_unique<TcpProxy>(ports_[i]));
  }
  farm_ = std::make_unique<ChaosFarm>(Options(), &redis_);
}

SoakFarm::~SoakFarm() = default;

FarmOptions SoakFarm::Options() {
  FarmOptions options;
  options.coordinators = coordinators_;
  options.workers = workers_;
  options.lease_seconds = kLeaseSeconds;
  options.wait_ms_per_frame = kWaitPerFrameMs;
  options.prefix = faults_.Prefix();
  options.ports = ports_;
  if (small_.mounted()) options.artifacts_dir = small_.artifacts();
  std::string list;
  for (int i = 0; i < coordinators_; ++i) {
    options.redis_urls[i] = "redis://" + to_redis_[i]->address();
    if (i > 0) list += ',';
    list += to_coordinators_[i]->address();
  }
  options.worker_coordinators[0] = list;
  return options;
}

std::string SoakFarm::shape() const {
  return fmt::format("{} coordinators, {} workers, Redis {}", coordinators_,
                     workers_, persistent_ ? "with its log" : "in memory");
}

int SoakFarm::Draw(int below) {
  return static_cast<int>(random_() % static_cast<uint64_t>(below));
}

void SoakFarm::Pause(int longest_ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1 + Draw(longest_ms)));
}

std::vector<SoakFarm::Fault> SoakFarm::ProcessFaults() {
  const int worker = Draw(workers_), coordinator = Draw(coordinators_);
  return {{"kill a worker", [=, this] { farm_->KillWorker(worker); }},
          {"suspend a worker",
           [=, this] {
             farm_->SuspendWorker(worker);
             Pause(kBeyondALeaseMs);
             farm_->ResumeWorker(worker);
           }},
          {"drain a worker", [=, this] { farm_->DrainWorker(worker); }},
          {"kill a coordinator",
           [=, this] {
             farm_->KillCoordinator(coordinator);
             Pause(kShortMs);
           }},
          {"suspend a coordinator",
           [=, this] {
             farm_->SuspendCoordinator(coordinator);
             Pause(kBeyondALeaseMs);
             farm_->ResumeCoordinator(coordinator);
           }},
          {"kill a coordinator in mid-commit", [this] { KillMidCommit(); }},
          {"a clock jumps",
           [this] {
             faults_.ShiftClock(absl::Minutes(Draw(240) - 120));
             farm_->CountFault("clock jumped");
           }},
          {"a slow disk", [this] {
             faults_.SlowSync(absl::Milliseconds(Draw(150)));
             farm_->CountFault("artifact store slow");
             Pause(kBeyondALeaseMs);
             faults_.SlowSync(absl::ZeroDuration());
           }}};
}

std::vector<SoakFarm::Fault> SoakFarm::RedisFaults() {
  return {{"kill Redis",
           [this] {
             const auto restart = [this] {
               redis_.Kill();
               Pause(kShortMs);
               redis_.Start();
             };
             if (persistent_) {
               restart();
               farm_->CountFault("Redis killed");
             } else {
               farm_->LoseState("Redis killed without persistence", restart);
             }
           }},
          {"suspend Redis",
           [this] {
             redis_.Pause();
             Pause(kBeyondALeaseMs);
             redis_.Continue();
             farm_->CountFault("Redis suspended");
           }},
          {"empty Redis",
           [this] {
             farm_->LoseState("Redis emptied", [this] { redis_.FlushAll(); });
           }},
          {"restore an older Redis", [this] { RestoreOlderState(); }}};
}

void SoakFarm::RestoreOlderState() {
  if (persistent_) return;  // its log would win over the snapshot
  redis_.SaveSnapshot(dir_.Join("older.rdb"));
  Pause(kBeyondALeaseMs);
  farm_->LoseState("Redis restored from an older snapshot",
                   [this] { redis_.RestoreSnapshot(dir_.Join("older.rdb")); });
}

std::vector<SoakFarm::Fault> SoakFarm::NetworkFaults() {
  const int i = Draw(coordinators_);
  return {{"cut connections",
           [=, this] {
             for (const auto& proxy : to_coordinators_) proxy->CutAll();
             to_redis_[i]->CutAll();
             farm_->CountFault("connections cut");
           }},
          {"partition worker 0",
           [this] {
             for (const auto& proxy : to_coordinators_) {
               proxy->SetMode(TcpProxy::Mode::kBlackHole);
             }
             farm_->CountFault("partition");
             Pause(kBeyondALeaseMs);
             for (const auto& proxy : to_coordinators_) {
               proxy->SetMode(TcpProxy::Mode::kPass);
             }
           }},
          {"cut a coordinator off from Redis",
           [=, this] {
             to_redis_[i]->SetMode(TcpProxy::Mode::kBlackHole);
             farm_->CountFault("coordinator cut off from Redis");
             Pause(kBeyondALeaseMs);
             to_redis_[i]->SetMode(TcpProxy::Mode::kPass);
           }},
          {"a slow network", [this] {
             for (const auto& proxy : to_coordinators_) {
               proxy->SetDelay(std::chrono::milliseconds(Draw(100)));
             }
             farm_->CountFault("network delayed");
             Pause(kBeyondALeaseMs);
             for (const auto& proxy : to_coordinators_) {
               proxy->SetDelay(std::chrono::milliseconds(0));
             }
           }}};
}

std::vector<SoakFarm::Fault> SoakFarm::StoreFaults(
    const std::vector<std::string>& jobs) {
  return {{"a full store",
           [this, jobs] {
             if (!small_.mounted()) return;
             store_failed_ = true;
             small_.Fill();
             farm_->CountFault("artifact store full");
             Pause(kBeyondALeaseMs);
             small_.Free();
             RetryFailed(jobs);
           }},
          {"a read-only store",
           [this, jobs] {
             store_failed_ = true;
             faults_.SetReadOnly(true);
             farm_->CountFault("artifact store read-only");
             Pause(kBeyondALeaseMs);
             faults_.SetReadOnly(false);
             RetryFailed(jobs);
           }},
          {"damage a chunk", [this, jobs] { DamageAChunk(jobs); }},
          {"repeat reports",
           [this, job = jobs[Draw(jobs.size())]] { RepeatReports(job); }}};
}

void SoakFarm::RetryFailed(const std::vector<std::string>& jobs) {
  for (const std::string& job : jobs) {
    if (farm_->Get(job).state != JobState::kFailed) continue;
    farm_->Retry(job);
    farm_->CountFault("job retried");
  }
}

void SoakFarm::KillMidCommit() {
  const coordinator::redis::Script* places[] = {
      &scripts::kComplete, &scripts::kLease, &scripts::kAddTasks,
      &scripts::kCacheHit, &scripts::kRenew};
  const auto* script = places[Draw(std::size(places))];
  const FaultPlace place =
      Draw(2) == 0 ? FaultPlace::kBefore : FaultPlace::kAfter;
  const int i = Draw(coordinators_);
  const pid_t pid = farm_->coordinator(i).pid();
  RedisFault& fault = *commits_[i];
  fault.Arm(RedisFault::Running(*script), place, [pid] { kill(pid, SIGKILL); });
  if (Eventually([&] { return fault.has_struck(); },
                 std::chrono::milliseconds(kBeyondALeaseMs))) {
    farm_->coordinator(i).Wait();
    farm_->CountFault("coordinator killed in mid-commit");
  } else {
    fault.Disarm();
  }
}

void SoakFarm::DamageAChunk(const std::vector<std::string>& jobs) {
  const auto chunks = FinishedChunks(redis_, jobs[Draw(jobs.size())]);
  if (chunks.empty()) return;
  farm_->DamageArtifacts();
  if (DamageFile(PathOf(*farm_, chunks[Draw(chunks.size())]),
                 static_cast<Damage>(Draw(3)))) {
    farm_->CountFault("chunk damaged");
  }
}

void SoakFarm::RepeatReports(const std::string& job) {
  Reports reports(farm_->CoordinatorAddress(Draw(coordinators_)));
  for (const auto& task : FinishedTasks(redis_, job)) {
    if (task.result == nullptr) continue;
    const FencingToken token = TokenOf(job, task);
    const grpc::StatusCode again =
        reports.Complete(token, task.worker_id, *task.result);
    EXPECT_EQ(again, grpc::StatusCode::OK) << task.task_id;
    farm_->CountFault("report repeated");
    FencingToken earlier = token;
    --earlier.epoch;
    EXPECT_EQ(reports.Complete(earlier, task.worker_id, *task.result),
              grpc::StatusCode::ABORTED)
        << task.task_id;
    EXPECT_EQ(reports.Complete(token, "somebody-else", *task.result),
              grpc::StatusCode::ABORTED)
        << task.task_id;
    farm_->CountFault("stale report", 2);
  }
}

void SoakFarm::Strike(const std::vector<std::string>& jobs) {
  std::vector<Fault> faults = ProcessFaults();
  for (auto& added : {RedisFaults(), NetworkFaults(), StoreFaults(jobs)}) {
    faults.insert(faults.end(), added.begin(), added.end());
  }
  faults[Draw(faults.size())].strike();
  farm_->RestartDead();
  Pause(kShortMs);
}

void SoakFarm::Heal() {
  faults_.ShiftClock(absl::ZeroDuration());
  faults_.SetReadOnly(false);
  for (const auto& fault : commits_) fault->Disarm();
  farm_->RestartDead();
}

}  // namespace longtake::chaos
