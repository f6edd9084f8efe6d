#include "client/cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "client/cli/job_flags.h"
#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

Result Longtake(std::vector<std::string> args) {
  args.insert(args.begin(), "longtake");
  std::vector<const char*> argv;
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Result result;
  result.code = RunCommandLine(static_cast<int>(argv.size()), argv.data());
  std::fflush(stdout);
  result.out = testing::internal::GetCapturedStdout();
  result.err = testing::internal::GetCapturedStderr();
  return result;
}

TEST(CommandLineTest, VersionAndHelpAreNoErrors) {
  const Result version = Longtake({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out.find("longtake "), 0u);
  EXPECT_EQ(Longtake({"--help"}).code, 0);
  for (const char* command :
       {"render", "submit", "watch", "list", "show", "segments", "cancel",
        "retry", "fetch", "workers", "motion", "batch", "pause", "resume",
        "priority", "drain", "queue", "trace"}) {
    const Result help = Longtake({command, "--help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_FALSE(help.out.empty());
  }
}

TEST(CommandLineTest, EachCommandsHelpShowsItsOwnExample) {
  for (const char* command :
       {"render", "submit", "watch", "list", "show", "segments", "cancel",
        "retry", "fetch", "workers", "motion", "batch", "pause", "resume",
        "priority", "drain", "queue", "trace"}) {
    const std::string help = Longtake({command, "--help"}).out;
    const size_t examples = help.find("\nExample");
    ASSERT_NE(examples, std::string::npos) << command;
    EXPECT_NE(help.find(std::string("  longtake ") + command, examples),
              std::string::npos)
        << help;
    if (std::string(command) != "render") {
      EXPECT_EQ(help.find("longtake render"), std::string::npos) << help;
    }
  }
}

TEST(CommandLineTest, HelpTellsExitCodesAndWhereErrorsGo) {
  const std::string help = Longtake({"--help"}).out;
  for (const char* code : {"\n  0 ", "\n  1 ", "\n  2 ", "\n  130 "}) {
    EXPECT_NE(help.find(code), std::string::npos) << code;
  }
  EXPECT_NE(help.find("{\"error\""), std::string::npos);
}

TEST(CommandLineTest, WrongCallsExitWithTwoAndOneLine) {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{
           {},
           {"paint"},
           {"render"},
           {"render", "--portrait", "a", "--audio", "b"},
           {"render", "--portrait", "a", "--audio", "b", "-o", "c", "--workers",
            "0"},
           {"list", "--limit", "many"},
           {"list", "--limit", "0x10"},
           {"submit", "--portrait", "a", "--audio", "b", "--priority", "1001"},
           {"submit", "--portrait", "a", "--audio", "b", "--priority", "1e3"},
           {"motion", "export", "--audio", "a", "-o", "b", "--seed", "-1"},
           {"list", "--log-level", "loud"},
           {"motion", "export", "-o", "x.csv"},
           {"submit", "--portrait", "a", "--audio", "b", "-o", "c"}}) {
    const Result result = Longtake(args);
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err.find("longtake: "), 0u) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
  }
}

// The options of a render whose files are not there: numbers are looked at
// before files.
TEST(CommandLineTest, NumbersAreStrict) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"--seed", "-1"},
      {"--seed", "99999999999999999999"},
      {"--seed", "18446744073709551616"},
      {"--seed", "1.0"},
      {"--seed", "0x10"},
      {"--seed", ""},
      {"--seed", " 1"},
      {"--crf", "1e9"},
      {"--crf", "0x12"},
      {"--crf", "-1"},
      {"--crf", "52"},
      {"--crf", "18.5"},
      {"--fps", "30.0001"},
      {"--fps", "nan"},
      {"--fps", "-30"},
      {"--fps", "99999999999999999999"},
      {"--size", "512x"},
      {"--size", "0x200"},
      {"--size", "512.0"},
      {"--segment-seconds", "nan"},
      {"--segment-seconds", "inf"},
      {"--segment-seconds", "1e1"},
      {"--workers", "100000"},
      {"--workers", "99999999999999999999"},
      {"--workers", "0x2"},
      {"--workers", "-1"},
      {"--cache-size", "nan"},
      {"--cache-size", "inf"},
      {"--cache-size", "-1"},
      {"--cache-size", "0x10"},
      {"--cache-size", "10"},
      {"--cache-size", "0.5GB"}};
  for (const auto& [flag, value] : wrong) {
    const Result result =
        Longtake({"render", "--portrait", "none.jpg", "--audio", "none.wav",
                  "-o", "none.mp4", std::string(flag), std::string(value)});
    EXPECT_EQ(result.code, 2) << flag << " " << value;
    EXPECT_EQ(result.err.find("none."), std::string::npos)
        << flag << " '" << value << "' was taken: " << result.err;
  }
}

TEST(CommandLineTest, NumbersAtTheirLimitsAreTaken) {
  const std::vector<std::pair<const char*, const char*>> right = {
      {"--seed", "0"},         {"--seed", "18446744073709551615"},
      {"--seed", "010"},       {"--crf", "0"},
      {"--crf", "51"},         {"--workers", "256"},
      {"--cache-size", "5GB"}, {"--cache-size", "0"},
      {"--fps", "59.94"},      {"--segment-seconds", "0.1"}};
  for (const auto& [flag, value] : right) {
    const Result result =
        Longtake({"render", "--portrait", "none.jpg", "--audio", "none.wav",
                  "-o", "none.mp4", std::string(flag), std::string(value)});
    EXPECT_NE(result.err.find("none.jpg: no such file"), std::string::npos)
        << flag << " " << value << ": " << result.err;
  }
}

TEST(CommandLineTest, LeadingZerosAreNotOctal) {
  CLI::App app;
  JobFlags flags;
  AddJobFlags(&app, &flags);
  app.parse("--portrait a --audio b --seed 010 --crf 018");
  EXPECT_EQ(flags.seed, 10u);
  EXPECT_EQ(flags.crf, 18);
}

TEST(CommandLineTest, JsonErrorsAreOneObjectOnStandardOutput) {
  const Result parse = Longtake({"render", "--json"});
  EXPECT_EQ(parse.code, 2);
  EXPECT_EQ(nlohmann::json::parse(parse.out)["error"]["code"],
            "INVALID_ARGUMENT");
  const TempDir dir;
  const Result missing =
      Longtake({"render", "--portrait", dir.Join("none.jpg"), "--audio",
                dir.Join("none.wav"), "-o", dir.Join("out.mp4"), "--json"});
  EXPECT_EQ(missing.code, 2);
  const nlohmann::json error = nlohmann::json::parse(missing.out)["error"];
  EXPECT_EQ(error["code"], "NOT_FOUND");
  EXPECT_NE(error["message"].get<std::string>().find("none.jpg"),
            std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(CommandLineTest, RenderKeepsWhatItDidNotMake) {
  const TempDir dir;
  for (const char* name : {"me.jpg", "talk.wav", "out.mp4"}) {
    std::ofstream(dir.Join(name)) << name;
  }
  const Result result =
      Longtake({"render", "--portrait", dir.Join("me.jpg"), "--audio",
                dir.Join("talk.wav"), "-o", dir.Join("out.mp4"), "--cache-dir",
                dir.Join("cache")});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("--force"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(dir.Join("cache")));
}

TEST(CommandLineTest, UnreachableFarmIsOneClearLine) {
  // Port 1 of the loopback: nothing of ours listens there.
  const Result result = Longtake({"list", "--farm", "127.0.0.1:1"});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("127.0.0.1:1 can't be reached"), std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("--farm"), std::string::npos);
}

}  // namespace
}  // namespace longtake::client
