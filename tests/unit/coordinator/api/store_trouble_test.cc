// Artifact stores that are full, broken, damaged or somebody else's.

#include <filesystem>

#include "common/rpc/channel.h"
#include "common/rpc/worker_protocol.h"
#include "coordinator/planner/cuts.h"
#include "tests/unit/coordinator/api/troubled_farm.h"

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;

// Once a full disk was repeated for ever.
TEST_F(StoreTroubleTest, FullDiskAtPublicationEndsTheJobWithItsReason) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*worker, TaskKind::kRender);
  for (const StatusCode code :
       {StatusCode::kResourceExhausted, StatusCode::kFailedPrecondition}) {
    Work work = render;
    if (code == StatusCode::kFailedPrecondition) {
      ASSERT_TRUE(Retry(id).ok());
      work = worker->Take();
    }
    store_->record_trouble = MakeStatus(code, "no space left on /store");
    const Status answer = worker->Finish(work);
    EXPECT_EQ(answer.code(), StatusCode::kFailedPrecondition) << answer;
    const JobView job = Job(id);
    EXPECT_EQ(job.state, JobState::kFailed);
    EXPECT_EQ(job.error.code(), code);
    EXPECT_THAT(Message(job.error), HasSubstr("no space left on /store"));
    store_->record_trouble = OkStatus();
  }
  ASSERT_TRUE(Retry(id).ok());
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(StoreTroubleTest, FullStoreSpeaksForItselfAtPublicationToo) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work work = worker->Take();
  store_->record_trouble = ResourceExhausted("objects/results/ab: no space");
  store_->room = ResourceExhausted("/store is full: free some space there");
  EXPECT_EQ(worker->Finish(work).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Job(id).error, store_->room);
}

TEST_F(StoreTroubleTest, PassingTroubleIsRepeatedAndShown) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work work = worker->Take();
  store_->record_trouble = Unavailable("input/output error on /store");
  EXPECT_EQ(worker->Finish(work).code(), StatusCode::kUnavailable);
  EXPECT_EQ(worker->Finish(work).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Job(id).state, JobState::kRunning);
  EXPECT_THAT(Job(id).waiting_for, HasSubstr("input/output error on /store"));
  store_->record_trouble = OkStatus();
  EXPECT_TRUE(worker->Finish(work).ok());
  EXPECT_THAT(Job(id).waiting_for, Not(HasSubstr("input/output")));
}

TEST_F(StoreTroubleTest, FullStoreFailsTheTaskAtOnceWithTheStoresOwnWords) {
  auto one = Worker("w1");
  auto two = Worker("w2");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*one, TaskKind::kRender);
  store_->room = ResourceExhausted("/store is full: free some space there");
  ASSERT_TRUE(
      one->Fail(render, ResourceExhausted("tmp/1-2/7.mp4: no space")).ok());
  EXPECT_EQ(Job(id).state, JobState::kFailed);
  EXPECT_EQ(Job(id).error, store_->room);
}

// Once a portrait of the right size and wrong bytes gave a wrong film.
TEST_F(StoreTroubleTest, DamagedInputsAreDroppedAndUploadedAgain) {
  const JobSpec spec = Spec();
  for (const auto& [blob, bytes] :
       {std::pair(spec.portrait.blob, std::string("a portrait")),
        std::pair(spec.audio.blob, std::string("a talk"))}) {
    EXPECT_FALSE(IsMissing(blob));
    Damage(PathOf(blob));
    const auto refused = Submit("damaged", spec);
    EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_TRUE(IsMissing(blob));
    ASSERT_TRUE(Upload(blob, bytes).ok());
    // As if nobody had asked for it before the upload.
    Damage(PathOf(blob));
    ASSERT_TRUE(Upload(blob, bytes).ok());
    EXPECT_EQ(*ReadWholeBlob(*artifacts_, blob), bytes);
    Damage(PathOf(blob));
    EXPECT_TRUE(IsMissing(blob));
    ASSERT_TRUE(Upload(blob, bytes).ok());
  }
  EXPECT_TRUE(Submit("whole", spec).ok());
}

TEST_F(StoreTroubleTest, JobWithAllBlobsDamagedIsMadeAgainWithTheSameBytes) {
  auto worker = Worker("w1");
  const JobSpec spec = Spec();
  const std::string first = SubmitOk("first", spec);
  RunAll(*worker);
  ASSERT_EQ(Job(first).state, JobState::kSucceeded);
  const BlobRef take = Job(first).take;
  const std::string bytes = *ReadWholeBlob(*artifacts_, take);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           directory_.Join("blobs"))) {
    if (entry.is_regular_file()) Damage(entry.path());
  }
  ASSERT_TRUE(IsMissing(spec.portrait.blob));
  ASSERT_TRUE(IsMissing(spec.audio.blob));
  ASSERT_TRUE(Upload(spec.portrait.blob, "a portrait").ok());
  ASSERT_TRUE(Upload(spec.audio.blob, "a talk").ok());
  const std::string again = SubmitOk("again", spec);
  EXPECT_EQ(RunAll(*worker), 7);
  ASSERT_EQ(Job(again).state, JobState::kSucceeded);
  EXPECT_EQ(Job(again).take, take);
  EXPECT_EQ(*ReadWholeBlob(*artifacts_, take), bytes);
}

TEST_F(StoreTroubleTest, WorkerOfAnotherStoreIsRefusedWithTheRemedy) {
  const auto stub = v1::WorkerFarm::NewStub(channel_);
  v1::RegisterWorkerRequest request;
  request.set_worker_id("w1");
  request.set_protocol_version(kWorkerProtocolVersion);
  request.set_slots(1);
  *request.add_engines() = ToProto(HilmBinding());
  const std::string own = *artifacts_->Get("store/id");
  for (const std::string& id : {std::string(), std::string(32, 'a'), own}) {
    request.set_store_id(id);
    grpc::ClientContext context;
    v1::RegisterWorkerResponse response;
    const auto status = stub->RegisterWorker(&context, request, &response);
    EXPECT_EQ(status.ok(), id == own) << status.error_message();
    if (id == own) continue;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_THAT(status.error_message(), HasSubstr("--artifacts"));
  }
}

TEST_F(StoreTroubleTest, SameFilesUnderOtherNamesAreTheSameJob) {
  JobSpec spec = Spec();
  const std::string id = SubmitOk("key", spec);
  spec.portrait.name = "renamed.jpg";
  spec.audio.name = "renamed.wav";
  EXPECT_EQ(SubmitOk("key", spec), id);
  StartServer();  // from the manifest
  EXPECT_EQ(SubmitOk("key", spec), id);
  JobSpec other = spec;
  other.labels["show"] = "two";
  EXPECT_EQ(Submit("key", other).status().code(), StatusCode::kAlreadyExists);
  other = spec;
  other.seed = 99;
  EXPECT_EQ(Submit("key", other).status().code(), StatusCode::kAlreadyExists);
  // Changed by whoever operates the farm: no other job for it.
  other = spec;
  other.priority = 1;
  EXPECT_EQ(SubmitOk("key", other), id);
  EXPECT_EQ(Job(id).spec.priority, spec.priority);
}

// A laptop that sleeps often: its workers were away, they have not crashed.
TEST_F(StoreTroubleTest, WorkerThatComesBackAfterItsLeaseHasNotCrashed) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  ASSERT_TRUE(worker->Finish(worker->Take()).ok());
  for (int sleep = 0; sleep < 20; ++sleep) {
    const Work work = worker->Take();
    Pass(absl::Hours(1));
    EXPECT_EQ(worker->Renew({work}).stop_size(), 1);
    worker->Renew({work});  // once is enough
    ASSERT_TRUE(worker->Register().ok());
  }
  EXPECT_EQ(Job(id).state, JobState::kRunning);
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(StoreTroubleTest, SegmentsComeInPages) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  RunAll(*worker);
  v1::ListSegmentsRequest request;
  request.set_job_id(id);
  request.set_all_tasks(true);
  request.set_page_size(3);
  std::vector<std::string> ids;
  int pages = 0;
  do {
    grpc::ClientContext context;
    v1::ListSegmentsResponse response;
    ASSERT_TRUE(farm_->ListSegments(&context, request, &response).ok());
    EXPECT_LE(response.tasks_size(), 3);
    EXPECT_EQ(response.seams_size(), pages == 0 ? 2 : 0);
    for (const v1::Task& task : response.tasks()) ids.push_back(task.task_id());
    request.set_page_token(response.next_page_token());
    ASSERT_LT(++pages, 10);
  } while (!request.page_token().empty());
  std::vector<std::string> all;
  for (const v1::Task& task : Tasks(id)) all.push_back(task.task_id());
  EXPECT_EQ(ids, all);
  EXPECT_EQ(pages, 3);
  request.set_page_token("no such task");
  grpc::ClientContext context;
  v1::ListSegmentsResponse response;
  EXPECT_EQ(farm_->ListSegments(&context, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

// The longest job, every segment repaired: its assembly still fits a message.
TEST(MessageSizeTest, AssemblyOfTheLongestJobFitsAMessage) {
  const BlobRef blob{std::string(64, 'f'), int64_t{1} << 34};
  AssembleTask assemble;
  for (int i = 0; i < kMaxSegments; ++i) {
    SegmentInput segment;
    segment.range = {int64_t{i} * 100000, int64_t{i} * 100000 + 100000};
    segment.candidates = {{blob, blob}, {blob, blob}};
    assemble.segments.push_back(segment);
  }
  v1::LeaseTaskResponse response;
  *response.mutable_spec() = ToProto(TaskSpec{"hilm", assemble});
  EXPECT_LT(response.ByteSizeLong(), size_t{kMaxMessageBytes} - 65536);
}

}  // namespace
}  // namespace longtake::coordinator
