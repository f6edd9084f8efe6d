// Pictures that are black, stand still, come twice or too late.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/worker/quality/made_up_pictures.h"
#include "worker/quality/film_collect.h"
#include "worker/quality/picture_faults.h"
#include "worker/quality/timing_check.h"

namespace longtake::worker {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

constexpr double kEach = 0.04;

TEST(PictureMeterTest, TellsLightDarkAndChange) {
  MadeUpFilm film;
  const std::vector<uint8_t> black(kMadeUpSide * kMadeUpSide, 16);
  const std::vector<uint8_t> white(kMadeUpSide * kMadeUpSide, 235);
  const PictureRecord first = film.Next(black);
  EXPECT_FLOAT_EQ(first.luma, 0);
  EXPECT_FLOAT_EQ(first.dark_share, 1);
  EXPECT_FALSE(first.change.known);
  const PictureRecord second = film.Next(white);
  EXPECT_FLOAT_EQ(second.luma, 1);
  EXPECT_FLOAT_EQ(second.dark_share, 0);
  EXPECT_TRUE(second.change.known);
  EXPECT_FLOAT_EQ(second.change.mean, 219);
  EXPECT_FLOAT_EQ(film.Next(white).change.mean, 0);
}

TEST(PictureMeterTest, AChangeOfASmallPartIsAChangeOfItsPatch) {
  MadeUpFilm film;
  std::vector<uint8_t> luma(kMadeUpSide * kMadeUpSide, 100);
  film.Next(luma);
  for (int y = 32; y < 64; ++y) {
    for (int x = 32; x < 64; ++x) {
      luma[static_cast<size_t>(y * kMadeUpSide + x)] = 110;
    }
  }
  const PictureChange change = film.Next(luma).change;
  EXPECT_FLOAT_EQ(change.patch, 10);
  EXPECT_FLOAT_EQ(change.mean, 10.f / 16);
}

TEST(PictureMeterTest, OtherSizesDontCompare) {
  const LumaRows small = {2, 2, {0, 0, 0, 0}}, wide = {4, 1, {0, 0, 0, 0}};
  EXPECT_FALSE(ChangeBetween(small, wide).known);
  EXPECT_FALSE(ChangeBetween({}, small).known);
  EXPECT_TRUE(ChangeBetween(small, small).known);
}

TEST(PictureMeterTest, OfALargePictureEverySoManyRowsAreKept) {
  const int height = 4 * kMeteredRows;
  const std::vector<uint8_t> luma(static_cast<size_t>(height) * 64, 90);
  PictureMeter meter;
  meter.Measure({}, {luma.data(), 64, 64, height, false});
  EXPECT_EQ(meter.rows().rows, kMeteredRows);
}

TEST(PictureMeterTest, APictureOfAnyWidthIsCountedWhole) {
  for (const int width : {1, 31, 32, 33, 70}) {
    std::vector<uint8_t> luma(static_cast<size_t>(width) * 10, 235);
    luma.back() = 16;
    PictureMeter meter;
    const PictureRecord record =
        meter.Measure({}, {luma.data(), width, width, 10, false});
    const double pixels = width * 10;
    EXPECT_NEAR(static_cast<double>(record.luma), 1 - 1 / pixels, 1e-6);
    EXPECT_NEAR(static_cast<double>(record.dark_share), 1 / pixels, 1e-6);
  }
}

TEST(PictureMeterTest, FullRangeHasItsOwnBlackAndWhite) {
  const auto measured = [](uint8_t level) {
    const std::vector<uint8_t> luma(kMadeUpSide * kMadeUpSide, level);
    LumaView view = ViewOf(luma);
    view.full_range = true;
    return PictureMeter().Measure({}, view);
  };
  EXPECT_FLOAT_EQ(measured(0).luma, 0);
  EXPECT_FLOAT_EQ(measured(255).luma, 1);
  EXPECT_FLOAT_EQ(measured(24).dark_share, 1);
  EXPECT_FLOAT_EQ(measured(30).dark_share, 0);
}

TEST(PictureFaultsTest, AFilmThatMovesHasNone) {
  MadeUpFilm film;
  PictureFaults faults(kEach);
  for (int i = 0; i < 200; ++i) faults.Add(film.Next(WavePicture(i)));
  const PictureFindings found = faults.Finish();
  EXPECT_EQ(found.black, 0);
  EXPECT_EQ(found.duplicates, 0);
  EXPECT_TRUE(found.still_spans.empty());
}

TEST(PictureFaultsTest, BlackPicturesAreFoundWhereTheyAre) {
  MadeUpFilm film;
  PictureFaults faults(kEach);
  const std::vector<uint8_t> black(kMadeUpSide * kMadeUpSide, 20);
  for (int i = 0; i < 100; ++i) {
    faults.Add(film.Next(i >= 50 && i < 53 ? black : WavePicture(i)));
  }
  const PictureFindings found = faults.Finish();
  EXPECT_EQ(found.black, 3);
  ASSERT_EQ(found.black_spans.size(), 1u);
  EXPECT_NEAR(found.black_spans[0].begin_seconds, 2.0, 1e-6);
  EXPECT_NEAR(found.black_spans[0].end_seconds, 2.12, 1e-6);
  EXPECT_EQ(found.duplicates, 0);
}

TEST(PictureFaultsTest, AFreezeIsFoundWhatEverTheKeyframesInIt) {
  MadeUpFilm film;
  PictureFaults faults(kEach);
  for (int i = 0; i < 150; ++i) {
    const bool frozen = i >= 50 && i < 100;
    std::vector<uint8_t> luma = WavePicture(frozen ? 50 : i);
    // A keyframe draws it anew, one level lighter.
    const bool key = i >= 75;
    if (frozen && key) {
      for (uint8_t& v : luma) ++v;
    }
    faults.Add(film.Next(luma, i == 75));
  }
  const PictureFindings found = faults.Finish();
  ASSERT_EQ(found.still_spans.size(), 1u);
  EXPECT_NEAR(found.still_spans[0].begin_seconds, 2.0, 1e-6);
  EXPECT_NEAR(found.still_spans[0].end_seconds, 4.0, 1e-6);
  EXPECT_NEAR(found.still_seconds, 2.0, 1e-6);
  EXPECT_EQ(found.duplicates, 0);
}

TEST(PictureFaultsTest, OnePictureShownTwiceInMotionIsADuplicate) {
  MadeUpFilm film;
  PictureFaults faults(kEach);
  for (int i = 0; i < 100; ++i) {
    faults.Add(film.Next(WavePicture(i == 40 || i == 70 ? i - 1 : i)));
  }
  const PictureFindings found = faults.Finish();
  EXPECT_EQ(found.duplicates, 2);
  EXPECT_THAT(found.duplicate_seconds,
              ElementsAre(DoubleNear(1.6, 1e-6), DoubleNear(2.8, 1e-6)));
  EXPECT_TRUE(found.still_spans.empty());
}

// An encoder goes on refining a picture that comes twice.
TEST(PictureFaultsTest, ARepeatedPictureMayBeRefined) {
  MadeUpFilm film;
  PictureFaults faults(kEach);
  for (int i = 0; i < 100; ++i) {
    std::vector<uint8_t> luma = WavePicture(i == 40 ? 39 : i);
    for (int x = 0; i == 40 && x < 32; ++x) {
      luma[static_cast<size_t>(10 * kMadeUpSide + x)] += 20;
    }
    faults.Add(film.Next(luma));
  }
  EXPECT_EQ(faults.Finish().duplicates, 1);
}

TEST(PictureFaultsTest, AFaceThatComesToRestIsNoFreeze) {
  MadeUpFilm film;
  PictureFaults faults(kEach);
  for (int i = 0; i < 200; ++i) {
    std::vector<uint8_t> luma = WavePicture(i < 50 || i >= 150 ? i : 50);
    // In between it moves by a level in a patch.
    for (int k = 0; i >= 50 && i < 150 && k < 32 * 32; ++k) {
      luma[static_cast<size_t>(k / 32 * kMadeUpSide + k % 32)] +=
          static_cast<uint8_t>(i % 2);
    }
    faults.Add(film.Next(luma));
  }
  const PictureFindings found = faults.Finish();
  EXPECT_TRUE(found.still_spans.empty());
  EXPECT_EQ(found.duplicates, 0);
}

TEST(PictureFaultsTest, AFaceAtRestThatHardlyMovesRepeatsNothing) {
  MadeUpFilm film;
  PictureFaults faults(kEach);
  for (int i = 0; i < 200; ++i) {
    // One level in one patch, every third picture.
    std::vector<uint8_t> luma = WavePicture(0);
    for (int x = 0; x < 32 * 16; ++x) {
      luma[static_cast<size_t>(x / 32 * kMadeUpSide + x % 32)] +=
          static_cast<uint8_t>(i / 3 % 2);
    }
    faults.Add(film.Next(luma));
  }
  const PictureFindings found = faults.Finish();
  EXPECT_EQ(found.duplicates, 0);
  EXPECT_TRUE(found.still_spans.empty());
}

TEST(PictureFaultsTest, APictureThatIsDarkInPartIsNotBlack) {
  PictureFaults faults(kEach);
  for (int64_t i = 0; i < 10; ++i) {
    PictureRecord record = Changed(i, 4, 8);
    record.dark_share = i == 5 ? 0.97f : 0.6f;
    faults.Add(record);
  }
  EXPECT_EQ(faults.Finish().black, 0);
}

TEST(PictureFaultsTest, ARepeatNearTheEndCountsToo) {
  PictureFaults faults(kEach);
  for (int64_t i = 0; i < 20; ++i) {
    faults.Add(i == 17 ? Changed(i, 0, 0) : Changed(i, 4, 8));
  }
  EXPECT_EQ(faults.Finish().duplicates, 1);
}

// What follows decides as what went before does.
TEST(PictureFaultsTest, AMovementThatComesToRestRepeatsNothing) {
  PictureFaults faults(kEach);
  for (int64_t i = 0; i < 60; ++i) {
    faults.Add(i < 30   ? Changed(i, 4, 8)
               : i < 35 ? Changed(i, 0.1f, 1)
                        : Changed(i, 0.1f, 1.8f));
  }
  const PictureFindings found = faults.Finish();
  EXPECT_EQ(found.duplicates, 0);
  EXPECT_TRUE(found.still_spans.empty());
}

TEST(PictureFaultsTest, SlowMotionOfKeyframesAloneIsNoFreeze) {
  PictureFaults faults(kEach);
  for (int64_t i = 0; i < 80; ++i) {
    const bool still = i == 10 || i == 70;
    faults.Add(still ? Changed(i, 0, 0, true) : Changed(i, 0.3f, 2.5f, true));
  }
  EXPECT_TRUE(faults.Finish().still_spans.empty());
}

struct BeatCase {
  FrameRate rate, tick_hz;
};

TEST(TimingCheckTest, AnExactBeatHasNoFault) {
  for (const BeatCase& c :
       {BeatCase{{30, 1}, {30, 1}}, BeatCase{{24000, 1001}, {24000, 1}},
        BeatCase{{30000, 1001}, {90000, 1}}, BeatCase{{25, 1}, {1000, 1}},
        // Matroska rounds to milliseconds.
        BeatCase{{60000, 1001}, {1000, 1}}}) {
    TimingCheck check(c.rate, c.tick_hz);
    const int64_t frames = 45 * 60 * 30;
    for (int64_t i = 0; i < frames; ++i) {
      const double ticks =
          static_cast<double>(i) / c.rate.AsDouble() * c.tick_hz.AsDouble();
      ASSERT_EQ(check.Add(std::llround(ticks) + 77), i);
    }
    const TimingFindings found = check.Findings();
    EXPECT_EQ(found.frames, frames);
    EXPECT_EQ(found.off_grid, 0) << found.worst_error_ms;
    EXPECT_EQ(found.missing, 0);
    EXPECT_EQ(found.not_later, 0);
    EXPECT_NEAR(found.end_seconds - found.begin_seconds,
                static_cast<double>(frames) / c.rate.AsDouble(), 2e-3);
  }
}

TEST(TimingCheckTest, GapsAreCountedAndPlaced) {
  TimingCheck check({25, 1}, {12800, 1});
  for (int64_t i = 0; i < 100; ++i) {
    if (i != 40 && i != 41 && i != 90) check.Add(512 * i);
  }
  const TimingFindings found = check.Findings();
  EXPECT_EQ(found.missing, 3);
  EXPECT_THAT(found.gap_seconds,
              ElementsAre(DoubleNear(1.6, 1e-9), DoubleNear(3.6, 1e-9)));
  EXPECT_EQ(found.off_grid, 0);
}

TEST(TimingCheckTest, PicturesBesideTheBeatAndOutOfOrderAreCounted) {
  TimingCheck check({25, 1}, {1000, 1});
  for (int64_t i = 0; i < 50; ++i) check.Add(40 * i + (i == 20 ? 9 : 0));
  check.Add(40 * 49);
  const TimingFindings found = check.Findings();
  EXPECT_EQ(found.off_grid, 1);
  EXPECT_NEAR(found.worst_error_ms, 9, 1e-6);
  EXPECT_EQ(found.not_later, 1);
}

// A film of 90 pictures in three parts; the second begins in a freeze of 25,
// and a seam lies where the third begins.
std::vector<CellFindings> Parts() {
  std::vector<CellFindings> parts(3);
  PictureMeter meter;
  for (int64_t i = 0; i < 90; ++i) {
    if (i % 30 == 0) meter = PictureMeter();
    CellFindings& part = parts[static_cast<size_t>(i / 30)];
    const bool frozen = i >= 20 && i < 45;
    const std::vector<uint8_t> luma =
        WavePicture(static_cast<double>(frozen   ? 20
                                        : i < 60 ? i
                                                 : i + 9));
    part.records.push_back(
        meter.Measure({i * kMadeUpMicros, i, false}, ViewOf(luma)));
    if (i % 30 == 0) part.first = meter.rows();
    part.last = meter.rows();
    part.colours.push_back({static_cast<double>(i), {}});
  }
  return parts;
}

TEST(FilmCollectTest, PartsFinishedInAnyOrderAreOneFilm) {
  VideoFacts facts;
  facts.grid = facts.tick_hz = {25, 1};
  for (const std::vector<size_t>& order :
       {std::vector<size_t>{0, 1, 2}, {2, 1, 0}, {1, 2, 0}}) {
    FilmCollect collect(facts, {{30, 60}, false});
    for (const size_t i : order) collect.Add(i, Parts()[i]);
    const CollectedLooks all = collect.Finish();
    EXPECT_EQ(all.timing.frames, 90);
    EXPECT_EQ(all.timing.missing, 0);
    ASSERT_EQ(all.pictures.still_spans.size(), 1u);
    EXPECT_NEAR(all.pictures.still_spans[0].begin_seconds, 0.8, 1e-6);
    EXPECT_NEAR(all.pictures.still_spans[0].end_seconds, 1.8, 1e-6);
    ASSERT_EQ(all.seams.size(), 2u);
    EXPECT_NEAR(all.seams[0].ratio, 0, 1e-6);
    EXPECT_GT(all.seams[1].ratio, 4);
    ASSERT_EQ(all.colours.size(), 90u);
    EXPECT_EQ(all.colours[89].seconds, 89);
    EXPECT_EQ(all.seen.size(), 3u);
  }
}

}  // namespace
}  // namespace longtake::worker
