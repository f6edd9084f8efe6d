// The recorder on a real server of both services, called in-process.

#include "coordinator/api/rpc_recorder.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include "longtake/v1/farm.grpc.pb.h"
#include "tests/support/metrics_text.h"

namespace longtake::coordinator {
namespace {

class OneJobFarm final : public v1::Farm::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* rpc,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse*) override {
    grpc::ServerUnaryReactor* reactor = rpc->DefaultReactor();
    reactor->Finish(request->job_id() == "known"
                        ? grpc::Status::OK
                        : grpc::Status(grpc::StatusCode::NOT_FOUND, "no"));
    return reactor;
  }

  grpc::ServerWriteReactor<v1::JobEvent>* WatchJob(
      grpc::CallbackServerContext*, const v1::WatchJobRequest*) override {
    class OneEvent final : public grpc::ServerWriteReactor<v1::JobEvent> {
     public:
      OneEvent() { StartWrite(&event_); }
      void OnWriteDone(bool) override { Finish(grpc::Status::OK); }
      void OnDone() override { delete this; }

     private:
      v1::JobEvent event_;
    };
    return new OneEvent();
  }
};

TEST(RpcRecorderTest, AllMethodsOfBothServicesAreKnown) {
  const std::vector<std::string> methods = FarmMethods();
  EXPECT_THAT(methods, testing::IsSupersetOf({
                           "longtake.v1.Farm/SubmitJob",
                           "longtake.v1.Farm/WatchJob",
                           "longtake.v1.WorkerFarm/LeaseTask",
                           "longtake.v1.WorkerFarm/CompleteTask",
                       }));
}

TEST(RpcRecorderTest, CallsAndStreamsAreCountedWithTheirCodes) {
  metrics::Registry registry;
  const RpcMetrics metrics(&registry, FarmMethods());
  OneJobFarm service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  std::vector<
      std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
      creators;
  creators.push_back(MakeRpcRecorder(metrics));
  builder.experimental().SetInterceptorCreators(std::move(creators));
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto stub = v1::Farm::NewStub(server->InProcessChannel({}));

  for (const char* job : {"known", "known", "unknown"}) {
    grpc::ClientContext context;
    v1::GetJobRequest request;
    request.set_job_id(job);
    v1::GetJobResponse response;
    static_cast<void>(stub->GetJob(&context, request, &response));
  }
  {
    grpc::ClientContext context;
    const auto stream = stub->WatchJob(&context, {});
    for (v1::JobEvent event; stream->Read(&event);) {
    }
    EXPECT_TRUE(stream->Finish().ok());
  }
  server->Shutdown();

  const std::string text = registry.Expose();
  const std::string name = "longtake_coordinator_rpcs_total{code=";
  EXPECT_EQ(SeriesValue(text, name + "\"OK\",method=\"GetJob\","
                                     "service=\"longtake.v1.Farm\"}"),
            2);
  EXPECT_EQ(SeriesValue(text, name + "\"NOT_FOUND\",method=\"GetJob\","
                                     "service=\"longtake.v1.Farm\"}"),
            1);
  EXPECT_EQ(SeriesValue(text, name + "\"OK\",method=\"WatchJob\","
                                     "service=\"longtake.v1.Farm\"}"),
            1);
  EXPECT_EQ(SumOfSeries(text, "longtake_coordinator_rpc_seconds_count",
                        "method=\"GetJob\""),
            3);
}

}  // namespace
}  // namespace longtake::coordinator
