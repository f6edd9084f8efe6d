#include "common/rpc/channel.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "common/job/job.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake {
namespace {

class EchoFarm final : public v1::Farm::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override {
    response->mutable_job()->set_job_id(request->job_id());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class ChannelTest : public testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    ConfigureFarmServer(builder);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override { server_->Shutdown(); }

  grpc::Status Ask(const std::shared_ptr<grpc::Channel>& channel,
                   size_t bytes) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(20));
    v1::GetJobRequest request;
    request.set_job_id(std::string(bytes, 'x'));
    v1::GetJobResponse response;
    const grpc::Status status =
        v1::Farm::NewStub(channel)->GetJob(&context, request, &response);
    if (status.ok()) {
      EXPECT_EQ(response.job().job_id().size(), bytes);
    }
    return status;
  }

  EchoFarm service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(ChannelTest, ReachesAServerByAddressAndInProcess) {
  EXPECT_TRUE(
      Ask(OpenFarmChannel("127.0.0.1:" + std::to_string(port_)), 10).ok());
  EXPECT_TRUE(Ask(server_->InProcessChannel(FarmChannelArguments()), 10).ok());
}

TEST_F(ChannelTest, MessagesPastTheLimitAreRefused) {
  const auto channel = OpenFarmChannel("127.0.0.1:" + std::to_string(port_));
  EXPECT_TRUE(Ask(channel, kMaxMessageBytes - 1000).ok());
  EXPECT_EQ(Ask(channel, kMaxMessageBytes + 1000).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace longtake
