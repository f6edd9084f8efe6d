#pragma once
// One farm as the client sees it: the Farm service in domain words, over a list
// of coordinators any of which serves any call. Calls have deadlines and are
// all safe to retry: what one coordinator does not take goes to the next, for a
// moment more while none can be reached. Errors say what can't be reached and
// what to do.

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job_view.h"
#include "common/rpc/call_deadline.h"
#include "common/rpc/coordinator_list.h"
#include "common/status/status.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake::client {

struct FarmOptions {
  std::shared_ptr<CoordinatorList> coordinators;
  // Instead, where there is only one: its channel, and its name for messages.
  std::shared_ptr<grpc::Channel> channel;
  std::string address;
  absl::Duration rpc_deadline = absl::Seconds(15);
  int attempts = 3;  // rounds of all coordinators
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
  StatusOr<WorkerView> ReadmitWorker(const std::string& worker_id);
  StatusOr<QueueView> GetQueue();
  // Those of `blobs` that the farm lacks, in their order.
  StatusOr<std::vector<BlobRef>> FindMissing(const std::vector<BlobRef>& blobs);

  // Calls `on_event` for each event after `after_sequence` until the job has
  // ended. A broken stream is taken up again where it broke, with another
  // coordinator. Cancelled when `stop` is requested.
  using OnEvent = std::function<void(const JobEvent&)>;
  Status WatchJob(const std::string& job_id, int64_t after_sequence,
                  std::stop_token stop, const OnEvent& on_event);

  // The file's bytes as `blob`, unless the farm has them. Starts again where
  // the coordinator that takes them is lost. Cancelled when `stop` is
  // requested.
  Status UploadFile(const std::string& path, const BlobRef& blob,
                    std::stop_token stop);

  // Gives `sink` the blob's bytes in order, each once, from as many
  // coordinators as it takes; its first error ends the transfer.
  // DataLoss when the bytes are not the blob's.
  using Sink = std::function<Status(std::string_view bytes)>;
  Status DownloadBlob(const BlobRef& blob, std::stop_token stop,
                      const Sink& sink);

 private:
  template <typename Request, typename Response>
  using Method = grpc::Status (v1::Farm::StubInterface::*)(grpc::ClientContext*,
                                                           const Request&,
                                                           Response*);

  // One try with each coordinator that is worth it.
  template <typename Request, typename Response>
  Status CallRound(Method<Request, Response> method, const Request& request,
                   Response* response);
  template <typename Request, typename Response>
  StatusOr<Response> Call(Method<Request, Response> method,
                          const Request& request);
  // Adds what to do when the farm can't be reached.
  Status Explain(const Status& status) const;
  StatusOr<bool> IsMissing(const BlobRef& blob);
  Status SendFile(size_t coordinator, const std::string& path,
                  const BlobRef& blob, std::stop_token stop);
  // From byte `*received` on.
  Status ReceivePart(size_t coordinator, const BlobRef& blob,
                     std::stop_token stop, const Sink& sink, int64_t* received);
  Status WatchOnce(size_t coordinator, const std::string& job_id,
                   int64_t* sequence, std::stop_token stop,
                   const OnEvent& on_event);
  // Tells the list how a try went; the status with whose it is, where there are
  // several.
  Status Note(size_t coordinator, const Status& status);
  // Tries that a transfer has: with each coordinator at least.
  int TransferAttempts() const;

  const FarmOptions options_;
  const std::shared_ptr<CoordinatorList> coordinators_;
  std::vector<std::unique_ptr<v1::Farm::StubInterface>> stubs_;  // of each
  CallDeadlines deadlines_;
};

}  // namespace longtake::client
