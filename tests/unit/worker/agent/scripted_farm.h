#pragma once
// A WorkerFarm service that does what a test tells it, over a real in-process
// channel or on a port of this machine, and remembers what it was told.

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/job/job.h"
#include "common/rpc/convert.h"
#include "common/rpc/status_convert.h"
#include "common/time/steady_mutex.h"
#include "fmt/format.h"
#include "longtake/v1/worker.grpc.pb.h"

namespace longtake::worker {

// Thread-safe.
class ScriptedFarm : public v1::WorkerFarm::Service {
 public:
  ScriptedFarm() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    server_ = builder.BuildAndStart();
  }
  ~ScriptedFarm() override { Kill(); }

  std::shared_ptr<grpc::Channel> Channel() {
    return server_->InProcessChannel({});
  }
  std::string Address() const { return fmt::format("127.0.0.1:{}", port_); }

  // Drops all connections and listens no more.
  void Kill() {
    Do([](State& s) { s.stuck = false; });
    server_->Shutdown(std::chrono::system_clock::now());
  }

  // What is seen and scripted. Change or read it under Do or Await.
  struct State {
    int64_t lease_millis = 60;
    std::deque<v1::LeaseTaskResponse> offers;
    // Answers given before OK, in order.
    std::deque<Status> register_answers, lease_answers, renew_answers,
        complete_answers, fail_answers;
    bool stuck = false;  // answers nothing, as a stopped process does
    std::vector<v1::FencingToken> stop;
    bool drain_on_renewal = false;
    bool register_again = false;  // once

    std::vector<v1::RegisterWorkerRequest> registrations;
    std::vector<v1::LeaseTaskRequest> lease_requests;
    std::vector<v1::RenewLeaseRequest> renewals;
    std::vector<v1::CompleteTaskRequest> completions;
    std::vector<v1::FailTaskRequest> failures;
    std::vector<v1::ReleaseTaskRequest> releases;
  };

  void Do(const std::function<void(State&)>& change) {
    SteadyMutexLock lock(&mutex_);
    change(state_);
  }
  // Waits until `reached` holds; false after a long time.
  bool Await(const std::function<bool(const State&)>& reached) {
    SteadyMutexLock lock(&mutex_);
    const auto holds = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return reached(state_);
    };
    return mutex_.AwaitFor(holds, absl::Seconds(20));
  }
  template <typename T>
  T Read(const std::function<T(const State&)>& read) {
    SteadyMutexLock lock(&mutex_);
    return read(state_);
  }

  // A portrait analysis by that name, attempt 1.
  void Offer(const std::string& task_id,
             const std::string& engine = "synthetic") {
    TaskSpec spec;
    spec.engine = engine;
    AnalyzePortraitTask task;
    task.portrait.blob.sha256 = std::string(64, 'a');
    task.portrait.blob.size_bytes = 5;
    task.portrait.name = "portrait.png";
    task.width = 64;
    task.height = 64;
    spec.task = task;
    Offer(task_id, spec);
  }
  void Offer(const std::string& task_id, const TaskSpec& spec) {
    v1::LeaseTaskResponse offer;
    offer.set_has_task(true);
    *offer.mutable_token() = ToProto(FencingToken{"job", task_id, 3, 1});
    *offer.mutable_spec() = ToProto(spec);
    Do([&](State& s) { s.offers.push_back(offer); });
  }

  grpc::Status RegisterWorker(grpc::ServerContext* context,
                              const v1::RegisterWorkerRequest* request,
                              v1::RegisterWorkerResponse* response) override {
    SteadyMutexLock lock(&mutex_);
    AwaitUnstuck(*context);
    state_.registrations.push_back(*request);
    response->set_lease_millis(state_.lease_millis);
    return Next(state_.register_answers);
  }

  grpc::Status LeaseTask(grpc::ServerContext* context,
                         const v1::LeaseTaskRequest* request,
                         v1::LeaseTaskResponse* response) override {
    const SteadyTime end = SteadyAfter(
        SteadyNow(), absl::Milliseconds(request->max_wait_millis()));
    SteadyMutexLock lock(&mutex_);
    state_.lease_requests.push_back(*request);
    const auto offered = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !state_.offers.empty() || !state_.lease_answers.empty();
    };
    while (!mutex_.AwaitFor(offered, absl::Milliseconds(5))) {
      if (context->IsCancelled()) return grpc::Status::CANCELLED;
      AwaitUnstuck(*context);
      if (SteadyNow() > end) return grpc::Status::OK;
    }
    AwaitUnstuck(*context);
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
    if (!state_.lease_answers.empty()) return Next(state_.lease_answers);
    *response = state_.offers.front();
    state_.offers.pop_front();
    return grpc::Status::OK;
  }

  grpc::Status RenewLease(grpc::ServerContext* context,
                          const v1::RenewLeaseRequest* request,
                          v1::RenewLeaseResponse* response) override {
    SteadyMutexLock lock(&mutex_);
    AwaitUnstuck(*context);
    state_.renewals.push_back(*request);
    for (const v1::FencingToken& token : state_.stop) {
      *response->add_stop() = token;
    }
    response->set_drain(state_.drain_on_renewal);
    response->set_register_again(state_.register_again);
    state_.register_again = false;
    return Next(state_.renew_answers);
  }

  grpc::Status CompleteTask(grpc::ServerContext* context,
                            const v1::CompleteTaskRequest* request,
                            v1::CompleteTaskResponse*) override {
    SteadyMutexLock lock(&mutex_);
    AwaitUnstuck(*context);
    state_.completions.push_back(*request);
    return Next(state_.complete_answers);
  }
  grpc::Status FailTask(grpc::ServerContext* context,
                        const v1::FailTaskRequest* request,
                        v1::FailTaskResponse*) override {
    SteadyMutexLock lock(&mutex_);
    AwaitUnstuck(*context);
    state_.failures.push_back(*request);
    return Next(state_.fail_answers);
  }
  grpc::Status ReleaseTask(grpc::ServerContext* context,
                           const v1::ReleaseTaskRequest* request,
                           v1::ReleaseTaskResponse*) override {
    SteadyMutexLock lock(&mutex_);
    AwaitUnstuck(*context);
    state_.releases.push_back(*request);
    return grpc::Status::OK;
  }

 private:
  void AwaitUnstuck(const grpc::ServerContext& context)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto unstuck = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !state_.stuck;
    };
    while (!mutex_.AwaitFor(unstuck, absl::Milliseconds(5))) {
      if (context.IsCancelled()) return;
    }
  }

  static grpc::Status Next(std::deque<Status>& answers) {
    if (answers.empty()) return grpc::Status::OK;
    const Status answer = answers.front();
    answers.pop_front();
    return ToGrpcStatus(answer);
  }

  SteadyMutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace longtake::worker
