#include "client/cli/range_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/job/job.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake::client {
namespace {

using ::testing::HasSubstr;

TEST(RangeFlagsTest, MomentsAreTimesOrFrames) {
  struct Case {
    const char* text;
    FrameRate rate;
    FrameIndex frame;
  };
  for (const Case& c :
       {Case{"0", {30, 1}, 0}, Case{"75", {30, 1}, 2250},
        Case{"75.5", {30, 1}, 2265}, Case{"1:15.5", {30, 1}, 2265},
        Case{"00:01:15.500", {30, 1}, 2265}, Case{"00:21:07", {30, 1}, 38010},
        Case{"21:07", {25, 1}, 31675}, Case{"1:00:00", {30000, 1001}, 107892},
        Case{"0.016", {30, 1}, 0}, Case{"0.016667", {30, 1}, 1},
        Case{"0.050", {30, 1}, 2}, Case{"1234f", {24000, 1001}, 1234},
        Case{"0f", {30, 1}, 0}, Case{"90:00", {30, 1}, 162000},
        Case{"999:59:59.999999", {30, 1}, 108000000}}) {
    const auto frame = ParseMoment(c.text, c.rate);
    ASSERT_TRUE(frame.ok()) << c.text << ": " << frame.status();
    EXPECT_EQ(*frame, c.frame) << c.text;
  }
}

TEST(RangeFlagsTest, WhatIsNoMomentSaysWhatIs) {
  for (const char* text :
       {"", "f", "-1", "-1f", "1.5f", "x", "1:60", "1:60:00", "0:0:0:1", "1.",
        "1.0000001", ":30", "1:", "1e3", " 1", "1000:00:00", "+1",
        "99999999999999999999", "99999999999999999999f"}) {
    const auto frame = ParseMoment(text, {30, 1});
    EXPECT_EQ(frame.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Message(frame.status()), HasSubstr("is no moment: give"));
  }
}

TEST(RangeFlagsTest, EitherEndMayBeLeftOut) {
  EXPECT_TRUE(RangeOf({}, {30, 1})->empty());
  EXPECT_TRUE(RangeOf({"0", ""}, {30, 1})->empty());
  EXPECT_EQ(*RangeOf({"2", ""}, {30, 1}), (FrameRange{60, kToTheEnd}));
  EXPECT_EQ(*RangeOf({"", "2"}, {30, 1}), (FrameRange{0, 60}));
  EXPECT_EQ(*RangeOf({"1", "61f"}, {30, 1}), (FrameRange{30, 61}));
}

TEST(RangeFlagsTest, AnEndBeforeTheBeginningIsRefused) {
  for (const RangeFlags& flags :
       {RangeFlags{"2", "2"}, RangeFlags{"2", "1"}, RangeFlags{"", "0"},
        RangeFlags{"10f", "9f"}}) {
    const auto range = RangeOf(flags, {30, 1});
    EXPECT_EQ(range.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(range.status()), HasSubstr("give a later --out"));
  }
  EXPECT_THAT(Message(RangeOf({"x", ""}, {30, 1}).status()), HasSubstr("--in"));
  EXPECT_THAT(Message(RangeOf({"", "x"}, {30, 1}).status()),
              HasSubstr("--out"));
}

TEST(RangeFlagsTest, ARangePastTheSoundIsRefusedBeforeAnyWork) {
  worker::TempDir dir;
  const std::string path = dir.Path("talk.wav");
  ASSERT_TRUE(worker::WriteSound({.muxer = "wav",
                                  .rate = 16000,
                                  .samples = 16000 * 2 + 1,  // 61 frames
                                  .wave = [](int64_t) { return 0.1; }},
                                 path));
  EXPECT_TRUE(CheckRange({}, "no file is looked at", {30, 1}).ok());
  EXPECT_TRUE(CheckRange({0, 61}, path, {30, 1}).ok());
  EXPECT_TRUE(CheckRange({60, kToTheEnd}, path, {30, 1}).ok());
  const Status out = CheckRange({10, 62}, path, {30, 1});
  EXPECT_EQ(out.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(out), HasSubstr("--out is frame 62 (0:00:02.066)"));
  EXPECT_THAT(Message(out), HasSubstr("ends at frame 61"));
  const Status in = CheckRange({61, kToTheEnd}, path, {30, 1});
  EXPECT_EQ(in.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(in), HasSubstr("give an earlier --in"));
}

}  // namespace
}  // namespace longtake::client
