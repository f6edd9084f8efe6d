// Who gets what: pauses, priorities, pools, backups, quarantine, drains,
// limits.

#include <algorithm>
#include <map>

#include "tests/unit/coordinator/api/scripted_farm.h"

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;

class SchedulingTest : public ScriptedFarm {
 protected:
  SchedulingTest() { audio_.frames = 3000; }  // ten segments

  template <typename Request, typename Response>
  Status Call(grpc::Status (v1::Farm::Stub::*method)(grpc::ClientContext*,
                                                     const Request&, Response*),
              const Request& request, Response* response) {
    grpc::ClientContext context;
    return FromGrpcStatus((farm_.get()->*method)(&context, request, response));
  }
  Status SetPaused(const std::string& id, bool paused) {
    if (paused) {
      v1::PauseJobRequest request;
      request.set_job_id(id);
      v1::PauseJobResponse response;
      return Call(&v1::Farm::Stub::PauseJob, request, &response);
    }
    v1::ResumeJobRequest request;
    request.set_job_id(id);
    v1::ResumeJobResponse response;
    return Call(&v1::Farm::Stub::ResumeJob, request, &response);
  }
  JobSpec Numbered(uint64_t seed) {
    JobSpec spec = Spec();
    spec.seed = seed;
    spec.portrait.blob = *PutBlob(*artifacts_, "face " + std::to_string(seed));
    return spec;
  }
};

TEST_F(SchedulingTest, APausedJobWaitsAndSaysSo) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work running = worker->Take();
  ASSERT_TRUE(SetPaused(id, true).ok());
  ASSERT_TRUE(SetPaused(id, true).ok());
  ASSERT_TRUE(worker->Finish(running).ok());
  EXPECT_TRUE(worker->HasNothing());
  EXPECT_THAT(Job(id).waiting_for, HasSubstr("paused"));
  ASSERT_TRUE(SetPaused(id, false).ok());
  RunAll(*worker);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
  EXPECT_EQ(SetPaused(id, true).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(SetPaused("none", true).code(), StatusCode::kNotFound);
}

TEST_F(SchedulingTest, TheQueueIsShownByPoolAndPriority) {
  auto worker = Worker("w1");
  JobSpec spec = Numbered(1);
  spec.priority = 3;
  spec.needs.pool = "gpu";
  SubmitOk("a", spec);
  SubmitOk("b", Numbered(2));
  worker->Take();
  v1::GetQueueResponse response;
  ASSERT_TRUE(
      Call(&v1::Farm::Stub::GetQueue, v1::GetQueueRequest(), &response).ok());
  int leased = 0;
  int queued = 0;
  bool gpu = false;
  for (const v1::QueueDepth& depth : response.depths()) {
    leased += depth.leased();
    queued += depth.queued();
    gpu |= depth.pool() == "gpu" && depth.priority() == 3;
  }
  EXPECT_TRUE(gpu);
  EXPECT_EQ(leased, 1);
  EXPECT_EQ(queued, 3);
  ASSERT_EQ(response.tenants_size(), 1);
  EXPECT_EQ(response.tenants(0).jobs(), 2);
}

TEST_F(SchedulingTest, TasksWaitForThePoolTheyNeed) {
  auto worker = Worker("w1");
  JobSpec spec = Spec();
  spec.needs.pool = "gpu";
  spec.support_needs.pool = "gpu";
  const std::string id = SubmitOk("key", spec);
  EXPECT_TRUE(worker->HasNothing());
  EXPECT_THAT(Job(id).waiting_for, HasSubstr("in pool gpu"));
}

TEST_F(SchedulingTest, AStragglerIsRunASecondTimeAndTheFirstResultWins) {
  auto slow = Worker("slow");
  auto fast = Worker("fast");
  const std::string id = SubmitOk("key", Spec());
  const Work late = RunUntil(*slow, TaskKind::kRender);
  while (true) {
    auto work = fast->Poll();
    ASSERT_TRUE(work.ok());
    if (!work->has_value()) break;
    clock_->Advance(absl::Seconds(2));
    slow->Renew({late}, 1);
    ASSERT_TRUE(fast->Finish(**work).ok());
  }
  // Nothing yet: it is not late by what the others took.
  Pass(absl::Seconds(20));
  slow->Renew({late}, 2);
  ASSERT_TRUE(fast->Register().ok());
  const Work backup = fast->Take();
  EXPECT_EQ(backup.token.task_id, late.token.task_id);
  EXPECT_GT(backup.token.attempt, late.token.attempt);
  EXPECT_EQ(slow->Renew({late}, 3).stop_size(), 0);
  ASSERT_TRUE(fast->Finish(backup).ok());
  EXPECT_EQ(slow->Renew({late}, 4).stop_size(), 1);
  EXPECT_EQ(slow->Finish(late).code(), StatusCode::kAborted);
  EXPECT_EQ(server_->counts().stale_reports, 0);
  EXPECT_EQ(server_->counts().superseded, 1);
  RunAll(*fast);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(SchedulingTest, AWorkerThatFailsEverythingIsQuarantined) {
  auto bad = Worker("bad");
  auto good = Worker("good");
  const std::string id = SubmitOk("key", Spec());
  ASSERT_TRUE(good->Finish(good->Take()).ok());
  ASSERT_TRUE(good->Finish(good->Take()).ok());
  ASSERT_TRUE(good->Finish(good->Take()).ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(bad->Fail(bad->Take(), Unavailable("the GPU is gone")).ok());
  }
  EXPECT_TRUE(bad->HasNothing());
  Pass(absl::Seconds(5));
  ASSERT_TRUE(bad->Register().ok());  // does not help
  EXPECT_TRUE(bad->HasNothing());
  ASSERT_TRUE(good->Register().ok());
  RunAll(*good);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
  // After it one task is a trial.
  SubmitOk("second", Numbered(2));
  Pass(absl::Seconds(60));
  ASSERT_TRUE(bad->Register().ok());
  ASSERT_TRUE(bad->Fail(bad->Take(), Unavailable("it still is")).ok());
  EXPECT_TRUE(bad->HasNothing());
  Pass(absl::Seconds(120));
  ASSERT_TRUE(bad->Register().ok());
  EXPECT_GT(RunAll(*bad), 1);
}

TEST_F(SchedulingTest, AReadmittedWorkerIsGivenTasksAtOnce) {
  auto bad = Worker("bad");
  SubmitOk("first", Numbered(1));
  SubmitOk("second", Numbered(2));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(bad->Fail(bad->Take(), Unavailable("the GPU is gone")).ok());
  }
  ASSERT_TRUE(bad->HasNothing());
  v1::ReadmitWorkerRequest request;
  request.set_worker_id("bad");
  v1::ReadmitWorkerResponse response;
  ASSERT_TRUE(Call(&v1::Farm::Stub::ReadmitWorker, request, &response).ok());
  EXPECT_EQ(response.worker().worker_id(), "bad");
  EXPECT_EQ(response.worker().quarantined_until_micros(), 0);
  // No probation: as many as its slots hold, and two failures are forgiven.
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(bad->Fail(bad->Take(), Unavailable("not yet")).ok());
    Pass(absl::Seconds(20));
    ASSERT_TRUE(bad->Register().ok());
  }
  EXPECT_FALSE(bad->HasNothing());
  // Idempotent, and not for one that is not there.
  EXPECT_TRUE(Call(&v1::Farm::Stub::ReadmitWorker, request, &response).ok());
  request.set_worker_id("nobody");
  EXPECT_EQ(Call(&v1::Farm::Stub::ReadmitWorker, request, &response).code(),
            StatusCode::kNotFound);
}

TEST_F(SchedulingTest, ATaskThatFailsOnThreeWorkersEndsItsJobWithTheReason) {
  const std::string id = SubmitOk("key", Spec());
  std::string task;
  for (int i = 1; i <= 3; ++i) {
    std::vector<std::unique_ptr<ScriptedWorker>> workers;
    for (int k = 1; k <= 3; ++k) workers.push_back(Worker(std::to_string(k)));
    Work work;
    for (auto& worker : workers) {
      auto polled = worker->Poll();
      ASSERT_TRUE(polled.ok());
      if (!polled->has_value()) continue;
      if (task.empty()) task = (*polled)->token.task_id;
      if ((*polled)->token.task_id == task) {
        ASSERT_TRUE(worker->Fail(**polled, Internal("boom")).ok());
        break;
      }
      ASSERT_TRUE(worker->Finish(**polled).ok());
    }
    Pass(absl::Seconds(10));
  }
  EXPECT_EQ(Job(id).state, JobState::kFailed);
  EXPECT_THAT(Message(Job(id).error), HasSubstr("boom"));
  EXPECT_THAT(Message(Job(id).error), HasSubstr("3 workers"));
}

TEST_F(SchedulingTest, ADrainedWorkerIsToldAndGetsNothing) {
  auto worker = Worker("w1");
  SubmitOk("key", Spec());
  const Work held = worker->Take();
  v1::DrainWorkerRequest request;
  request.set_worker_id("w1");
  v1::DrainWorkerResponse response;
  ASSERT_TRUE(Call(&v1::Farm::Stub::DrainWorker, request, &response).ok());
  EXPECT_TRUE(response.worker().draining());
  EXPECT_TRUE(worker->Renew({held}).drain());
  EXPECT_TRUE(worker->HasNothing());
  EXPECT_TRUE(worker->Finish(held).ok());
  request.set_worker_id("nobody");
  EXPECT_EQ(Call(&v1::Farm::Stub::DrainWorker, request, &response).code(),
            StatusCode::kNotFound);
}

class TurnsTest : public SchedulingTest {
 protected:
  // Until both jobs have renders.
  void RunToRenders(ScriptedWorker& worker, const std::string& a,
                    const std::string& b) {
    const auto has_renders = [this](const std::string& id) {
      const auto tasks = Tasks(id);
      return std::any_of(tasks.begin(), tasks.end(), [](const v1::Task& t) {
        return t.task_id().starts_with("render-");
      });
    };
    while (!HasFailure() && !(has_renders(a) && has_renders(b))) {
      ASSERT_TRUE(worker.Finish(worker.Take()).ok());
    }
  }
};

TEST_F(TurnsTest, AWorkerThatHoldsAnIdentityIsGivenItsRendersFirst) {
  auto other = Worker("other");
  const std::string first = SubmitOk("first", Numbered(1));
  const std::string second = SubmitOk("second", Numbered(2));
  RunToRenders(*other, first, second);
  const BlobRef held =
      other->Blob("identity of " + Numbered(2).portrait.blob.sha256);
  auto holder = Worker("holder");
  holder->HoldIdentity(held);
  // Without one the queue's order counts.
  EXPECT_EQ(other->Take().token.job_id, first);
  const Work render = holder->Take();
  EXPECT_EQ(render.token.job_id, second);
  EXPECT_EQ(render.as<RenderTask>().identity, held);
  // Asked for with the report, the same.
  const auto next = holder->FinishForNext(render);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->token.job_id, second);
  EXPECT_EQ(other->Take().token.job_id, first);
}

TEST_F(TurnsTest, TenantsHaveTurnsByTheirWeights) {
  audio_.frames = 30000;  // a hundred segments: more than any turn takes
  scheduler_.tenant_weights = {{"a", 3}, {"b", 1}};
  scheduler_.window.min_total = 4;
  StartServer();
  auto worker = Worker("w1");
  const std::string a = SubmitOk("key", Numbered(1), "a");
  const std::string b = SubmitOk("key", Numbered(2), "b");
  // Or the first job, alone at first, would fill the queue.
  Pass(absl::Seconds(1));
  RunToRenders(*worker, a, b);
  Pass(absl::Seconds(1));
  std::map<std::string, int> turns;
  for (int i = 0; i < 16; ++i) {
    // The first eight are what was queued when both had little to do.
    const Work work = worker->Take();
    if (i >= 8) ++turns[work.token.job_id];
  }
  EXPECT_EQ(turns[a], 6);
  EXPECT_EQ(turns[b], 2);
}

class LimitsTest : public SchedulingTest {
 protected:
  void ExpectRefused(const std::string& key, const JobSpec& spec,
                     const std::string& tenant, const std::string& why) {
    const auto refused = Submit(key, spec, tenant);
    EXPECT_EQ(refused.status().code(), StatusCode::kResourceExhausted);
    EXPECT_THAT(Message(refused.status()), HasSubstr(why));
  }
  void ExpectKnown(const std::string& key, const JobSpec& spec) {
    const auto again = Submit(key, spec);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_FALSE(again->created());
  }
};

TEST_F(LimitsTest, ATenantsAndTheFarmsLiveJobsAreLimited) {
  scheduler_.limits.max_live_jobs_per_tenant = 1;
  scheduler_.limits.max_live_jobs = 2;
  StartServer();
  auto worker = Worker("w1");
  const std::string first = SubmitOk("first", Numbered(1));
  ExpectRefused("second", Numbered(2), "",
                "tenant default has 1 live jobs, its limit is 1");
  const std::string others = SubmitOk("others", Numbered(3), "acme");
  ExpectRefused("third's", Numbered(4), "third",
                "the farm has 2 live jobs, its limit is 2");
  ExpectKnown("first", Numbered(1));
  RunAll(*worker);
  EXPECT_EQ(Job(first).state, JobState::kSucceeded);
  EXPECT_EQ(Job(others).state, JobState::kSucceeded);
  // What has ended makes room, and what was refused left nothing behind.
  EXPECT_TRUE(Submit("second", Numbered(2))->created());
  EXPECT_TRUE(Submit("third's", Numbered(4), "third")->created());
}

TEST_F(LimitsTest, AJobThatIsTooLongEndsOnceItsLengthIsKnown) {
  scheduler_.limits.max_job_length = absl::Seconds(1);
  StartServer();
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  RunAll(*worker);
  const JobView job = Job(id);
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.error.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(job.error), HasSubstr("the job is 30s long (3000 "));
  EXPECT_THAT(Message(job.error), HasSubstr("the limit is 1s"));
  // For good, and written down.
  Pass(absl::Minutes(1));
  EXPECT_TRUE(worker->HasNothing());
  StartServer();
  EXPECT_EQ(Job(id).error, job.error);
}

TEST_F(LimitsTest, TheQueuesLengthIsLimited) {
  scheduler_.limits.max_open_tasks = 2;  // the two analyses of a new job
  StartServer();
  auto worker = Worker("w1");
  const std::string first = SubmitOk("first", Numbered(1));
  ExpectRefused("second", Numbered(2), "",
                "the farm has 2 open tasks, its limit is 2");
  ExpectKnown("first", Numbered(1));
  // Nothing of a job that was taken is held back for it.
  RunAll(*worker);
  EXPECT_EQ(Job(first).state, JobState::kSucceeded);
  EXPECT_EQ(Job(first).progress.segments_done, 10);
  EXPECT_TRUE(Submit("second", Numbered(2))->created());
}

}  // namespace
}  // namespace longtake::coordinator
