#include "client/motion/motion_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "client/motion/motion_stats.h"
#include "client/motion/silent_wave.h"
#include "common/testing/temp_dir.h"
#include "nlohmann/json.hpp"
#include "worker/media/audio_length.h"

namespace longtake::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using worker::MotionFrame;
using worker::MotionTrack;

MotionTrack Track(int64_t frames) {
  MotionTrack track{{30, 1}, {0, frames}, {}};
  for (int64_t f = 0; f < frames; ++f) {
    MotionFrame frame{};
    frame[worker::kJawOpen] = f % 2 == 0 ? 0.5f : 0;
    frame[worker::kHeadYaw] = -0.1f;
    track.frames.push_back(frame);
  }
  return track;
}

TEST(MotionPlotTest, EveryChannelIsInOneGroup) {
  std::map<int, int> seen;
  for (const PlotGroup& group : PlotGroups()) {
    for (const PlotLine& line : group.lines) {
      ++seen[line.channel];
      if (line.right >= 0) ++seen[line.right];
      EXPECT_EQ(group.degrees, line.channel >= worker::kHeadYaw) << line.name;
    }
  }
  ASSERT_EQ(seen.size(), static_cast<size_t>(worker::kMotionChannels));
  for (const auto& [channel, times] : seen) EXPECT_EQ(times, 1) << channel;
}

// Names of elements that are opened and closed, in order: enough of XML to see
// that what is written nests.
void ExpectWellFormed(const std::string& svg) {
  std::vector<std::string> open;
  for (size_t at = 0; (at = svg.find('<', at)) != std::string::npos; ++at) {
    const size_t end = svg.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /"));
    if (tag.starts_with('/')) {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(open.back(), tag.substr(1));
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(name);
    }
  }
  EXPECT_TRUE(open.empty());
}

TEST(MotionPlotTest, ShowsWhatMovesAndNothingElse) {
  const std::string svg =
      PlotMotion(Track(90), {}, {"<talk> & more.csv", 0, 3000000});
  ExpectWellFormed(svg);
  EXPECT_THAT(svg, HasSubstr("&lt;talk&gt; &amp; more.csv"));
  EXPECT_THAT(svg, HasSubstr(">jaw open<"));
  EXPECT_THAT(svg, HasSubstr(">Head<"));
  EXPECT_THAT(svg, HasSubstr(">yaw<"));
  EXPECT_THAT(svg, Not(HasSubstr(">Brows<")));
  EXPECT_THAT(svg, Not(HasSubstr(">pitch<")));
  EXPECT_THAT(svg, Not(HasSubstr(">Sound<")));
  EXPECT_THAT(svg, HasSubstr(">0:02.0<"));
  EXPECT_THAT(svg, Not(HasSubstr("href")));
}

TEST(MotionPlotTest, AnHourIsNoLargerThanItsColumns) {
  const std::string minute = PlotMotion(Track(30 * 60), {}, {"m", 0, 60000000});
  const std::string hour =
      PlotMotion(Track(30 * 3600), {}, {"h", 0, 3600000000});
  EXPECT_LT(hour.size(), minute.size() * 3);
  EXPECT_THAT(hour, HasSubstr(">55:00<"));
  ExpectWellFormed(hour);
}

TEST(MotionPlotTest, AStretchIsDrawnAlone) {
  MotionTrack track = Track(90);
  track.frames[80][worker::kBrowInnerUp] = 0.5f;
  const std::vector<WaveColumn> wave(kPlotColumns, {-0.1f, 0.2f});
  const std::string early = PlotMotion(track, wave, {"t", 0, 2000000});
  const std::string late = PlotMotion(track, wave, {"t", 2000000, 3000000});
  EXPECT_THAT(early, Not(HasSubstr(">Brows<")));
  EXPECT_THAT(late, HasSubstr(">Brows<"));
  EXPECT_THAT(late, HasSubstr(">Sound<"));
}

TEST(MotionStatsTest, FiguresAreThoseOfTheChannel) {
  const nlohmann::json stats =
      nlohmann::json::parse(MotionStatsJson("t.csv", Track(90)));
  EXPECT_EQ(stats["file"], "t.csv");
  EXPECT_EQ(stats["frames"], 90);
  EXPECT_EQ(stats["fps"], "30");
  EXPECT_EQ(stats["seconds"], 3);
  EXPECT_EQ(stats["channels"].size(),
            static_cast<size_t>(worker::kMotionChannels));
  const nlohmann::json& jaw = stats["channels"]["JawOpen"];
  EXPECT_NEAR(jaw["mean"], 0.25, 1e-6);
  EXPECT_NEAR(jaw["std"], 0.25, 1e-6);
  EXPECT_EQ(jaw["min"], 0);
  EXPECT_EQ(jaw["max"], 0.5);
  EXPECT_NEAR(stats["channels"]["HeadYaw"]["max"], -0.1, 1e-6);
  const std::string table = MotionStatsTable("t.csv", Track(90));
  EXPECT_THAT(table, HasSubstr("JawOpen"));
  EXPECT_THAT(table, HasSubstr("59 more do not move"));
  EXPECT_EQ(StatsOf(Track(0))[0].mean, 0);
}

class OnePulse : public worker::PcmReader {
 public:
  int64_t size_samples() const override { return 16000; }
  Status Read(int64_t first, std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.f);
    const int64_t at = 8000 - first;
    if (at >= 0 && at < static_cast<int64_t>(out.size())) out[at] = 0.75f;
    return OkStatus();
  }
};

TEST(WaveformTest, ColumnsCoverEverySampleOnce) {
  for (int columns : {1, 7, 100, 1400}) {
    const auto wave = ReadWaveform(OnePulse(), 0, 1000000, columns);
    ASSERT_TRUE(wave.ok());
    int hit = 0;
    for (const WaveColumn& c : *wave) hit += c.most == 0.75f;
    EXPECT_EQ(hit, 1) << columns;
  }
}

TEST(SilentWaveTest, LastsExactlyTheFrames) {
  const TempDir dir;
  for (const FrameRate rate : {FrameRate{30, 1}, FrameRate{24000, 1001},
                               FrameRate{60000, 1001}, FrameRate{7, 1}}) {
    for (const int64_t frames : {1, 2, 97, 1000}) {
      ASSERT_TRUE(WriteSilentWave(frames, rate, dir.Join("s.wav")).ok());
      const auto length =
          worker::MeasureAudio(dir.Join("s.wav"), "s.wav", INT64_MAX);
      ASSERT_TRUE(length.ok()) << length.status();
      EXPECT_EQ(FramesForSamples(length->samples, length->sample_rate_hz, rate),
                frames)
          << FormatFrameRate(rate);
    }
  }
}

}  // namespace
}  // namespace longtake::client
