#include "worker/agent/farm_client.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

#include "common/rpc/convert.h"
#include "common/rpc/status_convert.h"
#include "common/rpc/worker_protocol.h"
#include "fmt/format.h"

namespace longtake::worker {
namespace {

// A coordinator that failed last time is asked for a task with a short poll, so
// that a slot does not idle at one that is dead.
constexpr absl::Duration kProbeWait = absl::Seconds(1);
constexpr absl::Duration kProbeAnswer = absl::Seconds(2);

// The coordinator did not take the call; another may.
bool IsUnanswered(StatusCode code) {
  return code == StatusCode::kUnavailable ||
         code == StatusCode::kDeadlineExceeded;
}

// It is not well; the next call goes elsewhere. Cancelled: it shuts down.
bool IsItsFault(StatusCode code) {
  return IsUnanswered(code) || code == StatusCode::kInternal ||
         code == StatusCode::kUnknown || code == StatusCode::kCancelled;
}

// A kind of task that came after this worker was built is for another worker;
// a task that makes no sense is for none.
StatusOr<TaskSpec> SpecOf(const v1::TaskSpec& spec) {
  if (spec.task_case() == v1::TaskSpec::TASK_NOT_SET) {
    return ResourceExhausted(fmt::format(
        "this worker (protocol {}) knows no such kind of task: upgrade it to "
        "the coordinator's version",
        kWorkerProtocolVersion));
  }
  return FromProto(spec);
}

StatusOr<LeaseAnswer> AnswerOf(const v1::LeaseTaskResponse& response) {
  LeaseAnswer answer;
  answer.drain = response.drain();
  if (response.has_task()) {
    LT_ASSIGN_OR_RETURN(FencingToken token, FromProto(response.token()));
    answer.task = OfferedTask{std::move(token), SpecOf(response.spec())};
  }
  return answer;
}

}  // namespace

FarmClient::FarmClient(std::shared_ptr<CoordinatorList> coordinators,
                       std::string worker_id, absl::Duration rpc_deadline,
                       const WorkerMetrics& metrics)
    : worker_id_(std::move(worker_id)),
      metrics_(metrics),
      rpc_deadline_(rpc_deadline),
      coordinators_(std::move(coordinators)),
      polls_(coordinators_->size()) {
  for (size_t i = 0; i < coordinators_->size(); ++i) {
    stubs_.push_back(v1::WorkerFarm::NewStub(coordinators_->at(i).channel));
  }
}

template <typename Request, typename Response>
Status FarmClient::CallOne(size_t coordinator, Method<Request, Response> method,
                           const Request& request, absl::Duration deadline,
                           std::stop_token stop, Response* response,
                           std::stop_token stuck) {
  Status status;
  {
    grpc::ClientContext context;
    const BoundCall call(deadlines_, &context, deadline, stop, stuck);
    status = call.StatusOf(
        (stubs_[coordinator].get()->*method)(&context, request, response));
  }
  if (stop.stop_requested()) return status;
  if (stuck.stop_requested() && status.code() == StatusCode::kCancelled) {
    return Unavailable(fmt::format("{} answers nobody",
                                   coordinators_->at(coordinator).address));
  }
  if (!IsItsFault(status.code())) {
    coordinators_->Answered(coordinator);
    // It does not know this worker: it is the one to register with.
    if (status.code() == StatusCode::kNotFound) {
      coordinators_->Prefer(coordinator);
    }
    return status;
  }
  metrics_.CallFailed();
  coordinators_->Failed(coordinator);
  return Annotate(status, coordinators_->at(coordinator).address);
}

template <typename Request, typename Response>
Status FarmClient::CallAny(Method<Request, Response> method,
                           const Request& request, absl::Duration deadline,
                           std::stop_token stop, Response* response,
                           const Request* again) {
  CoordinatorRound round(*coordinators_);
  Status status = Unavailable("no coordinator");
  const Request* now = &request;
  while (const std::optional<size_t> coordinator = round.Next()) {
    response->Clear();
    status = CallOne(*coordinator, method, *now, deadline, stop, response);
    if (again != nullptr) now = again;
    if (stop.stop_requested() || !IsUnanswered(status.code())) break;
    if (status.code() == StatusCode::kDeadlineExceeded) {
      EndPollsAt(*coordinator);
    }
  }
  return status;
}

void FarmClient::EndPollsAt(size_t coordinator) {
  std::stop_source polls;
  {
    absl::MutexLock lock(&mutex_);
    std::swap(polls, polls_[coordinator]);
  }
  polls.request_stop();
}

StatusOr<absl::Duration> FarmClient::Register(const WorkerIdentity& identity,
                                              std::stop_token stop) {
  v1::RegisterWorkerRequest request;
  request.set_worker_id(worker_id_);
  request.set_protocol_version(kWorkerProtocolVersion);
  request.set_build_version(identity.build_version);
  request.set_slots(identity.slots);
  request.set_store_id(identity.store_id);
  request.mutable_pools()->Assign(identity.pools.begin(), identity.pools.end());
  request.set_gpu_memory_bytes(identity.gpu_memory_bytes);
  request.mutable_capabilities()->Assign(identity.capabilities.begin(),
                                         identity.capabilities.end());
  for (const EngineBinding& engine : identity.engines) {
    *request.add_engines() = ToProto(engine);
  }
  v1::RegisterWorkerResponse response;
  LT_RETURN_IF_ERROR(CallAny(&v1::WorkerFarm::Stub::RegisterWorker, request,
                             rpc_deadline_, stop, &response));
  return absl::Milliseconds(response.lease_millis());
}

StatusOr<LeaseAnswer> FarmClient::Lease(absl::Duration wait,
                                        const std::string& held_identity,
                                        std::stop_token stop) {
  const CoordinatorList::Turn turn = coordinators_->NextTurn();
  absl::Duration deadline = wait + rpc_deadline_;
  if (turn.suspect) {
    wait = std::min(wait, kProbeWait);
    deadline = std::min(deadline, wait + kProbeAnswer);
  }
  std::stop_token stuck;
  {
    absl::MutexLock lock(&mutex_);
    stuck = polls_[turn.index].get_token();
  }
  v1::LeaseTaskRequest request;
  request.set_worker_id(worker_id_);
  request.set_max_wait_millis(absl::ToInt64Milliseconds(wait));
  if (!held_identity.empty()) request.add_held_identities(held_identity);
  v1::LeaseTaskResponse response;
  LT_RETURN_IF_ERROR(CallOne(turn.index, &v1::WorkerFarm::Stub::LeaseTask,
                             request, deadline, stop, &response, stuck));
  return AnswerOf(response);
}

StatusOr<RenewAnswer> FarmClient::Renew(const std::vector<LeaseReport>& leases,
                                        absl::Duration within,
                                        std::stop_token stop) {
  const absl::Duration deadline =
      within / static_cast<int64_t>(std::max<size_t>(2, coordinators_->size()));
  v1::RenewLeaseRequest request;
  request.set_worker_id(worker_id_);
  for (const LeaseReport& lease : leases) {
    v1::LeaseProgress* progress = request.add_leases();
    *progress->mutable_token() = ToProto(lease.token);
    progress->set_frames_done(lease.frames_done);
  }
  v1::RenewLeaseResponse response;
  LT_RETURN_IF_ERROR(CallAny(&v1::WorkerFarm::Stub::RenewLease, request,
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

StatusOr<LeaseAnswer> FarmClient::Complete(const FencingToken& token,
                                           const TaskResult& result,
                                           bool lease_next,
                                           const std::string& held_identity,
                                           std::stop_token stop) {
  v1::CompleteTaskRequest request;
  request.set_worker_id(worker_id_);
  *request.mutable_token() = ToProto(token);
  *request.mutable_result() = ToProto(result);
  // Asked once: a task that a lost answer took along would stay leased to this
  // slot until it expires.
  const v1::CompleteTaskRequest again = request;
  request.set_lease_next(lease_next);
  if (!held_identity.empty()) request.add_held_identities(held_identity);
  v1::CompleteTaskResponse response;
  LT_RETURN_IF_ERROR(CallAny(&v1::WorkerFarm::Stub::CompleteTask, request,
                             rpc_deadline_, stop, &response, &again));
  StatusOr<LeaseAnswer> next = AnswerOf(response.next());
  // The report was taken; a task that can't be read expires.
  return next.ok() ? next : LeaseAnswer{};
}

Status FarmClient::Fail(const FencingToken& token, const Status& error,
                        std::stop_token stop) {
  v1::FailTaskRequest request;
  request.set_worker_id(worker_id_);
  *request.mutable_token() = ToProto(token);
  *request.mutable_error() = ErrorToProto(error);
  v1::FailTaskResponse response;
  return CallAny(&v1::WorkerFarm::Stub::FailTask, request, rpc_deadline_, stop,
                 &response);
}

Status FarmClient::Release(const FencingToken& token, std::stop_token stop) {
  v1::ReleaseTaskRequest request;
  request.set_worker_id(worker_id_);
  *request.mutable_token() = ToProto(token);
  v1::ReleaseTaskResponse response;
  return CallAny(&v1::WorkerFarm::Stub::ReleaseTask, request, rpc_deadline_,
                 stop, &response);
}

}  // namespace longtake::worker
