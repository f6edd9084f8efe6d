#include "common/rpc/convert.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/job/job_json.h"
#include "common/rpc/status_convert.h"
#include "tests/unit/common/job/sample_values.h"

namespace longtake {
namespace {

using google::protobuf::util::MessageDifferencer;

// Domain -> proto -> bytes -> proto -> domain -> proto gives the same proto.
template <typename T>
void ExpectRoundTrip(const T& value) {
  auto proto = ToProto(value);
  decltype(proto) wire;
  ASSERT_TRUE(wire.ParseFromString(proto.SerializeAsString()));
  const auto back = FromProto(wire);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(MessageDifferencer::Equals(ToProto(*back), proto))
      << proto.DebugString();
}

TEST(ConvertTest, EveryTaskSpecSurvives) {
  for (const TaskSpec& spec : SampleTaskSpecs()) {
    ExpectRoundTrip(spec);
    EXPECT_EQ(TaskSpecToJson(*FromProto(ToProto(spec))), TaskSpecToJson(spec));
  }
}

TEST(ConvertTest, EveryTaskResultSurvives) {
  for (const TaskResult& result : SampleTaskResults()) {
    ExpectRoundTrip(result);
    EXPECT_EQ(TaskResultToJson(*FromProto(ToProto(result))),
              TaskResultToJson(result));
  }
}

TEST(ConvertTest, JobSpecSurvivesWithAndWithoutMotion) {
  EXPECT_EQ(*FromProto(ToProto(SampleJobSpec())), SampleJobSpec());
  JobSpec spec = SampleJobSpec();
  spec.motion = {};
  EXPECT_EQ(*FromProto(ToProto(spec)), spec);
}

TEST(ConvertTest, GuidesSurvive) {
  const JobSpec spec = SampleGuidedJobSpec();
  EXPECT_EQ(*FromProto(ToProto(spec)), spec);
  v1::JobSpec damaged = ToProto(spec);
  (*damaged.mutable_guides())["transcript"].clear_blob();
  EXPECT_EQ(FromProto(damaged).status().code(), StatusCode::kInvalidArgument);
}

JobView SampleJobView() {
  JobView job;
  job.job_id = "ab12";
  job.tenant = "default";
  job.spec = SampleJobSpec();
  job.state = JobState::kFailed;
  job.progress = {1000, 500, 10, 5, 3, "render"};
  job.error = DataLoss("portrait me.jpg: gone");
  job.submitted_at_micros = 1;
  job.ended_at_micros = 2;
  job.take = SampleBlob("take");
  job.seams = {{100, 1.25, 99, 0.5, SeamVerdict::kFail, true}};
  job.warnings = {"very quiet"};
  job.inputs_digest = Sha256Hex("inputs");
  job.waiting_for = "a worker";
  job.transcript_report = SampleBlob("words");
  return job;
}

TEST(ConvertTest, ViewsSurvive) {
  ExpectRoundTrip(SampleJobView());
  const StatusOr<JobView> job = FromProto(ToProto(SampleJobView()));
  EXPECT_EQ(job->error, DataLoss("portrait me.jpg: gone"));
  EXPECT_EQ(job->progress, SampleJobView().progress);
  JobEvent event;
  event.sequence = 7;
  event.at_micros = 8;
  event.text = "segment done";
  event.state = JobState::kRunning;
  event.progress = SampleJobView().progress;
  event.task_id = "render-00001-g0";
  event.worker_id = "w1";
  ExpectRoundTrip(event);
  TaskView task;
  task.task_id = "render-00001-g0";
  task.kind = TaskKind::kRender;
  task.state = TaskState::kWaitingRetry;
  task.segment = 1;
  task.range = {10, 20};
  task.attempt = 2;
  task.worker_id = "w1";
  task.from_cache = true;
  task.generation = 1;
  task.timings = {1, 2, 3, 4};
  task.error = Unavailable("lost");
  task.frames_done = 10;
  task.attempts = {{1, "w0", 5, 6, 7, "failed", false},
                   {2, "w1", 7, 8, 0, "", true}};
  task.ready_at_micros = 7;
  task.needs = {"gpu", 9, {"nvenc"}};
  ExpectRoundTrip(task);
  task.segment = -1;
  task.range = {};
  ExpectRoundTrip(task);
  ExpectRoundTrip(WorkerView{"w1",
                             "0.1.0",
                             2,
                             1,
                             "cpu",
                             true,
                             99,
                             {"gpu", "spot"},
                             int64_t{24} << 30,
                             {"nvenc"},
                             123});
}

TEST(ConvertTest, QueuesWordsSurvive) {
  ExpectRoundTrip(QueueDepth{"gpu", -3, 1, 2, 3, 4});
  ExpectRoundTrip(TenantShare{"studio", 2.5, 1, 2, 3, 4});
  ExpectRoundTrip(TaskNeeds{"gpu", int64_t{24} << 30, {"a", "b"}});
}

TEST(ConvertTest, WorkersWordsSurvive) {
  ExpectRoundTrip(FencingToken{"job", "plan", 3, 4});
  ExpectRoundTrip(EngineBinding{"hilm", "1", "cpu", 2});
}

TEST(ConvertTest, EveryEnumValueSurvives) {
  for (int i = 0; i <= static_cast<int>(JobState::kCancelled); ++i) {
    JobView job = SampleJobView();
    job.state = static_cast<JobState>(i);
    EXPECT_EQ(FromProto(ToProto(job))->state, job.state);
  }
  for (int i = 0; i <= static_cast<int>(TaskState::kCancelled); ++i) {
    TaskView task;
    task.task_id = "t";
    task.state = static_cast<TaskState>(i);
    EXPECT_EQ(FromProto(ToProto(task))->state, task.state);
  }
  for (int i = 0; i <= static_cast<int>(TaskKind::kAssemble); ++i) {
    TaskView task;
    task.task_id = "t";
    task.kind = static_cast<TaskKind>(i);
    EXPECT_EQ(FromProto(ToProto(task))->kind, task.kind);
  }
}

template <typename Proto>
void ExpectRefused(const char* what, Proto proto,
                   const std::function<void(Proto*)>& change) {
  ASSERT_TRUE(FromProto(proto).ok()) << FromProto(proto).status();
  change(&proto);
  EXPECT_EQ(FromProto(proto).status().code(), StatusCode::kInvalidArgument)
      << what;
}

TEST(ConvertTest, StrictAboutJobSpecs) {
  const v1::JobSpec good = ToProto(SampleJobSpec());
  ExpectRefused<v1::JobSpec>("no portrait", good,
                             [](auto* p) { p->clear_portrait(); });
  ExpectRefused<v1::JobSpec>("no audio blob", good,
                             [](auto* p) { p->mutable_audio()->clear_blob(); });
  ExpectRefused<v1::JobSpec>("digest that is a path", good, [](auto* p) {
    p->mutable_audio()->mutable_blob()->set_sha256("../../etc/passwd");
  });
  ExpectRefused<v1::JobSpec>("negative size", good, [](auto* p) {
    p->mutable_audio()->mutable_blob()->set_size_bytes(-1);
  });
  ExpectRefused<v1::JobSpec>("no output", good,
                             [](auto* p) { p->clear_output(); });
  ExpectRefused<v1::JobSpec>("rate 0", good, [](auto* p) {
    p->mutable_output()->mutable_rate()->set_num(0);
  });
  ExpectRefused<v1::JobSpec>("rate 60/2", good, [](auto* p) {
    p->mutable_output()->mutable_rate()->set_num(60);
    p->mutable_output()->mutable_rate()->set_den(2);
  });
  ExpectRefused<v1::JobSpec>("negative width", good, [](auto* p) {
    p->mutable_output()->set_width(-2);
  });
  ExpectRefused<v1::JobSpec>("negative segment length", good,
                             [](auto* p) { p->set_segment_millis(-1); });
}

TEST(ConvertTest, StrictAboutTasks) {
  const v1::TaskSpec render = ToProto(SampleTaskSpecs()[3]);
  ExpectRefused<v1::TaskSpec>("no kind", render,
                              [](auto* p) { p->clear_task(); });
  ExpectRefused<v1::TaskSpec>("no engine", render,
                              [](auto* p) { p->clear_engine(); });
  ExpectRefused<v1::TaskSpec>("reversed range", render, [](auto* p) {
    p->mutable_render()->mutable_range()->set_end(1);
  });
  ExpectRefused<v1::TaskSpec>("overlap inside out", render, [](auto* p) {
    p->mutable_render()->mutable_rendered()->set_begin(101);
  });
  ExpectRefused<v1::TaskSpec>("bad digest", render, [](auto* p) {
    p->mutable_render()->set_motion_digest("x");
  });
  ExpectRefused<v1::TaskSpec>("no identity", render, [](auto* p) {
    p->mutable_render()->clear_identity();
  });
  ExpectRefused<v1::TaskSpec>("negative segment", render, [](auto* p) {
    p->mutable_render()->set_segment(-1);
  });
  const v1::TaskSpec assemble = ToProto(SampleTaskSpecs()[4]);
  ExpectRefused<v1::TaskSpec>("no candidates", assemble, [](auto* p) {
    p->mutable_assemble()->mutable_segments(0)->clear_candidates();
  });
  ExpectRefused<v1::TaskSpec>("candidate without chunk", assemble, [](auto* p) {
    p->mutable_assemble()
        ->mutable_segments(0)
        ->mutable_candidates(0)
        ->clear_chunk();
  });
  ExpectRefused<v1::TaskSpec>("audio without channels", assemble, [](auto* p) {
    p->mutable_assemble()->mutable_audio_facts()->set_channels(0);
  });
}

TEST(ConvertTest, StrictAboutResults) {
  const v1::TaskResult take = ToProto(SampleTaskResults()[4]);
  ExpectRefused<v1::TaskResult>("no kind", take,
                                [](auto* p) { p->clear_result(); });
  ExpectRefused<v1::TaskResult>("neither take nor repairs", take, [](auto* p) {
    p->mutable_assemble()->clear_take();
  });
  ExpectRefused<v1::TaskResult>("both take and repairs", take, [](auto* p) {
    p->mutable_assemble()->add_repair_segments(1);
  });
  ExpectRefused<v1::TaskResult>("verdict of the future", take, [](auto* p) {
    p->mutable_assemble()->mutable_seams(0)->set_verdict(
        static_cast<v1::SeamVerdict>(9));
  });
  ExpectRefused<v1::TaskResult>("verdict unspecified", take, [](auto* p) {
    p->mutable_assemble()->mutable_seams(0)->clear_verdict();
  });
  ExpectRefused<v1::TaskResult>("negative frames", take, [](auto* p) {
    p->mutable_assemble()->set_frames(-1);
  });
  const v1::TaskResult render = ToProto(SampleTaskResults()[3]);
  ExpectRefused<v1::TaskResult>("no evidence", render, [](auto* p) {
    p->mutable_render()->clear_evidence();
  });
}

TEST(ConvertTest, MessagesNameTheField) {
  v1::JobSpec proto = ToProto(SampleJobSpec());
  proto.mutable_audio()->mutable_blob()->set_sha256("zz");
  const std::string message = Message(FromProto(proto).status());
  EXPECT_NE(message.find("audio: blob: sha256"), std::string::npos) << message;
}

TEST(StatusConvertTest, CodesMapOneToOne) {
  for (int code = 0; code <= 16; ++code) {
    const Status status =
        MakeStatus(static_cast<StatusCode>(code), code == 0 ? "" : "why");
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
    EXPECT_EQ(ErrorFromProto(ErrorToProto(status)), status);
    EXPECT_EQ(ParseStatusCodeName(StatusCodeName(status.code())),
              status.code());
  }
  EXPECT_EQ(StatusCodeName(StatusCode::kDataLoss), "DATA_LOSS");
  EXPECT_EQ(ParseStatusCodeName("NEW_CODE"), StatusCode::kUnknown);
}

}  // namespace
}  // namespace longtake
