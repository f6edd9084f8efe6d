#include "coordinator/api/worker_service.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/convert.h"

namespace longtake::coordinator {
namespace {

// A parked LeaseTask. Deletes itself when gRPC is done with it.
class LeaseCall final : public grpc::ServerUnaryReactor {
 public:
  LeaseCall(CallContext& context, grpc::CallbackServerContext* rpc,
            const v1::LeaseTaskRequest& request,
            v1::LeaseTaskResponse* response)
      : context_(context),
        rpc_(rpc),
        worker_id_(request.worker_id()),
        response_(response),
        ticket_(context.desk.NewTicket()) {
    context_.calls.Begin();
    context_.desk.Ask(
        ticket_, worker_id_,
        {request.held_identities().begin(), request.held_identities().end()},
        absl::Milliseconds(request.max_wait_millis()),
        [this](StatusOr<LeaseAttempt> attempt) { Answer(std::move(attempt)); });
  }

  void OnCancel() override { context_.desk.Withdraw(ticket_); }

  void OnDone() override {
    context_.calls.End();
    delete this;
  }

 private:
  void Answer(StatusOr<LeaseAttempt> attempt) {
    if (!attempt.ok()) {
      Finish(ToGrpcStatus(attempt.status()));
      return;
    }
    if (attempt->lease && rpc_->IsCancelled()) {
      // Nobody will hear of this lease; if giving it back fails it expires.
      context_.scheduler.Release(worker_id_, attempt->lease->token)
          .IgnoreError();
      attempt->lease.reset();
    }
    response_->set_drain(attempt->drain);
    if (attempt->lease) {
      response_->set_has_task(true);
      *response_->mutable_token() = ToProto(attempt->lease->token);
      *response_->mutable_spec() = ToProto(*attempt->lease->spec);
    }
    Finish(grpc::Status::OK);
  }

  CallContext& context_;
  grpc::CallbackServerContext* const rpc_;
  const std::string worker_id_;
  v1::LeaseTaskResponse* const response_;
  const uint64_t ticket_;
};

StatusOr<WorkerRecord> WorkerFrom(const v1::RegisterWorkerRequest& request) {
  if (request.protocol_version() != kWorkerProtocolVersion) {
    return FailedPrecondition(fmt::format(
        "worker {} speaks protocol {}, this coordinator {}; upgrade the {}",
        request.worker_id(), request.protocol_version(), kWorkerProtocolVersion,
        request.protocol_version() < kWorkerProtocolVersion ? "worker"
                                                            : "coordinator"));
  }
  WorkerRecord worker;
  worker.worker_id = request.worker_id();
  worker.version = request.build_version();
  worker.slots = request.slots();
  for (const v1::EngineCapability& engine : request.engines()) {
    LT_ASSIGN_OR_RETURN(EngineBinding binding, FromProto(engine));
    worker.offer.engines.push_back(std::move(binding));
  }
  worker.offer.pools = {request.pools().begin(), request.pools().end()};
  worker.offer.gpu_memory_bytes = request.gpu_memory_bytes();
  worker.offer.capabilities = {request.capabilities().begin(),
                               request.capabilities().end()};
  return worker;
}

}  // namespace

grpc::ServerUnaryReactor* WorkerService::RegisterWorker(
    grpc::CallbackServerContext* rpc, const v1::RegisterWorkerRequest* request,
    v1::RegisterWorkerResponse* response) {
  return Serve(context_, rpc, [this, request, response]() -> Status {
    LT_ASSIGN_OR_RETURN(WorkerRecord worker, WorkerFrom(*request));
    std::optional<std::string> store_id;
    if (request->has_store_id()) store_id = request->store_id();
    LT_ASSIGN_OR_RETURN(
        const absl::Duration lease,
        context_.scheduler.Register(std::move(worker), store_id));
    response->set_lease_millis(absl::ToInt64Milliseconds(lease));
    return OkStatus();
  });
}

grpc::ServerUnaryReactor* WorkerService::LeaseTask(
    grpc::CallbackServerContext* rpc, const v1::LeaseTaskRequest* request,
    v1::LeaseTaskResponse* response) {
  return new LeaseCall(context_, rpc, *request, response);
}

grpc::ServerUnaryReactor* WorkerService::RenewLease(
    grpc::CallbackServerContext* rpc, const v1::RenewLeaseRequest* request,
    v1::RenewLeaseResponse* response) {
  return Serve(context_, rpc, [this, request, response]() -> Status {
    std::vector<LeaseProgress> leases;
    for (const v1::LeaseProgress& proto : request->leases()) {
      LT_ASSIGN_OR_RETURN(FencingToken token, FromProto(proto.token()));
      leases.push_back({std::move(token), proto.frames_done()});
    }
    LT_ASSIGN_OR_RETURN(const RenewOutcome outcome,
                        context_.scheduler.Renew(request->worker_id(), leases));
    for (const FencingToken& token : outcome.stop) {
      *response->add_stop() = ToProto(token);
    }
    response->set_drain(outcome.drain);
    response->set_register_again(outcome.register_again);
    return OkStatus();
  });
}

grpc::ServerUnaryReactor* WorkerService::CompleteTask(
    grpc::CallbackServerContext* rpc, const v1::CompleteTaskRequest* request,
    v1::CompleteTaskResponse* response) {
  static_cast<void>(response);
  return Serve(context_, rpc, [this, request]() -> Status {
    LT_ASSIGN_OR_RETURN(const FencingToken token, FromProto(request->token()));
    const StatusOr<TaskResult> result = FromProto(request->result());
    if (!result.ok()) {
      // Or the task would stay leased until it expires.
      LT_RETURN_IF_ERROR(context_.scheduler.Fail(
          request->worker_id(), token, Internal(Message(result.status()))));
      return result.status();
    }
    return context_.scheduler.Complete(request->worker_id(), token, *result);
  });
}

grpc::ServerUnaryReactor* WorkerService::FailTask(
    grpc::CallbackServerContext* rpc, const v1::FailTaskRequest* request,
    v1::FailTaskResponse* response) {
  static_cast<void>(response);
  return Serve(context_, rpc, [this, request]() -> Status {
    LT_ASSIGN_OR_RETURN(const FencingToken token, FromProto(request->token()));
    return context_.scheduler.Fail(request->worker_id(), token,
                                   ErrorFromProto(request->error()));
  });
}

grpc::ServerUnaryReactor* WorkerService::ReleaseTask(
    grpc::CallbackServerContext* rpc, const v1::ReleaseTaskRequest* request,
    v1::ReleaseTaskResponse* response) {
  static_cast<void>(response);
  return Serve(context_, rpc, [this, request]() -> Status {
    LT_ASSIGN_OR_RETURN(const FencingToken token, FromProto(request->token()));
    return context_.scheduler.Release(request->worker_id(), token);
  });
}

}  // namespace longtake::coordinator
