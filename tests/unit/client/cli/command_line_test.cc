#include "client/cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

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
        "retry", "fetch", "workers", "motion"}) {
    const Result help = Longtake({command, "--help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_FALSE(help.out.empty());
  }
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
