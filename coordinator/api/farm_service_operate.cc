#include <string>

#include "common/rpc/convert.h"
#include "coordinator/api/farm_service.h"

// Calls that steer what runs: pauses, priorities, the queue, workers.

namespace longtake::coordinator {

grpc::ServerUnaryReactor* FarmService::PauseJob(
    grpc::CallbackServerContext* rpc, const v1::PauseJobRequest* request,
    v1::PauseJobResponse* response) {
  return Serve(context_, rpc, kToSeeJobs,
               [this, request, response](const Caller& caller) -> Status {
                 LT_RETURN_IF_ERROR(
                     CheckJob(context_.scheduler, caller, request->job_id()));
                 LT_ASSIGN_OR_RETURN(
                     const JobView job,
                     context_.scheduler.SetPaused(request->job_id(), true));
                 *response->mutable_job() = ToProto(job);
                 return OkStatus();
               });
}

grpc::ServerUnaryReactor* FarmService::ResumeJob(
    grpc::CallbackServerContext* rpc, const v1::ResumeJobRequest* request,
    v1::ResumeJobResponse* response) {
  return Serve(context_, rpc, kToSeeJobs,
               [this, request, response](const Caller& caller) -> Status {
                 LT_RETURN_IF_ERROR(
                     CheckJob(context_.scheduler, caller, request->job_id()));
                 LT_ASSIGN_OR_RETURN(
                     const JobView job,
                     context_.scheduler.SetPaused(request->job_id(), false));
                 *response->mutable_job() = ToProto(job);
                 return OkStatus();
               });
}

grpc::ServerUnaryReactor* FarmService::SetJobPriority(
    grpc::CallbackServerContext* rpc, const v1::SetJobPriorityRequest* request,
    v1::SetJobPriorityResponse* response) {
  return Serve(context_, rpc, kToSeeJobs,
               [this, request, response](const Caller& caller) -> Status {
                 LT_RETURN_IF_ERROR(
                     CheckJob(context_.scheduler, caller, request->job_id()));
                 LT_ASSIGN_OR_RETURN(
                     const JobView job,
                     context_.scheduler.SetPriority(request->job_id(),
                                                    request->priority()));
                 *response->mutable_job() = ToProto(job);
                 return OkStatus();
               });
}

grpc::ServerUnaryReactor* FarmService::DrainWorker(
    grpc::CallbackServerContext* rpc, const v1::DrainWorkerRequest* request,
    v1::DrainWorkerResponse* response) {
  return Serve(context_, rpc, kToOperate,
               [this, request, response](const Caller&) -> Status {
                 LT_ASSIGN_OR_RETURN(
                     const WorkerView worker,
                     context_.scheduler.DrainWorker(request->worker_id()));
                 *response->mutable_worker() = ToProto(worker);
                 return OkStatus();
               });
}

grpc::ServerUnaryReactor* FarmService::GetQueue(
    grpc::CallbackServerContext* rpc, const v1::GetQueueRequest* request,
    v1::GetQueueResponse* response) {
  static_cast<void>(request);
  return Serve(context_, rpc, kToOperate,
               [this, response](const Caller&) -> Status {
                 LT_ASSIGN_OR_RETURN(const QueueView queue,
                                     context_.scheduler.GetQueue());
                 for (const QueueDepth& depth : queue.depths) {
                   *response->add_depths() = ToProto(depth);
                 }
                 for (const TenantShare& share : queue.tenants) {
                   *response->add_tenants() = ToProto(share);
                 }
                 return OkStatus();
               });
}

}  // namespace longtake::coordinator
