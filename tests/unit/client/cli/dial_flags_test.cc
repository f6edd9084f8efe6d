#include "client/cli/dial_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::client {
namespace {

using ::testing::HasSubstr;

DialFlags Parse(const std::string& line) {
  CLI::App app;
  DialFlags flags;
  AddDialFlags(&app, &flags);
  app.parse(line);
  return flags;
}

TEST(DialFlagsTest, EveryFlagArrives) {
  const DialFlags flags = Parse(
      "--lip 0.9 --expression 1.1 --pose 0.5 --blink-rate 20 --gaze camera "
      "--emotion happy:0.6 --language fr --pose-track p.csv "
      "--transcript t.srt --control charm=2");
  EXPECT_EQ(*ControlsOf(flags), (Controls{{"lip", "0.9"},
                                          {"expression", "1.1"},
                                          {"pose", "0.5"},
                                          {"blink_rate", "20"},
                                          {"gaze", "camera"},
                                          {"emotion", "happy:0.6"},
                                          {"language", "fr"},
                                          {"charm", "2"}}));
  EXPECT_EQ(GuidePathsOf(flags),
            (GuidePaths{{"pose_track", "p.csv"}, {"transcript", "t.srt"}}));
  EXPECT_EQ(GuidePathsOf(Parse("--emotion-track e.csv")),
            (GuidePaths{{"emotion_track", "e.csv"}}));
  EXPECT_TRUE(ControlsOf(Parse(""))->empty());
}

TEST(DialFlagsTest, AnEmptyValueIsNoValue) {
  CLI::App app;
  DialFlags flags;
  AddDialFlags(&app, &flags);
  EXPECT_THROW(app.parse(std::vector<std::string>{"", "--transcript"}),
               CLI::ParseError);
}

TEST(DialFlagsTest, OneControlGivenTwiceIsRefused) {
  const Status status =
      ControlsOf(Parse("--pose 0.5 --control pose=0.5")).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(status), HasSubstr("'pose'"));
}

TEST(DialFlagsTest, WhatTheEngineWouldRefuseIsRefusedHere) {
  struct Case {
    Controls controls;
    GuidePaths guides;
    bool follows_motion;
    const char* says;
  };
  for (const Case& c :
       {Case{{{"charm", "1"}}, {}, false, "'charm' is unknown"},
        Case{{{"lip", "2.1"}}, {}, false, "lip='2.1' is not a number from 0"},
        Case{{{"blink_rate", "61"}}, {}, false, "from 0 to 60"},
        Case{{{"emotion", "glad"}}, {}, false, "'glad' is unknown: give "},
        Case{{{"language", "xx"}}, {}, false, "language 'xx' is unknown"},
        Case{{{"emotion", "sad"}},
             {{"emotion_track", "e.csv"}},
             false,
             "leave out one of them"},
        Case{{}, {{"transcript", "t.txt"}}, false, "give --language"},
        Case{
            {}, {{"transcript", "t.txt"}}, true, "leave out the transcript"}}) {
    const Status status =
        CheckDials("hilm", c.controls, c.guides, c.follows_motion);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << c.says;
    EXPECT_THAT(Message(status), HasSubstr(c.says));
  }
  EXPECT_TRUE(
      CheckDials("hilm", {{"lip", "2"}}, {{"pose_track", "p"}}, false).ok());
  EXPECT_TRUE(CheckDials("other", {{"charm", "1"}}, {}, false).ok());
}

}  // namespace
}  // namespace longtake::client
