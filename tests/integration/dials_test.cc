// Every dial at once, through the whole farm: the real engine on the demo
// photograph, real files, real processes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numbers>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr int kRate = 16000;

double Babble(int64_t i) {
  const double t = static_cast<double>(i) / kRate;
  const double syllable = std::pow(std::sin(std::numbers::pi * t * 4.3), 2);
  return 0.5 * syllable * std::sin(2 * std::numbers::pi * 140 * t);
}

class DialsTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteAudio(2);
    worker::WriteBytes(cues_,
                       "time,emotion,intensity\n0,happy,0.6\n"
                       "00:00:01.2,surprised,1\n");
    worker::WriteBytes(poses_, "time,yaw,pitch,roll\n0.5,8,-2,1\n1,-6,2,0\n");
    worker::WriteBytes(
        words_, "1\n00:00:00,100 --> 00:00:01,900\nSix chasses sèches\n");
  }

  void WriteAudio(int seconds) {
    worker::SoundSpec sound;
    sound.muxer = "wav";
    sound.rate = kRate;
    sound.samples = seconds * kRate;
    sound.wave = Babble;
    ASSERT_TRUE(worker::WriteSound(sound, audio_));
  }

  std::vector<std::string> Dials() const {
    return {"--seed",          "7",      "--lip",        "0.9",
            "--expression",    "1.2",    "--pose",       "0.7",
            "--gaze",          "camera", "--blink-rate", "40",
            "--emotion-track", cues_,    "--pose-track", poses_,
            "--transcript",    words_,   "--language",   "fr"};
  }
  ProcessResult Render(const std::string& output,
                       const std::vector<std::string>& more) {
    std::vector<std::string> args = {
        kLongtake, "render", "--portrait",        kPortrait,
        "--audio", audio_,   "--output",          output,
        "--size",  "128",    "--segment-seconds", "0.5",
        "--json"};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  }
  ProcessResult Run(const std::vector<std::string>& args) {
    return RunProcess(args, dir_.Path("process"));
  }

  worker::TempDir dir_;
  const std::string audio_ = dir_.Path("talk.wav");
  const std::string cues_ = dir_.Path("cues.csv");
  const std::string poses_ = dir_.Path("poses.csv");
  const std::string words_ = dir_.Path("words.srt");
};

TEST_F(DialsTest, OneWorkerAndTwoGiveTheSameBytes) {
  std::string bytes;
  for (const char* workers : {"1", "2"}) {
    const std::string out = dir_.Path(std::string(workers) + ".mp4");
    std::vector<std::string> more = Dials();
    more.insert(more.end(), {"--workers", workers, "--cache-dir",
                             dir_.Path(std::string("cache") + workers)});
    const ProcessResult result = Render(out, more);
    ASSERT_EQ(result.code, 0) << result.err;
    const json report = json::parse(result.out);
    EXPECT_EQ(report["frames"], 60);
    EXPECT_EQ(report["segments_rendered"], report["segments"]);
    for (const json& seam : report["seams"]) EXPECT_EQ(seam["psnr_db"], 99);
    if (bytes.empty()) bytes = worker::ReadBytes(out);
    EXPECT_FALSE(bytes.empty());
    EXPECT_TRUE(worker::ReadBytes(out) == bytes) << workers;
  }
}

TEST_F(DialsTest, OneChangedCueRendersOnlyWhatItReaches) {
  WriteAudio(4);
  const auto write_cues = [this](const char* surprise) {
    worker::WriteBytes(cues_, std::string("time,emotion,intensity\n"
                                          "0,happy,0.6\n") +
                                  surprise + ",surprised,1\n");
  };
  write_cues("3.2");
  std::vector<std::string> more = Dials();
  more.insert(more.end(), {"--cache-dir", dir_.Path("cache")});
  const ProcessResult first = Render(dir_.Path("a.mp4"), more);
  ASSERT_EQ(first.code, 0) << first.err;
  const int segments = json::parse(first.out)["segments"];
  ASSERT_GE(segments, 3);
  write_cues("00:00:03.700");
  const ProcessResult changed = Render(dir_.Path("b.mp4"), more);
  ASSERT_EQ(changed.code, 0) << changed.err;
  const int rendered = json::parse(changed.out)["segments_rendered"];
  EXPECT_GE(rendered, 1);
  EXPECT_LT(rendered, segments);
  // Other words are planned again and, as none is heard in a hum, render
  // nothing.
  worker::WriteBytes(words_, "Ces chaussettes sèchent");
  std::replace(more.begin(), more.end(), words_, dir_.Path("words.txt"));
  fs::rename(words_, dir_.Path("words.txt"));
  const ProcessResult said = Render(dir_.Path("c.mp4"), more);
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(json::parse(said.out)["segments_rendered"], 0);
}

TEST_F(DialsTest, BadGuidesAreFoundBeforeAnythingIsDone) {
  struct Case {
    std::string flag, name, text, says;
  };
  for (const Case& c :
       {Case{"--emotion-track", "e.csv", "time,emotion,intensity\n0,glad,1\n",
             "e.csv: line 2: emotion 'glad' is unknown"},
        Case{"--emotion-track", "e.csv",
             "time,emotion,intensity\n1,sad,1\n0.5,sad,1\n",
             "e.csv: line 3: time 00:00:00.500 is not after the one before"},
        Case{"--pose-track", "p.csv", "time,yaw,pitch,roll\n2.1,0,0,0\n",
             "p.csv: line 2: time 00:00:02.100 lies past the end of the audio"},
        Case{"--pose-track", "p.csv", "time,yaw,pitch\n0,0,0\n",
             "p.csv: line 1: the columns are 'time,yaw,pitch'"},
        Case{"--transcript", "t.txt", "caf\xe9", "t.txt: line 1: is not UTF-8"},
        Case{"--transcript", "t.txt", "", "t.txt: is empty"}}) {
    worker::WriteBytes(dir_.Path(c.name), c.text);
    const ProcessResult result = Render(
        dir_.Path("x.mp4"), {c.flag, dir_.Path(c.name), "--language", "fr",
                             "--cache-dir", dir_.Path("no-cache")});
    EXPECT_EQ(result.code, 2) << c.says;
    EXPECT_THAT(result.err, HasSubstr(c.says));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
    EXPECT_FALSE(fs::exists(dir_.Path("x.mp4")));
    EXPECT_FALSE(fs::exists(dir_.Path("no-cache")));
  }
}

TEST_F(DialsTest, MotionIsExportedInspectedAndFollowed) {
  const std::string csv = dir_.Path("m.csv"), svg = dir_.Path("m.svg");
  std::vector<std::string> args = {kLongtake, "motion", "export", "--audio",
                                   audio_,    "-o",     csv};
  const std::vector<std::string> dials = Dials();
  args.insert(args.end(), dials.begin(), dials.end());
  ASSERT_EQ(Run(args).code, 0);
  const ProcessResult inspected = Run({kLongtake, "motion", "inspect", csv,
                                       "--audio", audio_, "-o", svg, "--json"});
  ASSERT_EQ(inspected.code, 0) << inspected.err;
  const json stats = json::parse(inspected.out);
  EXPECT_EQ(stats["frames"], 60);
  EXPECT_GT(stats["channels"]["MouthSmileLeft"]["max"], 0.3);
  EXPECT_GT(stats["channels"]["EyeWideLeft"]["max"], 0.5);
  EXPECT_GT(stats["channels"]["HeadYaw"]["max"], 7 * M_PI / 180);
  EXPECT_THAT(worker::ReadBytes(svg), HasSubstr(">Sound<"));
  EXPECT_EQ(Run({kLongtake, "motion", "inspect", csv, "-o", "m.png"}).code, 2);

  const std::string out = dir_.Path("silent.mp4");
  const ProcessResult rendered =
      Run({kLongtake, "motion", "render", "--portrait", kPortrait, "--motion",
           csv, "-o", out, "--size", "128", "--cache-dir", dir_.Path("cache"),
           "--json"});
  ASSERT_EQ(rendered.code, 0) << rendered.err;
  EXPECT_EQ(json::parse(rendered.out)["frames"], 60);
  EXPECT_TRUE(json::parse(rendered.out)["warnings"].empty()) << rendered.out;
  EXPECT_EQ(worker::DecodeVideo(out).frames.size(), 60u);
}

}  // namespace
}  // namespace longtake
