#include "worker/engine/guides/motion_guides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longtake::worker {
namespace {

using ::testing::StartsWith;

constexpr int64_t kTenSeconds = 10000000;

StatusOr<MotionGuides> Read(const char* role, const std::string& text,
                            const std::string& name) {
  return ReadMotionGuides({{role, {text, name}}}, kTenSeconds);
}

TEST(MotionGuidesTest, ReadsCues) {
  const auto guides = Read(kEmotionTrackRole,
                           "time,emotion,intensity\r\n0,happy,0.6\r\n"
                           "00:00:04.25,neutral,1\r\n10,contempt,1\r\n",
                           "cues.csv");
  ASSERT_TRUE(guides.ok()) << guides.status();
  ASSERT_EQ(guides->cues.size(), 3u);
  EXPECT_EQ(guides->cues[0].felt, (FeltEmotion{Emotion::kHappy, 0.6}));
  EXPECT_EQ(guides->cues[1].time_us, 4250000);
  EXPECT_EQ(guides->cues[1].felt, FeltEmotion());
  EXPECT_EQ(guides->cues[2].felt.emotion, Emotion::kContempt);
}

TEST(MotionGuidesTest, ReadsKeyframes) {
  const auto guides =
      Read(kPoseTrackRole, "Time,Roll,Yaw,Pitch\n1.5,-3,25,-15\n2,0,0,0\n",
           "pose.csv");
  ASSERT_TRUE(guides.ok()) << guides.status();
  ASSERT_EQ(guides->keyframes.size(), 2u);
  EXPECT_EQ(guides->keyframes[0].time_us, 1500000);
  EXPECT_EQ(guides->keyframes[0].yaw, 25);
  EXPECT_EQ(guides->keyframes[0].pitch, -15);
  EXPECT_EQ(guides->keyframes[0].roll, -3);
}

TEST(MotionGuidesTest, ReadsTranscripts) {
  const auto guides = Read(kTranscriptRole, "Hello there.\n", "words.txt");
  ASSERT_TRUE(guides.ok()) << guides.status();
  ASSERT_EQ(guides->transcript.size(), 1u);
}

TEST(MotionGuidesTest, BadInputIsOneLineWithFileLineAndRemedy) {
  constexpr char kCues[] = "time,emotion,intensity\n";
  constexpr char kPose[] = "time,yaw,pitch,roll\n";
  struct Case {
    const char* role;
    std::string text;
    const char* says;
  };
  const std::vector<Case> cases = {
      {kEmotionTrackRole, "", "emotion track g.csv: is empty"},
      {kEmotionTrackRole, "\xff", "emotion track g.csv: line 1: is not UTF-8"},
      {kEmotionTrackRole, kCues, "emotion track g.csv: has no row below"},
      {kEmotionTrackRole, "time,mood,intensity\n0,sad,1\n",
       "emotion track g.csv: line 1: the columns are 'time,mood,intensity'"},
      {kEmotionTrackRole, std::string(kCues) + "0,joyful,1\n",
       "emotion track g.csv: line 2: emotion 'joyful' is unknown: give "},
      {kEmotionTrackRole, std::string(kCues) + "0,sad,1\n\n1,sad,1.5\n",
       "emotion track g.csv: line 4: intensity '1.5' is not a number from 0 "},
      {kEmotionTrackRole, std::string(kCues) + "0,sad,nan\n",
       "emotion track g.csv: line 2: intensity 'nan' is not a number from 0 "},
      {kEmotionTrackRole, std::string(kCues) + "inf,sad,1\n",
       "emotion track g.csv: line 2: time 'inf' is none: give seconds"},
      {kEmotionTrackRole, std::string(kCues) + "2,sad,1\n1,happy,1\n",
       "emotion track g.csv: line 3: time 00:00:01.000 is not after the one "},
      {kEmotionTrackRole, std::string(kCues) + "2,sad,1\n2,happy,1\n",
       "emotion track g.csv: line 3: time 00:00:02.000 is not after the one "},
      {kEmotionTrackRole, std::string(kCues) + "10.001,sad,1\n",
       "emotion track g.csv: line 2: time 00:00:10.001 lies past the end of "},
      {kPoseTrackRole, std::string(kPose) + "0,26,0,0\n",
       "pose track g.csv: line 2: yaw '26' is not a number of degrees from "
       "-25 to 25"},
      {kPoseTrackRole, std::string(kPose) + "0,0,-16,0\n",
       "pose track g.csv: line 2: pitch '-16' is not a number of degrees"},
      {kPoseTrackRole, std::string(kPose) + "0,0,0,nan\n",
       "pose track g.csv: line 2: roll 'nan' is not a number of degrees"},
      {kPoseTrackRole, std::string(kPose) + "0,0,0\n",
       "pose track g.csv: line 2: 3 values, the header names 4 columns"},
      {kPoseTrackRole, std::string(kPose) + "0;0;0;0\n",
       "pose track g.csv: line 2: 1 values, the header names 4 columns"},
      {kTranscriptRole, " \n", "transcript g.csv: is empty"},
      {"dance", "x", "guide g.csv 'dance' is unknown: the motion takes "}};
  for (const Case& c : cases) {
    const Status status = Read(c.role, c.text, "g.csv").status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << c.says;
    EXPECT_THAT(Message(status), StartsWith(c.says));
    EXPECT_EQ(Message(status).find('\n'), std::string::npos) << c.says;
  }
}

}  // namespace
}  // namespace longtake::worker
