#include "tools/motion_model/own/measured_curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tools/motion_model/curve_file.h"

namespace longtake::own {
namespace {

using ::testing::HasSubstr;
using worker::HeardMouth;
using worker::MouthCurves;

constexpr double kSeconds = 20, kRate = 25;

// How far a mouth is open that says "ba ba": shut for 0.12 s of every 0.5 s.
double Open(double t) {
  const double at = std::fmod(t, .5);
  return at < .12 ? 0 : std::sin((at - .12) / .38 * M_PI);
}

// Somebody who says "ba ba" before a camera, head still.
struct Film {
  std::vector<MouthMeasures> seen;
  std::vector<HeardMouth> heard;
  explicit Film(double seconds = kSeconds) {
    for (double t = .5 / kRate; t < seconds; t += 1 / kRate) {
      MouthMeasures m;
      m.seconds = t;
      m.opening = static_cast<float>(.04 + .2 * Open(t));
      m.lower = static_cast<float>(2.4 + .15 * Open(t));
      m.width = static_cast<float>(.9 + .05 * std::sin(t));
      m.nod = .7f;
      seen.push_back(m);
    }
    for (double t = .005; t < seconds; t += .02) {
      HeardMouth h;
      h.seconds = t;
      h.closes = std::fmod(t, .5) < .12 ? .9f : 0;
      heard.push_back(h);
    }
  }
  void See(double begin, double end,
           const std::function<void(MouthMeasures*)>& change) {
    for (MouthMeasures& m : seen) {
      if (m.seconds >= begin && m.seconds < end) change(&m);
    }
  }
  void Hear(double begin, double end,
            const std::function<void(HeardMouth*)>& change) {
    for (HeardMouth& h : heard) {
      if (h.seconds >= begin && h.seconds < end) change(&h);
    }
  }
  std::vector<MouthCurves> Curves() const {
    auto curves = CurvesOfMouth(seen, heard, kSeconds);
    EXPECT_TRUE(curves.ok()) << curves.status();
    return curves.ok() ? *curves : std::vector<MouthCurves>(1001);
  }
  std::string Refusal() const {
    const auto curves = CurvesOfMouth(seen, heard, kSeconds);
    EXPECT_EQ(curves.status().code(), StatusCode::kInvalidArgument);
    return std::string(Message(curves.status()));
  }
};

float At(const std::vector<MouthCurves>& curves, double t, int curve) {
  return motion_tools::CurvesAt(curves, t)[static_cast<size_t>(curve)];
}

double CorrelationWithOpen(const std::vector<MouthCurves>& curves) {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (size_t k = 0; k < curves.size(); ++k) {
    const double x = curves[k][worker::kCurveJaw], y = Open(.02 * k);
    if (std::isnan(x)) continue;
    n += 1, a += x, b += y, aa += x * x, bb += y * y, ab += x * y;
  }
  return (ab - a * b / n) / std::sqrt((aa - a * a / n) * (bb - b * b / n));
}

TEST(MeasuredCurvesTest, JawAndSealFollowAndWhatPointsCantShowIsUnknown) {
  const auto curves = Film().Curves();
  ASSERT_EQ(curves.size(), 1001u);
  EXPECT_GT(CorrelationWithOpen(curves), .98);
  for (double t = 1; t < 19; t += .5) {
    EXPECT_GT(At(curves, t + .06, worker::kCurveLipClose), .9f) << t;
    EXPECT_LT(At(curves, t + .31, worker::kCurveLipClose), .01f) << t;
    // The teacher's range.
    EXPECT_NEAR(At(curves, t + .06, worker::kCurveJaw), .12, .03) << t;
    EXPECT_NEAR(At(curves, t + .31, worker::kCurveJaw), .55, .03) << t;
  }
  for (const MouthCurves& row : curves) {
    for (const int c :
         {worker::kCurveFunnel, worker::kCurvePucker, worker::kCurveSmile,
          worker::kCurveRollLower, worker::kCurvePress, worker::kCurveUpperUp,
          worker::kCurveLowerDown, worker::kCurveTongue}) {
      ASSERT_TRUE(std::isnan(row[c])) << c;
    }
  }
  // Nothing is seen before the first picture's middle and after the last's.
  EXPECT_TRUE(std::isnan(curves.front()[worker::kCurveJaw]));
  EXPECT_TRUE(std::isnan(curves.back()[worker::kCurveJaw]));
}

TEST(MeasuredCurvesTest, StretchIsWidthAboutTheSpeakersOwn) {
  const auto curves = Film().Curves();
  EXPECT_NEAR(At(curves, M_PI / 2, worker::kCurveStretch), .38, .05);
  EXPECT_EQ(At(curves, 3 * M_PI / 2, worker::kCurveStretch), 0);
}

TEST(MeasuredCurvesTest, NodsAndTurnsOpenNoJaw) {
  Film film;
  film.See(0, kSeconds, [](MouthMeasures* m) {
    m->nod += static_cast<float>(.08 * std::sin(m->seconds * 1.7));
    m->turn = static_cast<float>(.12 * std::sin(m->seconds * 1.1));
    m->lower += .8f * (m->nod - .7f) + 3 * m->turn * m->turn;
  });
  EXPECT_GT(CorrelationWithOpen(film.Curves()), .97);
}

TEST(MeasuredCurvesTest, AFaceTurnedAwayIsUnknown) {
  Film film;
  film.See(4, 6, [](MouthMeasures* m) { m->turn = .2f; });
  film.See(8, 9, [](MouthMeasures* m) { m->turn = -.2f; });
  film.See(12, 14, [](MouthMeasures* m) { m->nod = .85f; });
  const auto curves = film.Curves();
  for (const double t : {4.2, 5.8, 8.5, 12.2, 13.8}) {
    for (const float value : motion_tools::CurvesAt(curves, t)) {
      EXPECT_TRUE(std::isnan(value)) << t;
    }
  }
  EXPECT_FALSE(std::isnan(At(curves, 7, worker::kCurveJaw)));
}

TEST(MeasuredCurvesTest, WherePicturesLackNothingIsKnown) {
  Film film;
  std::erase_if(film.seen, [](const MouthMeasures& m) {
    return m.seconds > 10 && m.seconds < 10.5;
  });
  const auto curves = film.Curves();
  EXPECT_TRUE(std::isnan(At(curves, 10.2, worker::kCurveJaw)));
  EXPECT_FALSE(std::isnan(At(curves, 9.9, worker::kCurveJaw)));
  EXPECT_FALSE(std::isnan(At(curves, 10.6, worker::kCurveJaw)));
}

TEST(MeasuredCurvesTest, LipsThatRestOrNearlyMeetAreNoClosures) {
  Film film;
  const auto shut = [](MouthMeasures* m) { m->opening = .04f; };
  film.See(3.5, 4.5, shut);  // for longer than any p
  film.Hear(5.9, 6.3, [](HeardMouth* h) { h->silence = 1, h->closes = 0; });
  film.Hear(8, 8.2, [](HeardMouth* h) { h->nearly_closes = .8f; });  // b's
  film.Hear(10, 10.2,
            [](HeardMouth* h) { h->nearly_closes = .8f, h->closes = .1f; });
  const auto curves = film.Curves();
  EXPECT_TRUE(std::isnan(At(curves, 4, worker::kCurveLipClose)));
  EXPECT_FALSE(std::isnan(At(curves, 4, worker::kCurveJaw)));
  EXPECT_TRUE(std::isnan(At(curves, 6.06, worker::kCurveLipClose)));
  EXPECT_GT(At(curves, 8.06, worker::kCurveLipClose), .9f);
  EXPECT_TRUE(std::isnan(At(curves, 10.06, worker::kCurveLipClose)));
  EXPECT_LT(At(curves, 10.31, worker::kCurveLipClose), .01f);
}

TEST(MeasuredCurvesTest, WhatCantBeCalibratedIsRefused) {
  EXPECT_THAT(Film(4).Refusal(),
              HasSubstr("says something for 4.0 s of it, at least 5 s"));
  Film silent;
  silent.Hear(0, 16, [](HeardMouth* h) { h->silence = 1; });
  EXPECT_THAT(silent.Refusal(), HasSubstr("says something for 4.0 s"));
  Film profile;
  profile.See(0, kSeconds, [](MouthMeasures* m) { m->turn = .3f; });
  EXPECT_THAT(profile.Refusal(), HasSubstr("from the front"));
  Film still;
  still.See(0, kSeconds, [](MouthMeasures* m) { m->opening = .1f; });
  EXPECT_THAT(still.Refusal(), HasSubstr("stands still"));
  EXPECT_FALSE(CurvesOfMouth({}, {}, kSeconds).ok());
}

}  // namespace
}  // namespace longtake::own
