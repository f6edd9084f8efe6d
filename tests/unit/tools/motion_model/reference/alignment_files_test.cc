#include "tools/motion_model/reference/alignment_files.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tools/motion_model/reference/wav_file.h"

namespace longtake::reference {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AlignmentFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::path(::testing::TempDir()) /
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  void Put(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ / name) << text;
  }
  std::string Get(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(dir_ / name).rdbuf();
    return out.str();
  }

  fs::path dir_;
};

TEST_F(AlignmentFilesTest, SoundsComeBackAsTheyWereWritten) {
  const Sound sound = {16000, {0, 0.5f, -1, 0.25f}};
  ASSERT_TRUE(WriteWav(dir_ / "a.wav", sound).ok());
  const auto read = ReadWav(dir_ / "a.wav");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->rate_hz, 16000);
  EXPECT_EQ(read->samples, sound.samples);
}

TEST_F(AlignmentFilesTest, OtherFilesAreNotSounds) {
  Put("a.wav", "RIFFxxxxWAVEfmt ");
  EXPECT_EQ(ReadWav(dir_ / "a.wav").status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadWav(dir_ / "none.wav").status().code(), StatusCode::kNotFound);
}

TEST_F(AlignmentFilesTest, ReadsSoundsThatHaveATextInOrderOfTheirNames) {
  for (const char* name : {"b", "a", "silent"}) {
    ASSERT_TRUE(WriteWav(dir_ / (fmt::format("{}.wav", name)),
                         {16000, std::vector<float>(160)})
                    .ok());
  }
  Put("a.txt", "one\n");
  Put("b.txt", "two\n");
  const auto read = ReadRecordings(dir_);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].name, "a");
  EXPECT_EQ((*read)[0].text, "one");
  EXPECT_EQ((*read)[1].name, "b");
  EXPECT_EQ((*read)[1].samples.size(), 160u);
}

TEST_F(AlignmentFilesTest, SaysWhichSoundHasTheWrongRate) {
  ASSERT_TRUE(WriteWav(dir_ / "slow.wav", {8000, std::vector<float>(80)}).ok());
  Put("slow.txt", "slow");
  const auto read = ReadRecordings(dir_);
  EXPECT_EQ(read.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(read.status()), HasSubstr("slow.wav has 8000"));
}

TEST_F(AlignmentFilesTest, AnEmptyDirectoryIsBadInput) {
  EXPECT_EQ(ReadRecordings(dir_).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(AlignmentFilesTest, WritesPhonesThatCoverTheRecordingAndATable) {
  Recording recording;
  recording.name = "a";
  recording.samples.resize(1650);  // 103.125 ms: 20 whole frames and a rest
  const Alignment alignment = {{{0, 4, "_"}, {4, 10, "ɔː"}, {10, 20, "p"}},
                               -1.25};
  const std::optional<Alignment> found = alignment;
  ASSERT_TRUE(WriteAlignments(dir_, {&recording, 1}, {&found, 1}).ok());
  EXPECT_EQ(Get("a.phones"),
            "0.0000 0.0200 _\n0.0200 0.0500 ɔː\n0.0500 0.1031 p\n");
  EXPECT_EQ(Get("alignment.tsv"),
            "name\tseconds\tphones\tscore\tuse\n"
            "a\t0.103\t2\t-1.2500\t1\n");
}

TEST_F(AlignmentFilesTest, TheWorstTwentiethIsNotToBeUsed) {
  std::vector<Recording> recordings(40);
  std::vector<std::optional<Alignment>> found(40);
  for (int i = 0; i < 40; ++i) {
    recordings[i].name = fmt::format("r{}", i);
    recordings[i].samples.resize(800);
    found[i] = Alignment{{{0, 10, "a"}}, i == 7 || i == 9 ? -5.0 - i : -1.0};
  }
  ASSERT_TRUE(WriteAlignments(dir_, recordings, found).ok());
  std::istringstream table(Get("alignment.tsv"));
  std::vector<std::string> unused;
  for (std::string line; std::getline(table, line);) {
    if (line.ends_with("\t0")) unused.push_back(line.substr(0, 2));
  }
  EXPECT_THAT(unused, ::testing::ElementsAre("r7", "r9"));
}

TEST_F(AlignmentFilesTest, ARecordingWithoutAnAlignmentHasNoFiles) {
  Recording recording;
  recording.name = "a";
  const std::optional<Alignment> none;
  ASSERT_TRUE(WriteAlignments(dir_, {&recording, 1}, {&none, 1}).ok());
  EXPECT_FALSE(fs::exists(dir_ / "a.phones"));
}

}  // namespace
}  // namespace longtake::reference
