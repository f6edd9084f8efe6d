#include <string>

#include "common/rpc/convert.h"
#include "coordinator/api/farm_service.h"
#include "coordinator/api/job_call.h"

// Calls that steer what runs: pauses, priorities, the queue, workers.

namespace longtake::coordinator {

grpc::ServerUnaryReactor* FarmService::PauseJob(
    grpc::CallbackServerContext* rpc, const v1::PauseJobRequest* request,
    v1::PauseJobResponse* response) {
  return ServeJob(context_, rpc, request, response,
                  [](Scheduler& scheduler, const auto& of) {
                    return scheduler.SetPaused(of.job_id(), true);
                  });
}

grpc::ServerUnaryReactor* FarmService::ResumeJob(
    grpc::CallbackServerContext* rpc, const v1::ResumeJobRequest* request,
    v1::ResumeJobResponse* response) {
  return ServeJob(context_, rpc, request, response,
                  [](Scheduler& scheduler, const auto& of) {
                    return scheduler.SetPaused(of.job_id(), false);
                  });
}

grpc::ServerUnaryReactor* FarmService::SetJobPriority(
    grpc::CallbackServerContext* rpc, const v1::SetJobPriorityRequest* request,
    v1::SetJobPriorityResponse* response) {
  return ServeJob(context_, rpc, request, response,
                  [](Scheduler& scheduler, const auto& of) {
                    return scheduler.SetPriority(of.job_id(), of.priority());
                  });
}

grpc::ServerUnaryReactor* FarmService::DrainWorker(
    grpc::CallbackServerContext* rpc, const v1::DrainWorkerRequest* request,
    v1::DrainWorkerResponse* response) {
  return ServeWorker(context_, rpc, request, response, &Scheduler::DrainWorker);
}

grpc::ServerUnaryReactor* FarmService::ReadmitWorker(
    grpc::CallbackServerContext* rpc, const v1::ReadmitWorkerRequest* request,
    v1::ReadmitWorkerResponse* response) {
  return ServeWorker(context_, rpc, request, response,
                     &Scheduler::ReadmitWorker);
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
