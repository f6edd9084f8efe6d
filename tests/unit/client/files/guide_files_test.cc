#include "client/files/guide_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "client/motion/silent_wave.h"
#include "common/job/job.h"
#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

using ::testing::HasSubstr;

class GuideFilesTest : public testing::Test {
 protected:
  GuideFilesTest() {
    // 45 frames at 30 a second: 1.5 s.
    EXPECT_TRUE(WriteSilentWave(45, {30, 1}, audio_).ok());
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.Join(name), std::ios::binary) << text;
    return dir_.Join(name);
  }
  Status Check(const GuidePaths& paths) {
    LT_ASSIGN_OR_RETURN(const worker::Guides guides, ReadGuideFiles(paths));
    return CheckGuides(guides, audio_, {30, 1});
  }

  const TempDir dir_;
  const std::string audio_ = dir_.Join("talk.wav");
};

TEST_F(GuideFilesTest, GoodGuidesAreReadWhole) {
  const GuidePaths paths = {
      {"emotion_track",
       Write("e.csv", "time,emotion,intensity\n1.5,happy,1\n")},
      {"transcript", Write("t.srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n")}};
  const auto guides = ReadGuideFiles(paths);
  ASSERT_TRUE(guides.ok()) << guides.status();
  EXPECT_EQ(guides->at("emotion_track").text,
            "time,emotion,intensity\n1.5,happy,1\n");
  EXPECT_TRUE(Check(paths).ok()) << Check(paths);
}

TEST_F(GuideFilesTest, WhatIsWrongNamesFileAndLine) {
  const std::string late =
      Write("late.csv", "time,yaw,pitch,roll\n1,0,0,0\n1.6,0,0,0\n");
  const Status past_end = Check({{"pose_track", late}});
  EXPECT_EQ(past_end.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(past_end),
              HasSubstr("pose track " + late +
                        ": line 3: time 00:00:01.600 "
                        "lies past the end of the audio, 00:00:01.500"));
  EXPECT_EQ(Check({{"transcript", dir_.Join("none.txt")}}).code(),
            StatusCode::kNotFound);
  EXPECT_THAT(Message(Check({{"transcript", Write("e.txt", "")}})),
              HasSubstr("is empty"));
  EXPECT_THAT(Message(Check({{"transcript", Write("l.txt", "caf\xe9")}})),
              HasSubstr("line 1: is not UTF-8"));
  const std::string huge = Write(
      "huge.txt", std::string(static_cast<size_t>(kMaxGuideBytes) + 1, 'a'));
  EXPECT_THAT(Message(Check({{"transcript", huge}})),
              HasSubstr("larger than 16 MiB"));
  std::filesystem::resize_file(huge, kMaxGuideBytes);
  EXPECT_TRUE(ReadGuideFiles({{"transcript", huge}}).ok());
}

TEST_F(GuideFilesTest, AudioIsDecodedOnlyWhereTimesAreGiven) {
  std::ofstream(audio_, std::ios::trunc) << "no sound";
  EXPECT_TRUE(Check({{"transcript", Write("t.txt", "Hello.")}}).ok());
  EXPECT_THAT(Message(Check({{"pose_track", Write("p.csv",
                                                  "time,yaw,pitch,roll\n"
                                                  "0,0,0,0\n")}})),
              HasSubstr("talk.wav"));
}

}  // namespace
}  // namespace longtake::client
