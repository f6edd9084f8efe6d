#pragma once
// A farm's middle as real processes on loopback: redis-server, one
// longtake-coordinator, and the artifact store that all share. Everything ends
// and is removed with this.

#include <memory>
#include <string>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/job/job.h"
#include "common/job/job_view.h"
#include "common/status/status.h"
#include "common/testing/temp_dir.h"
#include "tests/support/process.h"
#include "tests/support/redis_server.h"

namespace longtake::bench {

// One thread only.
class LoopbackFarm {
 public:
  struct Options {
    // In memory (/dev/shm) where there is room, else the usual place for
    // temporary files; false: the latter.
    bool artifacts_in_memory = true;
    std::vector<std::string> coordinator_flags;
  };
  static StatusOr<std::unique_ptr<LoopbackFarm>> Start(Options options);
  ~LoopbackFarm();

  const std::string& address() const { return address_; }
  const std::string& artifacts_path() const { return artifacts_dir_.path(); }
  std::shared_ptr<ArtifactStore> artifacts() { return artifacts_; }
  pid_t coordinator_pid() const { return coordinator_->pid(); }
  pid_t redis_pid() { return redis_pid_; }
  // A line of INFO, such as "used_memory_peak"; empty if there is none.
  std::string RedisInfo(const std::string& section, const std::string& field);
  RedisServer& redis() { return *redis_; }
  // Lines of the coordinator's log that hold `text`.
  int LogLines(const std::string& text) const;

  StatusOr<std::string> Submit(const std::string& key, const JobSpec& spec);
  StatusOr<JobView> GetJob(const std::string& job_id);
  // All tasks, with their attempts.
  StatusOr<std::vector<TaskView>> Tasks(const std::string& job_id);

 private:
  struct Calls;
  explicit LoopbackFarm(const std::string& base);

  TempDir artifacts_dir_;
  TempDir dir_;
  std::unique_ptr<RedisServer> redis_;
  pid_t redis_pid_ = 0;
  std::unique_ptr<Process> coordinator_;
  std::string address_;
  std::shared_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<Calls> calls_;
};

}  // namespace longtake::bench
