#pragma once
// A whole farm in the test's process: coordinator and agents over gRPC's
// in-process channel, artifacts in a temporary directory, the synthetic engine.

#include <memory>
#include <string>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/job/job_view.h"
#include "common/status/status.h"
#include "coordinator/app/coordinator_server.h"
#include "longtake/v1/farm.grpc.pb.h"
#include "tests/support/small_job.h"
#include "tests/support/synthetic_engine.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/agent/worker_agent.h"

namespace longtake {

class Farm {
 public:
  // `cache_dir` empty: a fresh one of its own.
  explicit Farm(const std::string& cache_dir = "");
  ~Farm();

  // Starts a worker with an engine of its own.
  void AddWorker(const std::string& id,
                 const worker::SyntheticFaults& faults = {}, int slots = 1,
                 int repair_overlap_frames = 0);

  JobSpec MakeSpec(const SmallJob& job);
  std::string Submit(const JobSpec& spec, const std::string& key);
  // Follows the job to its end.
  JobView Await(const std::string& job_id);
  // Submits and waits; keys are counted up.
  JobView Run(const JobSpec& spec);
  std::vector<TaskView> Renders(const std::string& job_id);

  // The finished file's bytes, and the file itself.
  std::string TakeBytes(const JobView& job);
  worker::DecodedVideo DecodeTake(const JobView& job);

  ArtifactStore& artifacts() { return *artifacts_; }
  v1::Farm::Stub& stub() { return *stub_; }

 private:
  worker::TempDir dir_;
  std::shared_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<coordinator::CoordinatorServer> coordinator_;
  std::unique_ptr<v1::Farm::Stub> stub_;
  std::vector<std::unique_ptr<worker::WorkerAgent>> workers_;
  int submitted_ = 0;
};

// Packets of the video track of a file, without decoding it.
int64_t CountVideoPackets(const std::string& path);

}  // namespace longtake
