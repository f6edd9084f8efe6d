// Guides and ranges in a batch: checked against each job's sound, part of what
// a job is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "client/batch/batch_prepare.h"
#include "client/motion/silent_wave.h"
#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BatchGuidesTest : public testing::Test {
 protected:
  BatchGuidesTest() {
    Write("me.jpg", "jpeg");
    EXPECT_TRUE(WriteSilentWave(60, {30, 1}, dir_.Join("long.wav")).ok());
    EXPECT_TRUE(WriteSilentWave(30, {30, 1}, dir_.Join("short.wav")).ok());
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.Join(name), std::ios::binary) << text;
  }
  // `mistakes` tells what is wrong, "" where nothing is.
  std::vector<BatchItem> Prepare(std::string* mistakes) {
    Mistakes found("b.yaml");
    auto batch = ReadBatch(R"(
batch: n
defaults: {portrait: me.jpg, emotion_track: cues.csv}
jobs:
  - audio: long.wav
    transcript: words.txt
    language: en
  - audio: short.wav
)",
                           dir_.Join("b.yaml"), &found);
    EXPECT_TRUE(batch.ok()) << batch.status();
    auto items = PrepareBatch(*std::move(batch), {}, &found);
    EXPECT_TRUE(items.ok()) << items.status();
    *mistakes = Message(found.ToStatus());
    return *std::move(items);
  }

  const TempDir dir_;
};

TEST_F(BatchGuidesTest, GuidesAreInputsLikeOthers) {
  Write("cues.csv", "time,emotion,intensity\n0.5,happy,1\n");
  Write("words.txt", "Hello.");
  std::string mistakes;
  const std::vector<BatchItem> items = Prepare(&mistakes);
  EXPECT_EQ(mistakes, "");
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].files.size(), 4u);
  EXPECT_EQ(items[1].files.size(), 3u);
  EXPECT_EQ(items[0].job.spec.guides.at("transcript").name, "words.txt");
  EXPECT_EQ(items[0].job.spec.guides.at("emotion_track").blob,
            items[1].job.spec.guides.at("emotion_track").blob);
  Write("words.txt", "Bye.");
  const std::vector<BatchItem> other = Prepare(&mistakes);
  EXPECT_NE(other[0].key, items[0].key);
  EXPECT_EQ(other[1].key, items[1].key);
}

TEST_F(BatchGuidesTest, EachJobsSoundHasToReachTheLastCue) {
  Write("cues.csv", "time,emotion,intensity\n0.5,happy,1\n1.5,sad,1\n");
  Write("words.txt", "Hello.");
  std::string mistakes;
  Prepare(&mistakes);
  EXPECT_THAT(mistakes, HasSubstr("cues.csv: line 3: time 00:00:01.500 lies "
                                  "past the end of the audio, 00:00:01.000"));
}

TEST_F(BatchGuidesTest, EachJobsSoundHasToReachTheRangesEnd) {
  Mistakes found("b.yaml");
  auto batch = ReadBatch(R"(
batch: n
defaults: {portrait: me.jpg, in: 0.5}
jobs:
  - audio: long.wav
    out: 00:00:02
  - audio: short.wav
    out: 31f
  - audio: short.wav
    name: whole
    in: 30f
)",
                         dir_.Join("b.yaml"), &found);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->jobs[0].spec.range, (FrameRange{15, 60}));
  ASSERT_TRUE(PrepareBatch(*std::move(batch), {}, &found).ok());
  const std::string mistakes(Message(found.ToStatus()));
  EXPECT_THAT(mistakes, HasSubstr("b.yaml:8: out is frame 31 (0:00:01.033)"));
  EXPECT_THAT(mistakes, HasSubstr("b.yaml:11: in is frame 30 (0:00:01.000)"));
  EXPECT_THAT(mistakes, Not(HasSubstr("long.wav")));
}

TEST_F(BatchGuidesTest, AllThatIsWrongIsToldAtOnce) {
  Write("cues.csv", "time,emotion,intensity\n0.5,glad,1\n");
  std::string mistakes;
  Prepare(&mistakes);
  EXPECT_THAT(mistakes, HasSubstr("transcript"));
  EXPECT_THAT(mistakes, HasSubstr("words.txt: no such file"));
}

}  // namespace
}  // namespace longtake::client
