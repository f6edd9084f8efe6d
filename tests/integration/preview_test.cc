// A preview as a player sees it: an HLS playlist that grows while the take is
// rendered, and shows the take's own frames. ffmpeg plays.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr int kRate = 16000;

class PreviewTest : public testing::Test {
 protected:
  void Speak(int seconds) {
    ASSERT_TRUE(worker::WriteSound(
        {.muxer = "wav",
         .rate = kRate,
         .samples = int64_t{seconds} * kRate,
         .wave = worker::Clicks({kRate / 2, 6 * kRate, 11 * kRate}, kRate)},
        audio_));
  }
  std::vector<std::string> Arguments(const std::string& output,
                                     const std::vector<std::string>& more) {
    std::vector<std::string> args = {
        kLongtake, "render",    "--portrait",  kPortrait,
        "--audio", audio_,      "--output",    dir_.Path(output),
        "--size",  "64",        "--cache-dir", dir_.Path("cache-" + output),
        "--json",  "--measure", "none"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }
  ProcessResult Run(const std::vector<std::string>& args) {
    return RunProcess(args, dir_.Path("process"));
  }
  // The MD5 of every frame of the first video track, as ffmpeg shows it.
  std::vector<std::string> Frames(const std::string& path) {
    const ProcessResult result =
        Run({"/usr/bin/env", "ffmpeg", "-v", "error", "-i", path, "-map", "0:v",
             "-f", "framemd5", "-"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    std::vector<std::string> frames;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('#')) {
        frames.push_back(line.substr(line.rfind(',')));
      }
    }
    return frames;
  }
  static std::vector<std::string> LinesOf(const std::string& path) {
    std::vector<std::string> lines;
    std::istringstream text(worker::ReadBytes(path));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  worker::TempDir dir_;
  const std::string audio_ = dir_.Path("talk.wav");
  const std::string watch_ = dir_.Path("watch");
  const std::string playlist_ = watch_ + "/index.m3u8";
};

TEST_F(PreviewTest, APlayerSeesTheTakesFramesWithSound) {
  Speak(17);
  const ProcessResult result = Run(
      Arguments("take.mp4", {"--preview", watch_, "--segment-seconds", "5"}));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("preview: watch " + playlist_));
  const json report = json::parse(result.out);
  EXPECT_EQ(report["preview"]["playlist"], playlist_);
  EXPECT_GT(report["preview"]["ready_seconds"], 0);
  EXPECT_LT(report["preview"]["ready_seconds"], report["wall_seconds"]);

  const std::vector<std::string> frames = Frames(playlist_);
  EXPECT_EQ(frames.size(), 510u);
  EXPECT_EQ(frames, Frames(dir_.Path("take.mp4")));
  EXPECT_EQ(LinesOf(playlist_).back(), "#EXT-X-ENDLIST");
  // Each media segment is named once, is there, and is no longer than said.
  int segments = 0;
  double seconds = 0;
  for (const std::string& line : LinesOf(playlist_)) {
    if (line.starts_with("#EXTINF:")) {
      const double length = std::stod(line.substr(8));
      EXPECT_LT(length, 2.5);
      seconds += length;
    } else if (!line.starts_with('#')) {
      EXPECT_TRUE(fs::exists(watch_ + "/" + line)) << line;
      ++segments;
    }
  }
  EXPECT_NEAR(seconds, 17, 1e-4);
  EXPECT_EQ(report["preview"]["segments"], segments);

  // Sound in step, to a sample, with the source.
  const std::string wav = dir_.Path("heard.wav");
  const ProcessResult heard = Run({"/usr/bin/env", "ffmpeg", "-v", "error",
                                   "-i", playlist_, "-map", "0:a", wav});
  ASSERT_EQ(heard.code, 0) << heard.err;
  const worker::DecodedSound sound = worker::DecodeSound(wav);
  EXPECT_NEAR(static_cast<double>(sound.samples.size()), 17 * kRate, 1024);
  for (const int64_t place : {kRate / 2, 6 * kRate, 11 * kRate}) {
    EXPECT_NEAR(static_cast<double>(worker::ShiftOf(
                    sound.samples, worker::Clicks({place}, kRate), place - 200,
                    place + 300, 300)),
                0, 1)
        << place;
  }
  EXPECT_THAT(Run({"/usr/bin/env", "ffprobe", "-v", "error", "-show_entries",
                   "stream=start_time", "-of", "csv=p=0", playlist_})
                  .out,
              Not(HasSubstr("-")));
}

TEST_F(PreviewTest, TheTakeIsTheSameWithAndWithoutIt) {
  Speak(12);
  ASSERT_EQ(Run(Arguments("with.mp4",
                          {"--preview", watch_, "--segment-seconds", "5"}))
                .code,
            0);
  ASSERT_EQ(Run(Arguments("without.mp4", {"--segment-seconds", "5"})).code, 0);
  EXPECT_TRUE(worker::ReadBytes(dir_.Path("with.mp4")) ==
              worker::ReadBytes(dir_.Path("without.mp4")));
}

TEST_F(PreviewTest, WhatIsFinishedPlaysWhileTheRestRenders) {
  Speak(60);
  std::vector<std::string> args =
      Arguments("take.mp4", {"--preview", watch_, "--workers", "1"});
  std::replace(args.begin(), args.end(), std::string("64"), std::string("256"));
  Process render(args, dir_.Path("render"));
  for (int i = 0; i < 600 && !fs::exists(playlist_); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ASSERT_TRUE(fs::exists(playlist_)) << render.Err();
  // As it is at this moment: open, and everything that it names is there.
  const std::string text = worker::ReadBytes(playlist_);
  ASSERT_FALSE(render.Ended()) << "too fast to be watched";
  EXPECT_THAT(text, Not(HasSubstr("#EXT-X-ENDLIST")));
  EXPECT_THAT(text, HasSubstr("#EXT-X-PLAYLIST-TYPE:EVENT"));
  const std::string now = watch_ + "/now.m3u8";
  worker::WriteBytes(now, text + "#EXT-X-ENDLIST\n");
  const size_t frames = Frames(now).size();
  EXPECT_GE(frames, 30u) << "the first second";
  fs::remove(now);
  // Whoever stops it leaves a playlist that ends.
  render.Signal(SIGINT);
  EXPECT_EQ(render.Wait(), 130);
  const std::string left = worker::ReadBytes(playlist_);
  EXPECT_TRUE(left.starts_with(text));
  EXPECT_THAT(left, HasSubstr("#EXT-X-ENDLIST"));
  EXPECT_GE(Frames(playlist_).size(), frames);
  for (const auto& entry : fs::directory_iterator(watch_)) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr(".part")));
  }
}

TEST_F(PreviewTest, APartOfTheTakeIsPreviewedAlone) {
  Speak(15);
  const ProcessResult result = Run(
      Arguments("part.mp4", {"--preview", watch_, "--in", "4", "--out", "14"}));
  ASSERT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> frames = Frames(playlist_);
  EXPECT_EQ(frames.size(), 300u);
  EXPECT_EQ(frames, Frames(dir_.Path("part.mp4")));
}

TEST_F(PreviewTest, AFarmsJobIsPlannedAndPreviewedTheSameWay) {
  Speak(12);
  Process coordinator({LONGTAKE_BIN_DIR "/longtake-coordinator", "--listen",
                       "127.0.0.1:0", "--artifacts", dir_.Path("artifacts")},
                      dir_.Path("coordinator"));
  const std::string farm = coordinator.AwaitLine("listening on ");
  ASSERT_FALSE(farm.empty()) << coordinator.Err();
  Process worker({LONGTAKE_BIN_DIR "/longtake-worker", "--coordinator", farm,
                  "--artifacts", dir_.Path("artifacts")},
                 dir_.Path("worker"));
  const auto on_farm = [&](const std::string& command,
                           const std::vector<std::string>& more) {
    std::vector<std::string> args = {
        kLongtake, command,      "--farm",
        farm,      "--portrait", kPortrait,
        "--audio", audio_,       "--segment-seconds",
        "5",       "--size",     "64",
        "--json"};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  };
  const ProcessResult planned = on_farm("plan", {});
  ASSERT_EQ(planned.code, 0) << planned.err;
  const json plan = json::parse(planned.out);
  EXPECT_EQ(plan["frames"], 360);
  EXPECT_EQ(plan["segments_to_render"], plan["segments"]);
  EXPECT_TRUE(plan["estimated_seconds"].is_null());
  const json job = json::parse(
      Run({kLongtake, "list", "--farm", farm, "--json"}).out)["jobs"][0];
  EXPECT_EQ(job["dry_run"], true);
  const ProcessResult fetched =
      Run({kLongtake, "fetch", job["job_id"], "--farm", farm, "-o",
           dir_.Path("none.mp4")});
  EXPECT_EQ(fetched.code, 2);
  EXPECT_THAT(fetched.err, HasSubstr("was a dry run"));

  const std::string out = dir_.Path("farm.mp4");
  const ProcessResult submitted =
      on_farm("submit", {"--wait", "-o", out, "--preview", watch_});
  ASSERT_EQ(submitted.code, 0) << submitted.err;
  EXPECT_THAT(submitted.err, HasSubstr("preview: watch " + playlist_));
  EXPECT_EQ(Frames(playlist_), Frames(out));
  EXPECT_EQ(LinesOf(playlist_).back(), "#EXT-X-ENDLIST");
  EXPECT_EQ(json::parse(on_farm("plan", {}).out)["segments_to_render"], 0);
}

TEST_F(PreviewTest, ADirectoryOfOthersIsRefusedBeforeAnythingIsDone) {
  Speak(1);
  fs::create_directory(watch_);
  worker::WriteBytes(watch_ + "/holiday.jpg", "x");
  const ProcessResult result =
      Run(Arguments("take.mp4", {"--preview", watch_}));
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("holds holiday.jpg"));
  EXPECT_FALSE(fs::exists(dir_.Path("take.mp4")));
  EXPECT_FALSE(fs::exists(dir_.Path("cache-take.mp4")));
  const ProcessResult unwaited =
      Run({kLongtake, "submit", "--portrait", kPortrait, "--audio", audio_,
           "--preview", dir_.Path("other")});
  EXPECT_EQ(unwaited.code, 2);
  EXPECT_THAT(unwaited.err, HasSubstr("needs --wait"));
}

}  // namespace
}  // namespace longtake
