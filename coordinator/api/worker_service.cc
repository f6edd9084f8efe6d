#include "coordinator/api/worker_service.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/auth/names.h"
#include "common/job/job_json.h"
#include "common/rpc/convert.h"
#include "common/rpc/worker_protocol.h"

namespace longtake::coordinator {
namespace {

constexpr size_t kMaxNameBytes = 256;     // of versions and engines
constexpr size_t kMaxReportBytes = 4096;  // of an error or a warning

void SetLease(const Lease& lease, v1::LeaseTaskResponse* response) {
  response->set_has_task(true);
  *response->mutable_token() = ToProto(lease.token);
  *response->mutable_spec() = ToProto(*lease.spec);
}

void SetTask(const LeaseAttempt& attempt, v1::LeaseTaskResponse* response) {
  response->set_drain(attempt.drain);
  if (attempt.lease) SetLease(*attempt.lease, response);
}

// A parked LeaseTask. Deletes itself when gRPC is done with it.
class LeaseCall final : public grpc::ServerUnaryReactor {
 public:
  LeaseCall(CallContext& context, grpc::CallbackServerContext* rpc,
            Caller caller, const v1::LeaseTaskRequest& request,
            v1::LeaseTaskResponse* response)
      : context_(context),
        rpc_(rpc),
        caller_(std::move(caller)),
        worker_id_(request.worker_id()),
        held_identities_(request.held_identities().begin(),
                         request.held_identities().end()),
        max_wait_(absl::Milliseconds(request.max_wait_millis())),
        response_(response),
        ticket_(context.desk.NewTicket()) {
    context_.calls.Begin();
    if (context_.owners.Knows(caller_, worker_id_)) {
      Ask();
      return;
    }
    // The owner is looked up in the store, which may block.
    const Status scheduled = context_.executor.Schedule([this] {
      const Status own = context_.owners.Check(caller_, worker_id_);
      if (own.ok()) {
        Ask();
      } else {
        Finish(ToGrpcStatus(own));
      }
    });
    if (!scheduled.ok()) {
      Finish(ToGrpcStatus(
          Unavailable("the coordinator is too busy or shutting down")));
    }
  }

  void OnCancel() override { context_.desk.Withdraw(ticket_); }

  void OnDone() override {
    context_.calls.End();
    delete this;
  }

 private:
  void Ask() {
    context_.desk.Ask(
        ticket_, worker_id_, held_identities_, max_wait_,
        [this](StatusOr<LeaseAttempt> attempt) { Answer(std::move(attempt)); });
  }

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
    SetTask(*attempt, response_);
    Finish(grpc::Status::OK);
  }

  CallContext& context_;
  grpc::CallbackServerContext* const rpc_;
  const Caller caller_;
  const std::string worker_id_;
  const std::set<std::string> held_identities_;
  const absl::Duration max_wait_;
  v1::LeaseTaskResponse* const response_;
  const uint64_t ticket_;
};

// What workers say about themselves is shown on terminals.
Status CheckShown(const char* what, const std::string& text) {
  if (text.size() <= kMaxNameBytes && IsPlainUtf8(text)) return OkStatus();
  return InvalidArgument(
      fmt::format("{} must be UTF-8 without control characters, at most {} "
                  "bytes",
                  what, kMaxNameBytes));
}

StatusOr<WorkerRecord> WorkerFrom(const v1::RegisterWorkerRequest& request) {
  if (request.protocol_version() != kWorkerProtocolVersion) {
    return FailedPrecondition(fmt::format(
        "worker {} speaks protocol {}, this coordinator {}; upgrade the {}",
        Printable(request.worker_id()), request.protocol_version(),
        kWorkerProtocolVersion,
        request.protocol_version() < kWorkerProtocolVersion ? "worker"
                                                            : "coordinator"));
  }
  LT_RETURN_IF_ERROR(CheckShown("build_version", request.build_version()));
  WorkerRecord worker;
  worker.worker_id = request.worker_id();
  worker.version = request.build_version();
  worker.slots = request.slots();
  for (const v1::EngineCapability& engine : request.engines()) {
    LT_ASSIGN_OR_RETURN(EngineBinding binding, FromProto(engine));
    LT_RETURN_IF_ERROR(CheckShown("an engine's name", binding.name));
    LT_RETURN_IF_ERROR(CheckShown("an engine's version", binding.version));
    LT_RETURN_IF_ERROR(
        CheckShown("an engine's numerics class", binding.numerics_class));
    worker.offer.engines.push_back(std::move(binding));
  }
  worker.offer.pools = {request.pools().begin(), request.pools().end()};
  worker.offer.gpu_memory_bytes = request.gpu_memory_bytes();
  worker.offer.capabilities = {request.capabilities().begin(),
                               request.capabilities().end()};
  for (const std::string& pool : worker.offer.pools) {
    LT_RETURN_IF_ERROR(CheckShown("a pool", pool));
  }
  for (const std::string& capability : worker.offer.capabilities) {
    LT_RETURN_IF_ERROR(CheckShown("a capability", capability));
  }
  return worker;
}

}  // namespace

grpc::ServerUnaryReactor* WorkerService::RegisterWorker(
    grpc::CallbackServerContext* rpc, const v1::RegisterWorkerRequest* request,
    v1::RegisterWorkerResponse* response) {
  return Serve(
      context_, rpc, kToWork,
      [this, request, response](const Caller& caller) -> Status {
        LT_ASSIGN_OR_RETURN(WorkerRecord worker, WorkerFrom(*request));
        LT_RETURN_IF_ERROR(context_.owners.Claim(caller, request->worker_id()));
        worker.owner = caller.name;
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
  StatusOr<Caller> caller = context_.access.Admit(*rpc, kToWork);
  if (!caller.ok()) {
    return new Refusal<grpc::ServerUnaryReactor>(caller.status());
  }
  return new LeaseCall(context_, rpc, *std::move(caller), *request, response);
}

grpc::ServerUnaryReactor* WorkerService::RenewLease(
    grpc::CallbackServerContext* rpc, const v1::RenewLeaseRequest* request,
    v1::RenewLeaseResponse* response) {
  return Serve(
      context_, rpc, kToWork,
      [this, request, response](const Caller& caller) -> Status {
        LT_RETURN_IF_ERROR(context_.owners.Check(caller, request->worker_id()));
        std::vector<LeaseProgress> leases;
        for (const v1::LeaseProgress& proto : request->leases()) {
          LT_ASSIGN_OR_RETURN(FencingToken token, FromProto(proto.token()));
          leases.push_back({std::move(token), proto.frames_done()});
        }
        LT_ASSIGN_OR_RETURN(
            const RenewOutcome outcome,
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
  return Serve(
      context_, rpc, kToWork,
      [this, rpc, request, response](const Caller& caller) -> Status {
        LT_RETURN_IF_ERROR(context_.owners.Check(caller, request->worker_id()));
        LT_ASSIGN_OR_RETURN(const FencingToken token,
                            FromProto(request->token()));
        StatusOr<TaskResult> result = FromProto(request->result());
        if (!result.ok()) {
          // Or the task would stay leased until it expires.
          LT_RETURN_IF_ERROR(context_.scheduler.Fail(
              request->worker_id(), token, Internal(Message(result.status()))));
          return result.status();
        }
        for (std::string& warning : result->warnings) {
          warning = WithoutControls(warning, kMaxReportBytes);
        }
        std::optional<Lease> next;
        const bool lease_next = request->lease_next() && !rpc->IsCancelled();
        LT_RETURN_IF_ERROR(
            context_.scheduler.Complete(request->worker_id(), token, *result,
                                        lease_next ? &next : nullptr));
        if (next) {
          SetLease(*next, response->mutable_next());
        } else if (lease_next && !rpc->IsCancelled()) {
          LeaseNext(*request, response);
        }
        return OkStatus();
      });
}

// The report is taken: whatever goes wrong here, LeaseTask will say.
void WorkerService::LeaseNext(const v1::CompleteTaskRequest& request,
                              v1::CompleteTaskResponse* response) {
  const StatusOr<LeaseAttempt> attempt = context_.scheduler.TryLease(
      request.worker_id(),
      {request.held_identities().begin(), request.held_identities().end()},
      /*look_up=*/false);
  if (!attempt.ok() || (!attempt->lease && !attempt->drain)) return;
  SetTask(*attempt, response->mutable_next());
}

grpc::ServerUnaryReactor* WorkerService::FailTask(
    grpc::CallbackServerContext* rpc, const v1::FailTaskRequest* request,
    v1::FailTaskResponse* response) {
  static_cast<void>(response);
  return Serve(
      context_, rpc, kToWork, [this, request](const Caller& caller) -> Status {
        LT_RETURN_IF_ERROR(context_.owners.Check(caller, request->worker_id()));
        LT_ASSIGN_OR_RETURN(const FencingToken token,
                            FromProto(request->token()));
        v1::Error error = request->error();
        error.set_message(WithoutControls(error.message(), kMaxReportBytes));
        return context_.scheduler.Fail(request->worker_id(), token,
                                       ErrorFromProto(error));
      });
}

grpc::ServerUnaryReactor* WorkerService::ReleaseTask(
    grpc::CallbackServerContext* rpc, const v1::ReleaseTaskRequest* request,
    v1::ReleaseTaskResponse* response) {
  static_cast<void>(response);
  return Serve(
      context_, rpc, kToWork, [this, request](const Caller& caller) -> Status {
        LT_RETURN_IF_ERROR(context_.owners.Check(caller, request->worker_id()));
        LT_ASSIGN_OR_RETURN(const FencingToken token,
                            FromProto(request->token()));
        return context_.scheduler.Release(request->worker_id(), token);
      });
}

}  // namespace longtake::coordinator
