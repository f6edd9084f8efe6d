// A coordinator that starts on an artifact store with jobs in it: what was
// acknowledged is there again, and only what is missing is done.

#include <thread>

#include "tests/unit/coordinator/api/scripted_farm.h"

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;

class RecoveryTest : public ScriptedFarm {
 protected:
  v1::Job Pause(const std::string& job_id) {
    v1::PauseJobRequest request;
    request.set_job_id(job_id);
    grpc::ClientContext context;
    v1::PauseJobResponse response;
    const auto status = farm_->PauseJob(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job();
  }
  v1::Job SetPriority(const std::string& job_id, int priority) {
    v1::SetJobPriorityRequest request;
    request.set_job_id(job_id);
    request.set_priority(priority);
    grpc::ClientContext context;
    v1::SetJobPriorityResponse response;
    const auto status = farm_->SetJobPriority(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job();
  }
  // What was finished is looked for behind the first answers.
  void AwaitSegmentsDone(const std::string& job_id, int count) {
    for (int i = 0; i < 1000; ++i) {
      if (Job(job_id).progress.segments_done == count) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << Job(job_id).progress.segments_done << " segments, not " << count;
  }
};

TEST_F(RecoveryTest, ARestartRendersOnlyWhatIsMissing) {
  BlobRef undisturbed;
  {
    auto worker = Worker("w0");
    JobSpec spec = Spec();
    spec.labels = {{"same", "inputs"}};
    const std::string id = SubmitOk("undisturbed", spec);
    RunAll(*worker);
    undisturbed = Job(id).take;
    ASSERT_FALSE(undisturbed.empty());
  }
  JobSpec spec = Spec();
  spec.seed = 99;  // nothing in the cache
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", spec);
  Work first = RunUntil(*worker, TaskKind::kRender);
  ASSERT_TRUE(worker->Finish(first).ok());
  ASSERT_TRUE(worker->Finish(worker->Take()).ok());
  const Work held = worker->Take();
  const int total = Job(id).progress.segments_total;
  ASSERT_GT(total, 2);

  StartServer();
  // As it was sent, and where it says it comes from, which the farm decided.
  JobSpec kept = Job(id).spec;
  kept.provenance = spec.provenance;
  EXPECT_EQ(kept, spec);
  AwaitSegmentsDone(id, 2);
  EXPECT_EQ(Job(id).progress.segments_rendered, 0);
  auto after = Worker("w1");
  // Of the life before: refused.
  EXPECT_EQ(after->Finish(held).code(), StatusCode::kAborted);
  EXPECT_EQ(RunAll(*after), total - 2 + 1);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(RecoveryTest, WhatWasAcknowledgedOutlivesTheState) {
  auto worker = Worker("w1");
  const std::string done = SubmitOk("done", Spec());
  RunAll(*worker);
  const BlobRef take = Job(done).take;
  JobSpec spec = Spec();
  spec.seed = 5;
  const std::string cancelled = SubmitOk("cancelled", spec);
  ASSERT_TRUE(Cancel(cancelled).ok());
  spec.seed = 6;
  const std::string retried = SubmitOk("retried", spec);
  ASSERT_TRUE(Cancel(retried).ok());
  ASSERT_TRUE(Retry(retried).ok());
  spec.seed = 7;
  const std::string paused = SubmitOk("paused", spec);
  EXPECT_TRUE(Pause(paused).paused());
  spec.seed = 8;
  const std::string urgent = SubmitOk("urgent", spec);
  EXPECT_EQ(SetPriority(urgent, 9).spec().priority(), 9);
  spec.seed = 10;
  spec.portrait.blob = *PutBlob(*artifacts_, "no face");
  const std::string failed = SubmitOk("failed", spec);
  SetPriority(failed, 10);
  Work work = worker->Take();
  ASSERT_EQ(work.token.job_id, failed);
  ASSERT_TRUE(worker->Fail(work, InvalidArgument("no face found")).ok());

  StartServer();
  EXPECT_EQ(Job(done).state, JobState::kSucceeded);
  EXPECT_EQ(Job(done).take, take);
  EXPECT_EQ(Job(cancelled).state, JobState::kCancelled);
  EXPECT_EQ(Job(retried).state, JobState::kQueued);
  EXPECT_TRUE(Job(paused).paused);
  EXPECT_EQ(Job(urgent).spec.priority, 9);
  EXPECT_EQ(Job(failed).state, JobState::kFailed);
  EXPECT_EQ(Job(failed).error, InvalidArgument("no face found"));
  // The same key again is the same job.
  spec = Spec();
  const auto again = Submit("done", spec);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->created());
  auto after = Worker("w2");
  EXPECT_EQ(after->Take().token.job_id, urgent);
  RunAll(*after);
  EXPECT_EQ(Job(retried).state, JobState::kSucceeded);
  EXPECT_FALSE(HasEnded(Job(paused).state));
}

TEST_F(RecoveryTest, EndedJobsKeepTheirFigures) {
  auto worker = Worker("w1");
  const std::string done = SubmitOk("done", Spec());
  RunAll(*worker);
  JobSpec spec = Spec();
  spec.seed = 5;
  const std::string cancelled = SubmitOk("cancelled", spec);
  ASSERT_TRUE(worker->Finish(RunUntil(*worker, TaskKind::kRender)).ok());
  ASSERT_TRUE(Cancel(cancelled).ok());
  spec.seed = 6;
  const std::string failed = SubmitOk("failed", spec);
  ASSERT_TRUE(worker->Finish(RunUntil(*worker, TaskKind::kRender)).ok());
  ASSERT_TRUE(worker->Finish(worker->Take()).ok());
  ASSERT_TRUE(worker->Fail(worker->Take(), InvalidArgument("no")).ok());
  std::map<std::string, JobProgress> before;
  for (const auto& id : {done, cancelled, failed}) {
    before[id] = Job(id).progress;
  }
  EXPECT_EQ(before[done].segments_done, 3);
  EXPECT_EQ(before[cancelled].segments_done, 1);
  EXPECT_EQ(before[failed].segments_done, 2);
  EXPECT_EQ(before[failed].segments_total, 3);

  StartServer();
  for (const auto& [id, progress] : before) {
    EXPECT_EQ(Job(id).progress, progress);
  }
  // Counted anew where it goes on.
  ASSERT_TRUE(Retry(failed).ok());
  EXPECT_EQ(Job(failed).progress.segments_total, 0);
  auto after = Worker("w2");
  RunAll(*after);
  EXPECT_EQ(Job(failed).state, JobState::kSucceeded);
  EXPECT_EQ(Job(failed).progress.segments_done, 3);
  EXPECT_EQ(Job(failed).progress.frames_done, 900);
}

TEST_F(RecoveryTest, EventsGoOnAboveThoseOfBefore) {
  const std::string id = SubmitOk("key", Spec());
  StartServer();
  v1::WatchJobRequest request;
  request.set_job_id(id);
  request.set_after_sequence(1);
  grpc::ClientContext context;
  auto stream = farm_->WatchJob(&context, request);
  v1::JobEvent event;
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_GT(event.sequence(), int64_t{1} << 32);
  EXPECT_THAT(event.text(), HasSubstr("restored"));
  context.TryCancel();
  while (stream->Read(&event)) continue;
  stream->Finish();
}

TEST_F(RecoveryTest, ADamagedManifestCostsItsOwnJobAlone) {
  const std::string good = SubmitOk("good", Spec());
  JobSpec spec = Spec();
  spec.seed = 3;
  const std::string bad = SubmitOk("bad", spec);
  ASSERT_TRUE(artifacts_->Put("jobs/" + bad + "/manifest", "{").ok());
  StartServer();
  EXPECT_EQ(Job(good).state, JobState::kQueued);
  v1::GetJobRequest request;
  request.set_job_id(bad);
  grpc::ClientContext context;
  v1::GetJobResponse response;
  EXPECT_FALSE(farm_->GetJob(&context, request, &response).ok());
}

}  // namespace
}  // namespace longtake::coordinator
