#include "client/cli/job_flags.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

TEST(ParseSizeTest, TakesOneNumberOrTwo) {
  OutputSpec output;
  ASSERT_TRUE(ParseSize("640", &output).ok());
  EXPECT_EQ(output.width, 640);
  EXPECT_EQ(output.height, 640);
  ASSERT_TRUE(ParseSize("1280x720", &output).ok());
  EXPECT_EQ(output.width, 1280);
  EXPECT_EQ(output.height, 720);
  for (const char* text : {"", "x", "512x", "x512", "5e2", "-512", "512x-2",
                           "512x512x512", "99999999999999999999", " 512"}) {
    EXPECT_EQ(ParseSize(text, &output).code(), StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(ParseSecondsAsMillisTest, IsExact) {
  EXPECT_EQ(*ParseSecondsAsMillis("10"), 10000);
  EXPECT_EQ(*ParseSecondsAsMillis("2.5"), 2500);
  EXPECT_EQ(*ParseSecondsAsMillis("0.1"), 100);
  EXPECT_EQ(*ParseSecondsAsMillis("1.005"), 1005);
  EXPECT_EQ(*ParseSecondsAsMillis("600"), 600000);
  for (const char* text :
       {"", "0", "0.09", "600.001", "1.0005", "1.", ".5", "-1", "1e1", "ten",
        "1.-5", "99999999999999999999"}) {
    EXPECT_EQ(ParseSecondsAsMillis(text).status().code(),
              StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(ParsePairsTest, SplitsAtTheFirstEqualsSign) {
  const auto pairs = ParsePairs("label", {"a=1", "b=x=y", "c="});
  ASSERT_TRUE(pairs.ok());
  EXPECT_EQ(pairs->at("a"), "1");
  EXPECT_EQ(pairs->at("b"), "x=y");
  EXPECT_EQ(pairs->at("c"), "");
  EXPECT_FALSE(ParsePairs("label", {"novalue"}).ok());
  EXPECT_FALSE(ParsePairs("label", {"=x"}).ok());
  EXPECT_FALSE(ParsePairs("label", {"a=1", "a=2"}).ok());
}

TEST(NewIdempotencyKeyTest, DiffersEachTime) {
  EXPECT_NE(NewIdempotencyKey(), NewIdempotencyKey());
}

class PrepareJobTest : public testing::Test {
 protected:
  PrepareJobTest() {
    std::ofstream(dir_.Join("me.jpg")) << "jpeg";
    std::ofstream(dir_.Join("talk.wav")) << "wave";
    flags_.portrait = dir_.Join("me.jpg");
    flags_.audio = dir_.Join("talk.wav");
  }
  const TempDir dir_;
  JobFlags flags_;
};

TEST_F(PrepareJobTest, FlagsBecomeASpec) {
  flags_.size = "640x360";
  flags_.fps = "29.97";
  flags_.crf = 0;
  flags_.segment_seconds = "2.5";
  flags_.seed = 7;
  flags_.dials.controls = {"pose=0.5"};
  const StatusOr<PreparedJob> job = PrepareJob(flags_);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec.output,
            (OutputSpec{640, 360, {30000, 1001}, 0, "veryfast"}));
  EXPECT_EQ(job->spec.segment_millis, 2500);
  EXPECT_EQ(job->spec.seed, 7u);
  EXPECT_EQ(job->spec.controls.at("pose"), "0.5");
  EXPECT_EQ(job->spec.portrait.name, "me.jpg");
  EXPECT_EQ(job->files.size(), 2u);
}

TEST_F(PrepareJobTest, MotionIsAThirdFile) {
  std::ofstream(dir_.Join("m.csv")) << "Timecode";
  flags_.motion = dir_.Join("m.csv");
  const StatusOr<PreparedJob> job = PrepareJob(flags_);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->files.size(), 3u);
  EXPECT_FALSE(job->spec.motion.blob.empty());
}

TEST_F(PrepareJobTest, GuidesAreFilesToo) {
  std::ofstream(dir_.Join("words.txt")) << "Hello.";
  flags_.dials.transcript = dir_.Join("words.txt");
  flags_.dials.language = "en";
  const StatusOr<PreparedJob> job = PrepareJob(flags_);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->files.size(), 3u);
  EXPECT_EQ(job->spec.guides.at("transcript").name, "words.txt");
  EXPECT_EQ(job->spec.controls.at("language"), "en");
  EXPECT_FALSE(CheckOutputIsNoInput(dir_.Join("words.txt"), flags_).ok());
}

TEST_F(PrepareJobTest, EachBadFlagIsRefused) {
  const auto refused = [this](auto change) {
    JobFlags flags = flags_;
    change(flags);
    const Status status = PrepareJob(flags).status();
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(Message(status).find('\n'), std::string::npos);
  };
  refused([](JobFlags& f) { f.size = "513"; });
  refused([](JobFlags& f) { f.fps = "0"; });
  refused([](JobFlags& f) { f.crf = 52; });
  refused([](JobFlags& f) { f.preset = "warp"; });
  refused([](JobFlags& f) { f.segment_seconds = "0"; });
  refused([](JobFlags& f) { f.dials.controls = {"pose"}; });
  refused([](JobFlags& f) { f.dials.controls = {"charm=1"}; });
  refused([](JobFlags& f) { f.dials.lip = "-1"; });
  refused([](JobFlags& f) { f.dials.gaze = "up"; });
  refused([](JobFlags& f) { f.dials.language = "xx"; });
  refused([](JobFlags& f) { f.dials.transcript = "/none"; });
  refused([this](JobFlags& f) {
    std::ofstream(dir_.Join("e.csv")) << "time,emotion,intensity\n0,glad,1\n";
    f.dials.emotion_track = dir_.Join("e.csv");
  });
  refused([this](JobFlags& f) {
    std::ofstream(dir_.Join("m.csv")) << "Timecode";
    f.motion = dir_.Join("m.csv");
    f.dials.lip = "1";
  });
  refused([](JobFlags& f) { f.portrait += "x"; });
  refused([](JobFlags& f) { f.audio = "/"; });
  refused([](JobFlags& f) { f.motion = "/none"; });
  refused([](JobFlags& f) { f.engine = "no such/engine"; });
}

TEST_F(PrepareJobTest, OutputMayNotBeAnInput) {
  EXPECT_FALSE(CheckOutputIsNoInput(flags_.audio, flags_).ok());
  std::filesystem::create_symlink(flags_.portrait, dir_.Join("link.mp4"));
  EXPECT_FALSE(CheckOutputIsNoInput(dir_.Join("link.mp4"), flags_).ok());
  EXPECT_TRUE(CheckOutputIsNoInput(dir_.Join("new.mp4"), flags_).ok());
}

}  // namespace
}  // namespace longtake::client
