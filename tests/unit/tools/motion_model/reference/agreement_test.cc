#include "tools/motion_model/reference/agreement.h"

#include <gmock/gmock.h>

#include <string>

namespace longtake::reference {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::vector<worker::PhoneSegment> Read(const std::string& text) {
  const auto phones = worker::ParsePhones(text, "test");
  EXPECT_TRUE(phones.ok()) << phones.status();
  return *phones;
}

const char* const kTruth =
    "0 0.2 _\n0.2 0.3 p\n0.3 0.5 a\n0.5 0.6 s\n0.6 0.8 a\n0.8 1 _\n";

TEST(AgreementTest, TheTruthAgreesWithItself) {
  Agreement agreement;
  agreement.Add(Read(kTruth), Read(kTruth));
  const AgreementReport report = agreement.Report();
  EXPECT_EQ(report.visemes, 1);
  EXPECT_NEAR(report.pronounced, 1, 1e-9);
  EXPECT_EQ(report.silence, 1);
  EXPECT_NEAR(report.mean_r, 1, 0.3);  // curves that never move have no r
  EXPECT_EQ(report.closure_recall, 1);
  EXPECT_EQ(report.closure_precision, 1);
  EXPECT_EQ(report.all.count, 5);
  EXPECT_NEAR(report.all.p90_absolute_ms, 0, 1e-9);
}

TEST(AgreementTest, LatenessIsMeasuredBoundaryByBoundary) {
  Agreement agreement;
  agreement.Add(Read(kTruth),
                Read("0 0.22 _\n0.22 0.31 p\n0.31 0.5 a\n0.5 0.6 s\n"
                     "0.6 0.8 a\n0.8 1 _\n"));
  const AgreementReport report = agreement.Report();
  EXPECT_NEAR(report.by_viseme[worker::kVisemePP].median_ms, 20, 1e-6);
  EXPECT_NEAR(report.by_viseme[worker::kVisemeSS].median_ms, 0, 1e-6);
  EXPECT_NEAR(report.all.p90_absolute_ms, 10, 1e-6);
  EXPECT_LT(report.visemes, 1);
  EXPECT_NEAR(report.pronounced, 1, 1e-9);
}

TEST(AgreementTest, AnotherPronunciationIsNoLateness) {
  Agreement agreement;
  agreement.Add(Read(kTruth), Read("0 0.2 _\n0.2 0.3 p\n0.3 0.5 o\n0.5 0.6 s\n"
                                   "0.6 0.8 a\n0.8 1 _\n"));
  const AgreementReport report = agreement.Report();
  EXPECT_EQ(report.all.count, 3);  // p, the second a, the last silence
  EXPECT_NEAR(report.all.p90_absolute_ms, 0, 1e-9);
  EXPECT_NEAR(report.pronounced, 4.0 / 6, 1e-9);
}

TEST(AgreementTest, MissedAndFalseClosuresAreCounted) {
  Agreement agreement;
  agreement.Add(Read("0 0.1 p\n0.1 0.5 a\n0.5 0.6 m\n0.6 1 a\n"),
                Read("0 0.1 p\n0.1 0.8 a\n0.8 0.9 b\n0.9 1 a\n"));
  const AgreementReport report = agreement.Report();
  EXPECT_EQ(report.closure_recall, 0.5);
  EXPECT_EQ(report.closure_precision, 0.5);
}

TEST(AgreementTest, MatchesTheCheapestEdit) {
  using worker::kVisemeAA;
  using worker::kVisemeDD;
  using worker::kVisemePP;
  using worker::kVisemeSS;
  const std::vector<worker::Viseme> truth = {kVisemePP, kVisemeAA, kVisemeSS,
                                             kVisemeAA};
  const std::vector<worker::Viseme> found = {kVisemePP, kVisemeDD, kVisemeAA,
                                             kVisemeAA};
  EXPECT_THAT(MatchVisemes(truth, found),
              ::testing::AnyOf(ElementsAre(Pair(0, 0), Pair(1, 2), Pair(3, 3)),
                               ElementsAre(Pair(0, 0), Pair(3, 3))));
}

}  // namespace
}  // namespace longtake::reference
