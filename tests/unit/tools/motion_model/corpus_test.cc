#include "tools/motion_model/train/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "tests/unit/worker/media/media_fixtures.h"
#include "tools/motion_model/curve_file.h"
#include "tools/motion_model/train/labels.h"

namespace longtake::training {
namespace {

using ::testing::HasSubstr;

// A set of one utterance of a second.
class CorpusTest : public testing::Test {
 protected:
  CorpusTest() {
    std::filesystem::create_directories(set_.Path("own/anna"));
    Write("manifest.tsv",
          "path\tengine\tvoice\tlanguage\tseconds\n"
          "own/anna/00000\town\tanna\tund\t1.0000\n");
    worker::WriteSound(
        {.muxer = "wav",
         .rate = 16000,
         .samples = 16000,
         .wave = [](int64_t i) { return .3 * std::sin(.2 * double(i)); }},
        set_.Path("own/anna/00000.wav"));
  }
  void Write(const std::string& name, const std::string& text) {
    worker::WriteBytes(set_.Path(name), text);
  }
  void WriteCurves() {
    std::vector<worker::MouthCurves> rows(51, motion_tools::UnknownCurves());
    for (auto& row : rows) row[worker::kCurveJaw] = .625f;
    Write("own/anna/00000.curves", motion_tools::FormatCurves(rows));
  }
  void WritePhones() { Write("own/anna/00000.phones", "0 0.5 a\n0.5 1 _\n"); }
  StatusOr<std::vector<Utterance>> Load() const {
    CorpusOptions options;
    options.directory = set_.Path("");
    options.shifted_share = 0;
    options.threads = 1;
    return LoadCorpus(options);
  }

  worker::TempDir set_;
};

TEST_F(CorpusTest, AFilmWithoutPhonesIsRead) {
  WriteCurves();
  const auto corpus = Load();
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  const Utterance& u = corpus->at(0);
  EXPECT_TRUE((u.phones == kUnknownPhone).all().item<bool>());
  // 0.4 s before, 1 s, 0.4 s after.
  ASSERT_EQ(u.source.size(0), 90);
  const torch::Tensor jaw = u.source.select(1, worker::kCurveJaw);
  EXPECT_EQ((jaw == kMeasured).sum().item<int64_t>(), 50);
  EXPECT_EQ((u.source != kUnknown).sum().item<int64_t>(), 50);
  EXPECT_EQ(u.curves[45][worker::kCurveJaw].item<float>(), .625f);
}

TEST_F(CorpusTest, PhonesTeachWhatTheFilmDoesNotShow) {
  WriteCurves();
  WritePhones();
  const auto corpus = Load();
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  const Utterance& u = corpus->at(0);
  EXPECT_FALSE((u.phones == kUnknownPhone).any().item<bool>());
  EXPECT_EQ(u.source[45][worker::kCurveJaw].item<int>(), kMeasured);
  EXPECT_EQ(u.source[45][worker::kCurveLowerDown].item<int>(), kTaught);
}

TEST_F(CorpusTest, WithPhonesAloneEverythingIsTaught) {
  WritePhones();
  const auto corpus = Load();
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_TRUE((corpus->at(0).source == kTaught).all().item<bool>());
}

TEST_F(CorpusTest, WhatCantBeReadIsNamed) {
  EXPECT_THAT(Message(Load().status()), HasSubstr("00000.phones"));
  Write("own/anna/00000.curves", "jaw\n");
  EXPECT_THAT(Message(Load().status()), HasSubstr("00000.curves line 1: is"));
}

}  // namespace
}  // namespace longtake::training
