// The maker of a set, with an engine of the test's own in place of espeak-ng's:
// it needs nothing installed.

#include "tools/motion_model/speech_data/speech_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/testing/temp_dir.h"
#include "tools/motion_model/speech_data/report.h"
#include "tools/motion_model/speech_data/speech_files.h"

namespace longtake::speech_data {
namespace {

using ::testing::HasSubstr;

constexpr int kRate_hz = 1000;
constexpr int kUtterance_s = 10;
constexpr int kFailing = 2;   // this utterance of each voice cannot be spoken
constexpr int kCrashing = 4;  // this one takes its process along

// Says "ma" for ten seconds, and writes one byte to `log` for each time.
class FakeSynthesizer final : public Synthesizer {
 public:
  explicit FakeSynthesizer(std::string log) : log_(std::move(log)) {}
  int batch_size() const override { return 6; }
  Status Speak(const Voice&, const std::vector<Utterance>& utterances,
               const std::string& scratch, const SpeechSink& sink) override {
    EXPECT_TRUE(std::filesystem::is_directory(scratch));
    for (const Utterance& utterance : utterances) {
      std::ofstream(log_, std::ios::app) << '.';
      if (utterance.index == kFailing) continue;
      if (utterance.index == kCrashing) std::abort();
      Speech speech;
      speech.sound.rate_hz = kRate_hz;
      speech.sound.samples.assign(kUtterance_s * kRate_hz, 100);
      speech.phones = {{0, 5, "m"}, {5, kUtterance_s, "a"}};
      LT_RETURN_IF_ERROR(sink(utterance, speech));
    }
    return OkStatus();
  }

 private:
  const std::string log_;
};

// Cannot say anything.
class MuteSynthesizer final : public Synthesizer {
 public:
  int batch_size() const override { return 20; }
  Status Speak(const Voice&, const std::vector<Utterance>&, const std::string&,
               const SpeechSink&) override {
    return Internal("mute");
  }
};

class SpeechSetTest : public ::testing::Test {
 protected:
  SpeechSetTest() {
    options_.directory = dir_.Join("set");
    options_.engines = {Engine::kFlite};
    // Some six utterances for each of flite's voices.
    options_.hours = VoicesOf(Engine::kFlite).size() * 60 / 3600.0 /
                     EngineShare(Engine::kFlite);
    vocabularies_["en"] = {{"mama", "papa"}, {}, {}};
    synthesizers_[Engine::kFlite] =
        std::make_unique<FakeSynthesizer>(dir_.Join("log"));
  }

  StatusOr<std::vector<ManifestLine>> Make() {
    return MakeSpeechSet(options_, vocabularies_, synthesizers_);
  }
  std::string ManifestPath() const {
    return options_.directory + "/manifest.tsv";
  }
  size_t Spoken() const {
    std::error_code none;
    const auto size = std::filesystem::file_size(dir_.Join("log"), none);
    return none ? 0 : size;
  }

  const TempDir dir_;
  SpeechSetOptions options_;
  Vocabularies vocabularies_;
  Synthesizers synthesizers_;
};

TEST_F(SpeechSetTest, EveryVoiceSaysItsShare) {
  const auto lines = Make();
  ASSERT_TRUE(lines.ok()) << Message(lines.status());
  for (const Voice& voice : VoicesOf(Engine::kFlite)) {
    double said_s = 0;
    for (const ManifestLine& line : *lines) {
      if (line.voice == voice.name) said_s += line.seconds;
    }
    const double wanted_s =
        options_.hours * 3600 * EngineShare(Engine::kFlite) * voice.share;
    EXPECT_GE(said_s, wanted_s) << voice.name;
    EXPECT_LT(said_s, wanted_s + kUtterance_s) << voice.name;
  }
}

TEST_F(SpeechSetTest, TheManifestListsWhatIsThere) {
  const auto lines = Make();
  ASSERT_TRUE(lines.ok());
  const auto manifest = ReadFile(ManifestPath());
  ASSERT_TRUE(manifest.ok());
  const auto read = ParseManifest(*manifest);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, *lines);
  EXPECT_EQ((*lines)[0].path, "flite/slt/00000");
  for (const ManifestLine& line : *lines) {
    const auto seconds = SpeechSeconds(options_.directory + "/" + line.path);
    ASSERT_TRUE(seconds.ok()) << line.path;
    EXPECT_EQ(*seconds, line.seconds);
  }
}

TEST_F(SpeechSetTest, WhatFailsOrCrashesIsLeftOut) {
  const auto lines = Make();
  ASSERT_TRUE(lines.ok());
  std::vector<std::string> slt;
  for (const ManifestLine& line : *lines) {
    if (line.voice == "slt") slt.push_back(line.path.substr(10));
  }
  EXPECT_THAT(slt, ::testing::ElementsAre("00000", "00001", "00003", "00005",
                                          "00006", "00007", "00008"));
}

TEST_F(SpeechSetTest, ASecondRunSpeaksOnlyWhatIsMissing) {
  const auto first = Make();
  ASSERT_TRUE(first.ok());
  const size_t spoken = Spoken();
  std::filesystem::remove(options_.directory + "/flite/rms/00001.phones");
  const auto second = Make();
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*second, *first);
  // The missing one of rms, and the ones of each voice that never come out.
  EXPECT_LE(Spoken() - spoken, 3 * VoicesOf(Engine::kFlite).size() + 1);
}

TEST_F(SpeechSetTest, TheNumberOfProcessesChangesNothing) {
  options_.jobs = 1;
  const auto one = Make();
  ASSERT_TRUE(one.ok());
  std::filesystem::remove_all(options_.directory);
  options_.jobs = 5;
  const auto five = Make();
  ASSERT_TRUE(five.ok());
  EXPECT_EQ(*one, *five);
}

TEST_F(SpeechSetTest, NothingTemporaryStays) {
  ASSERT_TRUE(Make().ok());
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(options_.directory)) {
    const std::string name = entry.path().filename().string();
    EXPECT_FALSE(name.starts_with('.') || name.ends_with(".tmp")) << name;
  }
}

TEST_F(SpeechSetTest, ADirectoryOfAnotherSeedIsRefusedAndKept) {
  ASSERT_TRUE(Make().ok());
  options_.seed = 2;
  const auto other = Make();
  EXPECT_EQ(other.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(other.status()), HasSubstr(options_.directory));
  EXPECT_TRUE(std::filesystem::exists(ManifestPath()));
}

TEST_F(SpeechSetTest, AVoiceThatNeverSpeaksIsNamed) {
  synthesizers_[Engine::kFlite] = std::make_unique<MuteSynthesizer>();
  const auto lines = Make();
  EXPECT_EQ(lines.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(lines.status()), HasSubstr("flite voice"));
  EXPECT_FALSE(std::filesystem::exists(ManifestPath()));
}

TEST_F(SpeechSetTest, OptionsOutOfRangeAreRefusedBeforeAnythingIsWritten) {
  const SpeechSetOptions good = options_;
  options_.hours = 0;
  EXPECT_EQ(Make().status().code(), StatusCode::kInvalidArgument);
  options_ = good;
  options_.jobs = 0;
  EXPECT_EQ(Make().status().code(), StatusCode::kInvalidArgument);
  options_ = good;
  options_.engines.clear();
  EXPECT_EQ(Make().status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(options_.directory));
}

TEST_F(SpeechSetTest, TheReportCountsHoursAndMouthShapes) {
  const auto lines = Make();
  ASSERT_TRUE(lines.ok());
  const auto text = DescribeSpeechSet(options_.directory, *lines);
  ASSERT_TRUE(text.ok());
  EXPECT_THAT(*text, HasSubstr("PP 50.0 %"));
  EXPECT_THAT(*text, HasSubstr("AA 50.0 %"));
  EXPECT_THAT(*text, HasSubstr("sil 0.0 %"));
}

TEST(ManifestTest, AnotherFileIsRefused) {
  EXPECT_EQ(ParseManifest("a\tb\n").status().code(), StatusCode::kDataLoss);
  const std::string heading = FormatManifest({});
  EXPECT_TRUE(ParseManifest(heading).ok());
  const auto broken = ParseManifest(heading + "a\tb\tc\td\n");
  EXPECT_THAT(Message(broken.status()), HasSubstr("line 2"));
}

}  // namespace
}  // namespace longtake::speech_data
