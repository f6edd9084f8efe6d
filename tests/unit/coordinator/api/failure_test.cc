#include "tests/unit/coordinator/api/scripted_farm.h"

// Workers that die, lie, fail and come back; users that cancel and retry.

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;

class FailureTest : public ScriptedFarm {};

TEST_F(FailureTest, ExpiredLeaseGoesToAnotherWorkerAndTheFirstIsRefused) {
  auto one = Worker("w1");
  auto two = Worker("w2");
  const std::string id = SubmitOk("key", Spec());
  const Work lost = one->Take();
  ASSERT_EQ(lost.token.task_id, "analyze-audio");
  Pass(absl::Seconds(29));
  EXPECT_EQ(two->Take().token.task_id, "analyze-portrait");
  Pass(absl::Seconds(1));
  const Work again = two->Take();
  EXPECT_EQ(again.token.task_id, "analyze-audio");
  EXPECT_EQ(again.token.attempt, lost.token.attempt + 1);
  EXPECT_EQ(one->Finish(lost).code(), StatusCode::kAborted);
  EXPECT_EQ(one->Fail(lost, Internal("late")).code(), StatusCode::kAborted);
  EXPECT_EQ(one->Release(lost).code(), StatusCode::kAborted);
  EXPECT_EQ(one->Renew({lost}).stop_size(), 1);
  EXPECT_EQ(server_->counts().stale_reports, 3);
  EXPECT_EQ(server_->counts().expired_leases, 1);
  EXPECT_TRUE(two->Finish(again).ok());
  EXPECT_EQ(Task(id, "analyze-audio").worker_id(), "w2");
}

TEST_F(FailureTest, RenewalKeepsALeaseAndCarriesProgress) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*worker, TaskKind::kRender);
  for (int i = 1; i <= 10; ++i) {
    Pass(absl::Seconds(20));
    const auto response = worker->Renew({render}, i * 10);
    EXPECT_EQ(response.stop_size(), 0);
    EXPECT_FALSE(response.register_again());
  }
  EXPECT_EQ(Job(id).progress.frames_done, 100);
  EXPECT_EQ(Job(id).progress.stage, "render");
  EXPECT_TRUE(worker->Finish(render).ok());
}

TEST_F(FailureTest, TokenOfAnotherWorkerOrEpochIsStale) {
  auto one = Worker("w1");
  auto two = Worker("w2");
  SubmitOk("key", Spec());
  const Work work = one->Take();
  EXPECT_EQ(two->Finish(work).code(), StatusCode::kAborted);
  Work other = work;
  other.token.epoch += 1;
  EXPECT_EQ(one->Finish(other).code(), StatusCode::kAborted);
  other = work;
  other.token.job_id = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(one->Finish(other).code(), StatusCode::kAborted);
  EXPECT_TRUE(one->Finish(work).ok());
}

TEST_F(FailureTest, RestartedCoordinatorRefusesTokensOfItsEarlierLife) {
  auto before = Worker("w1");
  SubmitOk("key", Spec());
  const Work old = before->Take();
  StartServer();
  auto after = Worker("w1");
  SubmitOk("key", Spec());
  const Work renewed = after->Take();
  EXPECT_EQ(renewed.token.attempt, old.token.attempt);
  EXPECT_GT(renewed.token.epoch, old.token.epoch);
  EXPECT_EQ(after->Finish(old).code(), StatusCode::kAborted);
  EXPECT_TRUE(after->Finish(renewed).ok());
}

TEST_F(FailureTest, ReportsMayBeRepeated) {
  auto worker = Worker("w1");
  SubmitOk("key", Spec());
  const Work audio = worker->Take();
  const TaskResult result = worker->Do(audio);
  EXPECT_TRUE(worker->Complete(audio, result).ok());
  EXPECT_TRUE(worker->Complete(audio, result).ok());
  TaskResult other = result;
  std::get<AnalyzeAudioResult>(other.result).pcm = worker->Blob("other");
  EXPECT_EQ(worker->Complete(audio, other).code(), StatusCode::kAborted);
  const Work portrait = worker->Take();
  EXPECT_TRUE(worker->Release(portrait).ok());
  EXPECT_TRUE(worker->Release(portrait).ok());
  Work again = worker->Take();
  while (again.token.task_id != portrait.token.task_id) again = worker->Take();
  EXPECT_TRUE(worker->Release(portrait).ok());
  EXPECT_TRUE(worker->Fail(again, Unavailable("net")).ok());
  EXPECT_TRUE(worker->Fail(again, Unavailable("net")).ok());
  EXPECT_EQ(server_->counts().stale_reports, 1);
}

TEST_F(FailureTest, PassingErrorsAreTriedAgainAfterAPauseUpToACap) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  Work work = worker->Take();
  ASSERT_TRUE(worker->Finish(worker->Take()).ok());  // the portrait
  // All workers there are have failed it, but once or twice proves nothing.
  for (int failure = 1; failure <= 2; ++failure) {
    ASSERT_TRUE(worker->Fail(work, Unavailable("the\nnet")).ok());
    EXPECT_TRUE(worker->HasNothing());
    EXPECT_EQ(Task(id, "analyze-audio").state(), v1::TASK_STATE_WAITING_RETRY);
    EXPECT_THAT(Job(id).waiting_for, HasSubstr("tried again: the net"));
    Pass(absl::Seconds(40));
    work = worker->Take();
    EXPECT_EQ(work.token.task_id, "analyze-audio");
    EXPECT_EQ(work.token.attempt, failure + 1);
  }
  ASSERT_TRUE(worker->Fail(work, Unavailable("the\nnet")).ok());
  const JobView job = Job(id);
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.error.code(), StatusCode::kUnavailable);
  EXPECT_EQ(Message(job.error),
            "analyze-audio failed 3 times on 1 worker, last on w1: "
            "UNAVAILABLE: the net");
}

TEST_F(FailureTest, LastingErrorsEndTheJobWithTheirMessage) {
  int number = 0;
  for (const StatusCode code :
       {StatusCode::kInvalidArgument, StatusCode::kFailedPrecondition,
        StatusCode::kDataLoss, StatusCode::kNotFound, StatusCode::kOutOfRange,
        StatusCode::kUnimplemented}) {
    auto worker = Worker("w1");
    JobSpec spec = Spec();
    spec.output.crf = ++number;
    spec.portrait.blob = *PutBlob(*artifacts_, std::to_string(number));
    const std::string id = SubmitOk(std::to_string(number), spec);
    const Work audio = worker->Take();
    Work portrait = audio;
    if (audio.kind() != TaskKind::kAnalyzePortrait) portrait = worker->Take();
    const std::string message = "me.jpg: no face found; use another picture";
    ASSERT_TRUE(worker->Fail(portrait, MakeStatus(code, message)).ok());
    EXPECT_EQ(Job(id).state, JobState::kFailed);
    EXPECT_EQ(Job(id).error, MakeStatus(code, message));
    EXPECT_TRUE(worker->HasNothing());
    if (audio.kind() != TaskKind::kAnalyzePortrait) {
      EXPECT_EQ(worker->Renew({audio}).stop_size(), 1);
      EXPECT_EQ(worker->Finish(audio).code(), StatusCode::kAborted);
    }
  }
}

TEST_F(FailureTest, ExhaustedWorkerIsAvoidedWhileThereIsAnother) {
  auto small = Worker("small");
  auto large = Worker("large");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*small, TaskKind::kRender);
  ASSERT_TRUE(small->Fail(render, ResourceExhausted("out of memory")).ok());
  Pass(absl::Seconds(2));
  ASSERT_EQ(Task(id, render.token.task_id).state(), v1::TASK_STATE_READY);
  // The others go to it, that one waits for somebody else.
  EXPECT_GT(RunAll(*small), 0);
  EXPECT_EQ(large->Take().token.task_id, render.token.task_id);
}

TEST_F(FailureTest, ExhaustedWorkerIsAskedAgainWhenItIsTheOnlyOne) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*worker, TaskKind::kRender);
  ASSERT_TRUE(worker->Fail(render, ResourceExhausted("no memory")).ok());
  Pass(absl::Seconds(2));
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(FailureTest, TaskThatKillsItsWorkersEndsTheJob) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work portrait = RunUntil(*worker, TaskKind::kAnalyzePortrait);
  ASSERT_TRUE(worker->Release(portrait).ok());
  int leases = 0;
  while (!HasEnded(Job(id).state)) {
    ASSERT_LT(++leases, 50);
    Work work = worker->Take();
    while (work.kind() != TaskKind::kAnalyzePortrait) {
      ASSERT_TRUE(worker->Finish(work).ok());
      work = worker->Take();
    }
    Pass(absl::Seconds(30));
  }
  EXPECT_EQ(leases, 8);
  EXPECT_EQ(Job(id).error.code(), StatusCode::kDeadlineExceeded);
}

TEST_F(FailureTest, ResultWithoutItsBlobsIsDataLossAndTriedAgain) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*worker, TaskKind::kRender);
  TaskResult result = worker->Do(render);
  std::get<RenderResult>(result.result).chunk.sha256 = std::string(64, 'b');
  EXPECT_EQ(worker->Complete(render, result).code(), StatusCode::kDataLoss);
  EXPECT_EQ(Task(id, render.token.task_id).state(),
            v1::TASK_STATE_WAITING_RETRY);
  Pass(absl::Seconds(2));
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(FailureTest, ResultThatDoesNotFitItsTaskIsRefusedAndTriedAgain) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*worker, TaskKind::kRender);
  TaskResult result = worker->Do(render);
  std::get<RenderResult>(result.result).frames -= 1;
  const Status refused = worker->Complete(render, result);
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(refused), HasSubstr("frames rendered of"));
  Pass(absl::Seconds(2));
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(FailureTest, CancelStopsLeasedTasksAndKeepsWhatIsFinished) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work first = RunUntil(*worker, TaskKind::kRender);
  ASSERT_TRUE(worker->Finish(first).ok());
  const Work second = worker->Take();
  ASSERT_TRUE(Cancel(id).ok());
  ASSERT_TRUE(Cancel(id).ok());
  EXPECT_EQ(Job(id).state, JobState::kCancelled);
  EXPECT_EQ(worker->Renew({second}).stop_size(), 1);
  EXPECT_EQ(worker->Finish(second).code(), StatusCode::kAborted);
  EXPECT_TRUE(worker->HasNothing());
  ASSERT_TRUE(Retry(id).ok());
  EXPECT_EQ(Job(id).state, JobState::kQueued);
  EXPECT_EQ(Job(id).progress.segments_done, 1);
  // Two renders and the assembly: the first render is not done again.
  EXPECT_EQ(RunAll(*worker), 3);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
  EXPECT_EQ(Cancel(id).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Retry(id).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(FailureTest, RetryOfAFailedJobGoesOnWhereItStopped) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*worker, TaskKind::kRender);
  ASSERT_TRUE(worker->Fail(render, FailedPrecondition("no")).ok());
  ASSERT_TRUE(Retry(id).ok());
  ASSERT_TRUE(Retry(id).ok());  // already at work
  EXPECT_TRUE(Job(id).error.ok());
  const Work again = worker->Take();
  EXPECT_EQ(again.token.task_id, render.token.task_id);
  EXPECT_GT(again.token.attempt, render.token.attempt);
  EXPECT_EQ(worker->Finish(render).code(), StatusCode::kAborted);
  ASSERT_TRUE(worker->Finish(again).ok());
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(FailureTest, RetryMakesLostResultsAgain) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*worker, TaskKind::kRender);
  const TaskResult result = worker->Do(render);
  ASSERT_TRUE(worker->Complete(render, result).ok());
  ASSERT_TRUE(Cancel(id).ok());
  const std::string chunk = std::get<RenderResult>(result.result).chunk.sha256;
  ASSERT_EQ(
      std::remove(
          directory_.Join("blobs/" + chunk.substr(0, 2) + "/" + chunk).c_str()),
      0);
  ASSERT_TRUE(Retry(id).ok());
  EXPECT_EQ(Job(id).progress.segments_done, 0);
  EXPECT_EQ(RunAll(*worker), 4);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(FailureTest, RetryMovesToTheSuccessorOfABuildThatIsGone) {
  auto old = Worker("w1", HilmBinding("1"));
  const std::string id = SubmitOk("key", Spec());
  const Work render = RunUntil(*old, TaskKind::kRender);
  Pass(absl::Seconds(61));
  auto successor = Worker("w2", HilmBinding("2"));
  EXPECT_TRUE(successor->HasNothing());
  ASSERT_TRUE(Cancel(id).ok());
  ASSERT_TRUE(Retry(id).ok());
  EXPECT_EQ(RunAll(*successor), 7);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
  EXPECT_EQ(old->Finish(render).code(), StatusCode::kAborted);
}

TEST_F(FailureTest, WorkerOfAnotherProtocolIsToldWhomToUpgrade) {
  ScriptedWorker old("w1", channel_, artifacts_, audio_);
  const grpc::Status status = old.Register(HilmBinding(), 0);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("upgrade the worker"));
  EXPECT_EQ(old.Poll().status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(old.Renew({}).register_again());
}

}  // namespace
}  // namespace longtake::coordinator
