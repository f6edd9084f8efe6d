#include "tools/motion_model/own/recordings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace longtake::own {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OwnRecordingsTest : public testing::Test {
 protected:
  OwnRecordingsTest()
      : root_(fs::canonical(testing::TempDir()) /
              ("own_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(root_ / "anna");
  }
  ~OwnRecordingsTest() override { fs::remove_all(root_); }
  void Touch(const std::string& name) { std::ofstream(root_ / name) << "x"; }
  void ExpectRefused(const std::string& what) {
    const auto listed = ListRecordings(root_.string());
    ASSERT_FALSE(listed.ok());
    EXPECT_EQ(listed.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(listed.status()), HasSubstr(what));
  }
  const fs::path root_;
};

TEST_F(OwnRecordingsTest, SoundsArePairedWithTheBestThatIsKnownOfThem) {
  for (const char* name :
       {"b.wav", "b.txt", "anna/c.MP3", "anna/c.txt", "anna/c.srt", "d.flac",
        "d.phones", "d.txt", "readme.md"}) {
    Touch(name);
  }
  const auto listed = ListRecordings(root_.string());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 3u);
  const auto path = [&](const char* name) { return (root_ / name).string(); };
  EXPECT_EQ((*listed)[0].audio, path("anna/c.MP3"));
  EXPECT_EQ((*listed)[0].text, path("anna/c.srt"));
  EXPECT_EQ((*listed)[0].voice, "anna");
  EXPECT_EQ((*listed)[1].text, path("b.txt"));
  EXPECT_EQ((*listed)[1].voice, root_.filename().string());
  EXPECT_EQ((*listed)[2].phones, path("d.phones"));
  EXPECT_EQ((*listed)[2].text, "");
}

TEST_F(OwnRecordingsTest, FilmsNeedNothingBesideThem) {
  for (const char* name :
       {"a.mp4", "b.WEBM", "b.txt", "c.mkv", "c.phones", "d.wav", "d.txt"}) {
    Touch(name);
  }
  const auto listed = ListRecordings(root_.string());
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 4u);
  EXPECT_TRUE((*listed)[0].film);
  EXPECT_EQ((*listed)[0].text + (*listed)[0].phones, "");
  EXPECT_TRUE((*listed)[1].film);
  EXPECT_EQ((*listed)[1].text, (root_ / "b.txt").string());
  EXPECT_EQ((*listed)[2].phones, (root_ / "c.phones").string());
  EXPECT_FALSE((*listed)[3].film);
}

TEST_F(OwnRecordingsTest, WhatIsMissingIsNamed) {
  ExpectRefused("no recordings; put NAME.wav");
  Touch("a.wav");
  ExpectRefused("a.wav: nothing beside it says what is said; write it into");
  Touch("a.txt");
  Touch("b.txt");
  ExpectRefused("b.txt: no sound of that name beside it");
  Touch("b.mp3");
  EXPECT_TRUE(ListRecordings(root_.string()).ok());
  Touch("b.wav");
  ExpectRefused("two sounds of one name");
}

TEST_F(OwnRecordingsTest, ThereIsNoSuchFolder) {
  const auto listed = ListRecordings((root_ / "none").string());
  ASSERT_FALSE(listed.ok());
  EXPECT_THAT(Message(listed.status()), HasSubstr("none: no such folder"));
}

}  // namespace
}  // namespace longtake::own
