// What a studio does with a finished take: a line is replaced, something is
// inserted, a part alone is wanted. The real engine, real files, real
// processes; espeak-ng speaks. What is rendered again, and what is not, is
// counted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

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
    "Good morning, and welcome to the long take. Please watch my lips on maps, "
    "bread and butter. Bob Brown bumped my big mum before the bus came by. "
    "The quick fox jumps over the lazy dog while people put purple boots in "
    "the oven. Perhaps tomorrow we climb the hill and look at the sea. "
    "Seven ships sailed slowly south, and nobody on board was in a hurry. "
    "My brother paints the kitchen, my mother reads the paper, and I am here. "
    "It was a bright cold day in April when the clocks struck the hour. "
    "Every morning the baker opens his shop and sweeps the pavement first. "
    "We measured every frame of it, and then we measured it again.";
constexpr int kRate = 16000;
constexpr int64_t kSamples = int64_t{44} * kRate;
constexpr int64_t kFrames = 44 * 30;

using Samples = std::vector<double>;

class ChangesTest : public testing::Test {
 protected:
  // One take for all tests of this file.
  static void SetUpTestSuite() {
    dir_ = new worker::TempDir;
    const ProcessResult said = Run({"/usr/bin/env", "espeak-ng", "-s", "140",
                                    "-w", dir_->Path("said.wav"), kText});
    ASSERT_EQ(said.code, 0) << said.err;
    const ProcessResult resampled = Run(
        {"/usr/bin/env", "ffmpeg", "-v", "error", "-i", dir_->Path("said.wav"),
         "-ar", std::to_string(kRate), "-f", "s16le", dir_->Path("said.pcm")});
    ASSERT_EQ(resampled.code, 0) << resampled.err;
    const std::string bytes = worker::ReadBytes(dir_->Path("said.pcm"));
    std::vector<int16_t> raw(bytes.size() / 2);
    std::memcpy(raw.data(), bytes.data(), raw.size() * 2);
    ASSERT_GT(std::ssize(raw), 20 * kRate);
    speech_ = new Samples;
    for (int64_t i = 0; i < kSamples; ++i) {
      speech_->push_back(raw[static_cast<size_t>(i) % raw.size()] / 32768.0);
    }
    Write(*speech_, "talk.wav");
    whole_ = new json(Render("talk.wav", "whole.mp4", {}));
  }
  static void TearDownTestSuite() {
    delete whole_;
    delete speech_;
    delete dir_;
  }

  static ProcessResult Run(const std::vector<std::string>& args) {
    return RunProcess(args, dir_->Path("process"));
  }
  static void Write(const Samples& samples, const std::string& name) {
    ASSERT_TRUE(worker::WriteSound(
        {.muxer = "wav",
         .rate = kRate,
         .samples = std::ssize(samples),
         .wave =
             [&samples](int64_t i) { return samples[static_cast<size_t>(i)]; }},
        dir_->Path(name)));
  }
  // Small pictures, so that what takes time is what is counted; lossless, so
  // that frames can be compared.
  static ProcessResult Command(const std::string& command,
                               const std::string& audio,
                               const std::vector<std::string>& more) {
    std::vector<std::string> args = {kLongtake,     command,
                                     "--portrait",  kPortrait,
                                     "--audio",     dir_->Path(audio),
                                     "--size",      "64",
                                     "--crf",       "0",
                                     "--preset",    "ultrafast",
                                     "--cache-dir", dir_->Path("cache"),
                                     "--json"};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  }
  static json Render(const std::string& audio, const std::string& output,
                     std::vector<std::string> more) {
    more.insert(more.end(),
                {"--output", dir_->Path(output), "--measure", "none"});
    const ProcessResult result = Command("render", audio, more);
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }
  static json Plan(const std::string& audio,
                   const std::vector<std::string>& more) {
    const ProcessResult result = Command("plan", audio, more);
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }

  // Two seconds at `second` say something else.
  static Samples Replaced(double second) {
    Samples samples = *speech_;
    const auto at = static_cast<size_t>(second * kRate);
    for (size_t i = 0; i < 2 * kRate; ++i) {
      samples[at + i] = 0.8 * samples[(at + i + 17 * kRate) % samples.size()];
    }
    return samples;
  }

  static worker::TempDir* dir_;
  static Samples* speech_;
  static json* whole_;
};
worker::TempDir* ChangesTest::dir_ = nullptr;
Samples* ChangesTest::speech_ = nullptr;
json* ChangesTest::whole_ = nullptr;

TEST_F(ChangesTest, AReplacedLineRendersAtMostThreeSegments) {
  ASSERT_EQ((*whole_)["segments"], (*whole_)["segments_rendered"]);
  ASSERT_GE((*whole_)["segments"], 5);
  Write(Replaced(20.4), "replaced.wav");
  // What plan foretells is what render does.
  const json plan = Plan("replaced.wav", {});
  const int to_render = plan["segments_to_render"];
  EXPECT_GE(to_render, 1);
  EXPECT_LE(to_render, 3);
  EXPECT_EQ(plan["segments"], (*whole_)["segments"]);
  EXPECT_EQ(plan["segments_from_cache"],
            (*whole_)["segments"].get<int>() - to_render);
  const json again = Render("replaced.wav", "replaced.mp4", {});
  EXPECT_EQ(again["segments_rendered"], to_render);
  // Where the plan says so, and nowhere else, frames may differ.
  const worker::DecodedVideo before =
      worker::DecodeVideo(dir_->Path("whole.mp4"));
  const worker::DecodedVideo after =
      worker::DecodeVideo(dir_->Path("replaced.mp4"));
  ASSERT_EQ(std::ssize(after.frames), kFrames);
  int changed = 0;
  for (const json& segment : plan["segment_list"]) {
    for (size_t f = segment["begin"]; f < segment["end"]; ++f) {
      const bool same = before.frames[f] == after.frames[f];
      changed += !same;
      EXPECT_TRUE(same || !segment["from_cache"]) << "frame " << f;
    }
  }
  EXPECT_GT(changed, 30);
}

TEST_F(ChangesTest, AtMostThreeSegmentsWhereverTheLineIs) {
  for (const double at : {0.0, 2.6, 9.0, 41.9}) {
    Write(Replaced(at), "elsewhere.wav");
    const json plan = Plan("elsewhere.wav", {});
    EXPECT_GE(plan["segments_to_render"], 1) << at;
    EXPECT_LE(plan["segments_to_render"], 3) << at;
  }
}

TEST_F(ChangesTest, WhatLiesBeforeAnInsertionIsReused) {
  Samples samples = *speech_;
  const Samples other(samples.begin() + 3 * kRate, samples.begin() + 4 * kRate);
  samples.insert(samples.begin() + 29 * kRate, other.begin(), other.end());
  Write(samples, "inserted.wav");
  const json plan = Plan("inserted.wav", {});
  EXPECT_EQ(plan["frames"], kFrames + 30);
  // A change reaches 7.72 s at most.
  int before = 0;
  for (const json& segment : plan["segment_list"]) {
    if (segment["end_seconds"].get<double>() >= 29 - 7.8) continue;
    EXPECT_TRUE(segment["from_cache"]) << segment.dump();
    ++before;
  }
  EXPECT_GE(before, 3);
}

TEST_F(ChangesTest, APlanRendersNothingAndKnowsTheTime) {
  const json all = Plan("talk.wav", {});
  EXPECT_EQ(all["segments_to_render"], 0);
  EXPECT_EQ(all["frames_to_render"], 0);
  EXPECT_EQ(all["estimated_seconds"], 0);
  EXPECT_EQ(all["estimate_basis"], "nothing is to be rendered");
  // Another seed is another take: everything, at the speed that was measured.
  const json other = Plan("talk.wav", {"--seed", "9"});
  EXPECT_EQ(other["segments_from_cache"], 0);
  EXPECT_EQ(other["frames_to_render"], kFrames);
  EXPECT_GT(other["estimated_seconds"], 0);
  EXPECT_THAT(other["estimate_basis"], HasSubstr("64x64"));
  EXPECT_EQ(Plan("talk.wav", {"--seed", "9"})["segments_from_cache"], 0);
  // With so many workers nothing was rendered yet: it is tried out.
  const json crowd = Plan("talk.wav", {"--seed", "9", "--workers", "3"});
  EXPECT_GT(crowd["estimated_seconds"], 0);
  EXPECT_THAT(crowd["estimate_basis"],
              HasSubstr("225 frames just now at 64x64 with 3 worker(s)"));
  EXPECT_EQ(Plan("talk.wav", {"--seed", "9"})["segments_from_cache"], 0);
}

TEST_F(ChangesTest, ARangeIsTheWholeTakesFramesAndSound) {
  const json plan = Plan("talk.wav", {"--in", "8.5", "--out", "00:00:23"});
  // The segment inside is the whole job's.
  EXPECT_GE(plan["segments_from_cache"], 1);
  const json part =
      Render("talk.wav", "part.mp4", {"--in", "8.5", "--out", "00:00:23"});
  EXPECT_EQ(part["frames"], 435);
  EXPECT_EQ(part["duration_seconds"], 14.5);
  EXPECT_EQ(part["range"], json({255, 690}));
  EXPECT_EQ(part["segments_rendered"], plan["segments_to_render"]);
  EXPECT_LT(part["segments_rendered"], part["segments"]);
  for (const json& seam : part["seams"]) EXPECT_EQ(seam["psnr_db"], 99);
  const worker::DecodedVideo whole =
      worker::DecodeVideo(dir_->Path("whole.mp4"));
  const worker::DecodedVideo video =
      worker::DecodeVideo(dir_->Path("part.mp4"));
  ASSERT_EQ(video.frames.size(), 435u);
  for (size_t f = 0; f < video.frames.size(); ++f) {
    EXPECT_EQ(video.pts[f], int64_t(f));
    EXPECT_TRUE(video.frames[f] == whole.frames[255 + f]) << f;
  }
  const worker::DecodedSound sound =
      worker::DecodeSound(dir_->Path("part.mp4"));
  EXPECT_NEAR(sound.first_seconds, 0, 1e-9);
  // In step with the source to a sample (AAC at its own rate).
  const int64_t begin = int64_t{255} * kRate / 30;
  const auto source = [&](int64_t i) {
    return (*speech_)[static_cast<size_t>(begin + i)];
  };
  EXPECT_EQ(worker::ShiftOf(sound.samples, source, 2 * kRate, 4 * kRate, 200),
            0);
}

TEST_F(ChangesTest, AWholeTakeUsesTheSegmentsOfItsRange) {
  const std::vector<std::string> seed = {"--seed", "5"};
  std::vector<std::string> flags = seed;
  flags.insert(flags.end(), {"--in", "270f", "--out", "660f"});
  const json part = Render("talk.wav", "first.mp4", flags);
  EXPECT_EQ(part["segments"], part["segments_rendered"]);
  EXPECT_GE(Plan("talk.wav", seed)["segments_from_cache"], 1);
}

TEST_F(ChangesTest, BadRangesAreRefusedInOneLine) {
  struct Case {
    std::vector<std::string> flags;
    const char* says;
  };
  for (const Case& c :
       {Case{{"--in", "5", "--out", "5"}, "give a later --out"},
        Case{{"--in", "50"}, "--in is frame 1500"},
        Case{{"--out", "0:44.1"}, "--out is frame 1323"},
        Case{{"--in", "half past"}, "--in: 'half past' is no moment"}}) {
    std::vector<std::string> flags = c.flags;
    flags.insert(flags.end(), {"--output", dir_->Path("bad.mp4")});
    const ProcessResult result = Command("render", "talk.wav", flags);
    EXPECT_EQ(result.code, 2) << c.says;
    EXPECT_THAT(result.err, HasSubstr(c.says));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
    EXPECT_FALSE(fs::exists(dir_->Path("bad.mp4")));
  }
}

}  // namespace
}  // namespace longtake
