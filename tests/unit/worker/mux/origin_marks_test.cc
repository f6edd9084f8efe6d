// Marks of origin: written by MuxTake, read back by us and by ffprobe.

#include "worker/mux/origin_marks.h"

#include <gmock/gmock.h>

#include <cstdio>

#include "tests/unit/worker/mux/take_fixture.h"
#include "worker/mux/read_origin.h"
#include "worker/mux/take_tag.h"
#include "worker/mux/xmp_packet.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OriginMarksTest : public TakeMuxerTest {
 protected:
  void SetUp() override {
    SoundSpec sound;
    sound.muxer = "wav";
    sound.samples = sound.rate;
    sound.wave = Clicks({sound.rate / 4}, sound.rate);
    MakeSound(sound);
    MakeChunks({30, 1}, {11, 20, 30}, 20);
    inputs_.tag = std::string(64, 'a');
    inputs_.tag[0] = '7';
    inputs_.digital_source_type = "trainedAlgorithmicMedia";
  }

  static std::string OutputOf(const std::string& command) {
    FILE* pipe = ::popen(command.c_str(), "r");
    std::string out;
    char buffer[4096];
    size_t got = 0;
    while ((got = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
      out.append(buffer, got);
    }
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return out;
  }
  static size_t Count(const std::string& in, const std::string& what) {
    size_t count = 0;
    for (size_t at = in.find(what); at != std::string::npos;
         at = in.find(what, at + 1)) {
      ++count;
    }
    return count;
  }
};

TEST_F(OriginMarksTest, AreReadBack) {
  ASSERT_TRUE(Mux().ok());
  const auto marks = ReadOriginMarks(dir_.Path("take.mp4"));
  ASSERT_TRUE(marks.ok()) << marks.status();
  EXPECT_EQ(marks->digital_source_type,
            "http://cv.iptc.org/newscodes/digitalsourcetype/"
            "trainedAlgorithmicMedia");
  EXPECT_EQ(marks->software, "Longtake");
  EXPECT_EQ(marks->tag, inputs_.tag);
  EXPECT_EQ(marks->xmp_tag, inputs_.tag);
  EXPECT_EQ(marks->sei_tag, inputs_.tag);
}

TEST_F(OriginMarksTest, FfprobeReadsThemAsWell) {
  ASSERT_TRUE(Mux().ok());
  const std::string shown = OutputOf(
      "ffprobe -v error -export_xmp 1 -show_entries format_tags -of "
      "json '" +
      dir_.Path("take.mp4") + "'");
  EXPECT_THAT(shown, HasSubstr("\"description\": \"Made with Longtake. "));
  EXPECT_THAT(shown, HasSubstr("longtake-take:" + inputs_.tag));
  EXPECT_THAT(shown, HasSubstr("digitalsourcetype/trainedAlgorithmicMedia"));
  EXPECT_THAT(shown, HasSubstr("Iptc4xmpExt:DigitalSourceType"));
  // As FFmpeg's decoder sees it: side data of the first frame.
  const std::string frame = OutputOf(
      "ffprobe -v error -select_streams v -show_frames "
      "-read_intervals '%+#1' -of json '" +
      dir_.Path("take.mp4") + "'");
  // x264's own and ours.
  EXPECT_EQ(Count(frame, "User Data Unregistered"), 2u) << frame;
}

// Every IDR has it, so that any part of the take has.
TEST_F(OriginMarksTest, EachKeyframeSaysIt) {
  ASSERT_TRUE(Mux().ok());
  const std::string bytes = ReadBytes(dir_.Path("take.mp4"));
  const std::string message = std::string(kSeiUuid.begin(), kSeiUuid.end()) +
                              "longtake-take:" + inputs_.tag;
  EXPECT_EQ(Count(bytes, message), 3u);  // one a chunk of less than 2 s
}

TEST_F(OriginMarksTest, PicturesAreUntouched) {
  ASSERT_TRUE(Mux("marked.mp4").ok());
  inputs_.digital_source_type.clear();
  ASSERT_TRUE(Mux("plain.mp4").ok());
  const DecodedVideo marked = DecodeVideo(dir_.Path("marked.mp4"));
  const DecodedVideo plain = DecodeVideo(dir_.Path("plain.mp4"));
  ASSERT_EQ(marked.frames.size(), 30u);
  EXPECT_TRUE(marked.frames == plain.frames);
  const auto tag = ReadTakeTag(dir_.Path("marked.mp4"));
  ASSERT_TRUE(tag.ok());
  EXPECT_EQ(*tag, inputs_.tag);
}

// Nor the version of a library or the time.
TEST_F(OriginMarksTest, NothingOfTheRunIsWritten) {
  ASSERT_TRUE(Mux().ok());
  EXPECT_THAT(ReadBytes(dir_.Path("take.mp4")), Not(HasSubstr("Lavf")));
  const std::string shown = OutputOf(
      "ffprobe -v error -show_entries format_tags:stream_tags -of "
      "flat '" +
      dir_.Path("take.mp4") + "'");
  EXPECT_THAT(shown, Not(HasSubstr("creation_time")));
}

TEST_F(OriginMarksTest, SameInputsGiveTheSameBytes) {
  ASSERT_TRUE(Mux("a.mp4").ok());
  ASSERT_TRUE(Mux("b.mp4").ok());
  EXPECT_TRUE(ReadBytes(dir_.Path("a.mp4")) == ReadBytes(dir_.Path("b.mp4")));
}

TEST_F(OriginMarksTest, WithoutATypeThereIsNothingButTheTag) {
  inputs_.digital_source_type.clear();
  ASSERT_TRUE(Mux().ok());
  const auto marks = ReadOriginMarks(dir_.Path("take.mp4"));
  ASSERT_TRUE(marks.ok()) << marks.status();
  EXPECT_EQ(marks->tag, inputs_.tag);
  EXPECT_EQ(marks->digital_source_type, "");
  EXPECT_EQ(marks->software, "");
  EXPECT_EQ(marks->xmp_tag, "");
  EXPECT_EQ(marks->sei_tag, "");
  EXPECT_THAT(ReadBytes(dir_.Path("take.mp4")), Not(HasSubstr("xpacket")));
}

// A copy that drops the tags keeps what is in the stream.
TEST_F(OriginMarksTest, TheStreamsMarkOutlivesAStripOfMetadata) {
  ASSERT_TRUE(Mux().ok());
  OutputOf("ffmpeg -v error -y -i '" + dir_.Path("take.mp4") +
           "' -map_metadata -1 -c copy '" + dir_.Path("bare.mp4") + "' 2>&1");
  const auto marks = ReadOriginMarks(dir_.Path("bare.mp4"));
  ASSERT_TRUE(marks.ok()) << marks.status();
  EXPECT_EQ(marks->tag, "");
  EXPECT_EQ(marks->digital_source_type, "");
  EXPECT_EQ(marks->sei_tag, inputs_.tag);
}

TEST_F(OriginMarksTest, XmpAloneNamesTheSoftware) {
  ASSERT_TRUE(Mux().ok());
  std::string bytes = ReadBytes(dir_.Path("take.mp4"));
  const size_t at = bytes.find("Made with Longtake.");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 9, "Seen with");
  WriteBytes(dir_.Path("retold.mp4"), bytes);
  EXPECT_EQ(ReadOriginMarks(dir_.Path("retold.mp4"))->software, "Longtake");
}

TEST_F(OriginMarksTest, AKeyframeThatLostItsMessageHidesNoOther) {
  ASSERT_TRUE(Mux().ok());
  std::string bytes = ReadBytes(dir_.Path("take.mp4"));
  const size_t at = bytes.find(std::string(kSeiUuid.begin(), kSeiUuid.end()));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  WriteBytes(dir_.Path("patched.mp4"), bytes);
  EXPECT_EQ(ReadOriginMarks(dir_.Path("patched.mp4"))->sei_tag, inputs_.tag);
}

TEST_F(OriginMarksTest, WhatIsNoDigestIsNoTag) {
  for (const std::string& tag : {std::string(64, 'g'), std::string(63, 'a')}) {
    inputs_.tag = tag;
    ASSERT_TRUE(Mux().ok());
    const auto marks = ReadOriginMarks(dir_.Path("take.mp4"));
    ASSERT_TRUE(marks.ok()) << marks.status();
    EXPECT_EQ(marks->tag, "");
    EXPECT_EQ(marks->xmp_tag, "");
    EXPECT_EQ(marks->sei_tag, "");
  }
}

TEST_F(OriginMarksTest, DamagedBoxesAreNoMarks) {
  ASSERT_TRUE(Mux().ok());
  const std::string whole = ReadBytes(dir_.Path("take.mp4"));
  const size_t box = whole.rfind("uuid") - 4;
  for (const std::string& size :
       {std::string("\0\0\0\4", 4), std::string("\xFF\xFF\xFF\xFF", 4),
        std::string("\0\0\0\1", 4)}) {
    std::string damaged = whole;
    damaged.replace(box, 4, size);
    WriteBytes(dir_.Path("damaged.mp4"), damaged);
    const auto marks = ReadOriginMarks(dir_.Path("damaged.mp4"));
    ASSERT_TRUE(marks.ok()) << marks.status();
    EXPECT_EQ(marks->digital_source_type, "");
    EXPECT_EQ(marks->tag, inputs_.tag);
  }
  WriteBytes(dir_.Path("cut.mp4"), whole.substr(0, whole.size() - 100));
  EXPECT_EQ(ReadOriginMarks(dir_.Path("cut.mp4"))->digital_source_type, "");
}

// Anybody may write an XMP packet; what it says is printed.
TEST_F(OriginMarksTest, ATypeThatIsNoTextIsNone) {
  ASSERT_TRUE(Mux().ok());
  const std::string whole = ReadBytes(dir_.Path("take.mp4"));
  const size_t type =
      whole.find("trainedAlgorithmicMedia", whole.rfind("uuid"));
  ASSERT_NE(type, std::string::npos);
  for (const char* letter : {"\x1B", "\n", "\xFF"}) {
    std::string odd = whole;
    odd.replace(type, 1, letter);
    WriteBytes(dir_.Path("odd.mp4"), odd);
    const auto marks = ReadOriginMarks(dir_.Path("odd.mp4"));
    ASSERT_TRUE(marks.ok()) << marks.status();
    EXPECT_EQ(marks->digital_source_type, "");
    EXPECT_EQ(marks->xmp_tag, inputs_.tag) << "the packet is there";
  }
}

TEST(OriginSeiTest, ZerosGetEmulationPrevention) {
  const std::string sei = OriginSei(std::string("\0\0\1", 3));
  EXPECT_THAT(sei, HasSubstr(std::string("\0\0\3\1", 4)));
  EXPECT_EQ(sei.find(std::string("\0\0\1", 3)), std::string::npos);
  EXPECT_EQ(static_cast<uint8_t>(sei[0]), 6);
  EXPECT_EQ(static_cast<uint8_t>(sei.back()), 0x80);
}

// ISO/IEC 14496-10, 7.3.2.3.1: a length is bytes of 255 and one below.
TEST(OriginSeiTest, LengthsOf255AndMoreTakeTwoBytes) {
  const size_t fixed = kSeiUuid.size() + kTagPrefix.size();
  for (const size_t length : {size_t{254}, size_t{255}, size_t{300}}) {
    const std::string sei = OriginSei(std::string(length - fixed, 'a'));
    ASSERT_EQ(static_cast<uint8_t>(sei[1]), 5);
    size_t at = 2, told = 0;
    for (; static_cast<uint8_t>(sei[at]) == 255; ++at) told += 255;
    told += static_cast<uint8_t>(sei[at++]);
    EXPECT_EQ(told, length);
    EXPECT_EQ(sei.size(), at + length + 1);
  }
}

// ISO/IEC 14496-12, 4.2: the size counts all of the box.
TEST(XmpBoxTest, SaysItsWholeLength) {
  const std::string box = XmpBox(std::string(1000, 'x'));
  EXPECT_EQ(box.size(), 8u + 16 + 1000);
  EXPECT_EQ(box.substr(0, 8), std::string("\0\0\4\0uuid", 8));
}

TEST(XmpPropertyTest, ReadsElementsAndAttributes) {
  EXPECT_EQ(XmpProperty("<a:b>value</a:b>", "a:b"), "value");
  EXPECT_EQ(XmpProperty("<rdf:Description a:b=\"value\"/>", "a:b"), "value");
  EXPECT_EQ(XmpProperty("<a:c>value</a:c>", "a:b"), "");
  EXPECT_EQ(XmpProperty("<a:b>", "a:b"), "");
}

}  // namespace
}  // namespace longtake::worker
