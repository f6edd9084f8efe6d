#include "tools/motion_model/reference/transcript.h"

#include <gmock/gmock.h>

namespace longtake::reference {
namespace {

using ::testing::ElementsAre;

MATCHER_P2(IsPrompt, name, text, "") {
  return arg.name == name && arg.text == text;
}

TEST(TranscriptTest, ReadsNamesAndTexts) {
  EXPECT_THAT(ParseTranscripts("\xEF\xBB\xBF; Core sounds\n"
                               "\n"
                               "activated: Activated.\r\n"
                               "digits/1:  one \n"
                               "vm-options: Press: one, two.\n"
                               "last: no newline"),
              ElementsAre(IsPrompt("activated", "Activated."),
                          IsPrompt("digits/1", "one"),
                          IsPrompt("vm-options", "Press: one, two."),
                          IsPrompt("last", "no newline")));
}

TEST(TranscriptTest, LeavesOutSoundsAndTheirDescriptions) {
  EXPECT_THAT(ParseTranscripts("ascending-2tone: rising\n"
                               "beeperr: un suono beep di errore\n"
                               "silence/3: three\n"
                               "tt-monkeys: [sound of monkeys screaming]\n"
                               "confbridge-join: <beep ascending>\n"
                               "nothing:  ...\n"
                               "at-tone-time-exactly: At the tone\n"),
              ElementsAre(IsPrompt("at-tone-time-exactly", "At the tone")));
}

TEST(TranscriptTest, LeavesOutTextsOfWhichAPartMayNotBeSpoken) {
  EXPECT_THAT(ParseTranscripts("spy-iax2: IAX (note: does not say \"2\")\n"
                               "invalid: Spiacente, [quello] non vale.\n"
                               "open: never (closed\n"
                               "shut: never opened)\n"),
              ElementsAre());
}

TEST(TranscriptTest, DropsASymbolInBrackets) {
  EXPECT_THAT(ParseTranscripts("letters/dash: dash [-]\n"
                               "letters/space: space [ ]\n"),
              ElementsAre(IsPrompt("letters/dash", "dash"),
                          IsPrompt("letters/space", "space")));
}

TEST(TranscriptTest, LeavesOutTextsThatLostALetter) {
  EXPECT_THAT(ParseTranscripts("a: il tempo sar? esattamente\n"
                               "b: un pi?lungo\n"
                               "c: Che cosa? Niente.\n"
                               "d: Chi parla?\n"),
              ElementsAre(IsPrompt("c", "Che cosa? Niente."),
                          IsPrompt("d", "Chi parla?")));
}

TEST(TranscriptTest, TheFirstOfTwoLinesWithOneNameCounts) {
  EXPECT_THAT(ParseTranscripts("a: one\na: two\n"),
              ElementsAre(IsPrompt("a", "one")));
}

TEST(TranscriptTest, StemsHaveNoDirectory) {
  EXPECT_EQ(FileStem("digits/1"), "digits_1");
}

}  // namespace
}  // namespace longtake::reference
