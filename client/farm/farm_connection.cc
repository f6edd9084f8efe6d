#include "client/farm/farm_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "client/farm/call_support.h"
#include "common/log/log.h"
#include "common/rpc/convert.h"

namespace longtake::client {
namespace {

// A watch is taken up again after this long, so that a lost farm is noticed
// even where no keepalive gets through.
constexpr absl::Duration kWatchDeadline = absl::Minutes(30);
// Of several coordinators one that hangs must leave time for the others.
constexpr absl::Duration kShortestDeadline = absl::Seconds(5);
// How long a watch outlives a farm that is gone (an upgrade in daylight).
constexpr int kWatchAttempts = 30;
constexpr absl::Duration kWatchBackoff = absl::Seconds(1);
// 40 kB of digests: far below the largest message.
constexpr size_t kBlobsInAQuestion = 500;

// Marks errors of the connection: what gRPC says of it tells users nothing,
// what a coordinator says is for them.
constexpr char kUnreached[] = "longtake/unreached";

Status Unreached(const std::string& address) {
  Status status = Unavailable(fmt::format("{} can't be reached", address));
  status.SetPayload(kUnreached, absl::Cord());
  return status;
}

bool IsUnreached(const Status& status) {
  return status.GetPayload(kUnreached).has_value();
}

// A channel inside this process has no state but "shut down", and is connected.
bool IsConnected(const Coordinator& coordinator) {
  const grpc_connectivity_state state = coordinator.channel->GetState(false);
  return state == GRPC_CHANNEL_READY || state == GRPC_CHANNEL_SHUTDOWN;
}

template <typename Proto>
StatusOr<JobView> JobOf(const StatusOr<Proto>& response) {
  LT_RETURN_IF_ERROR(response.status());
  return FromProto(response->job());
}

}  // namespace

FarmConnection::FarmConnection(FarmOptions options)
    : options_(std::move(options)),
      coordinators_(
          options_.coordinators != nullptr
              ? options_.coordinators
              : CoordinatorList::Of(options_.channel, options_.address)) {
  for (size_t i = 0; i < coordinators_->size(); ++i) {
    stubs_.push_back(v1::Farm::NewStub(coordinators_->at(i).channel));
  }
}

Status FarmConnection::Explain(const Status& status) const {
  if (IsUnreached(status)) {
    return Unavailable(fmt::format(
        "the farm at {} can't be reached: start longtake-coordinator there, or "
        "give another --farm host:port; if it runs, see that this machine gets "
        "through to it and that both or neither use TLS (--tls-ca)",
        coordinators_->Addresses()));
  }
  if (status.code() == StatusCode::kUnavailable) {
    return Unavailable(fmt::format("the farm at {} can't serve now: {}",
                                   coordinators_->Addresses(),
                                   Message(status)));
  }
  if (status.code() == StatusCode::kDeadlineExceeded) {
    return DeadlineExceeded(fmt::format(
        "the farm at {} did not answer in time: try again; if it stays so, see "
        "how its coordinators and their Redis do",
        coordinators_->Addresses()));
  }
  if (status.code() == StatusCode::kUnimplemented) {
    return Unimplemented(fmt::format(
        "the farm at {} does not know this call: its coordinators are older "
        "than this command; upgrade them first",
        coordinators_->Addresses()));
  }
  return status;
}

Status FarmConnection::Note(size_t coordinator, const Status& status) {
  if (!IsPassing(status)) {
    coordinators_->Answered(coordinator);
    return status;
  }
  coordinators_->Failed(coordinator);
  const Coordinator& failed = coordinators_->at(coordinator);
  if (status.code() == StatusCode::kUnavailable && !IsConnected(failed)) {
    Log(LogLevel::kDebug, "no connection",
        {{"coordinator", failed.address}, {"error", status}});
    return Unreached(failed.address);
  }
  return coordinators_->size() == 1 ? status : Annotate(status, failed.address);
}

template <typename Request, typename Response>
Status FarmConnection::CallRound(Method<Request, Response> method,
                                 const Request& request, Response* response) {
  const auto count = static_cast<int64_t>(coordinators_->size());
  const absl::Duration deadline =
      std::min(options_.rpc_deadline,
               std::max(options_.rpc_deadline / count, kShortestDeadline));
  CoordinatorRound round(*coordinators_);
  Status status;
  while (const std::optional<size_t> coordinator = round.Next()) {
    response->Clear();
    grpc::ClientContext context;
    const BoundCall call(deadlines_, &context, deadline, {});
    status =
        Note(*coordinator, call.StatusOf((stubs_[*coordinator].get()->*method)(
                               &context, request, response)));
    if (!IsPassing(status)) break;
    const bool hangs = status.code() == StatusCode::kDeadlineExceeded;
    if (hangs && count == 1) break;
  }
  return status;
}

template <typename Request, typename Response>
StatusOr<Response> FarmConnection::Call(Method<Request, Response> method,
                                        const Request& request) {
  absl::Duration backoff = options_.first_backoff;
  Status status;
  for (int attempt = 0; attempt < options_.attempts; ++attempt) {
    if (attempt > 0) {
      (void)SleepUnlessStopped(backoff, {});
      backoff *= 2;
    }
    Response response;
    status = CallRound(method, request, &response);
    if (status.ok()) return response;
    if (status.code() != StatusCode::kUnavailable) break;
  }
  return Explain(status);
}

StatusOr<SubmittedJob> FarmConnection::SubmitJob(
    const std::string& tenant, const std::string& idempotency_key,
    const JobSpec& spec) {
  v1::SubmitJobRequest request;
  request.set_tenant(tenant);
  request.set_idempotency_key(idempotency_key);
  *request.mutable_spec() = ToProto(spec);
  LT_ASSIGN_OR_RETURN(const v1::SubmitJobResponse response,
                      Call(&v1::Farm::StubInterface::SubmitJob, request));
  SubmittedJob submitted;
  LT_ASSIGN_OR_RETURN(submitted.job, FromProto(response.job()));
  submitted.created = response.created();
  return submitted;
}

StatusOr<JobView> FarmConnection::GetJob(const std::string& job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  return JobOf(Call(&v1::Farm::StubInterface::GetJob, request));
}

StatusOr<JobList> FarmConnection::ListJobs(const std::string& tenant,
                                           int page_size,
                                           const std::string& page_token) {
  v1::ListJobsRequest request;
  request.set_tenant(tenant);
  request.set_page_size(page_size);
  request.set_page_token(page_token);
  LT_ASSIGN_OR_RETURN(const v1::ListJobsResponse response,
                      Call(&v1::Farm::StubInterface::ListJobs, request));
  JobList list;
  for (const v1::Job& job : response.jobs()) {
    LT_ASSIGN_OR_RETURN(list.jobs.emplace_back(), FromProto(job));
  }
  list.next_page_token = response.next_page_token();
  return list;
}

StatusOr<JobView> FarmConnection::CancelJob(const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  return JobOf(Call(&v1::Farm::StubInterface::CancelJob, request));
}

StatusOr<JobView> FarmConnection::RetryJob(const std::string& job_id) {
  v1::RetryJobRequest request;
  request.set_job_id(job_id);
  return JobOf(Call(&v1::Farm::StubInterface::RetryJob, request));
}

StatusOr<SegmentList> FarmConnection::ListSegments(const std::string& job_id,
                                                   bool all_tasks) {
  v1::ListSegmentsRequest request;
  request.set_job_id(job_id);
  request.set_all_tasks(all_tasks);
  SegmentList list;
  do {
    LT_ASSIGN_OR_RETURN(const v1::ListSegmentsResponse response,
                        Call(&v1::Farm::StubInterface::ListSegments, request));
    for (const v1::Task& task : response.tasks()) {
      LT_ASSIGN_OR_RETURN(list.tasks.emplace_back(), FromProto(task));
    }
    for (const v1::SeamScore& seam : response.seams()) {
      LT_ASSIGN_OR_RETURN(list.seams.emplace_back(), FromProto(seam));
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return list;
}

StatusOr<std::vector<WorkerView>> FarmConnection::ListWorkers() {
  LT_ASSIGN_OR_RETURN(
      const v1::ListWorkersResponse response,
      Call(&v1::Farm::StubInterface::ListWorkers, v1::ListWorkersRequest()));
  std::vector<WorkerView> workers;
  for (const v1::WorkerInfo& worker : response.workers()) {
    LT_ASSIGN_OR_RETURN(workers.emplace_back(), FromProto(worker));
  }
  return workers;
}

StatusOr<bool> FarmConnection::IsMissing(const BlobRef& blob) {
  v1::FindMissingRequest request;
  *request.add_blobs() = ToProto(blob);
  LT_ASSIGN_OR_RETURN(const v1::FindMissingResponse response,
                      Call(&v1::Farm::StubInterface::FindMissing, request));
  return response.missing_size() > 0;
}

Status FarmConnection::WatchOnce(size_t coordinator, const std::string& job_id,
                                 int64_t* sequence, std::stop_token stop,
                                 const OnEvent& on_event) {
  grpc::ClientContext context;
  const BoundCall call(deadlines_, &context, kWatchDeadline, stop);
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  request.set_after_sequence(*sequence);
  const auto reader = stubs_[coordinator]->WatchJob(&context, request);
  v1::JobEvent proto;
  while (reader->Read(&proto)) {
    const StatusOr<JobEvent> event = FromProto(proto);
    if (!event.ok()) {
      context.TryCancel();
      while (reader->Read(&proto)) continue;
      (void)reader->Finish();
      return event.status();
    }
    // What another coordinator told already.
    if (event->sequence <= *sequence) continue;
    *sequence = event->sequence;
    on_event(*event);
  }
  return call.StatusOf(reader->Finish());
}

Status FarmConnection::WatchJob(const std::string& job_id,
                                int64_t after_sequence, std::stop_token stop,
                                const OnEvent& on_event) {
  const int count = static_cast<int>(coordinators_->size());
  int64_t sequence = after_sequence;
  int failures = 0;
  while (true) {
    const int64_t before = sequence;
    const size_t coordinator = coordinators_->Pick();
    Status status = WatchOnce(coordinator, job_id, &sequence, stop, on_event);
    if (stop.stop_requested()) return Cancelled("interrupted");
    if (status.ok()) return OkStatus();
    // The watch's own end, not the coordinator's.
    if (status.code() == StatusCode::kDeadlineExceeded) continue;
    status = Note(coordinator, status);
    if (!IsPassing(status)) return status;
    failures = sequence > before ? 1 : failures + 1;
    if (failures >= kWatchAttempts * count) return Explain(status);
    if (failures < count) continue;
    if (!SleepUnlessStopped(kWatchBackoff / count, stop)) {
      return Cancelled("interrupted");
    }
  }
}

StatusOr<JobView> FarmConnection::PauseJob(const std::string& job_id) {
  v1::PauseJobRequest request;
  request.set_job_id(job_id);
  return JobOf(Call(&v1::Farm::StubInterface::PauseJob, request));
}

StatusOr<JobView> FarmConnection::ResumeJob(const std::string& job_id) {
  v1::ResumeJobRequest request;
  request.set_job_id(job_id);
  return JobOf(Call(&v1::Farm::StubInterface::ResumeJob, request));
}

StatusOr<JobView> FarmConnection::SetJobPriority(const std::string& job_id,
                                                 int priority) {
  v1::SetJobPriorityRequest request;
  request.set_job_id(job_id);
  request.set_priority(priority);
  return JobOf(Call(&v1::Farm::StubInterface::SetJobPriority, request));
}

StatusOr<WorkerView> FarmConnection::DrainWorker(const std::string& worker_id) {
  v1::DrainWorkerRequest request;
  request.set_worker_id(worker_id);
  LT_ASSIGN_OR_RETURN(const v1::DrainWorkerResponse response,
                      Call(&v1::Farm::StubInterface::DrainWorker, request));
  return FromProto(response.worker());
}

StatusOr<WorkerView> FarmConnection::ReadmitWorker(
    const std::string& worker_id) {
  v1::ReadmitWorkerRequest request;
  request.set_worker_id(worker_id);
  LT_ASSIGN_OR_RETURN(const v1::ReadmitWorkerResponse response,
                      Call(&v1::Farm::StubInterface::ReadmitWorker, request));
  return FromProto(response.worker());
}

StatusOr<QueueView> FarmConnection::GetQueue() {
  LT_ASSIGN_OR_RETURN(
      const v1::GetQueueResponse response,
      Call(&v1::Farm::StubInterface::GetQueue, v1::GetQueueRequest()));
  QueueView queue;
  for (const v1::QueueDepth& depth : response.depths()) {
    LT_ASSIGN_OR_RETURN(queue.depths.emplace_back(), FromProto(depth));
  }
  for (const v1::TenantShare& share : response.tenants()) {
    LT_ASSIGN_OR_RETURN(queue.tenants.emplace_back(), FromProto(share));
  }
  return queue;
}

StatusOr<std::vector<BlobRef>> FarmConnection::FindMissing(
    const std::vector<BlobRef>& blobs) {
  std::vector<BlobRef> missing;
  for (size_t begin = 0; begin < blobs.size(); begin += kBlobsInAQuestion) {
    v1::FindMissingRequest request;
    const size_t end = std::min(blobs.size(), begin + kBlobsInAQuestion);
    for (size_t i = begin; i < end; ++i) {
      *request.add_blobs() = ToProto(blobs[i]);
    }
    LT_ASSIGN_OR_RETURN(const v1::FindMissingResponse response,
                        Call(&v1::Farm::StubInterface::FindMissing, request));
    for (const v1::Blob& blob : response.missing()) {
      LT_ASSIGN_OR_RETURN(missing.emplace_back(), FromProto(blob));
    }
  }
  return missing;
}

}  // namespace longtake::client
