#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/rpc/channel.h"
#include "coordinator/planner/cuts.h"
#include "coordinator/schedule/lease_desk.h"
#include "tests/unit/coordinator/api/scripted_farm.h"

// Artifact stores that are full, broken, damaged or somebody else's.

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A store with troubles of a test's making. Set them while nothing runs.
class TroubledStore final : public ArtifactStore {
 public:
  explicit TroubledStore(std::shared_ptr<ArtifactStore> real)
      : real_(std::move(real)) {}

  Status record_trouble;  // of writing a result record
  Status room;
  std::function<void()> on_verify;

  StatusOr<std::unique_ptr<BlobWriter>> CreateBlob() override {
    return real_->CreateBlob();
  }
  StatusOr<std::string> TemporaryPath(const std::string& suffix) override {
    return real_->TemporaryPath(suffix);
  }
  StatusOr<BlobRef> AdoptFile(const std::string& path) override {
    return real_->AdoptFile(path);
  }
  StatusOr<std::unique_ptr<LocalBlob>> OpenBlob(const BlobRef& b) override {
    return real_->OpenBlob(b);
  }
  StatusOr<std::string> ReadBlob(const BlobRef& b, int64_t offset,
                                 int64_t length) override {
    return real_->ReadBlob(b, offset, length);
  }
  bool HasBlob(const BlobRef& b) override { return real_->HasBlob(b); }
  Status VerifyBlob(const BlobRef& b) override {
    if (on_verify) on_verify();
    return real_->VerifyBlob(b);
  }
  Status CheckRoom() override { return room; }
  StatusOr<bool> PutIfAbsent(const std::string& name,
                             const std::string& bytes) override {
    if (name.starts_with("results/") && !record_trouble.ok()) {
      return record_trouble;
    }
    return real_->PutIfAbsent(name, bytes);
  }
  Status Put(const std::string& name, const std::string& bytes) override {
    return real_->Put(name, bytes);
  }
  StatusOr<std::string> Get(const std::string& name) override {
    return real_->Get(name);
  }
  Status Delete(const std::string& name) override {
    return real_->Delete(name);
  }
  StatusOr<std::vector<std::string>> List(const std::string& prefix) override {
    return real_->List(prefix);
  }

 private:
  const std::shared_ptr<ArtifactStore> real_;
};

class StoreTroubleTest : public ScriptedFarm {
 protected:
  StoreTroubleTest() {
    store_ = std::make_shared<TroubledStore>(artifacts_);
    artifacts_ = store_;
    StartServer();
  }

  std::string PathOf(const BlobRef& blob) {
    return directory_.Join("blobs/" + blob.sha256.substr(0, 2) + "/" +
                           blob.sha256);
  }

  // Another first byte, the size as before.
  void Damage(const std::string& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto first = static_cast<char>(file.get());
    file.seekp(0);
    file.put(static_cast<char>(first ^ 1));
    ASSERT_TRUE(file.flush().good()) << path;
  }

  bool IsMissing(const BlobRef& blob) {
    v1::FindMissingRequest request;
    *request.add_blobs() = ToProto(blob);
    grpc::ClientContext context;
    v1::FindMissingResponse response;
    EXPECT_TRUE(farm_->FindMissing(&context, request, &response).ok());
    return response.missing_size() > 0;
  }

  grpc::Status Upload(const BlobRef& blob, const std::string& bytes) {
    grpc::ClientContext context;
    v1::UploadArtifactResponse response;
    auto writer = farm_->UploadArtifact(&context, &response);
    v1::UploadArtifactRequest message;
    *message.mutable_expect() = ToProto(blob);
    writer->Write(message);
    message.set_data(bytes);
    writer->Write(message);
    writer->WritesDone();
    return writer->Finish();
  }

  std::shared_ptr<TroubledStore> store_;
};

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

class HealingTest : public StoreTroubleTest {
 protected:
  void Lose(const BlobRef& blob) {
    ASSERT_TRUE(std::filesystem::remove(PathOf(blob)));
  }

  static const BlobRef& ChunkOf(const Work& assembly, int segment) {
    return assembly.as<AssembleTask>()
        .segments[static_cast<size_t>(segment)]
        .candidates[0]
        .chunk;
  }

  bool HasEvent(const std::string& job_id, const std::string& text) {
    v1::WatchJobRequest request;
    request.set_job_id(job_id);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    auto reader = farm_->WatchJob(&context, request);
    v1::JobEvent event;
    bool found = false;
    while (!found && reader->Read(&event)) found = event.text() == text;
    context.TryCancel();
    reader->Finish();
    return found;
  }
};

TEST_F(HealingTest, ChunkLostBeforeAssemblyIsRenderedAgain) {
  auto worker = Worker("w1");
  int number = 0;
  for (const StatusCode code : {StatusCode::kDataLoss, StatusCode::kNotFound,
                                StatusCode::kUnavailable}) {
    JobSpec spec = Spec();
    spec.output.crf = ++number;  // no job finds the results of another
    spec.portrait.blob = *PutBlob(*artifacts_, std::to_string(number));
    const std::string id = SubmitOk(std::to_string(number), spec);
    const Work assembly = RunUntil(*worker, TaskKind::kAssemble);
    const TaskResult expected = worker->Do(assembly);
    const BlobRef take = std::get<AssembleResult>(expected.result).take;
    const BlobRef chunk = ChunkOf(assembly, 1);
    if (code == StatusCode::kDataLoss) {
      Damage(PathOf(chunk));
    } else {
      Lose(chunk);
    }
    ASSERT_TRUE(
        worker->Fail(assembly, MakeStatus(code, "chunk of segment 1")).ok());
    EXPECT_EQ(Job(id).state, JobState::kRunning);
    EXPECT_EQ(Job(id).progress.segments_done, 2);
    EXPECT_TRUE(
        HasEvent(id, "render-00001-g0: its result is damaged, rendered again"));
    // Its token is of the past.
    EXPECT_EQ(worker->Renew({assembly}).stop_size(), 1);
    EXPECT_EQ(worker->Complete(assembly, expected).code(),
              StatusCode::kAborted);
    EXPECT_EQ(RunAll(*worker), 2);
    ASSERT_EQ(Job(id).state, JobState::kSucceeded) << Job(id).error;
    EXPECT_EQ(Job(id).take, take);
    EXPECT_FALSE(IsMissing(chunk));
  }
}

TEST_F(HealingTest, RendersThatRunWithoutTheirIdentityArePlannedAnew) {
  auto one = Worker("w1");
  auto two = Worker("w2");
  const std::string id = SubmitOk("key", Spec());
  ASSERT_TRUE(one->Finish(RunUntil(*one, TaskKind::kRender)).ok());
  const Work first = one->Take();
  const Work second = two->Take();
  Lose(first.as<RenderTask>().identity);
  ASSERT_TRUE(one->Fail(first, NotFound("identity")).ok());
  // Found out by both, healed once.
  EXPECT_EQ(two->Fail(second, NotFound("identity")).code(),
            StatusCode::kAborted);
  EXPECT_EQ(two->Renew({second}).stop_size(), 1);
  EXPECT_EQ(Tasks(id).size(), 4u);
  // The portrait, two renders, the assembly: the first render stays.
  EXPECT_EQ(RunAll(*one), 4);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded) << Job(id).error;
}

TEST_F(HealingTest, LoudnessLostBeforeThePlanIsMadeAgain) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work audio = RunUntil(*worker, TaskKind::kAnalyzeAudio);
  const TaskResult result = worker->Do(audio);
  const BlobRef loudness = std::get<AnalyzeAudioResult>(result.result).loudness;
  bool lost = false;
  store_->on_verify = [&] {
    if (!std::exchange(lost, true)) Damage(PathOf(loudness));
  };
  ASSERT_TRUE(worker->Complete(audio, result).ok());
  ASSERT_TRUE(lost);
  EXPECT_EQ(Task(id, "analyze-audio").state(), v1::TASK_STATE_READY);
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded) << Job(id).error;
}

TEST_F(HealingTest, DiskThatEatsEverythingEndsTheJobWithItsReason) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  for (int loss = 1; loss <= 4; ++loss) {
    const Work assembly = RunUntil(*worker, TaskKind::kAssemble);
    Lose(ChunkOf(assembly, 0));
    ASSERT_TRUE(worker->Fail(assembly, Unavailable("chunk")).ok());
    EXPECT_EQ(Job(id).state, loss < 4 ? JobState::kRunning : JobState::kFailed);
  }
  EXPECT_EQ(Job(id).error.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(Job(id).error),
              HasSubstr("render-00000-g0: its result was made 4 times"));
  EXPECT_THAT(Message(Job(id).error), HasSubstr("retry the job"));
  ASSERT_TRUE(Retry(id).ok());
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(HealingTest, LostUploadEndsTheJobWithTheRemedy) {
  auto worker = Worker("w1");
  const JobSpec spec = Spec();
  const std::string id = SubmitOk("key", spec);
  const Work assembly = RunUntil(*worker, TaskKind::kAssemble);
  Lose(spec.audio.blob);
  ASSERT_TRUE(worker->Fail(assembly, Unavailable("audio talk.wav")).ok());
  EXPECT_EQ(Job(id).state, JobState::kFailed);
  EXPECT_EQ(Message(Job(id).error),
            "assemble-0: audio talk.wav is not in the artifact store; upload "
            "it first, then retry the job");
  EXPECT_EQ(Retry(id).status().code(), StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Upload(spec.audio.blob, "a talk").ok());
  ASSERT_TRUE(Retry(id).ok());
  EXPECT_EQ(RunAll(*worker), 1);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

// The error is the task's own: nothing is made again.
TEST_F(HealingTest, WholeInputsLeaveAFailureAsItIs) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work assembly = RunUntil(*worker, TaskKind::kAssemble);
  ASSERT_TRUE(worker->Fail(assembly, DataLoss("the seam fails")).ok());
  EXPECT_EQ(Job(id).error, DataLoss("the seam fails"));
}

TEST_F(StoreTroubleTest, WorkerOfAnotherStoreIsRefusedWithTheRemedy) {
  const auto stub = v1::WorkerFarm::NewStub(channel_);
  v1::RegisterWorkerRequest request;
  request.set_worker_id("w1");
  request.set_protocol_version(1);
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

// Look-ups that hash must leave threads for everybody else.
TEST_F(StoreTroubleTest, SlowVerificationsLeaveTheFarmAnswering) {
  auto worker = Worker("w1");
  const JobSpec spec = Spec();
  SubmitOk("first", spec);
  RunAll(*worker);
  // Each has two analyses to look up at first.
  const std::string id = SubmitOk("again", spec);
  SubmitOk("and again", spec);
  absl::Notification go_on;
  std::atomic<int> blocked = 0;
  store_->on_verify = [&] {
    ++blocked;
    go_on.WaitForNotification();
  };
  std::vector<std::thread> pollers;
  for (int i = 0; i < 6; ++i) {
    pollers.emplace_back([&] { EXPECT_TRUE(worker->Poll().ok()); });
  }
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (blocked < LeaseDesk::kTriesAtOnce && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  v1::GetJobRequest request;
  request.set_job_id(id);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  v1::GetJobResponse response;
  EXPECT_TRUE(farm_->GetJob(&context, request, &response).ok());
  EXPECT_EQ(blocked, LeaseDesk::kTriesAtOnce);
  go_on.Notify();
  for (std::thread& poller : pollers) poller.join();
}

// A lease that nobody hears of keeps its task from everybody.
TEST_F(StoreTroubleTest, PollThatWasGivenUpInTheLineLeasesNothing) {
  auto worker = Worker("w1");
  const JobSpec spec = Spec();
  SubmitOk("first", spec);
  RunAll(*worker);
  SubmitOk("again", spec);
  SubmitOk("and again", spec);
  JobSpec fresh = spec;
  fresh.seed = 99;
  fresh.portrait.blob = *PutBlob(*artifacts_, "another portrait");
  const std::string id = SubmitOk("fresh", fresh);
  absl::Notification go_on;
  std::atomic<int> blocked = 0;
  store_->on_verify = [&] {
    ++blocked;
    go_on.WaitForNotification();
  };
  std::vector<std::thread> pollers;
  for (int i = 0; i < LeaseDesk::kTriesAtOnce; ++i) {
    pollers.emplace_back([&] { EXPECT_TRUE(worker->Poll().ok()); });
  }
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (blocked < LeaseDesk::kTriesAtOnce && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  auto other = Worker("w2");
  v1::LeaseTaskRequest request;
  request.set_worker_id("w2");
  request.set_max_wait_millis(20000);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(1)));
  v1::LeaseTaskResponse response;
  EXPECT_EQ(v1::WorkerFarm::NewStub(channel_)
                ->LeaseTask(&context, request, &response)
                .error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  absl::SleepFor(absl::Milliseconds(500));  // the other side hears of it
  go_on.Notify();
  for (std::thread& poller : pollers) poller.join();
  // The line is empty again once another's question comes through it.
  ASSERT_TRUE(worker->Poll().ok());
  for (const v1::Task& task : Tasks(id)) {
    for (const v1::Attempt& attempt : task.attempts()) {
      EXPECT_NE(attempt.worker_id(), "w2") << task.task_id();
    }
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
