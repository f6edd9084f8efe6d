#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "worker/engine/motion/live_link_csv.h"
#include "worker/engine/motion/philox.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

constexpr FrameRate kRates[] = {{24000, 1001}, {25, 1}, {30000, 1001},
                                {30, 1},       {50, 1}, {60000, 1001},
                                {60, 1},       {12, 1}, {120, 1}};

MotionTrack RandomTrack(FrameRate rate, int64_t frames) {
  const KeyedRandom random(3, RandomPurpose::kFrameNoise);
  MotionTrack track{rate, {0, frames}, {}};
  for (int64_t f = 0; f < frames; ++f) {
    MotionFrame& m = track.frames.emplace_back();
    for (int c = 0; c < kMotionChannels; ++c) {
      const double u = random.Uniform(f, static_cast<uint32_t>(c));
      m[c] = static_cast<float>(c < kHeadYaw ? u : 2 * u - 1);
    }
  }
  return track;
}

StatusOr<MotionTrack> Import(
    const std::string& text, FrameRate rate,
    MouthCloseMeaning meaning = MouthCloseMeaning::kDetect) {
  std::istringstream in(text);
  return ImportLiveLinkCsv(in, {rate, 0, meaning});
}

std::string Csv(const MotionTrack& track) {
  std::ostringstream out;
  EXPECT_TRUE(WriteLiveLinkCsv(track, out).ok());
  return out.str();
}

// A file of one-value rows at given timecodes.
std::string CsvAt(const std::vector<std::pair<std::string, double>>& rows) {
  std::string text = Csv({{30, 1}, {0, 0}, {}});
  for (const auto& [timecode, value] : rows) {
    text += timecode + ",61";
    for (int c = 0; c < kMotionChannels; ++c) {
      text += fmt::format(",{:f}", value);
    }
    text += "\n";
  }
  return text;
}

TEST(LiveLinkImportTest, ExportComesBackAtEveryRateAndLength) {
  for (FrameRate rate : kRates) {
    for (int64_t frames : {1, 2, 5, 31, 97, 401}) {
      const MotionTrack track = RandomTrack(rate, frames);
      const auto back = Import(Csv(track), rate);
      ASSERT_TRUE(back.ok()) << back.status();
      ASSERT_EQ(back->range, track.range) << FormatFrameRate(rate);
      for (int64_t f = 0; f < frames; ++f) {
        for (int c = 0; c < kMotionChannels; ++c) {
          ASSERT_NEAR(back->at(f)[c], track.at(f)[c], 1e-5)
              << FormatFrameRate(rate) << " " << f << " " << c;
        }
      }
    }
  }
}

TEST(LiveLinkImportTest, ResamplesLinearlyByTimecode) {
  // 60 a second, a ramp over one second and more.
  std::vector<std::pair<std::string, double>> rows;
  for (int f = 0; f < 90; ++f) {
    char timecode[32];
    std::snprintf(timecode, sizeof timecode, "11:59:%02d:%02d.000", 50 + f / 60,
                  f % 60);
    rows.push_back({timecode, f / 100.0});
  }
  const auto track = Import(CsvAt(rows), {24, 1}, MouthCloseMeaning::kSeal);
  ASSERT_TRUE(track.ok()) << track.status();
  // 89/60 s hold frames 0..35 of 24 a second.
  ASSERT_EQ(track->range, (FrameRange{0, 36}));
  for (int f = 0; f < 36; ++f) {
    EXPECT_NEAR(track->at(f)[kJawOpen], f * 60.0 / 24 / 100, 1e-5) << f;
  }
}

TEST(LiveLinkImportTest, SubframesCount) {
  const auto track = Import(CsvAt({{"00:00:00:00.000", 0},
                                   {"00:00:00:01.500", 0.3},
                                   {"00:00:01:00.000", 0.3}}),
                            {30, 1}, MouthCloseMeaning::kSeal);
  ASSERT_TRUE(track.ok()) << track.status();
  EXPECT_NEAR(track->at(1)[kBrowInnerUp], 0.2, 1e-5);
  EXPECT_NEAR(track->at(2)[kBrowInnerUp], 0.3, 1e-5);
}

TEST(LiveLinkImportTest, TakesMayCrossMidnight) {
  const auto track = Import(CsvAt({{"23:59:59:20.000", 0.1},
                                   {"00:00:00:05.000", 0.2},
                                   {"00:00:00:20.000", 0.3}}),
                            {30, 1}, MouthCloseMeaning::kSeal);
  ASSERT_TRUE(track.ok()) << track.status();
  EXPECT_EQ(track->range.end, 31);
}

TEST(LiveLinkImportTest, TimeThatDoesNotRiseNamesTheLine) {
  const Status s = Import(CsvAt({{"00:00:01:00.000", 0.1},
                                 {"00:00:01:05.000", 0.2},
                                 {"00:00:01:05.000", 0.3}}),
                          {30, 1})
                       .status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("line 4"));
  EXPECT_EQ(Import(CsvAt({{"00:00:01:00.000", 0.1}, {"00:00:00:05.000", 0.2}}),
                   {30, 1})
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

TEST(LiveLinkImportTest, GapsAreRefused) {
  const Status s =
      Import(CsvAt({{"00:00:01:00.000", 0.1}, {"00:00:02:01.000", 0.2}}),
             {30, 1})
          .status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("line 3: 1033 ms"));
}

TEST(LiveLinkImportTest, FileWithoutFramesIsRefused) {
  EXPECT_EQ(Import(CsvAt({}), {30, 1}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(LiveLinkImportTest, TimecodeFrameBeyondTheGivenRateIsRefused) {
  std::istringstream in(
      CsvAt({{"00:00:01:00.000", 0.1}, {"00:00:01:28.000", 0.2}}));
  const Status s = ImportLiveLinkCsv(in, {{30, 1}, 25}).status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("line 3"));
}

MotionTrack JawAndClose(float jaw, float close) {
  MotionTrack track{{30, 1}, {0, 40}, {}};
  MotionFrame m{};
  m[kJawOpen] = jaw;
  m[kMouthClose] = close;
  track.frames.assign(40, m);
  return track;
}

TEST(LiveLinkImportTest, ArkitMouthCloseBecomesASeal) {
  const auto seal = [](float jaw, float close, MouthCloseMeaning meaning) {
    const auto track = Import(Csv(JawAndClose(jaw, close)), {30, 1}, meaning);
    EXPECT_TRUE(track.ok());
    return track->at(7)[kMouthClose];
  };
  using enum MouthCloseMeaning;
  EXPECT_NEAR(seal(0.3f, 0.3f, kDetect), 1, 1e-5);  // lips meet, jaw open
  EXPECT_NEAR(seal(0.4f, 0.1f, kDetect), 0.25, 1e-5);
  EXPECT_NEAR(seal(0.01f, 0.0f, kDetect), 1, 1e-5);  // at rest
  EXPECT_NEAR(seal(0.f, 1.f, kDetect), 1, 1e-5);     // ours
  EXPECT_NEAR(seal(0.f, 0.9f, kDetect), 0.9, 1e-5);
  EXPECT_NEAR(seal(0.3f, 0.3f, kSeal), 0.3, 1e-5);
}

TEST(ImportedMotionTest, HoldsTheLastFrameWithTheMouthShut) {
  MotionTrack track = JawAndClose(0.6f, 0);
  for (MotionFrame& m : track.frames) {
    m[kHeadYaw] = 0.2f;
    m[kMouthSmileLeft] = 0.3f;
    m[kMouthFunnel] = 0.4f;
  }
  const auto out = SampleImportedMotion(track, {35, 60});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->at(39)[kJawOpen], 0.6f);
  for (FrameIndex f = 40; f < 60; ++f) {
    EXPECT_LE(out->at(f)[kJawOpen], out->at(f - 1)[kJawOpen]);
    EXPECT_LT(out->at(f - 1)[kJawOpen] - out->at(f)[kJawOpen], 0.25f);
    EXPECT_EQ(out->at(f)[kHeadYaw], 0.2f);
    EXPECT_EQ(out->at(f)[kMouthSmileLeft], 0.3f);
  }
  EXPECT_EQ(out->at(50)[kJawOpen], 0);
  EXPECT_EQ(out->at(50)[kMouthFunnel], 0);
  EXPECT_EQ(out->at(50)[kMouthClose], 1);
}

TEST(ImportedMotionTest, AnyCoverGivesTheSameFrames) {
  const MotionTrack track = RandomTrack({30, 1}, 53);
  const auto whole = SampleImportedMotion(track, {-2, 70});
  ASSERT_TRUE(whole.ok());
  for (FrameIndex f = -2; f < 70; ++f) {
    const auto one = SampleImportedMotion(track, {f, f + 1});
    ASSERT_TRUE(one.ok());
    EXPECT_EQ(one->at(f), whole->at(f)) << f;
  }
  EXPECT_EQ(whole->at(-2), track.at(0));
  EXPECT_EQ(whole->at(17), track.at(17));
}

TEST(ImportedMotionTest, TrackWithoutFramesIsRefused) {
  EXPECT_EQ(SampleImportedMotion({{30, 1}, {0, 0}, {}}, {0, 1}).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
