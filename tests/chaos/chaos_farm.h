#pragma once
// A farm of real processes on loopback that tests break: a redis-server,
// coordinators on ports that stay theirs over a restart, workers with the
// synthetic engine, one artifact directory. It writes down what happens.

#include <grpcpp/channel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/testing/temp_dir.h"
#include "longtake/v1/farm.grpc.pb.h"
#include "tests/chaos/history.h"
#include "tests/support/process.h"
#include "tests/support/redis_server.h"
#include "tests/support/small_job.h"

namespace longtake::chaos {

// Four seconds of speech in about eight segments: with three workers that wait
// 6 ms a frame, about a second of work.
inline constexpr SmallJob kChaosJob = {
    .audio_samples = 16000 * 4, .crf = 23, .segment_millis = 500};

// How long a client asks one coordinator after another.
inline constexpr std::chrono::seconds kAnswerWithin{30};

struct FarmOptions {
  int coordinators = 2;
  int workers = 3;
  bool in_memory = false;  // one coordinator's own state, no Redis
  RedisPersistence persistence = RedisPersistence::kNone;
  // Sentinels or a cluster that the test started; empty: one server.
  std::string redis_url = {};
  int lease_seconds = 2;
  int wait_ms_per_frame = 6;
  // Where coordinators and workers find the store; empty: a directory of the
  // farm's own.
  std::string artifacts_dir = {};
  // Programs and arguments put before a process's own, such as
  // `env NAME=VALUE` and `ip netns exec NAME`.
  std::vector<std::string> prefix = {};  // of all
  std::vector<std::string> coordinator_flags = {};
  std::map<int, std::vector<std::string>> worker_flags = {};  // by worker
  // What single coordinators and workers are told to talk to, where it isn't
  // the real one but a proxy.
  std::map<int, std::string> redis_urls = {};           // by coordinator
  std::map<int, std::string> worker_coordinators = {};  // by worker
  std::map<int, std::vector<std::string>> worker_prefixes = {};  // by worker
  std::vector<int> ports = {};     // of coordinators; empty: free ones
  std::string host = "127.0.0.1";  // that coordinators listen on
  bool start = true;               // all processes, by the constructor
};

// What the undisturbed farm makes of a job; computed once a process.
struct Reference {
  std::string sha256;
  int64_t frames = 0;
};
const Reference& UndisturbedRun(const SmallJob& job);

// One thread only. Every wait is bounded; a wait that fails adds a test failure
// with the processes' logs.
class ChaosFarm {
 public:
  explicit ChaosFarm(FarmOptions options = {}, RedisServer* redis = nullptr);
  ~ChaosFarm();

  // --- processes; each method that breaks something counts a fault ---
  void StartCoordinator(int i);
  void StartWorker(int i);
  // For its next start, in place of those it had.
  void SetWorkerFlags(int i, const std::vector<std::string>& flags) {
    options_.worker_flags[i] = flags;
  }
  void KillCoordinator(int i);
  void KillWorker(int i);
  void SuspendCoordinator(int i);
  void ResumeCoordinator(int i);
  void SuspendWorker(int i);
  void ResumeWorker(int i);
  void DrainWorker(int i);  // SIGTERM, and waits for its end
  // Those that a fault of the test's own killed.
  void RestartDead();
  Process& coordinator(int i) { return *coordinators_[i].process; }
  Process& worker(int i) { return *workers_[i].process; }
  static std::string WorkerId(int i);
  std::string CoordinatorAddress(int i) const;
  std::string CoordinatorList() const;
  // The one server; there is none under a redis_url of the test's own.
  RedisServer& redis() { return *redis_; }
  std::string redis_url() const {
    return redis_ == nullptr ? options_.redis_url : redis_->url();
  }

  // Runs what loses state (FLUSHALL, an older snapshot), so that the history
  // knows it.
  // In the meantime the history forgives contradictions.
  void LoseState(const std::string& fault, const std::function<void()>& lose);
  void CountFault(const std::string& fault, int times = 1);
  const std::map<std::string, int>& faults() const { return faults_; }

  // --- the client's side: any coordinator answers; UNAVAILABLE moves on ---
  std::string Submit(const std::string& key, const SmallJob& job = kChaosJob);
  void Cancel(const std::string& job_id);
  void Retry(const std::string& job_id);
  void Pause(const std::string& job_id);
  void Resume(const std::string& job_id);
  void SetPriority(const std::string& job_id, int priority);
  // An empty one where none answers within the limit.
  JobView Get(const std::string& job_id,
              std::chrono::seconds limit = kAnswerWithin);
  std::vector<TaskView> Tasks(const std::string& job_id);
  // Follows the job to its end, reading events.
  JobView Await(const std::string& job_id,
                std::chrono::seconds limit = std::chrono::seconds(60));
  void ExpectEnd(const std::string& job_id, JobState state);

  // Until so many segments are done.
  void AwaitSegments(const std::string& job_id, int done);
  // Suspends the worker in the middle of a render, whose lease it holds; the
  // task.
  std::string SuspendMidSegment(const std::string& job_id, int worker);
  // Such events in the logs, of one process if it is named.
  int CountLog(const std::string& event, const std::string& process = "");
  // Until a process's log holds such an event; false after the limit.
  bool AwaitLog(const std::string& event, int times = 1,
                std::chrono::seconds limit = std::chrono::seconds(20));

  // --- what happened ---
  ArtifactStore& artifacts() { return *artifacts_; }
  std::string artifacts_dir() const;
  void DamageArtifacts() { history_.artifacts_damaged = true; }
  void ReadLogs();
  void SampleRecords();
  // Everything so far, the jobs and Redis as they are now.
  const History& Collect();
  // Collects once nothing moves any more, and expects an audit without
  // complaints.
  void ExpectCleanAudit();
  std::string Logs();

 private:
  struct Running {
    std::string name;
    int port = 0;
    int starts = 0;
    std::unique_ptr<Process> process;
  };
  struct LogSource {
    std::string process;
    bool coordinator = false;
    std::string path;
    size_t offset = 0;
    std::string epoch = "0";
  };
  using Stub = v1::Farm::Stub;

  void Launch(Running* running, std::vector<std::string> argv,
              const std::vector<std::string>& prefix, bool coordinator);
  // Fails the test unless the process says a line that begins so.
  void ExpectLine(Running* running, const std::string& prefix);
  void Kill(Running* running, const std::string& fault);
  void ReadLog(LogSource* source);
  void CollectJob(JobHistory* job);
  void Settle();
  JobHistory& Known(const std::string& job_id);
  // Reads events until the stream breaks or ends.
  void ReadEvents(Stub& stub, JobHistory* job);
  // Calls one coordinator after another until one answers.
  grpc::Status CallAny(
      const std::function<grpc::Status(Stub&, grpc::ClientContext*)>& call,
      std::chrono::seconds limit = kAnswerWithin);

  FarmOptions options_;
  TempDir dir_;
  std::unique_ptr<RedisServer> own_redis_;
  RedisServer* redis_ = nullptr;
  std::unique_ptr<ArtifactStore> artifacts_;
  std::vector<std::unique_ptr<Stub>> stubs_;
  size_t next_stub_ = 0;
  std::vector<LogSource> sources_;
  History history_;
  bool losing_ = false;
  std::map<std::string, int> faults_;
  std::vector<Running> coordinators_;
  std::vector<Running> workers_;
};

}  // namespace longtake::chaos
