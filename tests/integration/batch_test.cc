// `longtake batch`, `trace` and the operator's commands as processes, against a
// coordinator and a worker as processes on loopback.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/image_file.h"

namespace longtake {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr int kRate = 16000;

class BatchTest : public testing::Test {
 protected:
  void SetUp() override {
    EXPECT_TRUE(
        worker::WritePng(worker::Gradient(96, 96), dir_.Path("host.png")).ok());
    std::filesystem::create_directory(dir_.Path("episodes"));
    std::filesystem::create_directory(dir_.Path("out"));
    for (int i = 1; i <= 3; ++i) WriteEpisode(i, 110.0 * i);
    Write(R"(
batch: night-run
defaults:
  portrait: host.png
  engine: synthetic
  size: 64
  segment_seconds: 1
  preset: ultrafast
  output: out/{name}.mp4
jobs:
  - audio: episodes/*.wav
)");
    StartCoordinator("");
  }

  // `settings`: of its configuration file, beside the artifacts.
  void StartCoordinator(const std::string& settings) {
    coordinator_.reset();
    const std::string config = dir_.Path("coordinator.yaml");
    std::ofstream(config) << "artifacts: artifacts\n" << settings;
    coordinator_ = std::make_unique<Process>(
        std::vector<std::string>{LONGTAKE_BIN_DIR "/longtake-coordinator",
                                 "--listen", "127.0.0.1:0", "--config", config},
        dir_.Path(fmt::format("coordinator{}", ++starts_)));
    farm_ = coordinator_->AwaitLine("listening on ");
    ASSERT_FALSE(farm_.empty()) << coordinator_->Err();
  }

  void AddWorker() {
    worker_ = std::make_unique<Process>(
        std::vector<std::string>{LONGTAKE_TESTS_DIR "/longtake-test-worker",
                                 "--coordinator", farm_, "--artifacts",
                                 dir_.Path("artifacts"), "--slots", "1",
                                 "--worker-id", "w1"},
        dir_.Path("worker"));
    ASSERT_FALSE(worker_->AwaitLine("registered as").empty()) << worker_->Err();
  }

  void Write(const std::string& text) {
    std::ofstream(dir_.Path("night.yaml")) << text;
  }

  void WriteEpisode(int number, double pitch_hz) {
    worker::SoundSpec sound;
    sound.muxer = "wav";
    sound.rate = kRate;
    sound.samples = kRate * 5 / 2;
    sound.wave = [pitch_hz](int64_t i) {
      return 0.5 *
             std::sin(2 * M_PI * pitch_hz * static_cast<double>(i) / kRate);
    };
    EXPECT_TRUE(worker::WriteSound(
        sound, dir_.Path(fmt::format("episodes/ep{}.wav", number))));
  }

  ProcessResult Longtake(std::vector<std::string> args) {
    args.insert(args.begin(), kLongtake);
    args.insert(args.end(), {"--farm", farm_});
    return RunProcess(args, dir_.Path("process"));
  }
  ProcessResult Batch(const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"batch", dir_.Path("night.yaml")};
    args.insert(args.end(), more.begin(), more.end());
    return Longtake(args);
  }
  json BatchObject(std::vector<std::string> more, int code = 0) {
    more.push_back("--json");
    const ProcessResult result = Batch(more);
    EXPECT_EQ(result.code, code) << result.err;
    return json::parse(result.out, nullptr, false);
  }

  std::string Output(int episode) {
    return dir_.Path(fmt::format("out/ep{}.mp4", episode));
  }

  worker::TempDir dir_;
  int starts_ = 0;  // of coordinators, each with outputs of its own
  std::unique_ptr<Process> coordinator_;
  std::unique_ptr<Process> worker_;
  std::string farm_;
};

TEST_F(BatchTest, NightRunIsFinishedByRunningItAgain) {
  const json plan = BatchObject({"--dry-run"});
  EXPECT_EQ(plan["to_submit"], 3);
  EXPECT_EQ(plan["missing_inputs"], 4);
  // Submitted, and nothing more: there is no worker yet.
  const json submitted = BatchObject({});
  EXPECT_EQ(submitted["under_way"], 3);
  EXPECT_EQ(submitted["jobs"][0]["action"], "submitted");
  AddWorker();
  // A take that can't be measured, for no face is in it, is a take all the
  // same.
  const json first = BatchObject({"--wait", "--measure", "sample"});
  EXPECT_EQ(first["succeeded"], 3);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(first["jobs"][i - 1]["action"], "known");
    EXPECT_EQ(first["jobs"][i - 1]["fetched"], true);
    EXPECT_THAT(first["jobs"][i - 1]["warnings"].dump(),
                HasSubstr("the take was not measured"));
    EXPECT_EQ(worker::DecodeVideo(Output(i)).frames.size(), 75u);
  }

  // All is there: nothing happens.
  const json again = BatchObject({"--wait"});
  EXPECT_EQ(again["succeeded"], 3);
  EXPECT_EQ(again["jobs"][0]["action"], "output is there");

  // A lost output is fetched, a changed input rendered; the rest stays.
  std::filesystem::remove(Output(1));
  WriteEpisode(2, 500);
  const ProcessResult refused = Batch({"--wait"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("night.yaml:9: output"));
  EXPECT_THAT(refused.err, HasSubstr("is not this job's result"));
  const json repaired = BatchObject({"--wait", "--force"});
  EXPECT_EQ(repaired["jobs"][0]["action"], "known");
  EXPECT_EQ(repaired["jobs"][0]["fetched"], true);
  EXPECT_EQ(repaired["jobs"][1]["action"], "submitted");
  EXPECT_EQ(repaired["jobs"][1]["fetched"], true);
  EXPECT_EQ(repaired["jobs"][2]["action"], "output is there");
}

TEST_F(BatchTest, WhatDidNotFitIsSubmittedAsSoonAsThereIsRoom) {
  StartCoordinator("limits: {jobs: 1}\n");
  // Who does not wait is told.
  const json one = BatchObject({}, 1);
  EXPECT_EQ(one["under_way"], 1);
  for (int i : {1, 2}) {
    EXPECT_EQ(one["jobs"][i]["action"], "refused");
    EXPECT_EQ(one["jobs"][i]["error"]["code"], "RESOURCE_EXHAUSTED");
  }
  AddWorker();
  const json all = BatchObject({"--wait"});
  EXPECT_EQ(all["succeeded"], 3);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(all["jobs"][i - 1]["action"], i == 1 ? "known" : "submitted");
    EXPECT_EQ(worker::DecodeVideo(Output(i)).frames.size(), 75u);
  }
}

TEST_F(BatchTest, CancelledJobFailsTheBatchUntilItIsRetried) {
  const json submitted = BatchObject({});
  const std::string id = submitted["jobs"][1]["job_id"];
  ASSERT_EQ(Longtake({"cancel", id.substr(0, 8)}).code, 0);
  AddWorker();
  const json failed = BatchObject({"--wait"}, 1);
  EXPECT_EQ(failed["failed"], 1);
  EXPECT_EQ(failed["succeeded"], 2);
  EXPECT_EQ(failed["jobs"][1]["state"], "cancelled");
  const json retried = BatchObject({"--wait", "--retry-failed"});
  EXPECT_EQ(retried["succeeded"], 3);
  EXPECT_EQ(retried["jobs"][1]["action"], "retried");
  EXPECT_TRUE(std::filesystem::exists(Output(2)));
}

TEST_F(BatchTest, MistakesSubmitNothing) {
  Write(
      "batch: n\njobs:\n  - {portrait: host.png, audio: none.wav}\n"
      "  - {portrait: host.png, audio: episodes/ep1.wav, fps: 26.5}\n");
  const ProcessResult result = Batch();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("2 mistakes; nothing was submitted:"));
  EXPECT_THAT(result.err, HasSubstr("night.yaml:3: audio"));
  EXPECT_THAT(result.err, HasSubstr("night.yaml:4: "));
  EXPECT_EQ(json::parse(Longtake({"list", "--json"}).out)["jobs"].size(), 0u);
}

TEST_F(BatchTest, InterruptedBatchGoesOnAndIsTakenUpAgain) {
  const std::string out = dir_.Path("interrupted");
  Process waiting(
      {kLongtake, "batch", dir_.Path("night.yaml"), "--wait", "--farm", farm_},
      out);
  for (int i = 0; i < 600; ++i) {
    const json list = json::parse(Longtake({"list", "--json"}).out);
    if (list["jobs"].size() == 3) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  waiting.Signal(SIGINT);
  EXPECT_EQ(waiting.Wait(), 130);
  EXPECT_THAT(waiting.Err(), HasSubstr("run the same command again"));
  AddWorker();
  EXPECT_EQ(BatchObject({"--wait"})["succeeded"], 3);
}

TEST_F(BatchTest, OperatorPausesReordersLooksAndDrains) {
  const json submitted = BatchObject({});
  const std::string id = submitted["jobs"][0]["job_id"];
  const std::string prefix = id.substr(0, 10);
  EXPECT_EQ(Longtake({"pause", prefix}).out, "queued, paused\n");
  EXPECT_THAT(Longtake({"list"}).out, HasSubstr("queued, paused"));
  EXPECT_THAT(Longtake({"show", prefix}).out, HasSubstr("queued, paused"));
  EXPECT_EQ(Longtake({"priority", prefix, "-10"}).out,
            "queued, paused, priority -10\n");
  EXPECT_EQ(Longtake({"priority", prefix, "2000"}).code, 2);
  AddWorker();
  EXPECT_THAT(Longtake({"workers"}).out, HasSubstr("w1 "));
  const json queue = json::parse(Longtake({"queue", "--json"}).out);
  EXPECT_EQ(queue["tenants"][0]["tenant"], "default");
  EXPECT_THAT(Longtake({"queue"}).out, HasSubstr("PRIORITY"));
  // The others end, the paused one stays.
  for (int i = 1; i < 3; ++i) {
    EXPECT_EQ(Longtake({"watch", submitted["jobs"][i]["job_id"]}).code, 0);
  }
  EXPECT_EQ(json::parse(Longtake({"show", prefix, "--json"}).out)["state"],
            "queued");
  EXPECT_THAT(Longtake({"resume", prefix}).out,
              testing::AnyOf("queued\n", "running\n"));
  EXPECT_EQ(Longtake({"watch", prefix}).code, 0);
  EXPECT_EQ(Longtake({"pause", prefix}).code, 2) << "it has ended";
  EXPECT_EQ(Longtake({"drain", "nobody"}).code, 2);
  EXPECT_THAT(Longtake({"drain", "w1"}).out,
              HasSubstr("w1 takes no more tasks"));
  EXPECT_EQ(worker_->Wait(), 0) << worker_->Err();
}

TEST_F(BatchTest, TraceShowsWhatTheWorkerDid) {
  AddWorker();
  const json batch = BatchObject({"--wait"});
  const std::string id = batch["jobs"][0]["job_id"];
  const std::string file = dir_.Path("trace.json");
  ASSERT_EQ(Longtake({"trace", id, "-o", file}).code, 0);
  const json trace = json::parse(Longtake({"trace", id}).out);
  EXPECT_EQ(json::parse(worker::ReadBytes(file)), trace);
  size_t renders = 0;
  size_t waits = 0;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    if (event["cat"] == "wait") ++waits;
    if (event["cat"] != "attempt") continue;
    EXPECT_EQ(event["args"]["worker"], "w1");
    EXPECT_EQ(event["args"]["outcome"], "completed");
    EXPECT_GT(event["dur"], 0);
    renders += event["name"].get<std::string>().starts_with("render ");
  }
  const json shown = json::parse(Longtake({"show", id, "--json"}).out);
  EXPECT_EQ(renders, shown["progress"]["segments_rendered"].get<size_t>());
  EXPECT_GT(waits, 0u);
}

}  // namespace
}  // namespace longtake
