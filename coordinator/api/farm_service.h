#pragma once
// longtake.v1.Farm: translates, and decides nothing.

#include "coordinator/api/call_context.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake::coordinator {

// Thread-safe. Borrows the context.
class FarmService final : public v1::Farm::CallbackService {
 public:
  explicit FarmService(CallContext& context) : context_(context) {}

  grpc::ServerUnaryReactor* SubmitJob(grpc::CallbackServerContext* rpc,
                                      const v1::SubmitJobRequest* request,
                                      v1::SubmitJobResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* rpc,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* rpc,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override;
  grpc::ServerWriteReactor<v1::JobEvent>* WatchJob(
      grpc::CallbackServerContext* rpc,
      const v1::WatchJobRequest* request) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* rpc,
                                      const v1::CancelJobRequest* request,
                                      v1::CancelJobResponse* response) override;
  grpc::ServerUnaryReactor* RetryJob(grpc::CallbackServerContext* rpc,
                                     const v1::RetryJobRequest* request,
                                     v1::RetryJobResponse* response) override;
  grpc::ServerUnaryReactor* PauseJob(grpc::CallbackServerContext* rpc,
                                     const v1::PauseJobRequest* request,
                                     v1::PauseJobResponse* response) override;
  grpc::ServerUnaryReactor* ResumeJob(grpc::CallbackServerContext* rpc,
                                      const v1::ResumeJobRequest* request,
                                      v1::ResumeJobResponse* response) override;
  grpc::ServerUnaryReactor* SetJobPriority(
      grpc::CallbackServerContext* rpc,
      const v1::SetJobPriorityRequest* request,
      v1::SetJobPriorityResponse* response) override;
  grpc::ServerUnaryReactor* ListSegments(
      grpc::CallbackServerContext* rpc, const v1::ListSegmentsRequest* request,
      v1::ListSegmentsResponse* response) override;
  grpc::ServerUnaryReactor* ListWorkers(
      grpc::CallbackServerContext* rpc, const v1::ListWorkersRequest* request,
      v1::ListWorkersResponse* response) override;
  grpc::ServerUnaryReactor* DrainWorker(
      grpc::CallbackServerContext* rpc, const v1::DrainWorkerRequest* request,
      v1::DrainWorkerResponse* response) override;
  grpc::ServerUnaryReactor* ReadmitWorker(
      grpc::CallbackServerContext* rpc, const v1::ReadmitWorkerRequest* request,
      v1::ReadmitWorkerResponse* response) override;
  grpc::ServerUnaryReactor* GetQueue(grpc::CallbackServerContext* rpc,
                                     const v1::GetQueueRequest* request,
                                     v1::GetQueueResponse* response) override;
  grpc::ServerReadReactor<v1::UploadArtifactRequest>* UploadArtifact(
      grpc::CallbackServerContext* rpc,
      v1::UploadArtifactResponse* response) override;
  grpc::ServerWriteReactor<v1::DownloadArtifactResponse>* DownloadArtifact(
      grpc::CallbackServerContext* rpc,
      const v1::DownloadArtifactRequest* request) override;
  grpc::ServerUnaryReactor* FindMissing(
      grpc::CallbackServerContext* rpc, const v1::FindMissingRequest* request,
      v1::FindMissingResponse* response) override;

 private:
  CallContext& context_;
};

}  // namespace longtake::coordinator
