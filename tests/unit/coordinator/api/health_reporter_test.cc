#include "coordinator/api/health_reporter.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "longtake/v1/farm.grpc.pb.h"
#include "tests/support/health_check.h"

namespace longtake::coordinator {
namespace {

TEST(HealthReporterTest, TheHealthServiceSaysWhatReadinessSays) {
  grpc::EnableDefaultHealthCheckService(true);
  v1::Farm::CallbackService farm;
  grpc::ServerBuilder builder;
  builder.RegisterService(&farm);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                           grpc::InsecureChannelCredentials());
  const auto expect = [&channel](Serving serving) {
    for (const char* name :
         {"", "longtake.v1.Farm", "longtake.v1.WorkerFarm"}) {
      EXPECT_EQ(CheckHealth(channel, name), serving) << name;
    }
  };

  Readiness readiness;
  readiness.Fail("redis", "can't be reached");
  {
    const HealthReporter reporter(*server->GetHealthCheckService(), readiness);
    expect(Serving::kNo);
    readiness.Hold("redis");
    expect(Serving::kYes);
    EXPECT_EQ(CheckHealth(channel, "longtake.v1.Other"),
              Serving::kNoSuchService);
    readiness.Fail("serving", "shutting down");
    expect(Serving::kNo);
  }
  // The reporter is gone, and is not called.
  readiness.Hold("serving");
  expect(Serving::kNo);
  server->Shutdown();
}

}  // namespace
}  // namespace longtake::coordinator
