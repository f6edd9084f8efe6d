#include "worker/engine/phonetics/transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;
using Phrase = TranscriptPhrase;

constexpr int64_t kTenSeconds = 10000000;

StatusOr<std::vector<Phrase>> Parse(const std::string& text,
                                    const std::string& name = "words") {
  return ParseTranscript({text, name}, kTenSeconds);
}

TEST(TranscriptTest, ParagraphsOfPlainText) {
  const auto phrases =
      Parse("\xEF\xBB\xBFGood  morning,\n\tall of you.\r\n\n\n---\n\nÇa va?");
  ASSERT_TRUE(phrases.ok()) << phrases.status();
  EXPECT_THAT(*phrases, ElementsAre(Phrase{"Good morning, all of you.", 1},
                                    Phrase{"Ça va?", 7}));
}

TEST(TranscriptTest, SubRip) {
  const auto phrases = Parse(
      "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>\n- you &amp; me\n\n"
      "\n2\n00:00:02,500 --> 00:00:03,000\n♪\n\n"
      "3\n00:00:02.500 --> 00:00:11,000 X1:0\n{\\an8}Bye\n",
      "talk.SRT");
  ASSERT_TRUE(phrases.ok()) << phrases.status();
  ASSERT_EQ(phrases->size(), 3u);
  EXPECT_EQ((*phrases)[0], (Phrase{"Hello - you & me", 2, 1000000, 2500000}));
  EXPECT_EQ((*phrases)[2], (Phrase{"Bye", 12, 2500000, 11000000}));
}

TEST(TranscriptTest, CuesWithoutWordsAreLeftOut) {
  const auto phrases = Parse(
      "1\n00:00:01,000 --> 00:00:02,000\n...\n\n"
      "2\n00:00:02,000 --> 00:00:03,000\n\n"
      "3\n00:00:03,000 --> 00:00:04,000\nyes\n");
  ASSERT_TRUE(phrases.ok()) << phrases.status();
  EXPECT_THAT(*phrases, ElementsAre(Phrase{"yes", 9, 3000000, 4000000}));
}

TEST(TranscriptTest, WebVtt) {
  const auto phrases = Parse(
      "WEBVTT - a talk\nKind: captions\n\nNOTE\nnothing --> here\n\n"
      "STYLE\n::cue {}\n\nintro\n00:01.000 --> 00:02.000 align:start\n"
      "<v Anna>Hi <00:01.500><c.loud>all</c>\n\n"
      "00:00:03.000 --> 00:00:04.000\nBye\n",
      "talk.vtt");
  ASSERT_TRUE(phrases.ok()) << phrases.status();
  EXPECT_THAT(*phrases, ElementsAre(Phrase{"Hi all", 11, 1000000, 2000000},
                                    Phrase{"Bye", 14, 3000000, 4000000}));
}

TEST(TranscriptTest, TheFormatIsSeenInTheContent) {
  EXPECT_EQ(DetectTranscriptFormat("WEBVTT\n"), TranscriptFormat::kVtt);
  EXPECT_EQ(DetectTranscriptFormat("\n\n00:00:01,000 --> 00:00:02,000\nx"),
            TranscriptFormat::kSrt);
  EXPECT_EQ(DetectTranscriptFormat("7\n00:00:01,000 --> 00:00:02,000\nx"),
            TranscriptFormat::kSrt);
  EXPECT_EQ(DetectTranscriptFormat("one\ntwo\na --> b\n"),
            TranscriptFormat::kText);
  EXPECT_EQ(DetectTranscriptFormat(""), TranscriptFormat::kText);
}

TEST(TranscriptTest, BadInputIsOneLineWithFileLineAndRemedy) {
  struct Case {
    std::string name, text, says;
  };
  const std::vector<Case> cases = {
      {"t.txt", "", "transcript t.txt: is empty"},
      {"t.txt", "...\n\n--\n", "transcript t.txt: nothing is said in it"},
      {"t.txt", "a\nb\xff\n", "transcript t.txt: line 2: is not UTF-8"},
      {"t.srt", "Hello.\n", "transcript t.srt: line 1: is no SubRip cue"},
      {"t.vtt", "Hello.\n", "transcript t.vtt: line 1: is not 'WEBVTT'"},
      {"t.vtt", "WEBVTT\n\n", "transcript t.vtt: nothing is said in it"},
      {"t.srt", "1\n00:00:02,000 --> 00:00:01,000\nx\n",
       "transcript t.srt: line 2: the cue ends at 00:00:01.000, before it "},
      {"t.srt",
       "1\n00:00:02,000 --> 00:00:03,000\nx\n\n2\n00:00:01,000 --> "
       "00:00:04,000\ny\n",
       "transcript t.srt: line 6: the cue begins at 00:00:01.000, before the "},
      {"t.srt", "1\n00:00:10,001 --> 00:00:12,000\nx\n",
       "transcript t.srt: line 2: the cue begins at 00:00:10.001, past the "},
      {"t.srt", "1\n00:00:01,000 --> soon\nx\n",
       "transcript t.srt: line 2: '00:00:01,000 --> soon' is no line of times"},
      {"t.srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\nhello\n",
       "transcript t.srt: line 6: 'hello' is no line of times: give "},
      {"t.srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n",
       "transcript t.srt: line 5: '' is no line of times"},
      {"t.srt",
       "1\n00:00:01,000 --> 00:00:02,000\nx\n00:00:02,000 --> 00:00:03,000\n",
       "transcript t.srt: line 4: times in the middle of a cue"},
  };
  for (const Case& c : cases) {
    const Status status = Parse(c.text, c.name).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << c.says;
    EXPECT_THAT(Message(status), StartsWith(c.says));
    EXPECT_EQ(Message(status).find('\n'), std::string::npos) << c.says;
  }
}

}  // namespace
}  // namespace longtake::worker
