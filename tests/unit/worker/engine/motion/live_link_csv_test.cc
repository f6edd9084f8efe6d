#include "worker/engine/motion/live_link_csv.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Header() {
  std::string header = "Timecode,BlendShapeCount";
  for (std::string_view name : MotionChannelNames()) {
    header += ",";
    header += name;
  }
  return header + "\n";
}

std::string Row(const std::string& timecode, double value,
                const std::string& last = "0.1") {
  std::string row = timecode + ",61";
  for (int c = 0; c < kMotionChannels - 1; ++c) {
    row += fmt::format(",{:f}", value);
  }
  return fmt::format("{},{}\n", row, last);
}

Status ReadAll(const std::string& text) {
  std::istringstream in(text);
  LiveLinkCsvReader reader(in);
  if (Status s = reader.ReadHeader(); !s.ok()) return s;
  LiveLinkRow row;
  for (;;) {
    const auto more = reader.ReadRow(&row);
    if (!more.ok()) return more.status();
    if (!*more) return OkStatus();
  }
}

TEST(LiveLinkCsvTest, HeaderIsExactlyTheAppsColumns) {
  std::ostringstream out;
  ASSERT_TRUE(WriteLiveLinkCsv({{30, 1}, {0, 0}, {}}, out).ok());
  EXPECT_EQ(
      out.str(),
      "Timecode,BlendShapeCount,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,"
      "EyeLookOutLeft,EyeLookUpLeft,EyeSquintLeft,EyeWideLeft,EyeBlinkRight,"
      "EyeLookDownRight,EyeLookInRight,EyeLookOutRight,EyeLookUpRight,"
      "EyeSquintRight,EyeWideRight,JawForward,JawRight,JawLeft,JawOpen,"
      "MouthClose,MouthFunnel,MouthPucker,MouthRight,MouthLeft,MouthSmileLeft,"
      "MouthSmileRight,MouthFrownLeft,MouthFrownRight,MouthDimpleLeft,"
      "MouthDimpleRight,MouthStretchLeft,MouthStretchRight,MouthRollLower,"
      "MouthRollUpper,MouthShrugLower,MouthShrugUpper,MouthPressLeft,"
      "MouthPressRight,MouthLowerDownLeft,MouthLowerDownRight,"
      "MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,"
      "BrowInnerUp,BrowOuterUpLeft,BrowOuterUpRight,CheekPuff,CheekSquintLeft,"
      "CheekSquintRight,NoseSneerLeft,NoseSneerRight,TongueOut,HeadYaw,"
      "HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,"
      "RightEyePitch,RightEyeRoll\n");
}

TEST(LiveLinkCsvTest, TimecodeCountsNominalFrames) {
  std::ostringstream out;
  LiveLinkCsvWriter writer(out, {30000, 1001});
  for (FrameIndex f : {0, 29, 30, 1800, 108031}) {
    ASSERT_TRUE(writer.Append(f, MotionFrame{}).ok());
  }
  ASSERT_TRUE(writer.Finish().ok());
  std::istringstream lines(out.str());
  std::string line;
  std::getline(lines, line);
  for (const char* timecode :
       {"00:00:00:00.000,61,0.0", "00:00:00:29.000,61", "00:00:01:00.000,61",
        "00:01:00:00.000,61", "01:00:01:01.000,61"}) {
    std::getline(lines, line);
    EXPECT_THAT(line, StartsWith(timecode));
  }
}

TEST(LiveLinkCsvTest, FramesWithoutATimecodeAreRefused) {
  std::ostringstream out;
  LiveLinkCsvWriter writer(out, {30, 1});
  EXPECT_EQ(writer.Append(-1, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(writer.Append(int64_t{100} * 3600 * 30, {}).code(),
            StatusCode::kInvalidArgument);
}

TEST(LiveLinkCsvTest, FailedStreamIsDataLoss) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  LiveLinkCsvWriter writer(out, {30, 1});
  EXPECT_EQ(writer.Append(0, {}).code(), StatusCode::kDataLoss);
  EXPECT_EQ(writer.Finish().code(), StatusCode::kDataLoss);
}

TEST(LiveLinkCsvTest, ColumnsComeInAnyOrderAndCase) {
  std::string header = "extra,", row = "abc,";
  const auto& names = MotionChannelNames();
  for (int c = kMotionChannels - 1; c >= 0; --c) {
    std::string name(names[c]);
    for (char& ch : name) ch = static_cast<char>(std::tolower(ch));
    header += name + ",";
    row += fmt::format("{:f},", c / 100.0);
  }
  std::istringstream in("\xEF\xBB\xBF" + header +
                        "BlendshapeCount,TIMECODE\r\n" + row +
                        "61,11:54:42:05.250\r\n\r\n");
  LiveLinkCsvReader reader(in);
  ASSERT_TRUE(reader.ReadHeader().ok());
  LiveLinkRow read;
  auto more = reader.ReadRow(&read);
  ASSERT_TRUE(more.ok() && *more) << more.status();
  EXPECT_EQ(read.seconds, (11 * 60 + 54) * 60 + 42);
  EXPECT_EQ(read.frame_micros, 5250000);
  EXPECT_EQ(read.line, 2);
  for (int c = 0; c < kMotionChannels; ++c) {
    EXPECT_NEAR(read.motion[c], c / 100.0, 1e-6) << names[c];
  }
  more = reader.ReadRow(&read);
  ASSERT_TRUE(more.ok());
  EXPECT_FALSE(*more);
}

TEST(LiveLinkCsvTest, MissingColumnsAreNamed) {
  std::string header = Header();
  header.replace(header.find("JawOpen"), 7, "JawWide");
  header.replace(header.find("Timecode"), 8, "Time");
  const Status s = ReadAll(header);
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("JawOpen"));
  EXPECT_THAT(Message(s), HasSubstr("Timecode"));
  EXPECT_EQ(ReadAll("").code(), StatusCode::kInvalidArgument);
}

TEST(LiveLinkCsvTest, FileOfAnotherKindNamesThreeColumnsAndCountsTheRest) {
  const std::string line = Message(ReadAll("x,y\n1,2\n"));
  EXPECT_THAT(line, HasSubstr("no column Timecode, EyeBlinkLeft, "));
  EXPECT_THAT(line, HasSubstr(" and 59 more;"));
  EXPECT_LT(line.size(), 200u);
}

TEST(LiveLinkCsvTest, BadCellsNameLineAndColumn) {
  const std::string good = Header() + Row("00:00:00:00.000", 0.5);
  ASSERT_TRUE(ReadAll(good).ok());
  for (const char* bad : {"nan", "inf", "", "abc", "0.1x", "40", "-4"}) {
    const Status s = ReadAll(good + Row("00:00:00:01.000", 0.5, bad));
    EXPECT_EQ(s.code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(Message(s), HasSubstr("line 3")) << bad;
    EXPECT_THAT(Message(s), HasSubstr("RightEyeRoll")) << bad;
  }
  const Status s = ReadAll(Header() + Row("00:00:00:00.000", 1.5));
  EXPECT_THAT(Message(s), HasSubstr("line 2: EyeBlinkLeft"));
}

TEST(LiveLinkCsvTest, CutLinesAndBadTimecodesAreRefused) {
  EXPECT_THAT(Message(ReadAll(Header() + "00:00:00:00.000,61,0.1\n")),
              HasSubstr("line 2"));
  for (const char* bad :
       {"", "00:00:00", "00:60:00:00.0", "00:00:00:xx.0", "00:00:00:01.z", "1",
        "-1:00:00:00.0", "00:00:00:130.0"}) {
    EXPECT_THAT(Message(ReadAll(Header() + Row(bad, 0.5))),
                HasSubstr("HH:MM:SS:FF"))
        << bad;
  }
}

}  // namespace
}  // namespace longtake::worker
