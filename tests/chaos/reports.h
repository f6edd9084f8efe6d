#pragma once
// A worker's reports, sent by the test: again, late, or in another's name.

#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <vector>

#include "common/job/job.h"
#include "coordinator/store/records.h"
#include "longtake/v1/worker.grpc.pb.h"
#include "tests/support/redis_server.h"

namespace longtake::chaos {

// To one coordinator. One thread only.
class Reports {
 public:
  explicit Reports(const std::string& address);

  // Asks again while the answer is UNAVAILABLE, as a worker does; some seconds
  // at most.
  grpc::StatusCode Complete(const FencingToken& token,
                            const std::string& worker,
                            const TaskResult& result);
  grpc::StatusCode Fail(const FencingToken& token, const std::string& worker);
  grpc::StatusCode Release(const FencingToken& token,
                           const std::string& worker);

 private:
  std::unique_ptr<v1::WorkerFarm::Stub> stub_;
};

// The job's tasks that attempts of this state's own life have finished.
std::vector<coordinator::TaskRecord> FinishedTasks(const RedisServer& redis,
                                                   const std::string& job_id);

// Of the attempt that finished the task.
FencingToken TokenOf(const std::string& job_id,
                     const coordinator::TaskRecord& task);

}  // namespace longtake::chaos
