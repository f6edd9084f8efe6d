#include "common/media_time/media_time.h"

#include <gtest/gtest.h>

namespace longtake {
namespace {

const FrameRate kRates[] = {{24000, 1001}, {25, 1}, {30000, 1001},
                            {30, 1},       {50, 1}, {60000, 1001},
                            {1, 1},        {120, 1}};

TEST(FrameRateTest, NtscDecimalsMeanThe1001Rates) {
  EXPECT_EQ(*ParseFrameRate("23.976"), (FrameRate{24000, 1001}));
  EXPECT_EQ(*ParseFrameRate("23.98"), (FrameRate{24000, 1001}));
  EXPECT_EQ(*ParseFrameRate("29.97"), (FrameRate{30000, 1001}));
  EXPECT_EQ(*ParseFrameRate("59.94"), (FrameRate{60000, 1001}));
  EXPECT_EQ(*ParseFrameRate("30000/1001"), (FrameRate{30000, 1001}));
  EXPECT_EQ(*ParseFrameRate("50/2"), (FrameRate{25, 1}));
}

TEST(FrameRateTest, RefusesWhatIsNotARate) {
  for (const char* text :
       {"", "0", "-25", "121", "25.5", "30/7", "30/0", "/", "30/", "1e2", " 25",
        "25 ", "99999999999", "1/1001"}) {
    EXPECT_EQ(ParseFrameRate(text).status().code(),
              StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(FrameRateTest, FormatParsesBack) {
  for (const FrameRate rate : kRates) {
    EXPECT_EQ(*ParseFrameRate(FormatFrameRate(rate)), rate);
  }
}

TEST(FramesForSamplesTest, CoversTheSamplesWithNoFrameToSpare) {
  for (const FrameRate rate : kRates) {
    for (const int32_t hz : {8000, 16000, 44100, 48000, 96000}) {
      for (const int64_t samples :
           {int64_t{1}, int64_t{2}, int64_t{hz} - 1, int64_t{hz},
            int64_t{hz} + 1, int64_t{1000003}, int64_t{hz} * 36000}) {
        const int64_t frames = FramesForSamples(samples, hz, rate);
        // frames / rate >= samples / hz > (frames - 1) / rate.
        const __int128 need = static_cast<__int128>(samples) * rate.num;
        const __int128 a_frame = static_cast<__int128>(hz) * rate.den;
        EXPECT_GE(frames * a_frame, need);
        EXPECT_LT((frames - 1) * a_frame, need);
      }
    }
  }
  EXPECT_EQ(FramesForSamples(0, 16000, {30, 1}), 0);
}

TEST(FramesForSamplesTest, TenSecondsAreThreeHundredFramesAndNotOneLess) {
  EXPECT_EQ(FramesForSamples(480000, 48000, {30, 1}), 300);
  EXPECT_EQ(FramesForSamples(480001, 48000, {30, 1}), 301);
}

// 45 minutes at int(29.97) = 29 frames a second would be 87 s apart.
TEST(MicrosAtFrameTest, NtscRatesDoNotDriftOver45Minutes) {
  const FrameRate rate{30000, 1001};
  const int64_t frames =
      FramesForSamples(int64_t{45} * 60 * 48000, 48000, rate);
  EXPECT_EQ(frames, 80920);
  EXPECT_NEAR(static_cast<double>(MicrosAtFrame(frames, rate)), 45.0 * 60 * 1e6,
              1e6 / 29);
}

TEST(SampleAtFrameTest, SamplesLieInTheirFrame) {
  for (const FrameRate rate : kRates) {
    for (FrameIndex f = 0; f < 2000; f += 37) {
      const int64_t first = SampleAtFrame(f, 16000, rate);
      const int64_t next = SampleAtFrame(f + 1, 16000, rate);
      const int64_t centre = SampleAtFrameCentre(f, 16000, rate);
      EXPECT_LT(first, next);
      EXPECT_GE(centre, first - 1);
      EXPECT_LT(centre, next);
      EXPECT_EQ(
          FramesForSamples(first, 16000, rate),
          f == 0
              ? 0
              : (
                    // A sample exactly on the boundary belongs to the next
                    // frame.
                    first * int64_t{rate.num} % (int64_t{16000} * rate.den) == 0
                        ? f
                        : f + 1));
    }
  }
}

TEST(FramesForMillisTest, IsAtLeastOneFrame) {
  EXPECT_EQ(FramesForMillis(10000, {30, 1}), 300);
  EXPECT_EQ(FramesForMillis(10000, {30000, 1001}), 299);
  EXPECT_EQ(FramesForMillis(100, {1, 1}), 1);
}

TEST(FrameRangeTest, IsHalfOpen) {
  const FrameRange range{3, 5};
  EXPECT_EQ(range.size(), 2);
  EXPECT_TRUE(range.contains(3));
  EXPECT_FALSE(range.contains(5));
  EXPECT_TRUE((FrameRange{3, 3}).empty());
}

}  // namespace
}  // namespace longtake
