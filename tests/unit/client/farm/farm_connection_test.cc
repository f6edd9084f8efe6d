// Against a real coordinator over a real in-process channel, without workers.

#include "client/farm/farm_connection.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/synchronization/notification.h"
#include "client/farm/fetch.h"
#include "client/progress/job_wait.h"
#include "common/artifact/artifact_store.h"
#include "common/digest/sha256.h"
#include "common/rpc/channel.h"
#include "common/testing/temp_dir.h"
#include "coordinator/app/coordinator_server.h"

namespace longtake::client {
namespace {

class FarmConnectionTest : public testing::Test {
 protected:
  FarmConnectionTest() {
    artifacts_ = *OpenDirectoryStore({.root = dir_.Join("store")});
    coordinator::CoordinatorServer::Options options;
    options.artifacts = artifacts_;
    server_ = *coordinator::CoordinatorServer::Start(std::move(options));
    FarmOptions farm;
    farm.channel = server_->InProcessChannel();
    farm.address = "the test's farm";
    farm_ = std::make_unique<FarmConnection>(std::move(farm));
  }
  ~FarmConnectionTest() override {
    farm_.reset();
    server_->Shutdown(absl::Seconds(1));
  }

  BlobRef Upload(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_.Join(name), std::ios::binary) << bytes;
    const BlobRef blob{Sha256Hex(bytes), static_cast<int64_t>(bytes.size())};
    const Status status = farm_->UploadFile(dir_.Join(name), blob, {});
    EXPECT_TRUE(status.ok()) << status;
    return blob;
  }

  JobSpec Spec() {
    JobSpec spec;
    spec.portrait = {Upload("me.jpg", "jpeg"), "me.jpg"};
    spec.audio = {Upload("talk.wav", "wave"), "talk.wav"};
    return spec;
  }

  const TempDir dir_;
  std::shared_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<coordinator::CoordinatorServer> server_;
  std::unique_ptr<FarmConnection> farm_;
};

TEST_F(FarmConnectionTest, FilesOfSeveralPartsArriveAndComeBack) {
  std::string bytes((3 << 20) + 12345, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  }
  const BlobRef blob = Upload("big", bytes);
  EXPECT_TRUE(artifacts_->VerifyBlob(blob).ok());
  ASSERT_TRUE(FetchBlob(*farm_, blob, dir_.Join("back"), {}).ok());
  EXPECT_EQ(*Sha256OfFile(dir_.Join("back")), blob.sha256);
}

TEST_F(FarmConnectionTest, WhatTheFarmHasIsNotSentAgain) {
  const BlobRef blob = Upload("file", "content");
  std::filesystem::remove(dir_.Join("file"));
  EXPECT_TRUE(farm_->UploadFile(dir_.Join("file"), blob, {}).ok());
}

TEST_F(FarmConnectionTest, FileThatChangedMeanwhileIsRefused) {
  std::ofstream(dir_.Join("f")) << "longer than it was";
  const Status status =
      farm_->UploadFile(dir_.Join("f"), {Sha256Hex("short"), 5}, {});
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(artifacts_->HasBlob({Sha256Hex("short"), 5}));
}

TEST_F(FarmConnectionTest, UnknownBlobIsAnErrorAndLeavesNoFile) {
  EXPECT_FALSE(
      FetchBlob(*farm_, {Sha256Hex("none"), 4}, dir_.Join("out"), {}).ok());
  EXPECT_FALSE(std::filesystem::exists(dir_.Join("out")));
}

TEST_F(FarmConnectionTest, FullDiskEndsADownload) {
  const BlobRef blob = Upload("f", "content");
  const Status status = farm_->DownloadBlob(
      blob, {}, [](std::string_view) { return ResourceExhausted("full"); });
  EXPECT_EQ(status, ResourceExhausted("full"));
}

TEST_F(FarmConnectionTest, SubmittedJobIsKnownListedAndIdempotent) {
  const JobSpec spec = Spec();
  const StatusOr<SubmittedJob> first = farm_->SubmitJob("default", "k", spec);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(first->created);
  EXPECT_EQ(first->job.job_id, MakeJobId("default", "k"));
  const StatusOr<SubmittedJob> again = farm_->SubmitJob("default", "k", spec);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->created);
  // As it was sent, and where it says it comes from, which the farm decides.
  JobSpec kept = farm_->GetJob(first->job.job_id)->spec;
  EXPECT_NE(kept.provenance, spec.provenance);
  kept.provenance = spec.provenance;
  EXPECT_EQ(kept, spec);
  EXPECT_EQ(farm_->ListJobs("", 10, "")->jobs.size(), 1u);
  EXPECT_EQ(farm_->ListJobs("other", 10, "")->jobs.size(), 0u);
  EXPECT_TRUE(farm_->ListSegments(first->job.job_id, true).ok());
  EXPECT_EQ(farm_->ListWorkers()->size(), 0u);
}

TEST_F(FarmConnectionTest, UnknownJobIsNotFound) {
  EXPECT_EQ(farm_->GetJob(std::string(32, 'a')).status().code(),
            StatusCode::kNotFound);
}

TEST_F(FarmConnectionTest, IllegalSpecIsRefusedByTheFarm) {
  JobSpec spec = Spec();
  spec.output.width = 513;
  EXPECT_EQ(farm_->SubmitJob("default", "k", spec).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(FarmConnectionTest, WatchEndsWithTheJob) {
  const std::string id = farm_->SubmitJob("default", "k", Spec())->job.job_id;
  std::vector<int64_t> sequences;
  absl::Notification watching;
  std::jthread canceller([&] {
    watching.WaitForNotification();
    EXPECT_TRUE(farm_->CancelJob(id).ok());
  });
  const Status status = farm_->WatchJob(id, 0, {}, [&](const JobEvent& event) {
    sequences.push_back(event.sequence);
    if (!watching.HasBeenNotified()) watching.Notify();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(std::is_sorted(sequences.begin(), sequences.end()));
  EXPECT_GE(sequences.size(), 2u);
  EXPECT_EQ(farm_->GetJob(id)->state, JobState::kCancelled);
}

TEST_F(FarmConnectionTest, StopEndsAWatchAndTheJobGoesOn) {
  const std::string id = farm_->SubmitJob("default", "k", Spec())->job.job_id;
  std::stop_source stop;
  WaitOptions wait;
  wait.job_id = id;
  wait.stop = stop.get_token();
  wait.on_event = [&stop](const JobEvent&) { stop.request_stop(); };
  EXPECT_EQ(WaitForJob(*farm_, wait).status().code(), StatusCode::kCancelled);
  EXPECT_FALSE(HasEnded(farm_->GetJob(id)->state));
}

TEST_F(FarmConnectionTest, CancelledJobCanBeRetried) {
  const std::string id = farm_->SubmitJob("default", "k", Spec())->job.job_id;
  EXPECT_EQ(farm_->CancelJob(id)->state, JobState::kCancelled);
  const StatusOr<JobView> job = farm_->RetryJob(id);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_FALSE(HasEnded(job->state));
}

TEST_F(FarmConnectionTest, PausedJobGoesOnWhenItIsResumed) {
  const std::string id = farm_->SubmitJob("default", "k", Spec())->job.job_id;
  const StatusOr<JobView> paused = farm_->PauseJob(id);
  ASSERT_TRUE(paused.ok()) << paused.status();
  EXPECT_TRUE(paused->paused);
  EXPECT_TRUE(farm_->GetJob(id)->paused);
  const StatusOr<JobView> resumed = farm_->ResumeJob(id);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_FALSE(resumed->paused);
  EXPECT_EQ(farm_->PauseJob(std::string(32, 'a')).status().code(),
            StatusCode::kNotFound);
}

TEST_F(FarmConnectionTest, PriorityOfALiveJobCanBeSet) {
  const std::string id = farm_->SubmitJob("default", "k", Spec())->job.job_id;
  const StatusOr<JobView> job = farm_->SetJobPriority(id, 7);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec.priority, 7);
  EXPECT_EQ(farm_->GetJob(id)->spec.priority, 7);
}

TEST_F(FarmConnectionTest, QueueShowsWhatWaits) {
  ASSERT_TRUE(farm_->SubmitJob("studio", "k", Spec()).ok());
  const StatusOr<QueueView> queue = farm_->GetQueue();
  ASSERT_TRUE(queue.ok()) << queue.status();
  int waiting = 0;
  for (const QueueDepth& depth : queue->depths) {
    waiting += depth.ready + depth.queued;
  }
  EXPECT_EQ(waiting, 2);  // audio and portrait
  ASSERT_EQ(queue->tenants.size(), 1u);
  EXPECT_EQ(queue->tenants[0].tenant, "studio");
  EXPECT_EQ(queue->tenants[0].jobs, 1);
}

TEST_F(FarmConnectionTest, UnknownWorkerCanNotDrainNorBeReadmitted) {
  EXPECT_EQ(farm_->DrainWorker("nobody").status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(farm_->ReadmitWorker("nobody").status().code(),
            StatusCode::kNotFound);
}

TEST_F(FarmConnectionTest, FindsWhatIsMissingInManyQuestions) {
  const BlobRef there = Upload("there", "bytes");
  std::vector<BlobRef> blobs(1200, there);
  const BlobRef missing{Sha256Hex("other"), 5};
  blobs.front() = blobs.back() = missing;
  const StatusOr<std::vector<BlobRef>> found = farm_->FindMissing(blobs);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, (std::vector<BlobRef>{missing, missing}));
}

TEST(FarmConnectionErrorsTest, UnreachableFarmSaysWhatToDo) {
  FarmOptions options;
  options.channel = OpenFarmChannel("127.0.0.1:1");
  options.address = "127.0.0.1:1";
  options.attempts = 2;
  options.first_backoff = absl::Milliseconds(1);
  FarmConnection farm(std::move(options));
  const Status status = farm.ListWorkers().status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(Message(status).find("127.0.0.1:1"), std::string::npos);
  EXPECT_NE(Message(status).find("start longtake-coordinator"),
            std::string::npos);
  for (const char* inner : {"addresses", "last error", "ipv4", "errno"}) {
    EXPECT_EQ(Message(status).find(inner), std::string::npos) << status;
  }
}

TEST(StatusOfJobTest, EveryEndHasItsStatus) {
  JobView job;
  job.job_id = "j";
  job.state = JobState::kSucceeded;
  EXPECT_TRUE(StatusOfJob(job).ok());
  job.state = JobState::kCancelled;
  EXPECT_EQ(StatusOfJob(job).code(), StatusCode::kCancelled);
  job.state = JobState::kRunning;
  EXPECT_EQ(StatusOfJob(job).code(), StatusCode::kFailedPrecondition);
  job.state = JobState::kFailed;
  EXPECT_EQ(StatusOfJob(job).code(), StatusCode::kInternal);
  job.error = DataLoss("gone");
  EXPECT_EQ(StatusOfJob(job), DataLoss("gone"));
}

}  // namespace
}  // namespace longtake::client
