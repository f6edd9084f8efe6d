// Identity, colour and loudness on values whose answer is known.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "worker/quality/colour_figures.h"
#include "worker/quality/film_plan.h"
#include "worker/quality/identity_figures.h"
#include "worker/quality/lip_curves.h"
#include "worker/quality/loudness_meter.h"

namespace longtake::worker {
namespace {

// Of length 1.4, turned by `angle` from the first axis to the second.
FaceDescriptor Face(double angle) {
  FaceDescriptor d{};
  d[0] = static_cast<float>(1.4 * std::cos(angle));
  d[1] = static_cast<float>(1.4 * std::sin(angle));
  return d;
}

TEST(IdentityTest, OneFaceThatStaysHasNoDistance) {
  std::vector<FaceSample> samples;
  for (int i = 0; i < 5; ++i) samples.push_back({i * 10.0, Face(0)});
  const auto found = MeasureIdentity(Face(0), samples);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->cosine_mean, 1, 1e-6);
  EXPECT_NEAR(found->distance_max, 0, 1e-6);
  EXPECT_NEAR(found->slope_per_minute, 0, 1e-9);
  EXPECT_EQ(found->points.size(), 5u);
}

TEST(IdentityTest, TheWorstPictureIsNamedAndMissingFacesAreCounted) {
  std::vector<FaceSample> samples = {
      {0, Face(0)}, {10, Face(0.3)}, {20, std::nullopt}, {30, Face(0.1)}};
  const auto found = MeasureIdentity(Face(0), samples);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->looked_at, 4);
  EXPECT_EQ(found->without_face, 1);
  EXPECT_EQ(found->worst_seconds, 10);
  EXPECT_NEAR(found->distance_max, 2 * 1.4 * std::sin(0.15), 1e-5);
  EXPECT_NEAR(found->cosine_min, std::cos(0.3), 1e-6);
  // Over the pictures with a face.
  EXPECT_NEAR(found->cosine_mean, (1 + std::cos(0.3) + std::cos(0.1)) / 3,
              1e-6);
  EXPECT_NEAR(found->distance_mean,
              2 * 1.4 * (std::sin(0.15) + std::sin(0.05)) / 3, 1e-5);
  EXPECT_FALSE(MeasureIdentity(Face(0), {{0, std::nullopt}}));
}

TEST(IdentityTest, ADriftIsReadPerMinute) {
  std::vector<FaceSample> samples;
  for (int i = 0; i <= 20; ++i) {
    const double minutes = i / 4.0;
    samples.push_back(
        {60 * minutes, Face(2 * std::asin(0.03 * minutes / 2 / 1.4))});
  }
  const auto found = MeasureIdentity(Face(0), samples);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->slope_per_minute, 0.03, 1e-4);
}

Image Flat(uint8_t r, uint8_t g, uint8_t b) {
  Image image(16, 16);
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    image.rgb[i] = r;
    image.rgb[i + 1] = g;
    image.rgb[i + 2] = b;
  }
  return image;
}

// Reference values of sRGB's primaries under D65.
TEST(ColourTest, LabIsTheStandardsOwn) {
  struct Case {
    Image image;
    Lab lab;
  };
  for (const Case& c :
       {Case{Flat(255, 255, 255), {100, 0, 0}}, Case{Flat(0, 0, 0), {0, 0, 0}},
        Case{Flat(255, 0, 0), {53.24, 80.09, 67.20}},
        Case{Flat(0, 255, 0), {87.74, -86.18, 83.18}},
        Case{Flat(0, 0, 255), {32.30, 79.19, -107.86}},
        Case{Flat(119, 119, 119), {50.03, 0, 0}}}) {
    const Lab lab = MeanLab(c.image);
    EXPECT_LT(DeltaE(lab, c.lab), 0.3)
        << lab.l << " " << lab.a << " " << lab.b << " for " << c.lab.l;
  }
}

TEST(ColourTest, AStepAndADriftAreRead) {
  std::vector<ColourSample> samples;
  for (int i = 0; i < 20; ++i) samples.push_back({i * 1.0, {50, 10, 0}});
  samples[7].lab = {53, 10, 4};
  auto found = MeasureColour(samples);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->delta_e_max, 5, 1e-9);
  EXPECT_EQ(found->worst_seconds, 7);
  EXPECT_NEAR(found->drift_delta_e, 0, 1e-9);
  for (int i = 0; i < 20; ++i)
    samples[static_cast<size_t>(i)].lab = {50. + i, 0, 0};
  found = MeasureColour(samples);
  EXPECT_NEAR(found->drift_delta_e, 16, 1e-9);  // means of four and four
  EXPECT_FALSE(MeasureColour({}));
}

// EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS reads -23 LUFS.
TEST(LoudnessTest, ReadsTheStandardsOwnTestSignal) {
  LoudnessMeter meter;
  ASSERT_TRUE(meter.Begin(48000, 2).ok());
  std::vector<float> block;
  const double amplitude = std::pow(10, -23 / 20.0);
  for (int i = 0; i < 20 * 48000; ++i) {
    const auto v = static_cast<float>(
        amplitude * std::sin(2 * std::numbers::pi * 1000 * i / 48000));
    block.push_back(v);
    block.push_back(v);
    if (block.size() == 2 * 1021) {  // no block ends at a whole second
      ASSERT_TRUE(meter.Add(block).ok());
      block.clear();
    }
  }
  ASSERT_TRUE(meter.Add(block).ok());
  const auto found = meter.Finish();
  ASSERT_TRUE(found && found->integrated_lufs);
  EXPECT_NEAR(*found->integrated_lufs, -23, 0.1);
  EXPECT_NEAR(found->sample_peak_dbfs.value_or(0), -23, 0.01);
  ASSERT_EQ(found->short_term.size(), 18u);
  EXPECT_NEAR(found->short_term[5].lufs, -23, 0.1);
  EXPECT_NEAR(found->short_term[0].seconds, 1.5, 1e-9);
}

TEST(LoudnessTest, ThePeakIsThatOfTheLoudestChannel) {
  for (const size_t loud : {size_t{0}, size_t{1}}) {
    LoudnessMeter meter;
    ASSERT_TRUE(meter.Begin(16000, 2).ok());
    std::vector<float> samples(2 * 16000, 0.25f);
    samples[2 * 5000 + loud] = -0.5f;
    ASSERT_TRUE(meter.Add(samples).ok());
    EXPECT_NEAR(meter.Finish()->sample_peak_dbfs.value_or(0), -6.02, 0.01);
  }
}

TEST(LoudnessTest, SilenceHasNoLoudness) {
  LoudnessMeter meter;
  ASSERT_TRUE(meter.Begin(16000, 1).ok());
  ASSERT_TRUE(meter.Add(std::vector<float>(5 * 16000)).ok());
  const auto found = meter.Finish();
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->integrated_lufs);
  EXPECT_FALSE(found->sample_peak_dbfs);
  EXPECT_EQ(found->short_term.at(0).lufs, kLeastLufs);
  EXPECT_FALSE(LoudnessMeter().Finish());
}

TEST(FilmPlanTest, CellsCoverTheFilmAndHoldTheStretches) {
  for (const int64_t seconds : {1, 24, 100, 2700, 86400}) {
    for (const Measure measure :
         {Measure::kNone, Measure::kSample, Measure::kAll}) {
      const int64_t us = seconds * 1'000'000;
      const std::vector<FilmCell> cells = PlanCells(us, measure);
      EXPECT_EQ(cells.front().span.begin_us, INT64_MIN);
      EXPECT_EQ(cells.back().span.end_us, INT64_MAX);
      int64_t samples = 0;
      for (size_t i = 0; i < cells.size(); ++i) {
        const FilmCell& cell = cells[i];
        if (i > 0) {
          EXPECT_EQ(cell.span.begin_us, cells[i - 1].span.end_us);
        }
        samples += std::ssize(cell.samples_us);
        for (const int64_t at : cell.samples_us) {
          EXPECT_GE(at, cell.span.begin_us);
          EXPECT_LT(at, cell.span.end_us);
        }
        if (measure == Measure::kNone) {
          EXPECT_EQ(cell.stretch, TimeSpan{});
          continue;
        }
        EXPECT_LT(cell.stretch.begin_us, cell.stretch.end_us);
        EXPECT_GE(cell.stretch.begin_us, cell.span.begin_us);
        EXPECT_LE(cell.stretch.end_us, cell.span.end_us);
      }
      EXPECT_GE(samples, kLeastSamples);
      EXPECT_LE(samples, kMostSamples);
    }
  }
  // A length that isn't known: all of it, and nothing looked at closely.
  const std::vector<FilmCell> unknown = PlanCells(0, Measure::kAll);
  ASSERT_EQ(unknown.size(), 1u);
  EXPECT_TRUE(unknown[0].samples_us.empty());
}

TEST(LipCurvesTest, TheWorstStretchIsAmongThem) {
  std::vector<SyncStretch> stretches(6);
  LipSync sync;
  for (size_t i = 0; i < stretches.size(); ++i) {
    const double at = 100.0 * static_cast<double>(i);
    for (int k = 0; k < 10; ++k) {
      stretches[i].seen.push_back({at + k * 0.04, 0.1f});
      stretches[i].heard.push_back({at + k * 0.04, 0.5f, 0, 0, 0});
    }
    sync.stretches.push_back({at, at + 0.36, 8, i == 3 ? 0.2 : 0.9, {}});
  }
  const std::vector<LipCurve> curves = LipCurvesOf(stretches, sync);
  ASSERT_EQ(curves.size(), kMostLipCurves);
  EXPECT_NEAR(curves[0].points.front().seconds, 0, 1e-9);
  EXPECT_NEAR(curves[1].points.front().seconds, 300, 1e-9);
  EXPECT_NEAR(curves[2].points.front().seconds, 500, 1e-9);
  EXPECT_TRUE(LipCurvesOf({}, {}).empty());
}

}  // namespace
}  // namespace longtake::worker
