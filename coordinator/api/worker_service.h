#pragma once
// longtake.v1.WorkerFarm: translates, and decides nothing.

#include "coordinator/api/call_context.h"
#include "longtake/v1/worker.grpc.pb.h"

namespace longtake::coordinator {

// Thread-safe. Borrows the context.
class WorkerService final : public v1::WorkerFarm::CallbackService {
 public:
  explicit WorkerService(CallContext& context) : context_(context) {}

  grpc::ServerUnaryReactor* RegisterWorker(
      grpc::CallbackServerContext* rpc,
      const v1::RegisterWorkerRequest* request,
      v1::RegisterWorkerResponse* response) override;
  grpc::ServerUnaryReactor* LeaseTask(grpc::CallbackServerContext* rpc,
                                      const v1::LeaseTaskRequest* request,
                                      v1::LeaseTaskResponse* response) override;
  grpc::ServerUnaryReactor* RenewLease(
      grpc::CallbackServerContext* rpc, const v1::RenewLeaseRequest* request,
      v1::RenewLeaseResponse* response) override;
  grpc::ServerUnaryReactor* CompleteTask(
      grpc::CallbackServerContext* rpc, const v1::CompleteTaskRequest* request,
      v1::CompleteTaskResponse* response) override;
  grpc::ServerUnaryReactor* FailTask(grpc::CallbackServerContext* rpc,
                                     const v1::FailTaskRequest* request,
                                     v1::FailTaskResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseTask(
      grpc::CallbackServerContext* rpc, const v1::ReleaseTaskRequest* request,
      v1::ReleaseTaskResponse* response) override;

 private:
  void LeaseNext(const v1::CompleteTaskRequest& request,
                 v1::CompleteTaskResponse* response);

  CallContext& context_;
};

}  // namespace longtake::coordinator
