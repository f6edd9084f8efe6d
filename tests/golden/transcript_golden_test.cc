// The built-in network finds the words of a text in speech that espeak-ng makes
// on the spot, and does not believe a text that isn't spoken.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/speech/speech_motion_model.h"
#include "worker/engine/speech/transcript_plan.h"
#include "worker/engine/speech/weights_file.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

constexpr char kSpoken[] =
    "El barco pequeno sale por la manana. Mi primo compra pan y miel.";
constexpr char kOther[] =
    "Siete veces hay que leer esta larga carta. Nadie quiere llegar tarde. "
    "Otra vez llueve, y yo sin abrigo. Cierra esa ventana, que hace frio.";

class TranscriptGoldenTest : public testing::Test {
 protected:
  TranscriptGoldenTest() {
    const std::string base =
        testing::TempDir() + "/transcript_golden_" + std::to_string(::getpid());
    const std::string say =
        "espeak-ng -v es -s 140 -w " + base + ".wav '" + kSpoken + "'";
    EXPECT_EQ(std::system(say.c_str()), 0) << say;
    EXPECT_TRUE(AnalyzeAudio(base + ".wav", "es", base).ok());
    auto pcm = PcmFile::Open(base);
    EXPECT_TRUE(pcm.ok()) << pcm.status();
    pcm_ = *std::move(pcm);
    std::filesystem::remove(base + ".wav");
    std::filesystem::remove(base);
    auto model = SpeechMotionModel::Create(BuiltInWeights(), "built-in");
    EXPECT_TRUE(model.ok()) << model.status();
    model_ = *std::move(model);
  }

  PlacedTranscript Place(const std::string& text) {
    const TranscriptPhrase phrase = {text, 1};
    auto placed = PlaceTranscript(model_->net(), *pcm_, {&phrase, 1}, "es");
    EXPECT_TRUE(placed.ok()) << placed.status();
    return *std::move(placed);
  }
  int64_t end_us() const { return pcm_->size_samples() * 1000000 / 16000; }

  std::unique_ptr<PcmFile> pcm_;
  std::unique_ptr<SpeechMotionModel> model_;
};

TEST_F(TranscriptGoldenTest, WhatIsSaidIsFoundInOrderAndBelieved) {
  const PlacedTranscript placed = Place(kSpoken);
  ASSERT_EQ(placed.clauses.size(), 2u);
  for (const TranscriptClause& clause : placed.clauses) {
    EXPECT_TRUE(clause.found);
    EXPECT_GT(clause.trust, 0.5);
  }
  EXPECT_EQ(placed.clauses[0].text, "El barco pequeno sale por la manana.");
  EXPECT_EQ(placed.clauses[1].text, "Mi primo compra pan y miel.");
  EXPECT_LT(placed.clauses[0].end_us, placed.clauses[1].begin_us);
  ASSERT_GT(placed.phones.size(), 40u);
  for (size_t i = 1; i < placed.phones.size(); ++i) {
    EXPECT_GE(placed.phones[i].start_us, placed.phones[i - 1].end_us());
  }
  EXPECT_GT(placed.phones.back().end_us(), end_us() * 7 / 10);
  EXPECT_LE(placed.phones.back().end_us(), end_us());
}

TEST_F(TranscriptGoldenTest, ATextThatIsNotSaidIsNotBelieved) {
  const PlacedTranscript placed = Place(kOther);
  ASSERT_EQ(placed.clauses.size(), 6u);
  for (const TranscriptClause& clause : placed.clauses) {
    EXPECT_NE(VerdictOf(clause), ClauseVerdict::kFollowed) << clause.text;
  }
}

TEST_F(TranscriptGoldenTest, AmongWordsThatDoNotFitWhatFitsIsDoubted) {
  const auto trust_of = [this](const std::string& text) {
    const TranscriptClause first = Place(text).clauses.front();
    EXPECT_EQ(VerdictOf(first), ClauseVerdict::kFollowed);
    return first.trust;
  };
  const std::string fits = "El barco pequeno sale por la manana.";
  EXPECT_LT(trust_of(fits + " " + kOther), 0.9 * trust_of(fits));
}

TEST_F(TranscriptGoldenTest, ALineThatIsNotSaidIsToldWithWhereItWouldBe) {
  const PlacedTranscript placed = Place(
      "El barco pequeno sale por la manana. Siete veces hay que leer esta "
      "larga carta. Mi primo compra pan y miel.");
  ASSERT_EQ(placed.clauses.size(), 3u);
  EXPECT_EQ(VerdictOf(placed.clauses[0]), ClauseVerdict::kFollowed);
  EXPECT_EQ(VerdictOf(placed.clauses[1]), ClauseVerdict::kNotBelieved);
  EXPECT_EQ(VerdictOf(placed.clauses[2]), ClauseVerdict::kFollowed);
  EXPECT_EQ(placed.clauses[1].text,
            "Siete veces hay que leer esta larga carta.");
  EXPECT_GE(placed.clauses[1].begin_us, placed.clauses[0].end_us - 1500000);
  EXPECT_LE(placed.clauses[1].end_us, placed.clauses[2].begin_us + 1500000);
}

TEST_F(TranscriptGoldenTest, ATranscriptWithoutItsLanguageIsRefused) {
  const Guides guides = {{kTranscriptRole, {kSpoken, "talk.txt"}}};
  std::map<std::string, std::string> controls;
  MotionRequest request = {
      *pcm_, end_us() * 30 / 1000000, {30, 1}, 1, controls};
  KeyMotions keys;
  EXPECT_TRUE(AddTranscript(model_->net(), request, &keys).ok());
  EXPECT_TRUE(keys.phones.empty());
  request.guides = &guides;
  const Status refused = AddTranscript(model_->net(), request, &keys).status();
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(refused), HasSubstr("--language"));
  controls["language"] = "es";
  const auto clauses = AddTranscript(model_->net(), request, &keys);
  ASSERT_TRUE(clauses.ok()) << clauses.status();
  EXPECT_EQ(clauses->size(), 2u);
  EXPECT_FALSE(keys.phones.empty());
}

}  // namespace
}  // namespace longtake::worker
