#include "coordinator/planner/cuts.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/job/job.h"

namespace longtake::coordinator {
namespace {

constexpr FrameRate kRates[] = {{24000, 1001}, {24, 1}, {25, 1},
                                {30000, 1001}, {30, 1}, {50, 1},
                                {60000, 1001}, {60, 1}};
constexpr int64_t kLengths[] = {1,    2,    3,    7,    74,    75,   76,
                                149,  150,  151,  449,  450,   451,  1009,
                                2999, 3000, 3001, 7919, 26973, 80921};

std::string RandomLoudness(int64_t frames, unsigned seed) {
  std::mt19937 random(seed);
  std::string loudness(static_cast<size_t>(frames), '\0');
  for (char& c : loudness) c = static_cast<char>(random() & 0xff);
  return loudness;
}

std::vector<FrameRange> Cut(const std::string& loudness, FrameRate rate,
                            int64_t millis) {
  auto segments = CutSegments(loudness, rate, millis);
  EXPECT_TRUE(segments.ok()) << segments.status().ToString();
  return segments.ok() ? *segments : std::vector<FrameRange>();
}

TEST(CutsTest, EveryFrameIsCoveredOnceAtEveryLengthAndRate) {
  for (const FrameRate rate : kRates) {
    for (const int64_t frames : kLengths) {
      for (const int64_t millis : {1, 40, 333, 1000, 2500, 10000, 600000}) {
        if (frames / FramesForMillis(millis, rate) > kMaxSegments) continue;
        const auto segments = Cut(RandomLoudness(frames, 7), rate, millis);
        FrameIndex next = 0;
        for (const FrameRange& segment : segments) {
          ASSERT_EQ(segment.begin, next);
          ASSERT_GE(segment.size(), 1);
          next = segment.end;
        }
        ASSERT_EQ(next, frames);
      }
    }
  }
}

TEST(CutsTest, NoSegmentIsLongerThanTwoNominalOnes) {
  for (const FrameRate rate : kRates) {
    for (const int64_t frames : kLengths) {
      const int64_t nominal = FramesForMillis(10000, rate);
      for (const auto& s : Cut(RandomLoudness(frames, 3), rate, 10000)) {
        EXPECT_LE(s.size(), 2 * nominal);
      }
    }
  }
}

TEST(CutsTest, CutFallsOnTheQuietestFrameNearItsBoundary) {
  std::string loudness(900, '\x50');
  loudness[290] = 3;
  loudness[310] = 2;
  loudness[331] = 1;  // out of reach: one second is 30 frames
  loudness[570] = 1;
  const auto segments = Cut(loudness, {30, 1}, 10000);
  ASSERT_EQ(segments.size(), 4u);
  EXPECT_EQ(segments[0], (FrameRange{0, 36}));  // 1.2 s, to be watched soon
  EXPECT_EQ(segments[1], (FrameRange{36, 310}));
  EXPECT_EQ(segments[2], (FrameRange{310, 570}));
  EXPECT_EQ(segments[3], (FrameRange{570, 900}));
}

TEST(CutsTest, EquallyQuietFramesGiveTheNearestThenTheEarlier) {
  std::string loudness(600, '\xf0');
  loudness[295] = loudness[305] = loudness[280] = 9;
  EXPECT_EQ(Cut(loudness, {30, 1}, 10000)[1].end, 295);
  EXPECT_EQ(Cut(std::string(600, '\0'), {30, 1}, 10000)[1].end, 300);
}

TEST(CutsTest, LoudnessIsUnsigned) {
  std::string loudness(600, '\x7f');
  loudness[300] = '\x80';  // louder than 0x7f, not quieter than silence
  EXPECT_EQ(Cut(loudness, {30, 1}, 10000)[1].end, 299);
}

TEST(CutsTest, LastSegmentKeepsTrailingFrames) {
  const auto ends = [](int64_t frames) {
    return Cut(std::string(static_cast<size_t>(frames), '\0'), {30, 1}, 10000)
        .size();
  };
  EXPECT_EQ(ends(449), 1u);
  EXPECT_EQ(ends(450), 3u);
  EXPECT_EQ(ends(749), 3u);
  EXPECT_EQ(ends(750), 4u);
}

TEST(CutsTest, TheFirstSegmentIsShortWhereThereAreSeveralLongOnes) {
  std::string loudness(900, '\x50');
  loudness[31] = 1;  // out of reach: an eighth of 36 frames
  loudness[40] = 2;
  EXPECT_EQ(Cut(loudness, {30, 1}, 10000)[0], (FrameRange{0, 40}));
  EXPECT_EQ(Cut(loudness, {30, 1}, 5000)[0], (FrameRange{0, 40}));
  EXPECT_EQ(Cut(loudness, {30, 1}, 4999)[0].end, 149);
  EXPECT_EQ(Cut(loudness, {30, 1}, 30000).size(), 1u);
}

// Two seconds are replaced. What they reach (motion_reach_test.cc), overlaps
// included, is shorter than any two neighbours that have neighbours themselves:
// three segments at most are touched.
TEST(CutsTest, TwoInnerSegmentsAreLongerThanAChangeReaches) {
  constexpr int kOverlap = 2;
  for (const FrameRate rate : {FrameRate{30000, 1001}, FrameRate{30, 1},
                               FrameRate{50, 1}, FrameRate{60, 1}}) {
    const int64_t reach = FramesForMillis(17440, rate) + 2 * kOverlap + 1;
    for (unsigned seed = 0; seed < 40; ++seed) {
      const auto segments =
          Cut(RandomLoudness(FramesForMillis(95000, rate), seed), rate, 10000);
      for (size_t i = 1; i + 2 < segments.size(); ++i) {
        EXPECT_GT(segments[i + 1].end - segments[i].begin, reach) << i;
      }
    }
  }
}

TEST(CutsTest, ARangeKeepsTheCutsInsideIt) {
  const std::vector<FrameRange> all = {{0, 36}, {36, 300}, {300, 900}};
  const auto within = [&all](FrameIndex begin, FrameIndex end) {
    return *SegmentsWithin(all, {begin, end}, {30, 1});
  };
  EXPECT_EQ(*SegmentsWithin(all, {}, {30, 1}), all);
  EXPECT_EQ(within(0, kToTheEnd), all);
  EXPECT_EQ(within(0, 900), all);
  EXPECT_EQ(within(36, 300), (std::vector<FrameRange>{{36, 300}}));
  EXPECT_EQ(within(35, 301),
            (std::vector<FrameRange>{{35, 36}, {36, 300}, {300, 301}}));
  EXPECT_EQ(within(50, 51), (std::vector<FrameRange>{{50, 51}}));
  EXPECT_EQ(within(899, kToTheEnd), (std::vector<FrameRange>{{899, 900}}));
}

TEST(CutsTest, ARangePastTheEndIsRefused) {
  const std::vector<FrameRange> all = {{0, 36}, {36, 300}, {300, 900}};
  const auto refusal = [&all](FrameIndex begin, FrameIndex end) {
    const auto within = SegmentsWithin(all, {begin, end}, {30, 1});
    EXPECT_EQ(within.status().code(), StatusCode::kInvalidArgument);
    return Message(within.status());
  };
  EXPECT_EQ(refusal(900, kToTheEnd),
            "the range begins at frame 900 (0:00:30.000), the audio ends at "
            "frame 900 (0:00:30.000): give an earlier --in");
  EXPECT_NE(refusal(900, 901).find("give an earlier --in"), std::string::npos);
  EXPECT_NE(refusal(5000, kToTheEnd).find("--in"), std::string::npos);
  EXPECT_NE(refusal(10, 901).find("ends at frame 901"), std::string::npos);
  EXPECT_NE(refusal(10, 901).find("--out"), std::string::npos);
}

TEST(CutsTest, OneToFiftySegmentsCanBeAskedFor) {
  const std::string loudness = RandomLoudness(600, 1);
  EXPECT_EQ(Cut(loudness, {30, 1}, 20000).size(), 1u);
  EXPECT_EQ(Cut(loudness, {30, 1}, 2858).size(), 7u);
  EXPECT_EQ(Cut(loudness, {30, 1}, 400).size(), 50u);
  EXPECT_EQ(Cut(loudness, {30, 1}, 1).size(), 600u);
}

// What an editor does: two seconds of speech are replaced in place.
TEST(CutsTest, EditWithinTwoSecondsMovesOnlyTheCutsBesideIt) {
  for (const FrameRate rate : kRates) {
    const int64_t two_seconds = FramesForMillis(2000, rate);
    const int64_t one_second = FramesForMillis(1000, rate);
    const int64_t frames = FramesForMillis(120000, rate) + 13;
    const std::string before = RandomLoudness(frames, 11);
    const auto old_segments = Cut(before, rate, 10000);
    std::mt19937 random(5);
    for (int edit = 0; edit < 60; ++edit) {
      const auto at = static_cast<int64_t>(
          random() % static_cast<uint64_t>(frames - two_seconds));
      std::string after = before;
      for (int64_t i = at; i < at + two_seconds; ++i) {
        after[static_cast<size_t>(i)] = static_cast<char>(random() & 0xff);
      }
      const auto new_segments = Cut(after, rate, 10000);
      ASSERT_EQ(new_segments.size(), old_segments.size());
      for (size_t i = 0; i + 1 < old_segments.size(); ++i) {
        if (old_segments[i].end == new_segments[i].end) continue;
        const FrameIndex boundary =
            i == 0 ? FramesForMillis(1200, rate)
                   : FramesForMillis(10000, rate) * static_cast<int64_t>(i);
        EXPECT_GE(boundary, at - one_second);
        EXPECT_LT(boundary, at + two_seconds + one_second);
      }
    }
  }
}

TEST(CutsTest, NothingToCutIsAnError) {
  EXPECT_EQ(CutSegments("", {30, 1}, 10000).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(CutSegments("abc", {30, 1}, 0).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(CutsTest, OverlapStaysWithinTheJob) {
  EXPECT_EQ(WithOverlap({0, 300}, 2, 900), (FrameRange{0, 302}));
  EXPECT_EQ(WithOverlap({300, 600}, 2, 900), (FrameRange{298, 602}));
  EXPECT_EQ(WithOverlap({600, 900}, 2, 900), (FrameRange{598, 900}));
  EXPECT_EQ(WithOverlap({0, 1}, 8, 1), (FrameRange{0, 1}));
  EXPECT_EQ(WithOverlap({5, 9}, 0, 20), (FrameRange{5, 9}));
}

TEST(CutsTest, TooManySegmentsNameTheFlagThatHelps) {
  const FrameRate rate{30, 1};
  const auto frames = static_cast<size_t>(kMaxSegments) * 3;
  EXPECT_EQ(CutSegments(std::string(frames, 'x'), rate, 100)->size(),
            size_t{kMaxSegments});
  const Status status =
      CutSegments(std::string(frames + 3, 'x'), rate, 100).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(status).find("--segment-seconds"), std::string::npos);
}

}  // namespace
}  // namespace longtake::coordinator
