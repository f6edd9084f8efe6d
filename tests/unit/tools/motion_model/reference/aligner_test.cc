// The whole way from texts to phone times, on speech that espeak-ng says with
// another voice and pace than those the aligner starts from.

#include "tools/motion_model/reference/aligner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tools/motion_model/reference/agreement.h"
#include "tools/motion_model/reference/cepstra.h"
#include "tools/motion_model/reference/first_guess.h"
#include "tools/motion_model/reference/phones.h"
#include "tools/motion_model/reference/resample.h"

namespace longtake::reference {
namespace {

const std::vector<std::string>& Texts() {
  static const std::vector<std::string> kTexts = {
      "Please leave your message after the tone.",
      "The people on the boat began to sing.",
      "Papa bought a big box of purple plums.",
      "My mother made some more marmalade.",
      "Both of them came back on a Monday morning.",
      "She sells fish and chips by the sea.",
      "Take the map, the compass, and a good book.",
      "Five very old foxes found a warm cave.",
      "Nobody knows how the story will end.",
      "Put the paper cup beside the wooden table.",
      "We were waiting for the bus in the rain.",
      "Bob, please bring me a bottle of milk.",
      "He thought about it for three whole days.",
      "The judge changed the date of the meeting.",
      "A small boy played with a yellow balloon.",
      "Open the window and let the summer in."};
  return kTexts;
}

// The truth about what espeak-ng says, as the aligner would write it.
std::vector<worker::PhoneSegment> Truth(const Utterance& said) {
  const std::vector<Slot> slots =
      SlotsOf(said, Analyze(said.samples).loudness_db);
  std::vector<worker::PhoneSegment> out;
  for (size_t i = 0; i < slots.size(); ++i) {
    const double end =
        i + 1 < slots.size()
            ? slots[i + 1].guide_s
            : static_cast<double>(said.samples.size()) / kSampleRateHz;
    const auto phones = worker::PhonesOfIpa(slots[i].ipa);
    const double each = (end - slots[i].guide_s) /
                        static_cast<double>(std::max<size_t>(1, phones.size()));
    if (each <= 0) continue;
    for (size_t k = 0; k < phones.size(); ++k) {
      const double begin = slots[i].guide_s + each * static_cast<double>(k);
      out.push_back({begin, begin + each, phones[k]});
    }
  }
  return out;
}

std::vector<worker::PhoneSegment> Found(const Alignment& alignment) {
  std::vector<worker::PhoneSegment> out;
  for (const TimedPhone& p : alignment.phones) {
    const auto phones = worker::PhonesOfIpa(p.ipa);
    const double each = (p.end_frame - p.begin_frame) * kHopSeconds /
                        static_cast<double>(phones.size());
    for (size_t k = 0; k < phones.size(); ++k) {
      const double begin =
          p.begin_frame * kHopSeconds + each * static_cast<double>(k);
      out.push_back({begin, begin + each, phones[k]});
    }
  }
  return out;
}

class AlignerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    EspeakVoice guide_voice;
    guide_voice.name = "en-us";
    EspeakVoice speaker = guide_voice;
    speaker.name = "en-us+f3";
    speaker.words_per_minute = 185;
    const auto guides = Say(guide_voice, Texts());
    const auto spoken = Say(speaker, Texts());
    ASSERT_TRUE(guides.ok()) << guides.status();
    ASSERT_TRUE(spoken.ok()) << spoken.status();
    spoken_ = *spoken;
    for (size_t i = 0; i < Texts().size(); ++i) {
      recordings_.push_back(
          {std::to_string(i), spoken_[i].samples, (*guides)[i]});
    }
  }

  static std::vector<Utterance> spoken_;
  static std::vector<Recording> recordings_;
};
std::vector<Utterance> AlignerTest::spoken_;
std::vector<Recording> AlignerTest::recordings_;

TEST_F(AlignerTest, FindsThePhonesWhereTheyAreSpoken) {
  const auto found = Align(recordings_, AlignerOptions());
  Agreement agreement;
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_TRUE(found[i].has_value()) << Texts()[i];
    agreement.Add(Truth(spoken_[i]), Found(*found[i]));
  }
  const AgreementReport report = agreement.Report();
  EXPECT_GT(report.visemes, 0.75);
  EXPECT_GT(report.closure_recall, 0.9);
  EXPECT_GT(report.all.count, 200);
  EXPECT_LT(report.all.median_absolute_ms, 15);
}

TEST_F(AlignerTest, TheSameRecordingsGiveTheSameTimes) {
  AlignerOptions options;
  options.rounds = {1, 1, 2};
  const auto first = Align(recordings_, options);
  const auto second = Align(recordings_, options);
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    ASSERT_TRUE(first[i] && second[i]);
    EXPECT_EQ(first[i]->score, second[i]->score);
    ASSERT_EQ(first[i]->phones.size(), second[i]->phones.size());
    for (size_t p = 0; p < first[i]->phones.size(); ++p) {
      EXPECT_EQ(first[i]->phones[p].end_frame, second[i]->phones[p].end_frame);
    }
  }
}

TEST_F(AlignerTest, TheWrongTextScoresWorst) {
  std::vector<Recording> recordings = recordings_;
  recordings[3].guide = recordings[14].guide;
  const auto found = Align(recordings, AlignerOptions());
  ASSERT_TRUE(found[3].has_value());
  for (size_t i = 0; i < found.size(); ++i) {
    if (i == 3) continue;
    EXPECT_GT(found[i]->score, found[3]->score) << Texts()[i];
  }
}

TEST_F(AlignerTest, ARecordingTooShortForItsTextIsLeftOut) {
  std::vector<Recording> recordings = recordings_;
  recordings[2].samples.resize(kSampleRateHz / 10);
  AlignerOptions options;
  options.rounds = {1, 1};
  const auto found = Align(recordings, options);
  EXPECT_FALSE(found[2].has_value());
  EXPECT_TRUE(found[1].has_value());
}

TEST(EspeakSpeechTest, SaysWordsAndPauses) {
  EspeakVoice voice;
  voice.name = "en-us";
  const auto said = Say(voice, {"Map. Bob."});
  ASSERT_TRUE(said.ok()) << said.status();
  std::string phones;
  for (const SpokenPhone& p : (*said)[0].phones) phones += p.ipa + " ";
  EXPECT_EQ(phones, "m æ p _ b ɑː b ");
  EXPECT_TRUE((*said)[0].phones[0].starts_word);
  EXPECT_FALSE((*said)[0].phones[1].starts_word);
  const double seconds =
      static_cast<double>((*said)[0].samples.size()) / kSampleRateHz;
  EXPECT_GT(seconds, (*said)[0].phones.back().start_s);
}

TEST(EspeakSpeechTest, AnUnknownVoiceIsBadInput) {
  EspeakVoice voice;
  voice.name = "nowhere";
  EXPECT_EQ(Say(voice, {"Hello."}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(ResampleTest, KeepsATonesShapeAndTime) {
  std::vector<float> tone(22050);
  for (size_t i = 0; i < tone.size(); ++i) {
    tone[i] = std::sin(2 * 3.14159265 * 1000 * static_cast<double>(i) / 22050);
  }
  const auto out = Resample(tone, 22050, 16000);
  ASSERT_EQ(out.size(), 16000u);
  for (size_t i = 1000; i < 15000; ++i) {
    ASSERT_NEAR(
        out[i],
        std::sin(2 * 3.14159265 * 1000 * static_cast<double>(i) / 16000), 2e-3)
        << i;
  }
}

TEST(ResampleTest, RemovesWhatTheLowerRateCannotHold) {
  std::vector<float> tone(22050);
  for (size_t i = 0; i < tone.size(); ++i) {
    tone[i] = std::sin(2 * 3.14159265 * 9500 * static_cast<double>(i) / 22050);
  }
  const auto out = Resample(tone, 22050, 16000);
  for (size_t i = 1000; i < 15000; ++i) ASSERT_LT(std::abs(out[i]), 0.02f);
}

}  // namespace
}  // namespace longtake::reference
