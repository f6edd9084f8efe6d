#include "client/progress/progress_meter.h"

#include <gtest/gtest.h>

namespace longtake::client {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1000);

JobProgress Rendering(int64_t frames_done, int64_t frames_total = 300) {
  JobProgress p;
  p.frames_total = frames_total;
  p.frames_done = frames_done;
  p.segments_total = 3;
  p.segments_done = static_cast<int>(frames_done / 100);
  p.stage = "render";
  return p;
}

TEST(ProgressMeterTest, SpeedIsNotKnownAtOnce) {
  ProgressMeter meter({30, 1});
  const ProgressFigures figures = meter.Update(Rendering(10), kStart);
  EXPECT_EQ(figures.frames_per_second, 0);
  EXPECT_EQ(figures.remaining, absl::InfiniteDuration());
}

TEST(ProgressMeterTest, SpeedAndRestFollowFromFramesAndTime) {
  ProgressMeter meter({30, 1});
  meter.Update(Rendering(0), kStart);
  const ProgressFigures figures =
      meter.Update(Rendering(60), kStart + absl::Seconds(1));
  EXPECT_DOUBLE_EQ(figures.frames_per_second, 60);
  EXPECT_DOUBLE_EQ(figures.realtime_factor, 2);
  EXPECT_EQ(figures.remaining, absl::Seconds(4));
}

TEST(ProgressMeterTest, OldSpeedIsForgotten) {
  ProgressMeter meter({30, 1});
  absl::Time now = kStart;
  int64_t frames = 0;
  for (int i = 0; i < 100; ++i) {  // fast
    meter.Update(Rendering(frames += 100, 100000), now += absl::Seconds(1));
  }
  ProgressFigures figures;
  for (int i = 0; i < 40; ++i) {  // slow
    figures =
        meter.Update(Rendering(frames += 10, 100000), now += absl::Seconds(1));
  }
  EXPECT_NEAR(figures.frames_per_second, 10, 1e-9);
}

TEST(ProgressMeterTest, FewerFramesThanBeforeStartAnew) {
  ProgressMeter meter({30, 1});
  meter.Update(Rendering(100), kStart);
  meter.Update(Rendering(20), kStart + absl::Seconds(1));
  const ProgressFigures figures =
      meter.Update(Rendering(30), kStart + absl::Seconds(2));
  EXPECT_DOUBLE_EQ(figures.frames_per_second, 10);
}

TEST(ProgressMeterTest, AverageIsThatOfTheWholeJobUpToItsLastFrame) {
  ProgressMeter meter({30, 1});
  absl::Time now = kStart;
  int64_t frames = 0;
  meter.Update(Rendering(0, 1200), now);
  for (int i = 0; i < 10; ++i) {  // fast: 1000 frames in 10 s
    meter.Update(Rendering(frames += 100, 1200), now += absl::Seconds(1));
  }
  for (int i = 0; i < 20; ++i) {  // slow: 200 frames in 20 s
    meter.Update(Rendering(frames += 10, 1200), now += absl::Seconds(1));
  }
  // Assembling renders nothing and does not count.
  meter.Update(Rendering(frames, 1200), now += absl::Seconds(100));
  const ProgressFigures average = meter.Average();
  EXPECT_DOUBLE_EQ(average.frames_per_second, 40);
  EXPECT_DOUBLE_EQ(average.realtime_factor, 40.0 / 30);
  EXPECT_EQ(average.remaining, absl::InfiniteDuration());
}

TEST(ProgressMeterTest, NothingSeenHasNoAverage) {
  ProgressMeter meter({30, 1});
  EXPECT_EQ(meter.Average().frames_per_second, 0);
}

TEST(FormatBarTest, ShowsEverythingThatIsKnown) {
  ProgressFigures figures;
  figures.progress = Rendering(150);
  figures.frames_per_second = 61.23;
  figures.realtime_factor = 2.041;
  figures.remaining = absl::Seconds(42);
  EXPECT_EQ(FormatBar(figures, 200),
            "render   [############------------]  1/3 segments  61.2 frames/s  "
            "2.04x real time  0:42 to go");
  EXPECT_EQ(FormatPlain(figures),
            "render  1/3 segments  61.2 frames/s  2.04x real time  0:42 to go");
}

// An hour in full swing: each figure as long as it gets.
ProgressFigures LongJob() {
  ProgressFigures figures;
  figures.progress = Rendering(54000, 108000);
  figures.progress.segments_total = 360;
  figures.progress.segments_done = 180;
  figures.frames_per_second = 123.4;
  figures.realtime_factor = 4.113;
  figures.remaining = absl::Seconds(3723);
  return figures;
}

TEST(FormatBarTest, EightyColumnsKeepEveryFigure) {
  // The printer leaves the last column free.
  EXPECT_EQ(FormatBar(LongJob(), 79),
            "render   [##########----------]  180/360 seg  123.4 fps  4.11x "
            " 1:02:03 to go");
  ProgressFigures shorter = LongJob();
  shorter.progress.segments_total = 9;
  shorter.progress.segments_done = 4;
  shorter.remaining = absl::Seconds(42);
  shorter.frames_per_second = 61.2;
  EXPECT_EQ(FormatBar(shorter, 79),
            "render   [####----]  4/9 segments  61.2 frames/s  4.11x real time "
            " 0:42 to go");
}

TEST(FormatBarTest, FortyColumnsKeepSegmentsAndTimeToGo) {
  EXPECT_EQ(FormatBar(LongJob(), 39), "render  180/360 seg  1:02:03 to go");
}

TEST(FormatBarTest, NoWidthFrom40To200LosesSegmentsOrTimeToGo) {
  for (int width = 39; width < 200; ++width) {
    const std::string line = FormatBar(LongJob(), width);
    EXPECT_NE(line.find("180/360 seg"), std::string::npos) << width << line;
    EXPECT_NE(line.find("1:02:03 to go"), std::string::npos) << width << line;
    if (width < 79) continue;
    EXPECT_NE(line.find("123.4 f"), std::string::npos) << width << line;
    EXPECT_NE(line.find("4.11x"), std::string::npos) << width << line;
  }
}

TEST(FormatBarTest, NeverExceedsTheWidth) {
  ProgressFigures figures;
  figures.progress = Rendering(300);
  figures.frames_per_second = 1;
  for (int width = 1; width < 120; ++width) {
    EXPECT_LE(FormatBar(figures, width).size(), static_cast<size_t>(width));
  }
}

TEST(FormatBarTest, MoreFramesThanExpectedStayInTheBar) {
  ProgressFigures figures;
  figures.progress = Rendering(400);
  EXPECT_NE(FormatBar(figures, 200).find("[########################]"),
            std::string::npos);
}

TEST(FormatBarTest, NothingKnownIsAnEmptyBar) {
  ProgressFigures figures;
  figures.progress.stage = "analyze";
  EXPECT_EQ(FormatBar(figures, 200), "analyze  [------------------------]");
}

TEST(FormatClockTest, RoundsUpToSeconds) {
  EXPECT_EQ(FormatClock(absl::ZeroDuration()), "0:00");
  EXPECT_EQ(FormatClock(absl::Milliseconds(6100)), "0:07");
  EXPECT_EQ(FormatClock(absl::Seconds(754)), "12:34");
  EXPECT_EQ(FormatClock(absl::Seconds(3723)), "1:02:03");
}

}  // namespace
}  // namespace longtake::client
