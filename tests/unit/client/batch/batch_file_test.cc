#include "client/batch/batch_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Batch Read(const std::string& text, const std::string& file = "b.yaml") {
  Mistakes mistakes(file);
  StatusOr<Batch> batch = ReadBatch(text, file, &mistakes);
  EXPECT_TRUE(batch.ok()) << batch.status();
  EXPECT_TRUE(mistakes.empty()) << mistakes.ToStatus();
  return batch.ok() ? *std::move(batch) : Batch();
}

std::string MistakesIn(const std::string& text) {
  Mistakes mistakes("b.yaml");
  const StatusOr<Batch> batch = ReadBatch(text, "b.yaml", &mistakes);
  return Message(batch.ok() ? mistakes.ToStatus() : batch.status());
}

TEST(BatchFileTest, JobsInheritDefaults) {
  const Batch batch = Read(R"(
batch: night-run
tenant: studio
defaults:
  portrait: host.jpg
  fps: 25
  size: 640x480
  labels: {show: talk, language: en}
  controls: {pose: 0.5}
  needs: {pool: gpu, gpu_memory: 16GiB, capabilities: [nvenc]}
jobs:
  - name: one
    audio: one.wav
    output: out/{name}.mp4
  - name: two
    audio: two.wav
    portrait: guest.jpg
    motion: two.csv
    fps: 30
    crf: 18
    preset: slow
    segment_seconds: 2.5
    in: 00:00:01
    out: 90f
    seed: 18446744073709551615
    priority: -5
    tenant: other
    labels: {language: de}
    needs: {pool: big}
    support_needs: {pool: cpu}
)");
  EXPECT_EQ(batch.name, "night-run");
  ASSERT_EQ(batch.jobs.size(), 2u);
  const BatchJob& one = batch.jobs[0];
  EXPECT_EQ(one.name, "one");
  EXPECT_EQ(one.tenant, "studio");
  EXPECT_EQ(one.portrait, "host.jpg");
  EXPECT_EQ(one.output, "out/one.mp4");
  EXPECT_EQ(one.spec.output.width, 640);
  EXPECT_EQ(one.spec.output.rate, (FrameRate{25, 1}));
  EXPECT_EQ(one.spec.needs.pool, "gpu");
  EXPECT_EQ(one.spec.needs.gpu_memory_bytes, int64_t{16} << 30);
  EXPECT_THAT(one.spec.needs.capabilities, ElementsAre("nvenc"));
  EXPECT_TRUE(one.spec.support_needs.empty());
  const BatchJob& two = batch.jobs[1];
  EXPECT_EQ(two.spec.range, (FrameRange{30, 90}));
  EXPECT_TRUE(one.spec.range.empty());
  EXPECT_EQ(two.tenant, "other");
  EXPECT_EQ(two.portrait, "guest.jpg");
  EXPECT_EQ(two.motion, "two.csv");
  EXPECT_EQ(two.spec.output.rate, (FrameRate{30, 1}));
  EXPECT_EQ(two.spec.output.crf, 18);
  EXPECT_EQ(two.spec.output.preset, "slow");
  EXPECT_EQ(two.spec.segment_millis, 2500);
  EXPECT_EQ(two.spec.seed, 18446744073709551615u);
  EXPECT_EQ(two.spec.priority, -5);
  EXPECT_EQ(two.spec.labels.at("show"), "talk");
  EXPECT_EQ(two.spec.labels.at("language"), "de");
  EXPECT_EQ(two.spec.controls.at("pose"), "0.5");
  EXPECT_EQ(two.spec.needs.pool, "big");
  EXPECT_EQ(two.spec.needs.gpu_memory_bytes, 0);
  EXPECT_EQ(two.spec.support_needs.pool, "cpu");
  EXPECT_EQ(two.line, 15);
  EXPECT_EQ(two.LineOf("seed"), 25);
  EXPECT_EQ(two.LineOf("size"), 7);  // the defaults'
}

TEST(BatchFileTest, DialsAreSettingsOfTheirOwn) {
  const Batch batch = Read(R"(
batch: n
defaults: {portrait: a.jpg, expression: 0.8, language: fr, gaze: camera}
jobs:
  - audio: one.wav
    transcript: "words/{audio_stem}.srt"
    emotion_track: moods.csv
    lip: 1.1
    gaze: wander
  - audio: two.wav
    emotion: happy:0.4
    pose_track: turns.csv
)");
  ASSERT_EQ(batch.jobs.size(), 2u);
  EXPECT_EQ(batch.jobs[0].spec.controls, (Controls{{"expression", "0.8"},
                                                   {"language", "fr"},
                                                   {"gaze", "wander"},
                                                   {"lip", "1.1"}}));
  EXPECT_EQ(batch.jobs[0].guides, (GuidePaths{{"transcript", "words/one.srt"},
                                              {"emotion_track", "moods.csv"}}));
  EXPECT_EQ(batch.jobs[1].spec.controls.at("emotion"), "happy:0.4");
  EXPECT_EQ(batch.jobs[1].guides, (GuidePaths{{"pose_track", "turns.csv"}}));
}

TEST(BatchFileTest, WrongDialsNameTheirLine) {
  const std::string mistakes = MistakesIn(R"(
batch: n
defaults: {portrait: a.jpg}
jobs:
  - audio: one.wav
    lip: 3
  - audio: two.wav
    emotion: glad
  - audio: three.wav
    controls: {pose: 1}
    pose: 1
  - audio: four.wav
    motion: m.csv
    transcript: t.txt
)");
  EXPECT_THAT(mistakes, HasSubstr("b.yaml:6: control lip='3' is not a number"));
  EXPECT_THAT(mistakes, HasSubstr("b.yaml:8: control emotion: emotion 'glad'"));
  EXPECT_THAT(mistakes, HasSubstr("b.yaml:11: pose: is among the controls"));
  EXPECT_THAT(mistakes, HasSubstr("b.yaml:14: a motion file is followed"));
}

TEST(BatchFileTest, WrongRangesNameTheirLine) {
  const std::string mistakes = MistakesIn(R"(
batch: n
defaults: {portrait: a.jpg}
jobs:
  - audio: one.wav
    in: noon
  - audio: two.wav
    in: 00:00:10
    out: 00:00:09
)");
  EXPECT_THAT(mistakes, HasSubstr("b.yaml:6: in: 'noon' is no moment"));
  EXPECT_THAT(mistakes,
              HasSubstr("b.yaml:9: nothing lies between in 00:00:10"));
}

TEST(BatchFileTest, PatternIsAJobForEachFileInOrder) {
  const TempDir dir;
  std::filesystem::create_directory(dir.Join("episodes"));
  for (const char* name : {"b.wav", "a.wav", "c.txt"}) {
    std::ofstream(dir.Join(std::string("episodes/") + name)) << "x";
  }
  const Batch batch = Read(R"(
batch: n
jobs:
  - portrait: [ann.jpg, bob.jpg]
    audio: episodes/*.wav
    name: "{portrait_stem}-{audio_stem}"
    output: out/{batch}/{name}.mp4
    labels: {episode: "{audio_stem}"}
)",
                           dir.Join("b.yaml"));
  ASSERT_EQ(batch.jobs.size(), 4u);
  EXPECT_EQ(batch.jobs[0].name, "ann-a");
  EXPECT_EQ(batch.jobs[1].name, "ann-b");
  EXPECT_EQ(batch.jobs[3].name, "bob-b");
  EXPECT_EQ(batch.jobs[3].audio, dir.Join("episodes/b.wav"));
  EXPECT_EQ(batch.jobs[3].portrait, dir.Join("bob.jpg"));
  EXPECT_EQ(batch.jobs[3].output, dir.Join("out/n/bob-b.mp4"));
  EXPECT_EQ(batch.jobs[3].spec.labels.at("episode"), "b");
}

TEST(BatchFileTest, FileCalledLikeAPatternIsItself) {
  const TempDir dir;
  std::ofstream(dir.Join("take [1].wav")) << "x";
  const Batch batch =
      Read("batch: n\njobs: [{portrait: p.jpg, audio: 'take [1].wav'}]\n",
           dir.Join("b.yaml"));
  ASSERT_EQ(batch.jobs.size(), 1u);
  EXPECT_EQ(batch.jobs[0].name, "take [1]");
}

TEST(BatchFileTest, AllMistakesAreToldInOneReport) {
  const std::string text = MistakesIn(R"(batch: night/run
defaults:
  portrait: p.jpg
  fps: 26.5
  colour: red
jobs:
  - audio: a.wav
    size: 13
    crf: 0x10
    priority: 5000
  - audio: nothing-*.wav
  - name: c
    audio: b.wav
    output: "{nam}.mp4"
    needs: {gpu_memory: 16, pols: x}
  - just text
  - portrait: q.jpg
)");
  EXPECT_THAT(text, HasSubstr("b.yaml: 12 mistakes; nothing was submitted:"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:1: batch: give at most 64 bytes"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:4: "));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:5: defaults: 'colour' is not known"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:8: size '13' is not supported"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:9: crf: '0x10' is not a whole number"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:10: priority: '5000' is not"));
  EXPECT_THAT(text,
              HasSubstr("\nb.yaml:11: audio: no file is like nothing-*.wav"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:14: output: '{nam}.mp4': {nam} is not "
                              "known: there is {audio_stem} {batch} {name} "
                              "{portrait_stem}"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:15: '16' is no size"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:15: needs: 'pols' is not known"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:16: jobs: give each job settings"));
  EXPECT_THAT(text, HasSubstr("\nb.yaml:17: job: audio is missing"));
  // In the file's order.
  EXPECT_LT(text.find("b.yaml:9:"), text.find("b.yaml:10:"));
}

TEST(BatchFileTest, NamesAndOutputsAreTheirJobsAlone) {
  const std::string text = MistakesIn(R"(batch: n
defaults: {portrait: p.jpg}
jobs:
  - audio: one/a.wav
    output: out/a.mp4
  - audio: two/a.wav
    output: out/./a.mp4
)");
  EXPECT_THAT(text, HasSubstr("b.yaml:6: name 'a' is there twice (line 4)"));
  EXPECT_THAT(text, HasSubstr("b.yaml:7: output out/./a.mp4: a and a would "
                              "both write it"));
}

TEST(BatchFileTest, WhatIsNoBatchIsToldWithItsLine) {
  EXPECT_THAT(MistakesIn(""), HasSubstr("b.yaml:1: give 'batch: NAME'"));
  EXPECT_THAT(MistakesIn("- a\n"), HasSubstr("b.yaml:1: give 'batch: NAME'"));
  EXPECT_THAT(MistakesIn("a: b: c\n"), HasSubstr("b.yaml:1: no YAML"));
  EXPECT_THAT(MistakesIn("batch: n\nbatch: m\n"),
              HasSubstr("b.yaml:2: batch is there twice"));
  EXPECT_THAT(MistakesIn("batch: n\n---\nbatch: m\n"),
              HasSubstr("holds more than one document"));
  EXPECT_THAT(MistakesIn("batch: n\njobs:\n"), HasSubstr("jobs: give a list"));
  EXPECT_THAT(MistakesIn("batch: n\n"), HasSubstr("jobs: is missing"));
  EXPECT_THAT(MistakesIn("jobs: []\n"), HasSubstr("batch: is missing"));
}

TEST(BatchFileTest, AliasesCanNotMakeBillions) {
  std::string text = "batch: n\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    text += fmt::format("a{0}: &a{0} [*a{1}", i, i - 1);
    for (int j = 0; j < 9; ++j) text += fmt::format(", *a{}", i - 1);
    text += "]\n";
  }
  EXPECT_THAT(MistakesIn(text), HasSubstr("too large or nested too deeply"));
}

TEST(FillTemplateTest, FillsWhatItKnows) {
  EXPECT_EQ(*FillTemplate("{a}-{b}{a}", {{"a", "1"}, {"b", "2"}}), "1-21");
  EXPECT_EQ(*FillTemplate("plain", {}), "plain");
  EXPECT_FALSE(FillTemplate("{a", {{"a", "1"}}).ok());
  EXPECT_FALSE(FillTemplate("{}", {{"a", "1"}}).ok());
}

TEST(BatchJobKeyTest, LongestNamesFit) {
  EXPECT_LE(
      BatchJobKey(std::string(kMaxBatchNameBytes, 'b'),
                  std::string(kMaxBatchJobNameBytes, 'j'), std::string(64, '0'))
          .size(),
      static_cast<size_t>(kMaxIdempotencyKeyBytes));
}

}  // namespace
}  // namespace longtake::client
