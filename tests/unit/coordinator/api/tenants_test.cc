// What one tenant can learn of another: nothing, not even that it exists.

#include <string>

#include "common/artifact/tenant_blobs.h"
#include "tests/unit/coordinator/api/guarded_farm.h"
#include "tests/unit/coordinator/api/scripted_farm.h"

namespace longtake::coordinator {
namespace {

using TenantsTest = GuardedFarm;

// One call about a job; the answer's status.
template <typename Request, typename Response>
Status About(grpc::Status (v1::Farm::Stub::*method)(grpc::ClientContext*,
                                                    const Request&, Response*),
             v1::Farm::Stub& farm, const std::string& job_id) {
  Request request;
  request.set_job_id(job_id);
  grpc::ClientContext context;
  Response response;
  return FromGrpcStatus((farm.*method)(&context, request, &response));
}

Status Watch(v1::Farm::Stub& farm, const std::string& job_id) {
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  const auto reader = farm.WatchJob(&context, request);
  v1::JobEvent event;
  if (reader->Read(&event)) {
    context.TryCancel();
    while (reader->Read(&event)) continue;
    (void)reader->Finish();
    return OkStatus();
  }
  return FromGrpcStatus(reader->Finish());
}

TEST_F(TenantsTest, AnotherTenantsJobIsLikeOneThatNeverWas) {
  const std::string job = MakeJob("alice", "night run").job_id();
  const std::string never = std::string(31, '0') + "1";
  const auto bob = Farm("bob");
  const auto ask = [&](const std::string& id) {
    return std::vector<Status>{About(&v1::Farm::Stub::GetJob, *bob, id),
                               About(&v1::Farm::Stub::CancelJob, *bob, id),
                               About(&v1::Farm::Stub::RetryJob, *bob, id),
                               About(&v1::Farm::Stub::ListSegments, *bob, id),
                               Watch(*bob, id)};
  };
  const std::vector<Status> real = ask(job);
  const std::vector<Status> none = ask(never);
  for (size_t i = 0; i < real.size(); ++i) {
    EXPECT_EQ(real[i].code(), StatusCode::kNotFound) << i << real[i];
    EXPECT_EQ(Message(real[i]), "no job " + job) << i;
    EXPECT_EQ(none[i].code(), StatusCode::kNotFound) << i << none[i];
    EXPECT_EQ(Message(none[i]), "no job " + never) << i;
  }
  // Nothing happened to it, and its own tenant and operators see it.
  for (const char* name : {"alice", "anna", "operator"}) {
    const auto farm = Farm(name);
    EXPECT_TRUE(About(&v1::Farm::Stub::GetJob, *farm, job).ok()) << name;
    EXPECT_TRUE(Watch(*farm, job).ok()) << name;
  }
}

TEST_F(TenantsTest, ListsHoldTheOwnTenantsJobsOnly) {
  const std::string job = MakeJob("alice", "a").job_id();
  MakeJob("bob", "b");
  const auto list = [this](const std::string& name, const std::string& tenant) {
    grpc::ClientContext context;
    v1::ListJobsRequest request;
    request.set_tenant(tenant);
    v1::ListJobsResponse response;
    const auto status = Farm(name)->ListJobs(&context, request, &response);
    return status.ok() ? response.jobs_size()
                       : -static_cast<int>(status.error_code());
  };
  EXPECT_EQ(list("anna", ""), 1);
  EXPECT_EQ(list("anna", "acme"), 1);
  EXPECT_EQ(list("anna", "other"),
            -static_cast<int>(grpc::StatusCode::PERMISSION_DENIED));
  // A tenant that does not exist is no different.
  EXPECT_EQ(list("anna", "nobody"),
            -static_cast<int>(grpc::StatusCode::PERMISSION_DENIED));
  EXPECT_EQ(list("operator", ""), 2);
  EXPECT_EQ(list("operator", "other"), 1);
}

TEST_F(TenantsTest, JobsAreSubmittedForTheOwnTenantOnly) {
  ASSERT_TRUE(Upload("alice", "a portrait").ok());
  ASSERT_TRUE(Upload("alice", "a talk").ok());
  EXPECT_EQ(Submit("alice", "k")->tenant(), "acme");
  EXPECT_TRUE(Submit("alice", "k2", "acme").ok());
  EXPECT_EQ(Submit("alice", "k3", "other").status().code(),
            StatusCode::kPermissionDenied);
  EXPECT_EQ(Submit("alice", "k3", "default").status().code(),
            StatusCode::kPermissionDenied);
}

TEST_F(TenantsTest, BlobsOfOthersAreAsGoodAsAbsent) {
  const std::string bytes = "the face of somebody";
  const BlobRef blob = RefOf(bytes);
  const BlobRef never = RefOf("bytes that nobody has");
  ASSERT_TRUE(Upload("alice", bytes).ok());
  EXPECT_FALSE(IsMissing("alice", blob));
  EXPECT_FALSE(IsMissing("anna", blob));
  EXPECT_TRUE(IsMissing("bob", blob));
  EXPECT_TRUE(IsMissing("bob", never));
  EXPECT_EQ(*Download("anna", blob), bytes);
  EXPECT_EQ(*Download("operator", blob), bytes);
  const auto foreign = Download("bob", blob);
  EXPECT_EQ(foreign.status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Message(foreign.status()),
            "blob " + blob.sha256 + " of 20 bytes is not in the store");
  const auto absent = Download("bob", never);
  EXPECT_EQ(absent.status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Message(absent.status()),
            "blob " + never.sha256 + " of 21 bytes is not in the store");
}

TEST_F(TenantsTest, KnowingADigestOpensNothing) {
  const std::string bytes = "the face of somebody";
  const BlobRef blob = RefOf(bytes);
  ASSERT_TRUE(Upload("alice", bytes).ok());
  // The name alone, other bytes under the name, a part of the bytes.
  EXPECT_EQ(Upload("bob", blob, "").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload("bob", blob, "20 other bytes, sure").code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload("bob", blob, bytes.substr(0, 10)).code(),
            StatusCode::kInvalidArgument);
  EXPECT_TRUE(IsMissing("bob", blob));
  // As an input of a job.
  EXPECT_TRUE(Upload("alice", "a portrait").ok());
  EXPECT_TRUE(Upload("alice", "a talk").ok());
  const Status known = Submit("bob", "k").status();
  EXPECT_EQ(known.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(known),
            "portrait me.jpg is not in the artifact store; upload it first");
  // As a guide of a job whose other inputs are one's own.
  ASSERT_TRUE(Upload("bob", "a portrait").ok());
  ASSERT_TRUE(Upload("bob", "a talk").ok());
  JobSpec guided = Spec();
  guided.guides = {{"transcript", {blob, "words.txt"}}};
  EXPECT_EQ(Message(Submit("bob", "k2", "", guided).status()),
            "transcript words.txt is not in the artifact store; upload it "
            "first");
  // All of the bytes do.
  EXPECT_TRUE(Upload("bob", bytes).ok());
  EXPECT_FALSE(IsMissing("bob", blob));
  EXPECT_EQ(*Download("bob", blob), bytes);
}

TEST_F(TenantsTest, HowATranscriptFitsIsForItsTenantAlone) {
  ScriptedWorker worker("w1", Channel("worker"), artifacts_, {});
  ASSERT_TRUE(worker.Register().ok());
  JobSpec spec = Spec();
  spec.guides = {{"transcript", {RefOf("words"), "words.txt"}}};
  for (const char* blob : {"a portrait", "a talk", "words"}) {
    ASSERT_TRUE(Upload("alice", blob).ok());
  }
  // The second time it comes from the cache.
  for (const char* key : {"first", "second"}) {
    const auto job = Submit("alice", key, "", spec);
    ASSERT_TRUE(job.ok()) << job.status();
    while (true) {
      const auto work = worker.Poll();
      ASSERT_TRUE(work.ok()) << work.status();
      if (!work->has_value()) break;
      ASSERT_TRUE(worker.Finish(**work).ok());
    }
    grpc::ClientContext context;
    v1::GetJobRequest request;
    request.set_job_id(job->job_id());
    v1::GetJobResponse response;
    ASSERT_TRUE(Farm("alice")->GetJob(&context, request, &response).ok());
    const auto report = FromProto(response.job().transcript_report());
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(*Download("anna", *report), "how the words fit");
    EXPECT_EQ(Download("bob", *report).status().code(), StatusCode::kNotFound);
  }
}

TEST_F(TenantsTest, AGrantIsForOneTenantAndOneSize) {
  TenantBlobs blobs(*artifacts_, /*isolated=*/true);
  const BlobRef blob = RefOf("a take");
  EXPECT_FALSE(*blobs.Sees("acme", blob));
  ASSERT_TRUE(blobs.Grant("acme", blob).ok());
  ASSERT_TRUE(blobs.Grant("acme", blob).ok());
  EXPECT_TRUE(*blobs.Sees("acme", blob));
  EXPECT_FALSE(*blobs.Sees("other", blob));
  EXPECT_FALSE(*blobs.Sees("acme", {blob.sha256, blob.size_bytes + 1}));
  EXPECT_FALSE(blobs.Grant("", blob).ok());
  EXPECT_FALSE(blobs.Grant("../x", blob).ok());
  EXPECT_FALSE(blobs.Grant("acme", {"../../etc/passwd", 1}).ok());
  TenantBlobs open(*artifacts_, /*isolated=*/false);
  EXPECT_TRUE(*open.Sees("anybody", RefOf("anything")));
}

}  // namespace
}  // namespace longtake::coordinator
