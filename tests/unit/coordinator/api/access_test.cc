// Who may call which rpc, over a real port.

#include "coordinator/api/access.h"

#include <google/protobuf/descriptor.h>

#include <map>
#include <string>
#include <vector>

#include "common/rpc/worker_protocol.h"
#include "tests/support/generic_call.h"
#include "tests/unit/coordinator/api/guarded_farm.h"

namespace longtake::coordinator {
namespace {

// The rule of every rpc. One that is not here fails the test below: decide who
// may call it first.
const std::map<std::string, Roles>& Rules() {
  static const auto& rules = *new std::map<std::string, Roles>{
      {"longtake.v1.Farm.SubmitJob", Role::kSubmit},
      {"longtake.v1.Farm.GetJob", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.ListJobs", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.WatchJob", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.CancelJob", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.RetryJob", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.PauseJob", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.ResumeJob", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.SetJobPriority", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.ListSegments", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.ListWorkers", Role::kOperate},
      {"longtake.v1.Farm.DrainWorker", Role::kOperate},
      {"longtake.v1.Farm.ReadmitWorker", Role::kOperate},
      {"longtake.v1.Farm.GetQueue", Role::kOperate},
      {"longtake.v1.Farm.UploadArtifact", Role::kSubmit},
      {"longtake.v1.Farm.DownloadArtifact", Role::kSubmit | Role::kOperate},
      {"longtake.v1.Farm.FindMissing", Role::kSubmit},
      {"longtake.v1.WorkerFarm.RegisterWorker", Role::kWorker},
      {"longtake.v1.WorkerFarm.LeaseTask", Role::kWorker},
      {"longtake.v1.WorkerFarm.RenewLease", Role::kWorker},
      {"longtake.v1.WorkerFarm.CompleteTask", Role::kWorker},
      {"longtake.v1.WorkerFarm.FailTask", Role::kWorker},
      {"longtake.v1.WorkerFarm.ReleaseTask", Role::kWorker},
  };
  return rules;
}

std::vector<const google::protobuf::MethodDescriptor*> AllMethods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto* file : {v1::JobSpec::descriptor()->file(),
                           v1::FencingToken::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

using AccessTest = GuardedFarm;

TEST_F(AccessTest, EveryRpcIsForItsRolesOnly) {
  const std::vector<std::pair<std::string, Role>> callers = {
      {"alice", Role::kSubmit},
      {"operator", Role::kOperate},
      {"worker", Role::kWorker}};
  int served = 0;
  for (const auto* method : AllMethods()) {
    const std::string name = method->full_name();
    ASSERT_TRUE(Rules().contains(name)) << "who may call " << name << "?";
    const std::string path =
        "/" + method->service()->full_name() + "/" + method->name();
    SCOPED_TRACE(path);
    // Declared, and answered by nobody yet: there is nothing to guard.
    if (CallEmpty(Channel(""), path).code() == StatusCode::kUnimplemented) {
      continue;
    }
    ++served;
    for (const char* stranger : {"", "mallory"}) {
      EXPECT_EQ(CallEmpty(Channel(stranger), path).code(),
                StatusCode::kUnauthenticated)
          << "token of '" << stranger << "'";
    }
    for (const auto& [caller, role] : callers) {
      const Status status = CallEmpty(Channel(caller), path);
      if (Rules().at(name).Has(role)) {
        EXPECT_NE(status.code(), StatusCode::kUnauthenticated) << caller;
        EXPECT_NE(status.code(), StatusCode::kPermissionDenied) << caller;
      } else {
        EXPECT_EQ(status.code(), StatusCode::kPermissionDenied)
            << caller << " got " << status;
      }
    }
  }
  EXPECT_GE(served, 17);
}

TEST_F(AccessTest, HealthAndReflectionStayOpen) {
  EXPECT_TRUE(CallEmpty(Channel(""), kHealthCheck).ok());
  // An empty question is answered with an error inside the stream.
  EXPECT_TRUE(
      CallEmpty(
          Channel(""),
          "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
          .ok());
}

TEST_F(AccessTest, RefusalsSayWhatToDoAndNoSecret) {
  const Status none = CallEmpty(Channel(""), "/longtake.v1.Farm/ListJobs");
  EXPECT_NE(Message(none).find("--token-file"), std::string::npos);
  const Status unknown =
      CallEmpty(Channel("mallory"), "/longtake.v1.Farm/ListJobs");
  EXPECT_EQ(Message(unknown).find(Secret("mallory")), std::string::npos);
  const Status denied =
      CallEmpty(Channel("worker"), "/longtake.v1.Farm/ListWorkers");
  EXPECT_EQ(Message(denied),
            "worker has the role worker; this call needs operate");
}

TEST_F(AccessTest, NewTokensCountWithoutARestartAndOldOnesEnd) {
  EXPECT_EQ(CallEmpty(Channel("carol"), "/longtake.v1.Farm/ListJobs").code(),
            StatusCode::kUnauthenticated);
  WriteTokens(Entry(
      "carol",
      "tenant: acme, roles: [submit], expires: " +
          absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock_->Now() + absl::Hours(1),
                           absl::UTCTimeZone())));
  server_->Tick();
  EXPECT_TRUE(CallEmpty(Channel("carol"), "/longtake.v1.Farm/ListJobs").ok());
  clock_->Advance(absl::Hours(2));
  EXPECT_EQ(CallEmpty(Channel("carol"), "/longtake.v1.Farm/ListJobs").code(),
            StatusCode::kUnauthenticated);
}

class WorkerIdTest : public GuardedFarm {
 protected:
  Status Register(const std::string& caller, const std::string& id) {
    v1::RegisterWorkerRequest request;
    request.set_worker_id(id);
    request.set_protocol_version(kWorkerProtocolVersion);
    request.set_build_version("test");
    request.set_slots(1);
    *request.add_engines() = ToProto(EngineBinding{"hilm", "1", "class", 2});
    grpc::ClientContext context;
    v1::RegisterWorkerResponse response;
    return FromGrpcStatus(
        Workers(caller)->RegisterWorker(&context, request, &response));
  }
  StatusOr<v1::LeaseTaskResponse> Lease(const std::string& caller,
                                        const std::string& id) {
    v1::LeaseTaskRequest request;
    request.set_worker_id(id);
    grpc::ClientContext context;
    v1::LeaseTaskResponse response;
    const auto status =
        Workers(caller)->LeaseTask(&context, request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response;
  }
};

TEST_F(WorkerIdTest, AWorkerTouchesOnlyItsOwnLeases) {
  MakeJob("alice", "job");
  ASSERT_TRUE(Register("worker", "w1").ok());
  ASSERT_TRUE(Register("worker-2", "w2").ok());
  const auto lease = Lease("worker", "w1");
  ASSERT_TRUE(lease.ok()) << lease.status();
  ASSERT_TRUE(lease->has_task());

  // In the name of w1.
  EXPECT_EQ(Register("worker-2", "w1").code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(Lease("worker-2", "w1").status().code(),
            StatusCode::kPermissionDenied);
  const auto thief = Workers("worker-2");
  {
    grpc::ClientContext context;
    v1::RenewLeaseRequest request;
    request.set_worker_id("w1");
    *request.add_leases()->mutable_token() = lease->token();
    v1::RenewLeaseResponse response;
    EXPECT_EQ(thief->RenewLease(&context, request, &response).error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
  }
  {
    grpc::ClientContext context;
    v1::FailTaskRequest request;
    request.set_worker_id("w1");
    *request.mutable_token() = lease->token();
    v1::FailTaskResponse response;
    EXPECT_EQ(thief->FailTask(&context, request, &response).error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
  }
  {
    // In its own name, with the other's token.
    grpc::ClientContext context;
    v1::ReleaseTaskRequest request;
    request.set_worker_id("w2");
    *request.mutable_token() = lease->token();
    v1::ReleaseTaskResponse response;
    EXPECT_EQ(thief->ReleaseTask(&context, request, &response).error_code(),
              grpc::StatusCode::ABORTED);
  }
  grpc::ClientContext context;
  v1::ReleaseTaskRequest request;
  request.set_worker_id("w1");
  *request.mutable_token() = lease->token();
  v1::ReleaseTaskResponse response;
  EXPECT_TRUE(
      Workers("worker")->ReleaseTask(&context, request, &response).ok());
}

TEST_F(WorkerIdTest, WorkerIdsHaveANarrowAlphabet) {
  for (const std::string& id :
       {std::string(), std::string("a b"), std::string("\x1b[2J"),
        std::string("../x"), std::string(200, 'w')}) {
    const Status status = Register("worker", id);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(Message(status).find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace longtake::coordinator
