#include "tools/motion_model/train/labels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tools/motion_model/curve_file.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/engine/phonetics/teacher_curves.h"

namespace longtake::training {
namespace {

using worker::kMouthCurves;
using worker::MouthCurves;
using worker::PhoneSegment;

// A second of a jaw that opens by 0.01 a row; nothing else was measured, and
// nothing at all between rows 20 and 24.
std::vector<MouthCurves> Measured() {
  std::vector<MouthCurves> rows(51, motion_tools::UnknownCurves());
  for (size_t k = 0; k < rows.size(); ++k) {
    if (k <= 20 || k >= 24) rows[k][worker::kCurveJaw] = .01f * k;
  }
  return rows;
}

// "a" from 0.4 to 1.4 s between silences.
std::vector<PhoneSegment> Vowel() {
  return {{0, .4, worker::kSilence},
          {.4, 1.4, worker::PhonesOfIpa("a")[0]},
          {1.4, 60, worker::kSilence}};
}

TEST(LabelsTest, OfAFilmWithoutTextTheMeasuredIsKnownAndNothingElse) {
  const Labels labels = LabelSteps({}, Measured(), {.margin = .4}, 90);
  EXPECT_TRUE((labels.phones == kUnknownPhone).all().item<bool>());
  const auto source = labels.source.accessor<uint8_t, 2>();
  const torch::Tensor curves = labels.curves.to(torch::kFloat);
  for (int64_t k = 0; k < 90; ++k) {
    for (int c = 1; c < kMouthCurves; ++c) EXPECT_EQ(source[k][c], kUnknown);
    const double row = (.02 * k + .005 - .4) / .02;
    const bool known = row >= 0 && row < 50 && !(row > 20 && row < 24);
    EXPECT_EQ(source[k][0], known ? kMeasured : kUnknown) << k;
    EXPECT_NEAR(curves[k][0].item<float>(), known ? .01 * row : 0, 1e-3) << k;
  }
}

TEST(LabelsTest, TheTeacherFillsWhatAFilmDoesNotShowWherePhonesAreKnown) {
  const Labels labels = LabelSteps(Vowel(), Measured(), {.margin = .4}, 90);
  EXPECT_EQ(labels.phones[10].item<int64_t>(), worker::kSilence);
  EXPECT_EQ(labels.phones[30].item<int64_t>(), Vowel()[1].phone);
  EXPECT_EQ(labels.source[30][worker::kCurveJaw].item<int>(), kMeasured);
  EXPECT_EQ(labels.source[30][worker::kCurveLowerDown].item<int>(), kTaught);
  EXPECT_EQ(labels.source[41][worker::kCurveJaw].item<int>(), kTaught);
  EXPECT_EQ(labels.source[5][worker::kCurveJaw].item<int>(), kTaught);
  const MouthCurves taught = worker::TeacherCurvesAt(Vowel(), .02 * 41 + .005);
  EXPECT_NEAR(labels.curves[41][worker::kCurveJaw].item<float>(),
              taught[worker::kCurveJaw], 1e-3);
  EXPECT_FALSE((labels.source == kUnknown).any().item<bool>());
}

TEST(LabelsTest, MeasuredCurvesFollowTheSoundsSpeed) {
  const Labels labels =
      LabelSteps({}, Measured(), {.factor = 1.2, .margin = .4}, 90);
  EXPECT_NEAR(labels.curves[32][0].item<float>(),
              .01 * (.02 * 32 + .005 - .4) / 1.2 / .02, 1e-3);
}

TEST(CurveFileTest, IsReadAsItWasWritten) {
  const std::string text = motion_tools::FormatCurves(Measured());
  const auto read = motion_tools::ParseCurves(text, "a.curves");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 51u);
  EXPECT_NEAR((*read)[30][0], .3, 1e-3);
  EXPECT_TRUE(std::isnan((*read)[22][0]));
  EXPECT_TRUE(std::isnan((*read)[30][1]));
  EXPECT_EQ(motion_tools::FormatCurves(*read), text);
}

TEST(CurveFileTest, WhatIsWrongIsNamedWithItsLine) {
  const std::string head = motion_tools::FormatCurves({});
  const std::string row = " - - - - - - - - - - -\n";
  const auto refused = [](const std::string& text) {
    const auto read = motion_tools::ParseCurves(text, "a.curves");
    return read.ok() ? std::string("accepted")
                     : std::string(Message(read.status()));
  };
  EXPECT_EQ(refused(head + "0.00" + row), "accepted");
  EXPECT_TRUE(refused("seconds jaw\n").starts_with("a.curves line 1: is"));
  EXPECT_TRUE(refused(head + "0.00" + row + "0.03" + row)
                  .starts_with("a.curves line 3: begins with 0.02"));
  EXPECT_EQ(refused(head + "0.00 - 1.2 - - - - - - - - -\n"),
            "a.curves line 2: lipClose is a number from 0 to 1, or -");
  EXPECT_EQ(refused(head + "0.00 - nan - - - - - - - - -\n"),
            "a.curves line 2: lipClose is a number from 0 to 1, or -");
  EXPECT_EQ(refused(head + "0.00 -\n"),
            "a.curves line 2: lipClose is a number from 0 to 1, or -");
  EXPECT_EQ(refused(head + "0.00 - - - - - - - - - - - 1\n"),
            "a.curves line 2: has 12 fields");
}

}  // namespace
}  // namespace longtake::training
