#include "coordinator/api/farm_service.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <utility>

#include "common/job/job_json.h"
#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "coordinator/api/job_call.h"
#include "coordinator/api/transfer_calls.h"
#include "coordinator/api/watch_call.h"

namespace longtake::coordinator {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;
constexpr int kMaxBlobsToFind = 10000;
// A page of jobs ends early rather than outgrow a message.
constexpr size_t kMaxPageBytes = kMaxMessageBytes - (1 << 19);

// A page token is the submit sequence of the last job shown.
StatusOr<int64_t> ParsePageToken(const std::string& token) {
  if (token.empty()) return 0;
  int64_t sequence = 0;
  const char* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, sequence);
  if (error != std::errc() || stop != end || sequence < 1) {
    return InvalidArgument("page_token is not one of this farm's");
  }
  return sequence;
}

// One job more than a page at a time would cost a call each: pages are asked
// for whole, and cut where the message is full.
Status FillPage(Scheduler& scheduler, const Caller& caller,
                const v1::ListJobsRequest& request,
                v1::ListJobsResponse* response) {
  std::string tenant = request.tenant();
  if (!caller.Has(Role::kOperate)) {
    LT_ASSIGN_OR_RETURN(tenant, OwnTenant(caller, tenant));
  }
  int64_t before = 0;
  LT_ASSIGN_OR_RETURN(before, ParsePageToken(request.page_token()));
  const int size =
      request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  if (size < 1 || size > kMaxPageSize) {
    return InvalidArgument(
        fmt::format("page_size is {}; give 1 to {}", size, kMaxPageSize));
  }
  LT_ASSIGN_OR_RETURN(const JobPage page,
                      scheduler.ListJobs(tenant, before, size));
  size_t bytes = 0;
  for (size_t i = 0; i < page.jobs.size(); ++i) {
    v1::Job job = ToProto(page.jobs[i]);
    bytes += job.ByteSizeLong() + 8;
    if (i > 0 && bytes > kMaxPageBytes) {
      response->set_next_page_token(std::to_string(page.sequences[i - 1]));
      return OkStatus();
    }
    *response->add_jobs() = std::move(job);
  }
  if (page.full) {
    response->set_next_page_token(std::to_string(page.sequences.back()));
  }
  return OkStatus();
}

// Where a page begins: behind the task that its token names.
StatusOr<size_t> FirstTask(const std::vector<TaskView>& tasks,
                           const std::string& token) {
  if (token.empty()) return 0;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].task_id == token) return i + 1;
  }
  return InvalidArgument("page_token is not one of this job's; begin again");
}

Status FillSegments(Scheduler& scheduler,
                    const v1::ListSegmentsRequest& request,
                    v1::ListSegmentsResponse* response) {
  if (request.page_size() < 0) {
    return InvalidArgument("page_size is negative; give 0 or more");
  }
  LT_ASSIGN_OR_RETURN(const JobView job, scheduler.GetJob(request.job_id()));
  LT_ASSIGN_OR_RETURN(
      const std::vector<TaskView> tasks,
      scheduler.ListTasks(request.job_id(), request.all_tasks()));
  LT_ASSIGN_OR_RETURN(const size_t first,
                      FirstTask(tasks, request.page_token()));
  size_t bytes = 0;
  if (request.page_token().empty()) {
    for (const SeamScore& seam : job.seams) {
      *response->add_seams() = ToProto(seam);
    }
    bytes = response->ByteSizeLong();
  }
  for (size_t i = first; i < tasks.size(); ++i) {
    v1::Task task = ToProto(tasks[i]);
    bytes += task.ByteSizeLong() + 8;
    const bool full = bytes > kMaxPageBytes ||
                      (request.page_size() > 0 &&
                       response->tasks_size() == request.page_size());
    if (full && response->tasks_size() > 0) {
      response->set_next_page_token(tasks[i - 1].task_id);
      break;
    }
    *response->add_tasks() = std::move(task);
  }
  return OkStatus();
}

Status FindMissingBlobs(CallContext& context, const Caller& caller,
                        const v1::FindMissingRequest& request,
                        v1::FindMissingResponse* response) {
  if (request.blobs_size() > kMaxBlobsToFind) {
    return InvalidArgument(fmt::format("{} blobs; ask for {} at most",
                                       request.blobs_size(), kMaxBlobsToFind));
  }
  for (const v1::Blob& proto : request.blobs()) {
    LT_ASSIGN_OR_RETURN(const BlobRef blob, FromProto(proto));
    LT_ASSIGN_OR_RETURN(const bool sees,
                        context.blobs.Sees(caller.tenant, blob));
    // A damaged blob is dropped here, so that it is uploaded again.
    if (!sees || !context.artifacts.VerifyBlob(blob).ok()) {
      *response->add_missing() = proto;
    }
  }
  return OkStatus();
}

// Inputs that the tenant never had are as good as absent.
Status CheckInputsAreOwn(TenantBlobs& blobs, const std::string& tenant,
                         const JobSpec& spec) {
  if (!blobs.isolated()) return OkStatus();
  LT_RETURN_IF_ERROR(ValidateJobSpec(spec));
  for (const auto& [what, file] : InputsOf(spec)) {
    LT_ASSIGN_OR_RETURN(const bool sees, blobs.Sees(tenant, file->blob));
    if (!sees) return Scheduler::InputIsMissing(what, *file);
  }
  return OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* FarmService::SubmitJob(
    grpc::CallbackServerContext* rpc, const v1::SubmitJobRequest* request,
    v1::SubmitJobResponse* response) {
  const auto submit = [this, request,
                       response](const Caller& caller) -> Status {
    LT_ASSIGN_OR_RETURN(const std::string tenant,
                        OwnTenant(caller, request->tenant()));
    LT_ASSIGN_OR_RETURN(const JobSpec spec, FromProto(request->spec()));
    LT_RETURN_IF_ERROR(CheckInputsAreOwn(context_.blobs, tenant, spec));
    LT_ASSIGN_OR_RETURN(
        const SubmitOutcome outcome,
        context_.scheduler.Submit(tenant, request->idempotency_key(), spec));
    *response->mutable_job() = ToProto(outcome.job);
    response->set_created(outcome.created);
    return OkStatus();
  };
  return Serve(context_, rpc, kToSubmit, submit);
}

grpc::ServerUnaryReactor* FarmService::GetJob(grpc::CallbackServerContext* rpc,
                                              const v1::GetJobRequest* request,
                                              v1::GetJobResponse* response) {
  return ServeJob(context_, rpc, request, response,
                  [](Scheduler& scheduler, const auto& of) {
                    return scheduler.GetJob(of.job_id());
                  });
}

grpc::ServerUnaryReactor* FarmService::ListJobs(
    grpc::CallbackServerContext* rpc, const v1::ListJobsRequest* request,
    v1::ListJobsResponse* response) {
  const auto list = [this, request, response](const Caller& caller) {
    return FillPage(context_.scheduler, caller, *request, response);
  };
  return Serve(context_, rpc, kToSeeJobs, list);
}

grpc::ServerWriteReactor<v1::JobEvent>* FarmService::WatchJob(
    grpc::CallbackServerContext* rpc, const v1::WatchJobRequest* request) {
  StatusOr<Caller> caller = context_.access.Admit(*rpc, kToSeeJobs);
  if (!caller.ok()) {
    return new Refusal<grpc::ServerWriteReactor<v1::JobEvent>>(caller.status());
  }
  return WatchCall::Start(context_, *std::move(caller), *request);
}

grpc::ServerUnaryReactor* FarmService::CancelJob(
    grpc::CallbackServerContext* rpc, const v1::CancelJobRequest* request,
    v1::CancelJobResponse* response) {
  return ServeJob(context_, rpc, request, response,
                  [](Scheduler& scheduler, const auto& of) {
                    return scheduler.Cancel(of.job_id());
                  });
}

grpc::ServerUnaryReactor* FarmService::RetryJob(
    grpc::CallbackServerContext* rpc, const v1::RetryJobRequest* request,
    v1::RetryJobResponse* response) {
  return ServeJob(context_, rpc, request, response,
                  [](Scheduler& scheduler, const auto& of) {
                    return scheduler.Retry(of.job_id());
                  });
}

grpc::ServerUnaryReactor* FarmService::ListSegments(
    grpc::CallbackServerContext* rpc, const v1::ListSegmentsRequest* request,
    v1::ListSegmentsResponse* response) {
  const auto list = [this, request, response](const Caller& caller) -> Status {
    LT_RETURN_IF_ERROR(CheckJob(context_.scheduler, caller, request->job_id()));
    return FillSegments(context_.scheduler, *request, response);
  };
  return Serve(context_, rpc, kToSeeJobs, list);
}

grpc::ServerUnaryReactor* FarmService::ListWorkers(
    grpc::CallbackServerContext* rpc, const v1::ListWorkersRequest* request,
    v1::ListWorkersResponse* response) {
  static_cast<void>(request);
  return Serve(context_, rpc, kToOperate,
               [this, response](const Caller&) -> Status {
                 LT_ASSIGN_OR_RETURN(const std::vector<WorkerView> workers,
                                     context_.scheduler.ListWorkers());
                 for (const WorkerView& worker : workers) {
                   *response->add_workers() = ToProto(worker);
                 }
                 return OkStatus();
               });
}

grpc::ServerReadReactor<v1::UploadArtifactRequest>* FarmService::UploadArtifact(
    grpc::CallbackServerContext* rpc, v1::UploadArtifactResponse* response) {
  StatusOr<Caller> caller = context_.access.Admit(*rpc, kToSubmit);
  if (!caller.ok()) {
    return new Refusal<grpc::ServerReadReactor<v1::UploadArtifactRequest>>(
        caller.status());
  }
  return new UploadCall(context_, *std::move(caller), response);
}

grpc::ServerWriteReactor<v1::DownloadArtifactResponse>*
FarmService::DownloadArtifact(grpc::CallbackServerContext* rpc,
                              const v1::DownloadArtifactRequest* request) {
  StatusOr<Caller> caller = context_.access.Admit(*rpc, kToSeeJobs);
  if (!caller.ok()) {
    return new Refusal<grpc::ServerWriteReactor<v1::DownloadArtifactResponse>>(
        caller.status());
  }
  return new DownloadCall(context_, *std::move(caller), *request);
}

grpc::ServerUnaryReactor* FarmService::FindMissing(
    grpc::CallbackServerContext* rpc, const v1::FindMissingRequest* request,
    v1::FindMissingResponse* response) {
  const auto find = [this, request, response](const Caller& caller) {
    return FindMissingBlobs(context_, caller, *request, response);
  };
  return Serve(context_, rpc, kToSubmit, find);
}

}  // namespace longtake::coordinator
