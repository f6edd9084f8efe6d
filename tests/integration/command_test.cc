// The longtake command as a user meets it: the real engine on the demo
// photograph, real files, real processes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numbers>
#include <thread>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/image_file.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr int kRate = 16000;

// A voice of syllables with a pause, so that there is something to cut at.
double Babble(int64_t i) {
  const double t = static_cast<double>(i) / kRate;
  const double phrase = std::fmod(t, 2.0) < 1.4 ? 1 : 0;
  const double syllable = std::pow(std::sin(std::numbers::pi * t * 4.3), 2);
  return 0.5 * phrase * syllable *
         (std::sin(2 * std::numbers::pi * 140 * t) +
          0.3 * std::sin(2 * std::numbers::pi * 910 * t));
}

class CommandTest : public testing::Test {
 protected:
  std::string Audio(double seconds) {
    worker::SoundSpec sound;
    sound.muxer = "wav";
    sound.rate = kRate;
    sound.samples = static_cast<int64_t>(seconds * kRate);
    sound.wave = Babble;
    const std::string path = dir_.Path("talk.wav");
    EXPECT_TRUE(worker::WriteSound(sound, path));
    return path;
  }

  std::vector<std::string> RenderArgs(const std::string& audio,
                                      const std::string& output,
                                      std::vector<std::string> more = {}) {
    std::vector<std::string> args = {
        kLongtake, "render",   "--portrait", kPortrait,     "--audio",
        audio,     "--output", output,       "--cache-dir", dir_.Path("cache")};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }

  ProcessResult Run(const std::vector<std::string>& args) {
    return RunProcess(args, dir_.Path("process"));
  }

  // Runs with --json and reads the object.
  json RunJson(std::vector<std::string> args) {
    args.push_back("--json");
    const ProcessResult result = Run(args);
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }

  worker::TempDir dir_;
};

TEST_F(CommandTest, RenderTellsWhatItDidAndNeverRendersTwice) {
  const std::string audio = Audio(3), out = dir_.Path("talk.mp4");
  const std::vector<std::string> args =
      RenderArgs(audio, out, {"--segment-seconds", "1", "--workers", "1"});
  const json first = RunJson(args);
  ASSERT_TRUE(first.is_object());
  EXPECT_EQ(first["output"], out);
  EXPECT_EQ(first["frames"], 90);
  EXPECT_NEAR(first["duration_seconds"].get<double>(), 3, 0.05);
  EXPECT_GE(first["segments"].get<int>(), 2);
  EXPECT_EQ(first["segments_rendered"], first["segments"]);
  EXPECT_GT(first["wall_seconds"].get<double>(), 0);
  EXPECT_GT(first["realtime_factor"].get<double>(), 0);
  EXPECT_GT(first["peak_rss_bytes"].get<int64_t>(), 10 << 20);
  EXPECT_TRUE(first["warnings"].is_array());
  ASSERT_EQ(first["seams"].size(), first["segments"].get<size_t>() - 1);
  for (const json& seam : first["seams"]) {
    EXPECT_EQ(seam["verdict"], "pass");
    EXPECT_EQ(seam["psnr_db"], 99);
    EXPECT_GT(seam["frame"].get<int>(), 0);
    EXPECT_LT(seam["ratio"].get<double>(), 1.5);
  }
  const worker::DecodedVideo video = worker::DecodeVideo(out);
  EXPECT_EQ(video.frames.size(), 90u);
  const std::string bytes = worker::ReadBytes(out);

  // Its own result may be made again, from the cache, with the same bytes.
  const json again = RunJson(args);
  EXPECT_EQ(again["segments_rendered"], 0);
  EXPECT_TRUE(worker::ReadBytes(out) == bytes);

  // Another cache, other workers: rendered again, the same bytes.
  const std::string other = dir_.Path("other.mp4");
  const json two =
      RunJson({kLongtake, "render", "--portrait", kPortrait, "--audio", audio,
               "--output", other, "--cache-dir", dir_.Path("cache2"),
               "--workers", "2", "--segment-seconds", "1"});
  EXPECT_EQ(two["segments_rendered"], two["segments"]);
  EXPECT_TRUE(worker::ReadBytes(other) == bytes);
}

TEST_F(CommandTest, AnySegmentationOfTheRealEngineGivesTheSameFrames) {
  const std::string audio = Audio(2.5);
  worker::DecodedVideo whole;
  for (const char* seconds : {"10", "0.4", "1.1"}) {
    const std::string out = dir_.Path(std::string(seconds) + ".mp4");
    RunJson(RenderArgs(audio, out,
                       {"--crf", "0", "--size", "256", "--segment-seconds",
                        seconds, "--preset", "ultrafast"}));
    const worker::DecodedVideo video = worker::DecodeVideo(out);
    ASSERT_EQ(video.frames.size(), 75u) << seconds;
    if (whole.frames.empty()) whole = video;
    for (size_t f = 0; f < 75; ++f) {
      ASSERT_TRUE(video.frames[f] == whole.frames[f])
          << "frame " << f << " with segments of " << seconds << " s";
    }
  }
}

TEST_F(CommandTest, AForeignOutputIsLeftAlone) {
  const std::string audio = Audio(0.5), out = dir_.Path("mine.mp4");
  worker::WriteBytes(out, "somebody's film");
  const ProcessResult refused = Run(RenderArgs(audio, out));
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, testing::HasSubstr("--force"));
  EXPECT_EQ(worker::ReadBytes(out), "somebody's film");
  EXPECT_EQ(Run(RenderArgs(audio, out, {"--force"})).code, 0);
  EXPECT_EQ(worker::DecodeVideo(out).frames.size(), 15u);
}

TEST_F(CommandTest, AnotherJobsResultIsForeignToo) {
  const std::string audio = Audio(0.5), out = dir_.Path("talk.mp4");
  ASSERT_EQ(Run(RenderArgs(audio, out)).code, 0);
  const std::string bytes = worker::ReadBytes(out);
  EXPECT_EQ(Run(RenderArgs(audio, out, {"--seed", "9"})).code, 2);
  EXPECT_TRUE(worker::ReadBytes(out) == bytes);
}

TEST_F(CommandTest, BadInputIsOneLineThatNamesTheFileAndExitCodeTwo) {
  const std::string audio = Audio(0.5);
  const std::string text = dir_.Path("notes.txt");
  worker::WriteBytes(text, "this is neither a picture nor a sound\n");
  const std::string empty = dir_.Path("empty.wav");
  worker::WriteBytes(empty, "");
  const std::string faceless = dir_.Path("faceless.png");
  ASSERT_TRUE(worker::WritePng(worker::Gradient(300, 300), faceless).ok());
  worker::SoundSpec nothing;
  nothing.muxer = "wav";
  nothing.samples = 0;
  nothing.wave = [](int64_t) { return 0.0; };
  const std::string silent = dir_.Path("nothing.wav");
  ASSERT_TRUE(worker::WriteSound(nothing, silent));
  fs::create_directory(dir_.Path("out"));
  const std::string out = dir_.Path("out/talk.mp4");
  const std::string missing = dir_.Path("missing.png");

  struct Case {
    std::string portrait, audio, output;
    std::vector<std::string> more;
    std::string names;  // what the message has to name
  };
  const std::vector<Case> cases = {
      {faceless, audio, out, {}, "faceless.png"},
      {text, audio, out, {}, "notes.txt"},
      {missing, audio, out, {}, "missing.png"},
      {dir_.Path("out"), audio, out, {}, "out"},
      {empty, audio, out, {}, "empty.wav"},
      {kPortrait, text, out, {}, "notes.txt"},
      {kPortrait, empty, out, {}, "empty.wav"},
      {kPortrait, silent, out, {}, "nothing.wav"},
      {kPortrait, kPortrait, out, {}, "astronaut.png"},
      {kPortrait, missing, out, {}, "missing.png"},
      {kPortrait, audio, dir_.Path("nowhere/talk.mp4"), {}, "nowhere"},
      {kPortrait, audio, dir_.Path("out"), {}, "out"},
      {kPortrait, audio, "/proc/talk.mp4", {}, "/proc/talk.mp4"},
      {kPortrait, audio, dir_.Path("out/talk.avi"), {}, ".mp4"},
      {kPortrait, audio, out, {"--engine", "foo"}, "hilm"},
      {kPortrait, audio, out, {"--seed", "-1"}, "seed"},
      {kPortrait, audio, out, {"--seed", "99999999999999999999"}, "seed"},
      {kPortrait, audio, out, {"--size", "511"}, "511"},
      {kPortrait, audio, out, {"--size", "0"}, "0"},
      {kPortrait, audio, out, {"--fps", "29.5"}, "29.5"},
      {kPortrait, audio, out, {"--crf", "60"}, "60"},
      {kPortrait, audio, out, {"--segment-seconds", "0"}, "segment"},
      {kPortrait, audio, out, {"--workers", "-1"}, "workers"},
      {kPortrait, audio, out, {"--motion", text}, "notes.txt"},
      {kPortrait, audio, out, {"--control", "charm=1"}, "charm"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message()
                 << c.portrait << " " << c.audio << " " << c.output << " "
                 << (c.more.empty() ? "" : c.more.back()));
    std::vector<std::string> args = {kLongtake,      "render",    "--portrait",
                                     c.portrait,     "--audio",   c.audio,
                                     "-o",           c.output,    "--cache-dir",
                                     dir_.Path("c"), "--workers", "1"};
    if (!c.more.empty() && c.more[0] == "--workers") args.resize(10);
    args.insert(args.end(), c.more.begin(), c.more.end());
    const ProcessResult result = Run(args);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_THAT(result.err, testing::HasSubstr(c.names));
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
    EXPECT_TRUE(fs::is_empty(dir_.Path("out"))) << "half-written output";
  }
}

TEST_F(CommandTest, StandardStreamsMayBeClosedOrFull) {
  const std::string audio = Audio(0.5), out = dir_.Path("talk.mp4");
  const auto shell = [&](const std::string& redirect) {
    std::vector<std::string> args = {"/bin/sh", "-c", "exec \"$@\" " + redirect,
                                     "sh"};
    for (const std::string& arg : RenderArgs(audio, out)) args.push_back(arg);
    return Run(args);
  };
  EXPECT_EQ(shell("2>&-").code, 0);
  const std::string bytes = worker::ReadBytes(out);
  EXPECT_EQ(shell("<&- >&- 2>&-").code, 0);
  EXPECT_EQ(shell("2>/dev/full").code, 0);
  const ProcessResult lost = shell(">/dev/full");
  EXPECT_EQ(lost.code, 1);
  EXPECT_THAT(lost.err, testing::HasSubstr("standard output"));
  EXPECT_TRUE(worker::ReadBytes(out) == bytes);
}

TEST_F(CommandTest, InterruptedItKeepsWhatWasFinishedAndResumes) {
  const std::string audio = Audio(12), out = dir_.Path("talk.mp4");
  const std::vector<std::string> args =
      RenderArgs(audio, out, {"--segment-seconds", "1", "--workers", "1"});
  Process first(args, dir_.Path("first"));
  // Until some segments are in the cache.
  const auto records = [this] {
    size_t n = 0;
    std::error_code none;
    for (const auto& entry :
         fs::recursive_directory_iterator(dir_.Path("cache"), none)) {
      n += entry.path().string().find("/results/") != std::string::npos &&
           entry.is_regular_file(none);
    }
    return n;
  };
  for (int i = 0; i < 6000 && records() < 6; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  first.Signal(SIGINT);
  EXPECT_EQ(first.Wait(), 130) << first.Err();
  EXPECT_FALSE(fs::exists(out));
  const json second = RunJson(args);
  EXPECT_GT(second["segments_rendered"].get<int>(), 0);
  EXPECT_LT(second["segments_rendered"].get<int>(),
            second["segments"].get<int>());
  EXPECT_EQ(worker::DecodeVideo(out).frames.size(), 360u);
}

TEST_F(CommandTest, ThreeBinariesOnLoopbackMakeTheSameFile) {
  const std::string audio = Audio(2), local = dir_.Path("local.mp4");
  ASSERT_EQ(Run(RenderArgs(audio, local, {"--segment-seconds", "1"})).code, 0);

  const std::string artifacts = dir_.Path("artifacts");
  Process coordinator({LONGTAKE_BIN_DIR "/longtake-coordinator", "--listen",
                       "127.0.0.1:0", "--artifacts", artifacts},
                      dir_.Path("coordinator"));
  const std::string farm = coordinator.AwaitLine("listening on ");
  ASSERT_FALSE(farm.empty()) << coordinator.Err();
  Process worker_process({LONGTAKE_BIN_DIR "/longtake-worker", "--coordinator",
                          farm, "--artifacts", artifacts},
                         dir_.Path("worker"));
  ASSERT_FALSE(worker_process.AwaitLine("registered as").empty())
      << worker_process.Err();

  const json submitted =
      RunJson({kLongtake, "submit", "--farm", farm, "--portrait", kPortrait,
               "--audio", audio, "--segment-seconds", "1"});
  const std::string id = submitted["job_id"];
  EXPECT_EQ(Run({kLongtake, "watch", id, "--farm", farm}).code, 0);
  EXPECT_THAT(Run({kLongtake, "list", "--farm", farm}).out,
              testing::HasSubstr(id));
  const json shown = RunJson({kLongtake, "show", id, "--farm", farm});
  EXPECT_EQ(shown["state"], "succeeded");
  EXPECT_THAT(Run({kLongtake, "segments", id, "--farm", farm}).out,
              testing::HasSubstr("render"));
  EXPECT_THAT(Run({kLongtake, "workers", "--farm", farm}).code, 0);
  const std::string fetched = dir_.Path("fetched.mp4");
  ASSERT_EQ(Run({kLongtake, "fetch", id, "-o", fetched, "--farm", farm}).code,
            0);
  EXPECT_TRUE(worker::ReadBytes(fetched) == worker::ReadBytes(local));

  EXPECT_EQ(Run({kLongtake, "cancel", id, "--farm", farm}).code, 2)
      << "an ended job can't be cancelled";
  EXPECT_EQ(Run({kLongtake, "show", "nonsense", "--farm", farm}).code, 2);
  worker_process.Signal(SIGTERM);
  EXPECT_EQ(worker_process.Wait(), 0) << worker_process.Err();
  coordinator.Signal(SIGTERM);
  EXPECT_EQ(coordinator.Wait(), 0) << coordinator.Err();
}

TEST_F(CommandTest, MotionGoesOutAndBackIn) {
  const std::string audio = Audio(1.5), csv = dir_.Path("motion.csv");
  ASSERT_EQ(
      Run({kLongtake, "motion", "export", "--audio", audio, "-o", csv}).code,
      0);
  const std::string text = worker::ReadBytes(csv);
  EXPECT_TRUE(text.starts_with("Timecode,BlendShapeCount,EyeBlinkLeft"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 45);

  const std::string planned = dir_.Path("planned.mp4");
  const std::string imported = dir_.Path("imported.mp4");
  const std::vector<std::string> lossless = {"--crf", "0", "--size", "128"};
  RunJson(RenderArgs(audio, planned, lossless));
  std::vector<std::string> with_csv = lossless;
  with_csv.insert(with_csv.end(), {"--motion", csv});
  RunJson(RenderArgs(audio, imported, with_csv));
  const worker::DecodedVideo a = worker::DecodeVideo(planned);
  const worker::DecodedVideo b = worker::DecodeVideo(imported);
  ASSERT_EQ(a.frames.size(), b.frames.size());
  // The CSV rounds to six digits: the same picture within a level or two.
  for (size_t f = 0; f < a.frames.size(); ++f) {
    int worst = 0;
    for (size_t i = 0; i < a.frames[f].y.size(); ++i) {
      worst = std::max(worst, std::abs(a.frames[f].y[i] - b.frames[f].y[i]));
    }
    EXPECT_LE(worst, 3) << "frame " << f;
  }
}

}  // namespace
}  // namespace longtake
