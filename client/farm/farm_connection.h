#pragma once
// One farm as the client sees it: the Farm service in domain words. Calls have
// deadlines; those that are safe to retry are tried again for a moment while
// the farm can't be reached. Errors say what can't be reached and what to do.

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job_view.h"
#include "common/status/status.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake::client {

struct FarmOptions {
  std::shared_ptr<grpc::Channel> channel;
  std::string address;  // for messages: "host:port"
  absl::Duration rpc_deadline = absl::Seconds(15);
  int attempts = 3;
  absl::Duration first_backoff = absl::Milliseconds(200);
};

struct SubmittedJob {
  JobView job;
  bool created = false;  // false: the idempotency key was known
};

struct JobList {
  std::vector<JobView> jobs;
  std::string next_page_token;
};

struct SegmentList {
  std::vector<TaskView> tasks;
  std::vector<SeamScore> seams;
};

// Thread-safe.
class FarmConnection {
 public:
  explicit FarmConnection(FarmOptions options);

  StatusOr<SubmittedJob> SubmitJob(const std::string& tenant,
                                   const std::string& idempotency_key,
                                   const JobSpec& spec);
  StatusOr<JobView> GetJob(const std::string& job_id);
  StatusOr<JobList> ListJobs(const std::string& tenant, int page_size,
                             const std::string& page_token);
  StatusOr<JobView> CancelJob(const std::string& job_id);
  StatusOr<JobView> RetryJob(const std::string& job_id);
  StatusOr<SegmentList> ListSegments(const std::string& job_id, bool all_tasks);
  StatusOr<std::vector<WorkerView>> ListWorkers();

  StatusOr<JobView> PauseJob(const std::string& job_id);
  StatusOr<JobView> ResumeJob(const std::string& job_id);
  StatusOr<JobView> SetJobPriority(const std::string& job_id, int priority);
  StatusOr<WorkerView> DrainWorker(const std::string& worker_id);
  StatusOr<QueueView> GetQueue();
  // Those of `blobs` that the farm lacks, in their order.
  StatusOr<std::vector<BlobRef>> FindMissing(const std::vector<BlobRef>& blobs);

  // Calls `on_event` for each event after `after_sequence` until the job has
  // ended. A broken stream is taken up again where it broke. Cancelled when
  // `stop` is requested.
  using OnEvent = std::function<void(const JobEvent&)>;
  Status WatchJob(const std::string& job_id, int64_t after_sequence,
                  std::stop_token stop, const OnEvent& on_event);

  // The file's bytes as `blob`, unless the farm has them. Cancelled when `stop`
  // is requested.
  Status UploadFile(const std::string& path, const BlobRef& blob,
                    std::stop_token stop);

  // Gives `sink` the blob's bytes in order; its first error ends the transfer.
  // DataLoss when the bytes are not the blob's.
  using Sink = std::function<Status(std::string_view bytes)>;
  Status DownloadBlob(const BlobRef& blob, std::stop_token stop,
                      const Sink& sink);

 private:
  template <typename Request, typename Response>
  using Method = grpc::Status (v1::Farm::StubInterface::*)(grpc::ClientContext*,
                                                           const Request&,
                                                           Response*);

  template <typename Request, typename Response>
  StatusOr<Response> Call(Method<Request, Response> method,
                          const Request& request);
  // Adds what to do when the farm can't be reached.
  Status Explain(const Status& status) const;
  StatusOr<bool> IsMissing(const BlobRef& blob);
  Status SendFile(const std::string& path, const BlobRef& blob,
                  std::stop_token stop);
  Status WatchOnce(const std::string& job_id, int64_t* sequence,
                   std::stop_token stop, const OnEvent& on_event);

  const FarmOptions options_;
  const std::unique_ptr<v1::Farm::StubInterface> stub_;
};

}  // namespace longtake::client
