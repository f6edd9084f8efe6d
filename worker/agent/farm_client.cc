#include "worker/agent/farm_client.h"

#include <grpcpp/client_context.h>

#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/convert.h"
#include "common/rpc/status_convert.h"

namespace longtake::worker {
namespace {

// One unary call with a deadline, cancelled when `stop` is requested.
template <typename Request, typename Response>
Status Call(v1::WorkerFarm::Stub& stub,
            grpc::Status (v1::WorkerFarm::Stub::*method)(grpc::ClientContext*,
                                                         const Request&,
                                                         Response*),
            const Request& request, absl::Duration deadline,
            std::stop_token stop, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  return FromGrpcStatus((stub.*method)(&context, request, response));
}

}  // namespace

FarmClient::FarmClient(std::shared_ptr<grpc::Channel> channel,
                       std::string worker_id, absl::Duration rpc_deadline)
    : worker_id_(std::move(worker_id)),
      rpc_deadline_(rpc_deadline),
      channel_(std::move(channel)),
      stub_(v1::WorkerFarm::NewStub(channel_)) {}

StatusOr<absl::Duration> FarmClient::Register(const WorkerIdentity& identity,
                                              std::stop_token stop) {
  v1::RegisterWorkerRequest request;
  request.set_worker_id(worker_id_);
  request.set_protocol_version(kWorkerProtocolVersion);
  request.set_build_version(identity.build_version);
  request.set_slots(identity.slots);
  request.set_store_id(identity.store_id);
  for (const EngineBinding& engine : identity.engines) {
    *request.add_engines() = ToProto(engine);
  }
  v1::RegisterWorkerResponse response;
  LT_RETURN_IF_ERROR(Call(*stub_, &v1::WorkerFarm::Stub::RegisterWorker,
                          request, rpc_deadline_, stop, &response));
  return absl::Milliseconds(response.lease_millis());
}

StatusOr<LeaseAnswer> FarmClient::Lease(absl::Duration wait,
                                        std::stop_token stop) {
  v1::LeaseTaskRequest request;
  request.set_worker_id(worker_id_);
  request.set_max_wait_millis(absl::ToInt64Milliseconds(wait));
  v1::LeaseTaskResponse response;
  LT_RETURN_IF_ERROR(Call(*stub_, &v1::WorkerFarm::Stub::LeaseTask, request,
                          wait + rpc_deadline_, stop, &response));
  LeaseAnswer answer;
  answer.drain = response.drain();
  if (response.has_task()) {
    LT_ASSIGN_OR_RETURN(FencingToken token, FromProto(response.token()));
    answer.task = OfferedTask{std::move(token), FromProto(response.spec())};
  }
  return answer;
}

StatusOr<RenewAnswer> FarmClient::Renew(const std::vector<LeaseReport>& leases,
                                        absl::Duration deadline,
                                        std::stop_token stop) {
  v1::RenewLeaseRequest request;
  request.set_worker_id(worker_id_);
  for (const LeaseReport& lease : leases) {
    v1::LeaseProgress* progress = request.add_leases();
    *progress->mutable_token() = ToProto(lease.token);
    progress->set_frames_done(lease.frames_done);
  }
  v1::RenewLeaseResponse response;
  LT_RETURN_IF_ERROR(Call(*stub_, &v1::WorkerFarm::Stub::RenewLease, request,
                          deadline, stop, &response));
  RenewAnswer answer;
  answer.drain = response.drain();
  answer.register_again = response.register_again();
  for (const v1::FencingToken& proto : response.stop()) {
    LT_ASSIGN_OR_RETURN(FencingToken token, FromProto(proto));
    answer.stop.push_back(std::move(token));
  }
  return answer;
}

Status FarmClient::Complete(const FencingToken& token, const TaskResult& result,
                            std::stop_token stop) {
  v1::CompleteTaskRequest request;
  request.set_worker_id(worker_id_);
  *request.mutable_token() = ToProto(token);
  *request.mutable_result() = ToProto(result);
  v1::CompleteTaskResponse response;
  return Call(*stub_, &v1::WorkerFarm::Stub::CompleteTask, request,
              rpc_deadline_, stop, &response);
}

Status FarmClient::Fail(const FencingToken& token, const Status& error,
                        std::stop_token stop) {
  v1::FailTaskRequest request;
  request.set_worker_id(worker_id_);
  *request.mutable_token() = ToProto(token);
  *request.mutable_error() = ErrorToProto(error);
  v1::FailTaskResponse response;
  return Call(*stub_, &v1::WorkerFarm::Stub::FailTask, request, rpc_deadline_,
              stop, &response);
}

Status FarmClient::Release(const FencingToken& token, std::stop_token stop) {
  v1::ReleaseTaskRequest request;
  request.set_worker_id(worker_id_);
  *request.mutable_token() = ToProto(token);
  v1::ReleaseTaskResponse response;
  return Call(*stub_, &v1::WorkerFarm::Stub::ReleaseTask, request,
              rpc_deadline_, stop, &response);
}

}  // namespace longtake::worker
