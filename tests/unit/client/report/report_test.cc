#include "client/report/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace longtake::client {
namespace {

using nlohmann::json;

RenderReport SampleReport() {
  RenderReport report;
  report.output = "talk.mp4";
  report.job.job_id = "ab";
  report.job.state = JobState::kSucceeded;
  report.job.spec.output.rate = {30000, 1001};
  report.job.progress = {30000, 30000, 101, 101, 3, "done"};
  report.job.seams = {{300, 0.8, 99, 0, SeamVerdict::kPass, false},
                      {600, 1.75, 48.5, 0.25, SeamVerdict::kWarn, true}};
  report.job.warnings = {"audio talk.wav: very quiet"};
  report.wall_seconds = 500.5;
  report.peak_rss_bytes = 123456789;
  return report;
}

TEST(RenderReportTest, JsonHasExactlyThePromisedFields) {
  const json j = json::parse(RenderReportJson(SampleReport()));
  std::set<std::string> keys;
  for (const auto& [key, value] : j.items()) keys.insert(key);
  EXPECT_EQ(keys, (std::set<std::string>{
                      "output", "frames", "duration_seconds", "segments",
                      "segments_rendered", "wall_seconds", "realtime_factor",
                      "peak_rss_bytes", "seams", "warnings"}));
  EXPECT_EQ(j["output"], "talk.mp4");
  EXPECT_EQ(j["frames"], 30000);
  EXPECT_DOUBLE_EQ(j["duration_seconds"].get<double>(), 1001);
  EXPECT_EQ(j["segments"], 101);
  EXPECT_EQ(j["segments_rendered"], 3);
  EXPECT_DOUBLE_EQ(j["realtime_factor"].get<double>(), 2);
  EXPECT_EQ(j["peak_rss_bytes"], 123456789);
  ASSERT_EQ(j["seams"].size(), 2u);
  EXPECT_EQ(j["seams"][1]["frame"], 600);
  EXPECT_EQ(j["seams"][1]["ratio"], 1.75);
  EXPECT_EQ(j["seams"][1]["psnr_db"], 48.5);
  EXPECT_EQ(j["seams"][1]["verdict"], "warn");
  EXPECT_EQ(j["warnings"][0], "audio talk.wav: very quiet");
}

TEST(RenderReportTest, JsonIsOneLine) {
  EXPECT_EQ(RenderReportJson(SampleReport()).find('\n'), std::string::npos);
}

TEST(RenderReportTest, TextThatIsNotUtf8IsReportedAllTheSame) {
  RenderReport report = SampleReport();
  report.output = "caf\xe9.mp4";
  EXPECT_TRUE(json::accept(RenderReportJson(report)));
  EXPECT_TRUE(json::accept(ErrorJson(NotFound("caf\xe9.wav: no such file"))));
}

TEST(RenderReportTest, SummaryNamesFileSpeedWorstSeamAndWarnings) {
  const std::string text = RenderSummary(SampleReport());
  for (const char* part :
       {"talk.mp4", "1001.00 s", "2.00x real time", "3 of 101 segments",
        "1.75 at frame 600", "1 beyond the gate", "very quiet"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(RenderReportTest, OneSegmentHasNoSeams) {
  RenderReport report = SampleReport();
  report.job.seams.clear();
  EXPECT_NE(RenderSummary(report).find("none: one segment"), std::string::npos);
  EXPECT_TRUE(json::parse(RenderReportJson(report))["seams"].empty());
}

TEST(ErrorJsonTest, CarriesCodeAndMessage) {
  const json j = json::parse(ErrorJson(InvalidArgument("no \"face\"")));
  EXPECT_EQ(j["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(j["error"]["message"], "no \"face\"");
}

TEST(ExitCodeTest, TwoIsWhatTheUserCanPutRight) {
  EXPECT_EQ(ExitCode(OkStatus()), 0);
  EXPECT_EQ(ExitCode(InvalidArgument("")), 2);
  EXPECT_EQ(ExitCode(NotFound("")), 2);
  EXPECT_EQ(ExitCode(FailedPrecondition("")), 2);
  EXPECT_EQ(ExitCode(AlreadyExists("")), 2);
  for (const Status& status :
       {Unavailable(""), Internal(""), DataLoss(""), Cancelled(""),
        ResourceExhausted(""), DeadlineExceeded("")}) {
    EXPECT_EQ(ExitCode(status), 1);
  }
}

TEST(JobJsonTest, FailedJobTellsWhy) {
  JobView job = SampleReport().job;
  job.state = JobState::kFailed;
  job.error = DataLoss("gone");
  job.waiting_for = "a worker";
  const json j = json::parse(JobJson(job));
  EXPECT_EQ(j["state"], "failed");
  EXPECT_EQ(j["error"]["code"], "DATA_LOSS");
  EXPECT_EQ(j["waiting_for"], "a worker");
  EXPECT_FALSE(j.contains("take"));
  job.tenant = "studio";
  job.spec.priority = -5;
  const json list = json::parse(JobsJson({job, job}))["jobs"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1]["tenant"], "studio");
  EXPECT_EQ(list[1]["priority"], -5);
}

TEST(SegmentsJsonTest, TellsAttemptsAndWorkers) {
  TaskView task;
  task.task_id = "render-00001-g0";
  task.kind = TaskKind::kRender;
  task.state = TaskState::kLeased;
  task.segment = 1;
  task.range = {300, 600};
  task.attempt = 2;
  task.worker_id = "w1";
  task.error = Unavailable("lost");
  const json j = json::parse(SegmentsJson({task}, {}));
  EXPECT_EQ(j["tasks"][0]["begin"], 300);
  EXPECT_EQ(j["tasks"][0]["attempt"], 2);
  EXPECT_EQ(j["tasks"][0]["error"]["code"], "UNAVAILABLE");
}

TEST(QueueJsonTest, HasDepthsAndTenants) {
  QueueView queue;
  queue.depths = {{"gpu", 10, 1, 2, 3, 4}};
  queue.tenants = {{"studio", 1.5, 3, 12, 4, 2}};
  const auto object = json::parse(QueueJson(queue));
  EXPECT_EQ(object.at("depths")[0].at("pool"), "gpu");
  EXPECT_EQ(object.at("depths")[0].at("priority"), 10);
  EXPECT_EQ(object.at("depths")[0].at("ready"), 1);
  EXPECT_EQ(object.at("depths")[0].at("queued"), 2);
  EXPECT_EQ(object.at("depths")[0].at("leased"), 3);
  EXPECT_EQ(object.at("depths")[0].at("waiting"), 4);
  EXPECT_EQ(object.at("tenants")[0].at("tenant"), "studio");
  EXPECT_EQ(object.at("tenants")[0].at("weight"), 1.5);
  EXPECT_EQ(object.at("tenants")[0].at("jobs"), 3);
}

TEST(WorkerJsonTest, HasPoolsAndQuarantine) {
  WorkerView worker;
  worker.worker_id = "w";
  worker.pools = {"gpu"};
  worker.gpu_memory_bytes = 5;
  worker.capabilities = {"nvenc"};
  worker.quarantined_until_micros = 7;
  const auto object = json::parse(WorkerJson(worker));
  EXPECT_EQ(object.at("pools"), json({"gpu"}));
  EXPECT_EQ(object.at("gpu_memory_bytes"), 5);
  EXPECT_EQ(object.at("capabilities"), json({"nvenc"}));
  EXPECT_EQ(object.at("quarantined_until_micros"), 7);
}

TEST(SegmentsJsonTest, HasAttempts) {
  TaskView task;
  task.attempts = {{2, "w", 1, 3, 4, "failed", true}};
  const auto object = json::parse(SegmentsJson({task}, {}));
  const auto attempt = object.at("tasks")[0].at("attempts")[0];
  EXPECT_EQ(attempt.at("attempt"), 2);
  EXPECT_EQ(attempt.at("worker_id"), "w");
  EXPECT_EQ(attempt.at("ready_at_micros"), 1);
  EXPECT_EQ(attempt.at("outcome"), "failed");
  EXPECT_EQ(attempt.at("backup"), true);
}

}  // namespace
}  // namespace longtake::client
