#include "common/rpc/call_deadline.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "common/rpc/channel.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake {
namespace {

// Answers no call until it is told to end.
class SilentFarm final : public v1::Farm::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext*,
                                   const v1::GetJobRequest*,
                                   v1::GetJobResponse*) override {
    class Reactor final : public grpc::ServerUnaryReactor {
      void OnCancel() override { Finish(grpc::Status::CANCELLED); }
      void OnDone() override { delete this; }
    };
    return new Reactor();
  }
};

class CallDeadlineTest : public testing::Test {
 protected:
  CallDeadlineTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::Farm::NewStub(server_->InProcessChannel({}));
  }
  Status Ask(absl::Duration deadline, std::stop_token stop,
             bool without_grpc = false) {
    grpc::ClientContext context;
    const BoundCall call(deadlines_, &context, deadline, stop);
    if (without_grpc) context.set_deadline(gpr_inf_future(GPR_CLOCK_MONOTONIC));
    v1::GetJobResponse response;
    return call.StatusOf(stub_->GetJob(&context, {}, &response));
  }

  SilentFarm service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::Farm::Stub> stub_;
  CallDeadlines deadlines_;
};

TEST_F(CallDeadlineTest, CallEndsAtItsDeadline) {
  EXPECT_EQ(Ask(absl::Milliseconds(20), {}).code(),
            StatusCode::kDeadlineExceeded);
}

TEST_F(CallDeadlineTest, DeadlineHoldsWhereGrpcsTimersSleep) {
  EXPECT_EQ(Ask(absl::Milliseconds(20), {}, true).code(),
            StatusCode::kDeadlineExceeded);
  // A later call's deadline comes first.
  std::jthread longer([this] { (void)Ask(absl::Seconds(1), {}, true); });
  const SteadyTime began = SteadyNow();
  EXPECT_EQ(Ask(absl::Milliseconds(20), {}, true).code(),
            StatusCode::kDeadlineExceeded);
  EXPECT_LT(SteadyNow() - began, std::chrono::milliseconds(900));
}

TEST_F(CallDeadlineTest, RequestedStopIsNoDeadline) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Ask(absl::Minutes(1), stop.get_token()).code(),
            StatusCode::kCancelled);
}

}  // namespace
}  // namespace longtake
