#include "tools/motion_model/own/trusted_parts.h"

#include <gtest/gtest.h>

#include "tools/motion_model/curve_file.h"

namespace longtake::own {
namespace {

using worker::KeyPhone;
using worker::PlacedTranscript;

// A clause of phones of 0.1 s from `begin` to `end`.
void AddClause(double begin, double end, double trust,
               PlacedTranscript* placed) {
  const auto us = [](double s) { return static_cast<int64_t>(s * 1e6 + .5); };
  placed->clauses.push_back({1, "said", true, us(begin), us(end), trust});
  if (trust == 0) return;
  for (double t = begin; t < end - 0.05; t += 0.1) {
    placed->phones.push_back({us(t), 100000, 7, 255});
  }
}

TEST(TrustedPartsTest, NeighboursMakeOnePartWithSilenceAround) {
  PlacedTranscript placed;
  AddClause(1, 2, .9, &placed);
  AddClause(2.4, 3, .95, &placed);
  const auto parts = TrustedParts(placed, 10);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_NEAR(parts[0].begin, 1 - kMargin, 1e-9);
  EXPECT_NEAR(parts[0].end, 3 + kMargin, 1e-9);
  ASSERT_EQ(parts[0].phones.size(), 16u);
  EXPECT_NEAR(parts[0].phones[0].begin, kMargin, 1e-9);
  EXPECT_NEAR(parts[0].phones.back().end, 2 + kMargin, 1e-9);
}

TEST(TrustedPartsTest, DoubtAndLongPausesCut) {
  PlacedTranscript placed;
  AddClause(1, 3, 1, &placed);
  AddClause(3.1, 4, .2, &placed);
  AddClause(4.1, 6, 1, &placed);
  AddClause(7, 9, 1, &placed);
  const auto parts = TrustedParts(placed, 20);
  ASSERT_EQ(parts.size(), 3u);
  // Half of the way to words that are not believed.
  EXPECT_NEAR(parts[0].end, 3.05, 1e-9);
  EXPECT_NEAR(parts[1].begin, 4.05, 1e-9);
  EXPECT_NEAR(parts[1].end, 6 + kMargin, 1e-9);
  EXPECT_EQ(parts[0].phones.size(), 20u);
  EXPECT_EQ(parts[1].phones.size(), 19u);
  EXPECT_NEAR(parts[2].begin, 7 - kMargin, 1e-9);
}

TEST(TrustedPartsTest, ATextThatIsMostlyDoubtedGivesNothing) {
  PlacedTranscript placed;
  AddClause(1, 3, 1, &placed);
  AddClause(5, 7, .5, &placed);
  EXPECT_TRUE(TrustedParts(placed, 20).empty());
  AddClause(9, 11, 1, &placed);
  EXPECT_EQ(TrustedParts(placed, 20).size(), 2u);
}

TEST(TrustedPartsTest, TheSoundsEndsAndShortParts) {
  PlacedTranscript placed;
  AddClause(0.05, 2, 1, &placed);
  AddClause(5, 5.5, 1, &placed);  // too short
  AddClause(8, 10, 1, &placed);
  const auto parts = TrustedParts(placed, 10.02);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].begin, 0);
  EXPECT_EQ(parts[1].end, 10.02);
  EXPECT_TRUE(TrustedParts({}, 3).empty());
}

TEST(SeenPartsTest, StretchesWithAJawAreCutWhereItIsLongUnseen) {
  std::vector<worker::MouthCurves> curves(500, motion_tools::UnknownCurves());
  const auto see = [&](size_t begin, size_t end) {
    for (size_t k = begin; k < end; ++k) curves[k][worker::kCurveJaw] = .5f;
  };
  see(10, 101);   // 0.2 s to 2 s
  see(120, 201);  // 2.4 s to 4 s: a short gap
  see(240, 280);  // 0.8 s: too short
  see(400, 500);
  const auto parts = SeenParts(curves);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_NEAR(parts[0].begin, .2, 1e-9);
  EXPECT_NEAR(parts[0].end, 4, 1e-9);
  EXPECT_NEAR(parts[1].begin, 8, 1e-9);
  EXPECT_NEAR(parts[1].end, 9.98, 1e-9);
  EXPECT_TRUE(parts[0].phones.empty());
  EXPECT_TRUE(SeenParts({}).empty());
}

}  // namespace
}  // namespace longtake::own
