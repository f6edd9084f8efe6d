// Against a real coordinator over a real in-process channel, without workers:
// jobs end by being cancelled.

#include "client/batch/batch_run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "client/batch/batch_prepare.h"
#include "client/batch/batch_report.h"
#include "common/artifact/artifact_store.h"
#include "common/digest/sha256.h"
#include "common/testing/temp_dir.h"
#include "coordinator/app/coordinator_server.h"

namespace longtake::client {
namespace {

using testing::HasSubstr;

std::string NoTag(const std::string&) { return ""; }

class BatchRunTest : public testing::Test {
 protected:
  BatchRunTest() {
    artifacts_ = *OpenDirectoryStore({.root = dir_.Join("store")});
    StartServer({});
    Write("p.jpg", "portrait");
    Write("a.wav", "sound a");
    Write("b.wav", "sound b");
  }
  ~BatchRunTest() override {
    farm_.reset();
    server_->Shutdown(absl::Seconds(1));
  }

  // Again: another farm over the same artifacts.
  void StartServer(const coordinator::FarmLimits& limits) {
    farm_.reset();
    server_.reset();
    coordinator::CoordinatorServer::Options options;
    options.artifacts = artifacts_;
    options.scheduler.limits = limits;
    server_ = *coordinator::CoordinatorServer::Start(std::move(options));
    FarmOptions farm;
    farm.channel = server_->InProcessChannel();
    farm.address = "the test's farm";
    farm_ = std::make_unique<FarmConnection>(std::move(farm));
  }

  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_.Join(name), std::ios::binary) << bytes;
  }

  std::vector<BatchItem> Prepare(const std::string& jobs,
                                 TagReader read_tag = NoTag) {
    const std::string file = dir_.Join("b.yaml");
    Mistakes mistakes(file);
    StatusOr<Batch> batch =
        ReadBatch("batch: n\ndefaults: {portrait: p.jpg}\njobs:\n" + jobs, file,
                  &mistakes);
    EXPECT_TRUE(batch.ok()) << batch.status();
    BatchPrepareOptions options;
    options.read_tag = std::move(read_tag);
    StatusOr<std::vector<BatchItem>> items =
        PrepareBatch(*std::move(batch), options, &mistakes);
    EXPECT_TRUE(items.ok()) << items.status();
    mistakes_ = Message(mistakes.ToStatus());
    return *std::move(items);
  }

  static BatchRunOptions Fast() {
    BatchRunOptions options;
    options.submit_interval = absl::ZeroDuration();
    options.look_interval = absl::Milliseconds(1);
    options.look_again = absl::Milliseconds(5);
    return options;
  }

  size_t JobsOnFarm() { return farm_->ListJobs("", 100, "")->jobs.size(); }

  const TempDir dir_;
  std::string mistakes_;
  std::shared_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<coordinator::CoordinatorServer> server_;
  std::unique_ptr<FarmConnection> farm_;
};

constexpr char kTwo[] = "  - audio: a.wav\n  - audio: b.wav\n";

TEST_F(BatchRunTest, SecondRunSubmitsNothing) {
  std::vector<BatchItem> first = Prepare(kTwo);
  ASSERT_TRUE(BatchRun(*farm_, first, Fast()).Submit().ok());
  EXPECT_EQ(first[0].action, BatchAction::kSubmitted);
  EXPECT_EQ(first[1].action, BatchAction::kSubmitted);
  EXPECT_EQ(JobsOnFarm(), 2u);
  std::vector<BatchItem> again = Prepare(kTwo);
  ASSERT_TRUE(BatchRun(*farm_, again, Fast()).Submit().ok());
  EXPECT_EQ(again[0].action, BatchAction::kKnown);
  EXPECT_EQ(again[0].view->job_id, first[0].view->job_id);
  EXPECT_EQ(JobsOnFarm(), 2u);
}

TEST_F(BatchRunTest, OnlyWhatIsMissingIsSubmitted) {
  std::vector<BatchItem> one = Prepare("  - audio: a.wav\n");
  ASSERT_TRUE(BatchRun(*farm_, one, Fast()).Submit().ok());
  std::vector<BatchItem> both = Prepare(kTwo);
  ASSERT_TRUE(BatchRun(*farm_, both, Fast()).Submit().ok());
  EXPECT_EQ(both[0].action, BatchAction::kKnown);
  EXPECT_EQ(both[1].action, BatchAction::kSubmitted);
}

TEST_F(BatchRunTest, ChangedInputIsANewJobChangedPriorityIsNot) {
  std::vector<BatchItem> first = Prepare(kTwo);
  ASSERT_TRUE(BatchRun(*farm_, first, Fast()).Submit().ok());
  Write("a.wav", "sound a, one line replaced");
  std::vector<BatchItem> again =
      Prepare("  - audio: a.wav\n  - audio: b.wav\n    priority: 5\n");
  ASSERT_TRUE(BatchRun(*farm_, again, Fast()).Submit().ok());
  EXPECT_EQ(again[0].action, BatchAction::kSubmitted);
  EXPECT_NE(again[0].view->job_id, first[0].view->job_id);
  EXPECT_EQ(again[1].action, BatchAction::kKnown);
}

TEST_F(BatchRunTest, DryRunChangesNothing) {
  std::vector<BatchItem> items = Prepare(kTwo);
  BatchRunOptions options = Fast();
  options.dry_run = true;
  BatchRun run(*farm_, items, options);
  ASSERT_TRUE(run.Submit().ok());
  EXPECT_EQ(JobsOnFarm(), 0u);
  const StatusOr<std::vector<BlobRef>> missing = run.MissingInputs();
  ASSERT_TRUE(missing.ok()) << missing.status();
  EXPECT_EQ(missing->size(), 3u);  // the portrait once
  run.RefuseWaiting();
  EXPECT_TRUE(BatchStatus(items).ok());
  const std::string table = BatchTable({"n", true, *missing}, items);
  EXPECT_THAT(table, HasSubstr("a     to submit  -    -      -"));
  EXPECT_THAT(table, HasSubstr("to upload: 3 files, 22 B"));
}

TEST_F(BatchRunTest, FailedJobsAreRetriedWhenAsked) {
  std::vector<BatchItem> items = Prepare(kTwo);
  ASSERT_TRUE(BatchRun(*farm_, items, Fast()).Submit().ok());
  ASSERT_TRUE(farm_->CancelJob(items[0].view->job_id).ok());
  std::vector<BatchItem> again = Prepare(kTwo);
  ASSERT_TRUE(BatchRun(*farm_, again, Fast()).Submit().ok());
  EXPECT_EQ(again[0].action, BatchAction::kKnown);
  EXPECT_TRUE(HasFailed(again[0]));
  const Status status = BatchStatus(again);
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_THAT(Message(status), HasSubstr("1 of 2 jobs failed, the first a: "));
  EXPECT_THAT(Message(status), HasSubstr("--retry-failed"));
  BatchRunOptions options = Fast();
  options.retry_failed = true;
  std::vector<BatchItem> retried = Prepare(kTwo);
  ASSERT_TRUE(BatchRun(*farm_, retried, options).Submit().ok());
  EXPECT_EQ(retried[0].action, BatchAction::kRetried);
  EXPECT_EQ(retried[1].action, BatchAction::kKnown);
  EXPECT_TRUE(IsLive(retried[0]));
}

TEST_F(BatchRunTest, FollowEndsWithTheLastJob) {
  std::vector<BatchItem> items = Prepare(kTwo);
  BatchRun run(*farm_, items, Fast());
  ASSERT_TRUE(run.Submit().ok());
  std::thread ends([&] {
    const StatusOr<JobList> list = farm_->ListJobs("", 100, "");
    for (const JobView& job : list->jobs) {
      EXPECT_TRUE(farm_->CancelJob(job.job_id).ok());
    }
  });
  const Status status = run.Follow();
  ends.join();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(items[0].view->state, JobState::kCancelled);
  EXPECT_EQ(items[1].view->state, JobState::kCancelled);
  const nlohmann::json object =
      nlohmann::json::parse(BatchJson({"n", false, {}}, items));
  EXPECT_EQ(object.at("failed"), 2);
  EXPECT_EQ(object.at("jobs")[0].at("state"), "cancelled");
  EXPECT_EQ(object.at("jobs")[0].at("error").at("code"), "CANCELLED");
}

// Once it was taken for a farm without room, and all jobs behind it waited.
TEST_F(BatchRunTest, FileThatIsTooLargeRefusesItsOwnJobAlone) {
  coordinator::FarmLimits limits;
  limits.max_upload_bytes = 100;
  StartServer(limits);
  Write("a.wav", std::string(101, 'a'));
  std::vector<BatchItem> items = Prepare(kTwo);
  BatchRun run(*farm_, items, Fast());
  ASSERT_TRUE(run.Submit().ok());
  EXPECT_EQ(items[0].action, BatchAction::kRefused);
  EXPECT_EQ(items[0].error.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(items[0].error), HasSubstr("a.wav"));
  EXPECT_THAT(Message(items[0].error), HasSubstr("limit is 100"));
  EXPECT_EQ(items[1].action, BatchAction::kSubmitted);
  EXPECT_EQ(JobsOnFarm(), 1u);
}

TEST_F(BatchRunTest, JobsWithoutRoomAreRefusedWhereNobodyWaits) {
  coordinator::FarmLimits limits;
  limits.max_live_jobs = 1;
  StartServer(limits);
  std::vector<BatchItem> items = Prepare(kTwo);
  BatchRun run(*farm_, items, Fast());
  ASSERT_TRUE(run.Submit().ok());
  EXPECT_EQ(items[0].action, BatchAction::kSubmitted);
  EXPECT_EQ(items[1].action, BatchAction::kToSubmit);
  run.RefuseWaiting();
  EXPECT_EQ(items[1].action, BatchAction::kRefused);
  EXPECT_EQ(items[1].error.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(items[1].error), HasSubstr("its limit is 1"));
}

TEST_F(BatchRunTest, RoomThatOthersMakeIsTakenAfterAWhile) {
  coordinator::FarmLimits limits;
  limits.max_live_jobs = 2;
  StartServer(limits);
  std::vector<BatchItem> others = Prepare("  - audio: b.wav\n    seed: 9\n");
  ASSERT_TRUE(BatchRun(*farm_, others, Fast()).Submit().ok());
  std::vector<BatchItem> items = Prepare(kTwo);
  BatchRunOptions options = Fast();
  options.full_interval = absl::Milliseconds(20);
  BatchRun run(*farm_, items, options);
  ASSERT_TRUE(run.Submit().ok());
  ASSERT_EQ(items[1].action, BatchAction::kToSubmit);
  const std::string other = others[0].view->job_id;
  std::thread ends([&] {
    EXPECT_TRUE(farm_->CancelJob(other).ok());
    const absl::Time patience = absl::Now() + absl::Seconds(30);
    while (JobsOnFarm() < 3 && absl::Now() < patience) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    EXPECT_EQ(JobsOnFarm(), 3u);
    const StatusOr<JobList> list = farm_->ListJobs("", 100, "");
    for (const JobView& job : list->jobs) {
      EXPECT_TRUE(farm_->CancelJob(job.job_id).ok());
    }
  });
  const Status status = run.Follow();
  ends.join();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(items[0].action, BatchAction::kSubmitted);
  EXPECT_EQ(items[1].action, BatchAction::kSubmitted);
}

TEST_F(BatchRunTest, StopEndsAFollow) {
  std::vector<BatchItem> items = Prepare(kTwo);
  std::stop_source stop;
  BatchRunOptions options = Fast();
  options.stop = stop.get_token();
  BatchRun run(*farm_, items, options);
  ASSERT_TRUE(run.Submit().ok());
  stop.request_stop();
  EXPECT_EQ(run.Follow().code(), StatusCode::kCancelled);
  EXPECT_FALSE(HasEnded(farm_->GetJob(items[0].view->job_id)->state));
}

TEST_F(BatchRunTest, OutputThatIsThereIsNeitherSubmittedNorFetched) {
  Write("a.mp4", "made from these inputs");
  std::string digest;
  const std::string jobs = "  - audio: a.wav\n    output: a.mp4\n";
  const auto read = [&digest](const std::string&) { return digest; };
  (void)Prepare(jobs, read);
  EXPECT_THAT(mistakes_, HasSubstr("exists and is not this job's result"));
  EXPECT_THAT(mistakes_, HasSubstr("b.yaml:5: "));
  std::vector<BatchItem> items = Prepare("  - audio: a.wav\n");
  digest = items[0].inputs_digest;
  items = Prepare(jobs, read);
  EXPECT_EQ(mistakes_, "");
  EXPECT_EQ(items[0].action, BatchAction::kOutputThere);
  BatchRun run(*farm_, items, Fast());
  ASSERT_TRUE(run.Submit().ok());
  ASSERT_TRUE(run.Follow().ok());
  EXPECT_EQ(JobsOnFarm(), 0u);
  EXPECT_THAT(BatchTable({"n", false, {}}, items), HasSubstr("1 succeeded"));
}

TEST_F(BatchRunTest, EveryMistakeIsFoundBeforeAnythingIsSubmitted) {
  const std::vector<BatchItem> items = Prepare(
      "  - audio: missing.wav\n"
      "  - audio: a.wav\n"
      "    output: nowhere/a.mp4\n"
      "  - audio: b.wav\n"
      "    output: b.avi\n"
      "  - name: c\n"
      "    audio: b.wav\n"
      "    portrait: p.jpg\n"
      "    preset: fastest\n"
      "  - name: d\n"
      "    audio: a.wav\n"
      "    output: a.wav\n");
  EXPECT_THAT(mistakes_, HasSubstr(" 6 mistakes; nothing was submitted:"));
  EXPECT_THAT(mistakes_, HasSubstr("b.yaml:4: audio "));
  EXPECT_THAT(mistakes_, HasSubstr("b.yaml:6: output "));
  EXPECT_THAT(mistakes_, HasSubstr("b.yaml:8: output "));
  EXPECT_THAT(mistakes_, HasSubstr("b.yaml:9: "));
  EXPECT_THAT(mistakes_, HasSubstr("is an input of this batch"));
  EXPECT_EQ(JobsOnFarm(), 0u);
}

TEST_F(BatchRunTest, SharedInputIsReadOnce) {
  const std::string file = dir_.Join("b.yaml");
  Mistakes mistakes(file);
  std::string jobs;
  for (int i = 0; i < 50; ++i) {
    jobs += fmt::format("  - {{name: j{0}, audio: a.wav, seed: {0}}}\n", i);
  }
  StatusOr<Batch> batch = ReadBatch(
      "batch: n\ndefaults: {portrait: p.jpg}\njobs:\n" + jobs, file, &mistakes);
  BatchPrepareOptions options;
  size_t inputs = 0;
  options.on_input = [&inputs](size_t, size_t) { ++inputs; };
  options.read_tag = NoTag;
  const auto items = PrepareBatch(*std::move(batch), options, &mistakes);
  ASSERT_TRUE(items.ok());
  EXPECT_EQ(items->size(), 50u);
  EXPECT_EQ(inputs, 2u);
}

TEST(BatchProgressTest, JobsOfUnknownLengthCountAsTheMeanOfTheOthers) {
  std::vector<BatchItem> items(5);
  items[0].view = JobView();
  items[0].view->state = JobState::kSucceeded;
  items[0].view->progress = {100, 100, 2, 2, 2, "done"};
  items[1].view = JobView();
  items[1].view->progress = {300, 50, 6, 1, 1, "render"};
  items[2].view = JobView();
  items[3].action = BatchAction::kOutputThere;
  items[4].action = BatchAction::kRefused;
  items[4].error = InvalidArgument("no");
  const JobProgress all = BatchProgress(items);
  EXPECT_EQ(all.frames_total, 600);
  EXPECT_EQ(all.frames_done, 150);
  EXPECT_EQ(all.segments_total, 8);
  EXPECT_EQ(all.stage, "2/5 jobs, 1 failed");
}

TEST(BatchRunErrorsTest, LostFarmEndsTheRun) {
  const TempDir dir;
  FarmOptions options;
  options.channel =
      grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials());
  options.address = "127.0.0.1:1";
  options.attempts = 1;
  FarmConnection farm(std::move(options));
  std::vector<BatchItem> items(3);
  BatchRun run(farm, items, {});
  EXPECT_EQ(run.Submit().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace longtake::client
