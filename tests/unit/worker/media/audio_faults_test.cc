// Sounds that change, jump, end early or are longer than they may be; files
// that would lead elsewhere.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <filesystem>

#include "tests/support/odd_media.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/audio_file.h"

namespace longtake::worker {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AudioFaultsTest : public testing::Test {
 protected:
  StatusOr<AudioFacts> Analyze(const std::string& name,
                               int64_t max_millis = kMaxAudioMillis) {
    return AnalyzeAudio(dir_.Path(name), name, dir_.Path("pcm"), max_millis);
  }
  void ExpectRefused(const std::string& name, const std::string& says) {
    const Status s = Analyze(name).status();
    EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(s), AllOf(HasSubstr("audio " + name), HasSubstr(says)));
    EXPECT_FALSE(std::filesystem::exists(dir_.Path("pcm")));
  }
  // ffmpeg's sine of `seconds` with these arguments, at `name`.
  void Sine(double seconds, int hz, std::vector<std::string> args,
            const std::string& name) {
    args.insert(args.begin(), {"-f", "lavfi", "-i",
                               "sine=d=" + std::to_string(seconds) +
                                   ":r=" + std::to_string(hz)});
    args.push_back(dir_.Path(name));
    ASSERT_TRUE(Ffmpeg(args));
  }
  void Join(const std::string& a, const std::string& b,
            const std::string& both) {
    WriteBytes(dir_.Path(both),
               ReadBytes(dir_.Path(a)) + ReadBytes(dir_.Path(b)));
  }

  TempDir dir_;
};

TEST_F(AudioFaultsTest, ARateThatChangesMidwayIsRefused) {
  Sine(0.3, 44100, {}, "a.aac");
  Sine(0.3, 48000, {}, "b.aac");
  Join("a.aac", "b.aac", "mixed.aac");
  ExpectRefused("mixed.aac",
                "changes from 44100 Hz, 1 channels to 48000 Hz, 1 channels "
                "midway: convert it to WAV");
}

// Whoever takes 32 bits a sample would read past the end of 16.
TEST_F(AudioFaultsTest, ASampleFormatThatChangesMidwayIsRefused) {
  for (const char* format : {"s32", "s16"}) {
    Sine(0.3, 48000,
         {"-ac", "2", "-c:a", "s302m", "-strict", "experimental", "-sample_fmt",
          format},
         std::string(format) + ".ts");
  }
  Join("s32.ts", "s16.ts", "mixed.ts");
  ExpectRefused("mixed.ts", "change from s32 to s16 midway");
}

TEST_F(AudioFaultsTest, GapsAreClosedAndToldOf) {
  Sine(2, 48000, {"-af", "aselect='not(between(t,0.5,1))'"}, "gap.mkv");
  const auto facts = Analyze("gap.mkv");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_NEAR(static_cast<double>(facts->samples), 1.5 * 48000, 3000);
  EXPECT_THAT(facts->warnings,
              ElementsAre(HasSubstr("jump ahead at 1 place(s)")));
}

TEST_F(AudioFaultsTest, AFileThatIsCutOffIsUsedAndToldOf) {
  Sine(3, 48000, {}, "whole.mp3");
  Sine(3, 48000, {}, "whole.flac");
  Sine(3, 44100, {"-c:a", "alac", "-movflags", "faststart"}, "whole.m4a");
  for (const std::string kind : {"mp3", "flac", "m4a"}) {
    SCOPED_TRACE(kind);
    const std::string bytes = ReadBytes(dir_.Path("whole." + kind));
    EXPECT_THAT(Analyze("whole." + kind)->warnings, IsEmpty());
    WriteBytes(dir_.Path("cut." + kind), bytes.substr(0, bytes.size() * 2 / 3));
    const auto facts = Analyze("cut." + kind);
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_NEAR(static_cast<double>(facts->samples) / facts->sample_rate_hz, 2,
                0.3);
    EXPECT_THAT(facts->warnings, Contains(HasSubstr("The file is cut off")));
  }
}

TEST_F(AudioFaultsTest, AFilmsSoundMayBeginLateAndEndEarly) {
  ASSERT_TRUE(Ffmpeg({"-f", "lavfi", "-i", "color=s=64x64:d=3", "-itsoffset",
                      "0.5", "-f", "lavfi", "-i", "sine=d=1", "-c:v", "mpeg4",
                      "-c:a", "alac", dir_.Path("late.mov")}));
  const auto facts = Analyze("late.mov");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->samples, 44100);
  EXPECT_NEAR(static_cast<double>(facts->start_us), 500000, 1000);
  EXPECT_THAT(facts->warnings, ElementsAre(HasSubstr("starts 500 ms into")));
}

// An editor's cut inside the track: its packets hold what is not heard.
TEST_F(AudioFaultsTest, SoundThatAnEditListLeavesOutIsNotCopied) {
  ASSERT_TRUE(Ffmpeg({"-f", "lavfi", "-i", "color=s=64x64:d=2", "-itsoffset",
                      "0.5", "-f", "lavfi", "-i", "sine=d=1", "-c:v", "mpeg4",
                      "-c:a", "alac", dir_.Path("late.mov")}));
  std::string bytes = ReadBytes(dir_.Path("late.mov"));
  const auto word = [](uint32_t v) {
    return std::string{static_cast<char>(v >> 24), static_cast<char>(v >> 16),
                       static_cast<char>(v >> 8), static_cast<char>(v)};
  };
  // 500 ms of nothing, then the track: ISO/IEC 14496-12, 8.6.6.
  const std::string entries = "elst" + word(0) + word(2) + word(500);
  const size_t list = bytes.find(entries + word(0xFFFFFFFF));
  ASSERT_NE(list, std::string::npos);
  const uint32_t rate = 1 << 16;
  // The first 300 ms of the track, then 400 ms from its sample 20480 on.
  const std::string cut = "elst" + word(0) + word(2) + word(300) + word(0) +
                          word(rate) + word(400) + word(20480) + word(rate);
  bytes.replace(list, cut.size(), cut);
  WriteBytes(dir_.Path("cut.mov"), bytes);
  const auto facts = Analyze("cut.mov");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_NEAR(static_cast<double>(facts->samples), 0.7 * 44100, 4096);
  EXPECT_FALSE(facts->copyable_to_mp4);
}

TEST_F(AudioFaultsTest, TheLimitIsTheLastMillisecondThatIsTaken) {
  ASSERT_TRUE(WriteSound(
      {.muxer = "wav", .samples = 48000, .wave = Clicks({500}, 48000)},
      dir_.Path("second.wav")));
  EXPECT_TRUE(Analyze("second.wav", 1000).ok());
  const Status s = Analyze("second.wav", 999).status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s),
              HasSubstr("second.wav: longer than 999ms, the limit"));
}

TEST_F(AudioFaultsTest, WhatIsTooLongLeavesNoFile) {
  Sine(2, 16000, {}, "long.wav");
  EXPECT_FALSE(Analyze("long.wav", 1500).ok());
  EXPECT_THAT(dir_.Names(), ElementsAre("long.wav"));
}

// Matroska counts milliseconds: its packets' lengths are not the codec's.
TEST_F(AudioFaultsTest, PacketsOfUncertainLengthAreNotCopied) {
  Sine(2, 44100, {"-c:a", "alac"}, "a.mka");
  Sine(2, 44100, {"-c:a", "alac"}, "a.m4a");
  EXPECT_FALSE(Analyze("a.mka")->copyable_to_mp4);
  EXPECT_TRUE(Analyze("a.m4a")->copyable_to_mp4);
}

TEST_F(AudioFaultsTest, APipeIsRefusedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo(dir_.Path("pipe.wav").c_str(), 0600), 0);
  ExpectRefused("pipe.wav", "not a regular file");
}

// FFmpeg's list of files would be followed from the working directory.
TEST_F(AudioFaultsTest, AListOfFilesOpensNone) {
  Sine(0.2, 16000, {}, "other.wav");
  WriteBytes(dir_.Path("list.wav"), "ffconcat version 1.0\nfile other.wav\n");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir_.Path(""));
  ExpectRefused("list.wav", "give a WAV, MP3, M4A or FLAC file");
  std::filesystem::current_path(before);
}

// Its demuxer opens a port and waits there for a sound without end.
TEST_F(AudioFaultsTest, ASessionDescriptionIsNotWaitedFor) {
  WriteBytes(dir_.Path("call.sdp"),
             "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\n"
             "c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n");
  ExpectRefused("call.sdp", "give a WAV, MP3, M4A or FLAC file");
}

}  // namespace
}  // namespace longtake::worker
