#include "tests/chaos/reports.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <thread>

#include "common/rpc/convert.h"
#include "tests/chaos/stored_results.h"

namespace longtake::chaos {
namespace {

using coordinator::TaskRecord;
using grpc::StatusCode;

constexpr int kTries = 50;
constexpr std::chrono::milliseconds kBetweenTries(100);
constexpr std::chrono::seconds kCallLimit(5);

void Limit(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + kCallLimit);
}

}  // namespace

Reports::Reports(const std::string& address)
    : stub_(v1::WorkerFarm::NewStub(
          grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {}

StatusCode Reports::Complete(const FencingToken& token,
                             const std::string& worker,
                             const TaskResult& result) {
  v1::CompleteTaskRequest request;
  request.set_worker_id(worker);
  *request.mutable_token() = ToProto(token);
  *request.mutable_result() = ToProto(result);
  // A coordinator that doesn't know its state yet says so.
  for (int tries = 0;; ++tries) {
    v1::CompleteTaskResponse response;
    grpc::ClientContext context;
    Limit(&context);
    const StatusCode code =
        stub_->CompleteTask(&context, request, &response).error_code();
    if (code != StatusCode::UNAVAILABLE || tries == kTries) return code;
    std::this_thread::sleep_for(kBetweenTries);
  }
}

StatusCode Reports::Fail(const FencingToken& token, const std::string& worker) {
  v1::FailTaskRequest request;
  request.set_worker_id(worker);
  *request.mutable_token() = ToProto(token);
  request.mutable_error()->set_code("INTERNAL");
  v1::FailTaskResponse response;
  grpc::ClientContext context;
  Limit(&context);
  return stub_->FailTask(&context, request, &response).error_code();
}

StatusCode Reports::Release(const FencingToken& token,
                            const std::string& worker) {
  v1::ReleaseTaskRequest request;
  request.set_worker_id(worker);
  *request.mutable_token() = ToProto(token);
  v1::ReleaseTaskResponse response;
  grpc::ClientContext context;
  Limit(&context);
  return stub_->ReleaseTask(&context, request, &response).error_code();
}

std::vector<TaskRecord> FinishedTasks(const RedisServer& redis,
                                      const std::string& job_id) {
  std::vector<TaskRecord> finished;
  for (const TaskRecord& task : StoredTasks(redis, job_id)) {
    if (task.state == TaskState::kSucceeded && !task.closed.empty()) {
      finished.push_back(task);
    }
  }
  return finished;
}

FencingToken TokenOf(const std::string& job_id, const TaskRecord& task) {
  return {job_id, task.task_id, task.closed.back().epoch,
          task.closed.back().attempt};
}

}  // namespace longtake::chaos
