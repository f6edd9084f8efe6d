// Results that are damaged or gone before their job needed them: made again.

#include <filesystem>

#include "tests/support/metrics_text.h"
#include "tests/unit/coordinator/api/troubled_farm.h"

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;

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

TEST_F(HealingTest, LostResultsAreCounted) {
  auto monitoring =
      metrics::Monitoring::Start({.listen = "127.0.0.1:0", .open = false});
  ASSERT_TRUE(monitoring.ok()) << monitoring.status();
  monitoring_ = *std::move(monitoring);
  StartServer();
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const auto lost = [this] {
    return SeriesValue(monitoring_->registry()->Expose(),
                       "longtake_coordinator_lost_results_total");
  };
  EXPECT_EQ(lost(), 0);
  const Work assembly = RunUntil(*worker, TaskKind::kAssemble);
  Lose(ChunkOf(assembly, 0));
  Damage(PathOf(ChunkOf(assembly, 2)));
  ASSERT_TRUE(worker->Fail(assembly, DataLoss("chunk of segment 2")).ok());
  EXPECT_EQ(lost(), 2);
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
  EXPECT_EQ(lost(), 2);
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

}  // namespace
}  // namespace longtake::coordinator
