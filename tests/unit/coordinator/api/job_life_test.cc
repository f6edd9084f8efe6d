#include <random>
#include <thread>

#include "coordinator/schedule/manifest.h"
#include "tests/unit/coordinator/api/scripted_farm.h"

// The life of a job as client and worker see it, over a real channel.

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JobLifeTest : public ScriptedFarm {};

TEST_F(JobLifeTest, OneWorkerTakesAJobFromSubmitToTake) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  EXPECT_EQ(id, MakeJobId("default", "key"));
  EXPECT_EQ(Job(id).state, JobState::kQueued);
  // 2 analyses, plan, 3 segments of 10 s, assembly.
  EXPECT_EQ(RunAll(*worker), 7);
  const JobView job = Job(id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.progress.stage, "done");
  EXPECT_EQ(job.progress.frames_total, 900);
  EXPECT_EQ(job.progress.frames_done, 900);
  EXPECT_EQ(job.progress.segments_total, 3);
  EXPECT_EQ(job.progress.segments_done, 3);
  EXPECT_EQ(job.progress.segments_rendered, 3);
  EXPECT_EQ(job.seams.size(), 2u);
  EXPECT_EQ(job.inputs_digest, InputsDigest(Spec()));
  EXPECT_TRUE(artifacts_->HasBlob(job.take));
  EXPECT_TRUE(job.waiting_for.empty());
}

TEST_F(JobLifeTest, ManifestIsWrittenBeforeSubmitAnswers) {
  const std::string id = SubmitOk("key", Spec());
  const auto bytes = artifacts_->Get("jobs/" + id + "/manifest");
  ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
  const auto manifest = ManifestFromJson(*bytes);
  ASSERT_TRUE(manifest.ok()) << manifest.status().ToString();
  JobSpec spec = manifest->spec;
  // What the farm adds is written down: a rebuild goes on with it.
  EXPECT_FALSE(spec.provenance.empty());
  spec.provenance = {};
  EXPECT_EQ(spec, Spec());
  EXPECT_EQ(manifest->idempotency_key, "key");
  EXPECT_EQ(manifest->submitted_at_micros, absl::ToUnixMicros(clock_->Now()));
}

TEST_F(JobLifeTest, TheFarmDecidesWhatATakeSaysOfItsOrigin) {
  scheduler_.provenance.farm = 5;
  scheduler_.provenance.key_id = "0123456789abcdef";
  scheduler_.provenance.digital_source_type = "algorithmicMedia";
  scheduler_.tenant_numbers = {{"acme", 6}};
  StartServer();
  auto worker = Worker("w1");
  JobSpec spec = Spec();
  spec.provenance.watermark = {1, "public", 99};  // not a submitter's to say
  const std::string id = SubmitOk("key", spec, "acme");
  const WatermarkSpec mark{kWatermarkScheme, "0123456789abcdef",
                           WatermarkPayload(5, 6)};
  EXPECT_EQ(Job(id).spec.provenance.watermark, mark);
  EXPECT_EQ(Job(id).inputs_digest, InputsDigest(Spec()));
  int renders = 0, assemblies = 0;
  for (;;) {
    const auto work = worker->Poll().value_or(std::nullopt);
    if (!work) break;
    if (work->kind() == TaskKind::kRender) {
      ++renders;
      EXPECT_EQ(work->as<RenderTask>().watermark, mark);
    } else if (work->kind() == TaskKind::kAssemble) {
      ++assemblies;
      EXPECT_EQ(work->as<AssembleTask>().digital_source_type,
                "algorithmicMedia");
    }
    ASSERT_TRUE(worker->Finish(*work).ok());
  }
  EXPECT_EQ(renders, 3);
  EXPECT_EQ(assemblies, 1);
  // Again, after the configuration has changed: the same job.
  scheduler_.provenance.farm = 8;
  StartServer();
  EXPECT_EQ(SubmitOk("key", Spec(), "acme"), id);
  EXPECT_EQ(Job(id).spec.provenance.watermark, mark);
}

TEST_F(JobLifeTest, NoProvenanceOnlyWhereTheFarmAllowsIt) {
  JobSpec spec = Spec();
  spec.provenance.off = true;
  const auto refused = Submit("key", spec);
  EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused.status()), HasSubstr("allow_off"));
  scheduler_.provenance.allow_off = true;
  StartServer();
  const std::string id = SubmitOk("key", spec);
  EXPECT_TRUE(Job(id).spec.provenance.off);
  EXPECT_TRUE(Job(id).spec.provenance.watermark.empty());
  EXPECT_TRUE(Job(id).spec.provenance.digital_source_type.empty());
}

TEST_F(JobLifeTest, AnyOrderOfCompletionGivesTheSameTake) {
  audio_.frames = 3000;
  std::vector<BlobRef> takes;
  for (unsigned seed = 0; seed < 6; ++seed) {
    const auto cache_off = std::to_string(seed);
    JobSpec spec = Spec();
    std::mt19937 random(seed);
    std::vector<std::unique_ptr<ScriptedWorker>> workers;
    for (int i = 0; i < 3; ++i) {
      // A numerics class of its own: nothing comes from the cache.
      EngineBinding binding = HilmBinding();
      binding.numerics_class = "class " + cache_off;
      workers.push_back(Worker(fmt::format("w{}", i), binding));
    }
    const std::string id = SubmitOk("key" + cache_off, spec);
    std::vector<std::pair<ScriptedWorker*, Work>> held;
    while (!HasEnded(Job(id).state)) {
      auto& worker = *workers[random() % workers.size()];
      auto work = worker.Poll();
      ASSERT_TRUE(work.ok());
      if (work->has_value()) held.emplace_back(&worker, **work);
      if (held.empty() || (work->has_value() && random() % 3 != 0)) continue;
      const size_t pick = random() % held.size();
      ASSERT_TRUE(held[pick].first->Finish(held[pick].second).ok());
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(pick));
    }
    EXPECT_EQ(Job(id).state, JobState::kSucceeded);
    takes.push_back(Job(id).take);
  }
  for (const BlobRef& take : takes) EXPECT_EQ(take, takes.front());
}

TEST_F(JobLifeTest, SameJobUnderAnotherKeyComesFromTheCache) {
  auto worker = Worker("w1");
  const std::string first = SubmitOk("first", Spec());
  RunAll(*worker);
  const std::string second = SubmitOk("second", Spec());
  ASSERT_NE(first, second);
  EXPECT_TRUE(worker->HasNothing());
  const JobView job = Job(second);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.progress.segments_done, 3);
  EXPECT_EQ(job.progress.segments_rendered, 0);
  EXPECT_EQ(job.take, Job(first).take);
  EXPECT_EQ(job.seams.size(), 2u);
  EXPECT_EQ(server_->counts().cache_hits, 7);
  for (const v1::Task& task : Tasks(second)) {
    EXPECT_TRUE(task.from_cache()) << task.task_id();
    EXPECT_EQ(task.attempt(), 0) << task.task_id();
  }
}

TEST_F(JobLifeTest, AnotherEngineBuildFindsNothingInTheCache) {
  auto worker = Worker("w1");
  SubmitOk("first", Spec());
  RunAll(*worker);
  worker = Worker("w1", HilmBinding("2"));
  const std::string second = SubmitOk("second", Spec());
  EXPECT_EQ(RunAll(*worker), 7);
  EXPECT_EQ(Job(second).progress.segments_rendered, 3);
}

TEST_F(JobLifeTest, ResultWhoseBlobIsGoneIsMadeAgainAndPublishedAgain) {
  auto worker = Worker("w1");
  const std::string first = SubmitOk("first", Spec());
  RunAll(*worker);
  const auto names = artifacts_->List("results/");
  ASSERT_TRUE(names.ok());
  for (const std::string& name : *names) {
    const auto result = TaskResultFromJson(*artifacts_->Get(name));
    ASSERT_TRUE(result.ok());
    if (result->kind() != TaskKind::kPlan) continue;
    // The record says that a blob is there which is not.
    TaskResult broken = *result;
    std::get<PlanResult>(broken.result).key_motions.sha256 =
        std::string(64, 'e');
    ASSERT_TRUE(artifacts_->Put(name, TaskResultToJson(broken)).ok());
  }
  const std::string second = SubmitOk("second", Spec());
  EXPECT_EQ(RunAll(*worker), 1);
  EXPECT_EQ(Job(second).state, JobState::kSucceeded);
  const std::string third = SubmitOk("third", Spec());
  EXPECT_TRUE(worker->HasNothing());
  EXPECT_EQ(Job(third).take, Job(first).take);
}

TEST_F(JobLifeTest, TasksGoOnlyToTheBuildThatTheJobIsPinnedTo) {
  auto one = Worker("w1", HilmBinding("1"));
  auto two = Worker("w2", HilmBinding("2"));
  const std::string id = SubmitOk("key", Spec());
  const Work work = one->Take();
  EXPECT_TRUE(two->HasNothing());
  ASSERT_TRUE(one->Release(work).ok());
  EXPECT_TRUE(two->HasNothing());
  Pass(absl::Seconds(61));  // w1 is gone
  ASSERT_TRUE(two->Register(HilmBinding("2")).ok());
  EXPECT_TRUE(two->HasNothing());
  EXPECT_THAT(Job(id).waiting_for,
              HasSubstr("engine hilm 1, numerics class test-class"));
}

TEST_F(JobLifeTest, WaitingForNamesTheEngineNobodyHas) {
  JobSpec spec = Spec();
  spec.engine = "hilm";
  const std::string id = SubmitOk("key", spec);
  EXPECT_THAT(Job(id).waiting_for,
              HasSubstr("a worker with engine hilm: none is connected"));
  auto worker = Worker("w1");
  EXPECT_THAT(Job(id).waiting_for, HasSubstr("a free slot for analyze-audio"));
  worker->Take();
  EXPECT_THAT(Job(id).waiting_for, IsEmpty());
}

TEST_F(JobLifeTest, HigherPriorityGoesFirstThenOrderOfSubmission) {
  auto worker = Worker("w1");
  const std::string early = SubmitOk("early", Spec());
  JobSpec other = Spec();
  other.seed = 2;
  const std::string late = SubmitOk("late", other);
  JobSpec urgent = Spec();
  urgent.seed = 3;
  urgent.priority = 5;
  const std::string first = SubmitOk("urgent", urgent);
  EXPECT_EQ(worker->Take().token.job_id, first);
  EXPECT_EQ(worker->Take().token.job_id, first);
  EXPECT_EQ(worker->Take().token.job_id, early);
  EXPECT_EQ(worker->Take().token.job_id, early);
  EXPECT_EQ(worker->Take().token.job_id, late);
}

TEST_F(JobLifeTest, SubmitIsIdempotentByKey) {
  const auto first = Submit("key", Spec());
  const auto again = Submit("key", Spec());
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_TRUE(first->created());
  EXPECT_FALSE(again->created());
  EXPECT_EQ(first->job().job_id(), again->job().job_id());
  JobSpec other = Spec();
  other.seed = 99;
  EXPECT_EQ(Submit("key", other).status().code(), StatusCode::kAlreadyExists);
  // Also when only the manifest remembers.
  StartServer();
  EXPECT_EQ(Submit("key", other).status().code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(Submit("key", Spec()).ok());
}

TEST_F(JobLifeTest, SubmitRefusesWhatCannotWork) {
  JobSpec odd = Spec();
  odd.output.width = 511;
  EXPECT_EQ(Submit("a", odd).status().code(), StatusCode::kInvalidArgument);
  JobSpec absent = Spec();
  absent.audio.blob.sha256 = std::string(64, 'a');
  const Status status = Submit("b", absent).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("audio talk.wav"));
  EXPECT_EQ(Submit("", Spec()).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Submit(std::string(257, 'k'), Spec()).status().code(),
            StatusCode::kInvalidArgument);
  JobSpec path = Spec();
  path.portrait.blob.sha256 = "../../../../etc/passwd";
  EXPECT_EQ(Submit("c", path).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(JobLifeTest, ParkedPollIsAnsweredWhenAJobComes) {
  auto worker = Worker("w1");
  StatusOr<std::optional<Work>> polled = std::optional<Work>();
  std::thread waiting([&] { polled = worker->Poll(absl::Seconds(30)); });
  while (server_->waiting_polls() == 0) std::this_thread::yield();
  SubmitOk("key", Spec());
  waiting.join();
  ASSERT_TRUE(polled.ok());
  ASSERT_TRUE(polled->has_value());
  EXPECT_EQ((*polled)->token.task_id, "analyze-audio");
}

TEST_F(JobLifeTest, ShutdownAnswersParkedPollsAndWatchers) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  Work audio = worker->Take();
  Work portrait = worker->Take();
  v1::WatchJobRequest request;
  request.set_job_id(id);
  grpc::ClientContext context;
  auto reader = farm_->WatchJob(&context, request);
  v1::JobEvent event;
  ASSERT_TRUE(reader->Read(&event));
  StatusOr<std::optional<Work>> polled = std::optional<Work>();
  std::thread waiting([&] { polled = worker->Poll(absl::Seconds(30)); });
  while (server_->waiting_polls() == 0) std::this_thread::yield();
  server_->Shutdown(absl::Seconds(20));
  waiting.join();
  while (reader->Read(&event)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_TRUE(polled.ok()) << polled.status().ToString();
  EXPECT_FALSE(polled->has_value());
}

TEST_F(JobLifeTest, ThreeHoursOfSpeechFitEveryMessage) {
  audio_.frames = 324000;
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  EXPECT_EQ(RunAll(*worker), 1080 + 4);
  const JobView job = Job(id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.progress.segments_total, 1080);
  EXPECT_EQ(job.progress.frames_done, 324000);
  EXPECT_EQ(Tasks(id).size(), 1084u);
  EXPECT_LT(worker->largest_message(), size_t{1} << 20);
  const std::string again = SubmitOk("again", Spec());
  while (!HasEnded(Job(again).state)) ASSERT_TRUE(worker->HasNothing());
  EXPECT_EQ(Job(again).progress.segments_rendered, 0);
}

}  // namespace
}  // namespace longtake::coordinator
