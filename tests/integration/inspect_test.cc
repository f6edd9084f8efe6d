// Lip-sync as a user measures it: a take of the demo photograph, and films in
// which something is wrong with it. espeak-ng speaks, ffmpeg spoils.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr char kText[] =
    "Good morning, and welcome. Please watch my lips on maps, bread and "
    "butter. Bob Brown bumped my big mum. Remember me, baby.";
constexpr char kOtherText[] =
    "The quick fox jumps over the lazy dog; people often put purple boots "
    "in the oven before breakfast, perhaps tomorrow we climb.";

class InspectTest : public testing::Test {
 protected:
  // One take for all tests of this file.
  static void SetUpTestSuite() {
    dir_ = new worker::TempDir;
    Say(kText, "talk.wav");
    WriteText("talk.txt", kText);
    rendered_ = new json(Render("take.mp4", {}));
  }
  static void TearDownTestSuite() {
    delete rendered_;
    delete dir_;
  }

  static ProcessResult Run(const std::vector<std::string>& args) {
    return RunProcess(args, dir_->Path("process"));
  }
  static void Say(const std::string& text, const std::string& name) {
    const ProcessResult said = Run({"/usr/bin/env", "espeak-ng", "-s", "150",
                                    "-w", dir_->Path(name), text});
    ASSERT_EQ(said.code, 0) << said.err;
  }
  static void WriteText(const std::string& name, const std::string& text) {
    std::ofstream(dir_->Path(name)) << text << "\n";
  }
  static json Render(const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> args = {
        kLongtake,           "render",         "--portrait",
        kPortrait,           "--audio",        dir_->Path("talk.wav"),
        "--output",          dir_->Path(name), "--cache-dir",
        dir_->Path("cache"), "--json"};
    args.insert(args.end(), more.begin(), more.end());
    const ProcessResult result = Run(args);
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }
  // ffmpeg's arguments between the take and the new film.
  static json Spoiled(const std::string& name,
                      const std::vector<std::string>& how) {
    std::vector<std::string> args = {
        "/usr/bin/env",        "ffmpeg", "-v", "error", "-y", "-i",
        dir_->Path("take.mp4")};
    args.insert(args.end(), how.begin(), how.end());
    args.push_back(dir_->Path(name));
    const ProcessResult made = Run(args);
    EXPECT_EQ(made.code, 0) << made.err;
    const ProcessResult result = Run(
        {kLongtake, "inspect", dir_->Path(name), "--measure", "all", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out, nullptr, false)["lip_sync"];
  }

  static worker::TempDir* dir_;
  static json* rendered_;
};
worker::TempDir* InspectTest::dir_ = nullptr;
json* InspectTest::rendered_ = nullptr;

TEST_F(InspectTest, ATakesLipsFollowItsSound) {
  const json& sync = (*rendered_)["lip_sync"];
  ASSERT_TRUE(sync.is_object()) << rendered_->dump();
  EXPECT_GE(sync["closures_heard"].get<int>(), 12);
  EXPECT_GE(sync["closure_recall"].get<double>(), 0.9) << sync;
  EXPECT_GE(sync["closure_precision"].get<double>(), 0.85) << sync;
  EXPECT_GT(sync["opening_r"].get<double>(), 0.75) << sync;
  EXPECT_LT(std::abs(sync["offset_ms"].get<double>()), 8) << sync;
  EXPECT_GT(sync["measured_seconds"].get<double>(), 7);
  EXPECT_TRUE(sync["offset_trend_ms_per_minute"].is_null());
}

TEST_F(InspectTest, AShiftOfTheSoundIsReadBackInMilliseconds) {
  const double own = (*rendered_)["lip_sync"]["offset_ms"].get<double>();
  const json late =
      Spoiled("late.mp4", {"-af", "adelay=80:all=1", "-c:v", "copy"});
  EXPECT_NEAR(late["offset_ms"].get<double>() - own, 80, 3) << late;
  // By the container's clock instead of the samples.
  const json moved =
      Spoiled("moved.mp4", {"-itsoffset", "0.08", "-i", dir_->Path("take.mp4"),
                            "-map", "0:v", "-map", "1:a", "-c", "copy"});
  EXPECT_NEAR(moved["offset_ms"].get<double>() - own, 80, 3) << moved;
  EXPECT_LT(late["opening_r"].get<double>(),
            (*rendered_)["lip_sync"]["opening_r"].get<double>() - 0.15);
}

TEST_F(InspectTest, AFrozenPictureFollowsNothing) {
  const json frozen =
      Spoiled("frozen.mp4",
              {"-vf", "select=eq(n\\,100),loop=loop=-1:size=1,setpts=N/30/TB",
               "-r", "30", "-c:a", "copy", "-shortest"});
  EXPECT_EQ(frozen["closure_recall"], 0.0) << frozen;
  // Of an opening that never changes at all there is none.
  const json& r = frozen["opening_r"];
  EXPECT_TRUE(r.is_null() || std::abs(r.get<double>()) < 0.2) << frozen;
  EXPECT_TRUE(frozen["offset_ms"].is_null()) << frozen;
}

TEST_F(InspectTest, AnotherSentencesSoundIsFoundOut) {
  Say(kOtherText, "other.wav");
  const json other =
      Spoiled("other.mp4", {"-i", dir_->Path("other.wav"), "-map", "0:v",
                            "-map", "1:a", "-c:v", "copy", "-shortest"});
  EXPECT_LT(other["opening_r"].get<double>(), 0.4) << other;
  EXPECT_LT(other["closure_precision"].get<double>(), 0.9) << other;
}

TEST_F(InspectTest, MeasuringCanBeLeftOut) {
  const json none = Render("take.mp4", {"--measure", "none"});
  EXPECT_FALSE(none.contains("lip_sync"));
  const ProcessResult refused =
      Run({kLongtake, "inspect", dir_->Path("take.mp4"), "--measure", "some"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("sample or all"));
}

TEST_F(InspectTest, WhatIsNoFilmIsRefusedInOneLine) {
  const auto refusal = [](const std::string& path) {
    const ProcessResult result = Run({kLongtake, "inspect", path});
    EXPECT_EQ(result.code, 2) << path;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
    return result.err;
  };
  EXPECT_THAT(refusal(dir_->Path("none.mp4")), HasSubstr("none.mp4"));
  EXPECT_THAT(refusal(dir_->Path("talk.txt")), HasSubstr("not a video"));
  EXPECT_THAT(refusal(dir_->Path("talk.wav")), HasSubstr("no pictures"));
}

TEST_F(InspectTest, WhatAFarmRenderedIsMeasuredWhereItIsWritten) {
  Process coordinator({LONGTAKE_BIN_DIR "/longtake-coordinator", "--listen",
                       "127.0.0.1:0", "--artifacts", dir_->Path("artifacts")},
                      dir_->Path("coordinator"));
  const std::string farm = coordinator.AwaitLine("listening on ");
  ASSERT_FALSE(farm.empty()) << coordinator.Err();
  Process worker({LONGTAKE_BIN_DIR "/longtake-worker", "--coordinator", farm,
                  "--artifacts", dir_->Path("artifacts")},
                 dir_->Path("worker"));
  const auto run = [&](std::vector<std::string> args) {
    args.insert(args.begin(), kLongtake);
    args.insert(args.end(), {"--measure", "sample", "--farm", farm, "--json"});
    return Run(args);
  };
  const std::vector<std::string> submit = {"submit", "--portrait", kPortrait,
                                           "--audio", dir_->Path("talk.wav")};
  const ProcessResult unwritten = run(submit);
  EXPECT_EQ(unwritten.code, 2);
  EXPECT_THAT(unwritten.err, HasSubstr("--wait -o"));

  // The same bytes as rendered here, so the same figures.
  std::vector<std::string> waiting = submit;
  waiting.insert(waiting.end(), {"--wait", "-o", dir_->Path("farm.mp4"),
                                 "--report", "beside", "--strict"});
  const ProcessResult submitted = run(waiting);
  ASSERT_EQ(submitted.code, 0) << submitted.err;
  const json told = json::parse(submitted.out);
  EXPECT_EQ(told["lip_sync"], (*rendered_)["lip_sync"]);
  // With the farm's copy of the portrait.
  EXPECT_EQ(told["identity"], (*rendered_)["identity"]);
  EXPECT_EQ(told["report"], dir_->Path("farm.report.json"));
  EXPECT_TRUE(std::filesystem::exists(dir_->Path("farm.report.html")));

  std::ofstream(dir_->Path("night.yaml")) << fmt::format(
      "batch: night\njobs:\n  - {{name: one, portrait: {}, audio: "
      "talk.wav, output: batch.mp4}}\n",
      kPortrait);
  const ProcessResult unwaited = run({"batch", dir_->Path("night.yaml")});
  EXPECT_EQ(unwaited.code, 2);
  EXPECT_THAT(unwaited.err, HasSubstr("needs --wait"));
  const ProcessResult batch =
      run({"batch", dir_->Path("night.yaml"), "--wait", "--report", "beside"});
  ASSERT_EQ(batch.code, 0) << batch.err;
  EXPECT_THAT(batch.err, HasSubstr("closures"));  // for people too
  EXPECT_TRUE(std::filesystem::exists(dir_->Path("batch.report.html")));
  EXPECT_EQ(json::parse(batch.out)["jobs"][0]["lip_sync"],
            (*rendered_)["lip_sync"]);
}

TEST_F(InspectTest, AScriptThatDoesNotMatchIsToldByTime) {
  WriteText("wrong.txt",
            "Good morning, and welcome. Sixteen thieves see three huge oaks "
            "there. Bob Brown bumped my big mum. Remember me, baby.");
  const json wrong =
      Render("wrong.mp4",
             {"--transcript", dir_->Path("wrong.txt"), "--language", "en"});
  ASSERT_TRUE(wrong["transcript"].is_array()) << wrong;
  int not_believed = 0;
  for (const json& clause : wrong["transcript"]) {
    if (clause["verdict"] != "not believed") continue;
    ++not_believed;
    EXPECT_THAT(clause["text"].get<std::string>(), HasSubstr("thieves"));
    EXPECT_EQ(clause["line"], 1);
  }
  EXPECT_EQ(not_believed, 1) << wrong["transcript"];
  EXPECT_THAT(wrong["warnings"].dump(), HasSubstr("thieves"));
  // The right one is followed, and no warning is given.
  const json right =
      Render("right.mp4",
             {"--transcript", dir_->Path("talk.txt"), "--language", "en"});
  ASSERT_GE(right["transcript"].size(), 4u);
  for (const json& clause : right["transcript"]) {
    EXPECT_NE(clause["verdict"], "not believed") << clause;
  }
  EXPECT_TRUE(right["warnings"].empty()) << right["warnings"];
}

}  // namespace
}  // namespace longtake
