// A user's recordings become training speech: with the built-in network on a
// voice that training never heard, and on what espeak-ng says on the spot.

#include "tools/motion_model/own/own_speech.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/motion_model/speech_data/speech_files.h"
#include "worker/engine/phonetics/phone_segments.h"
#include "worker/engine/speech/speech_motion_model.h"
#include "worker/engine/speech/weights_file.h"

namespace longtake::own {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kSpoken[] =
    "El barco pequeno sale por la manana. Mi primo compra pan y miel.";
constexpr char kOther[] =
    "Siete veces hay que leer esta larga carta. Nadie quiere llegar tarde.";

class OwnSpeechTest : public testing::Test {
 protected:
  OwnSpeechTest()
      : root_(fs::path(testing::TempDir()) /
              ("own_speech_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(root_ / "in/anna");
    auto model =
        worker::SpeechMotionModel::Create(worker::BuiltInWeights(), "built-in");
    EXPECT_TRUE(model.ok()) << model.status();
    model_ = *std::move(model);
  }
  ~OwnSpeechTest() override { fs::remove_all(root_); }

  void Say(const std::string& name, const std::string& text) {
    const std::string say = "espeak-ng -v es -s 140 -w " +
                            (root_ / "in" / name).string() + ".wav '" + text +
                            "'";
    EXPECT_EQ(std::system(say.c_str()), 0) << say;
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / "in" / name) << text;
  }
  void Copy(const std::string& from, const std::string& name) {
    fs::copy_file(fs::path(LONGTAKE_GOLDEN_DIR) / "speech" / from,
                  root_ / "in" / name);
  }
  StatusOr<OwnSpeech> Make(const std::string& language) {
    return MakeOwnSpeech(model_->net(), {.recordings = (root_ / "in").string(),
                                         .language = language,
                                         .directory = (root_ / "out").string(),
                                         .face_networks = {}});
  }
  void ExpectRefused(const std::string& language, const std::string& what) {
    const auto own = Make(language);
    ASSERT_FALSE(own.ok()) << what;
    EXPECT_THAT(Message(own.status()), HasSubstr(what));
    EXPECT_FALSE(fs::exists(root_ / "out/manifest.tsv"));
  }

  const fs::path root_;
  std::unique_ptr<worker::SpeechMotionModel> model_;
};

TEST_F(OwnSpeechTest, TextsAndPhonesBecomeASetThatTrainingReads) {
  Say("anna/talk", kSpoken);
  Write("anna/talk.txt", kSpoken);
  Copy("lp_diphone_00003.flac", "given.flac");
  Copy("lp_diphone_00003.phones", "given.phones");
  const auto own = Make("es");
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_TRUE(own->left_out.empty());
  EXPECT_GT(own->kept_s, .8 * own->given_s);
  std::ifstream file(root_ / "out/manifest.tsv");
  std::ostringstream manifest;
  manifest << file.rdbuf();
  const auto lines = speech_data::ParseManifest(manifest.str());
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), own->lines.size());
  for (size_t i = 0; i < lines->size(); ++i) {
    const speech_data::ManifestLine& line = (*lines)[i];
    EXPECT_EQ(line.path, own->lines[i].path);
    EXPECT_EQ(line.engine, "own");
    // Contiguous, of known phones, as long as the sound.
    const auto seconds =
        speech_data::SpeechSeconds((root_ / "out" / line.path).string());
    ASSERT_TRUE(seconds.ok()) << seconds.status();
    EXPECT_NEAR(*seconds, line.seconds, 1e-3);
  }
  EXPECT_EQ(lines->front().voice, "anna");
  EXPECT_EQ(lines->back().voice, "in");
  const auto phones = worker::ReadPhones(
      (root_ / "out" / lines->front().path).string() + ".phones");
  ASSERT_TRUE(phones.ok()) << phones.status();
  int closures = 0;
  for (const auto& p : *phones) closures += worker::ClosesLips(p.phone);
  EXPECT_GE(closures, 7);  // barco pequeno por manana mi primo compra pan miel
}

TEST_F(OwnSpeechTest, WordsThatAreNotSaidAreLeftOutAndNamed) {
  Say("anna/talk", kSpoken);
  Write("anna/talk.txt", kSpoken);
  Say("wrong", kSpoken);
  Write("wrong.txt", kOther);
  const auto own = Make("es");
  ASSERT_TRUE(own.ok()) << own.status();
  for (const auto& line : own->lines) EXPECT_EQ(line.voice, "anna");
  ASSERT_EQ(own->left_out.size(), 1u);
  EXPECT_THAT(own->left_out[0],
              HasSubstr("wrong.wav: less than 1 s of it says what"));
}

TEST_F(OwnSpeechTest, BadInputIsNamedAndLeavesNoSet) {
  Say("talk", kSpoken);
  Write("talk.txt", kSpoken);
  ExpectRefused("", "talk.txt: its language is not told: give --language");
  ExpectRefused("klingon", "--language");
  Write("talk.txt", "");
  ExpectRefused("es", "talk.txt");
  Write("talk.txt", kOther);
  ExpectRefused("es", "is the language right?");
  Write("talk.phones", "0 0.5 a\n0.4 1 b\n");
  ExpectRefused("", "talk.phones line 2");
  Write("talk.phones", "0 0.5 a\n0.5 100 b\n");
  ExpectRefused("", "talk.phones: ends at 100.00 s, but");
  Write("talk.wav", "no sound");
  ExpectRefused("es", "talk.wav");
}

TEST_F(OwnSpeechTest, ASetThatIsThereIsNotTouched) {
  Copy("lp_diphone_00003.flac", "given.flac");
  Copy("lp_diphone_00003.phones", "given.phones");
  ASSERT_TRUE(Make("").ok());
  const auto again = Make("");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(again.status()), HasSubstr("is there already"));
}

}  // namespace
}  // namespace longtake::own
