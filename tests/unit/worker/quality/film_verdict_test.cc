#include "worker/quality/film_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

// A take without a fault.
FilmMeasures Good() {
  FilmMeasures f;
  f.video.grid = {30, 1};
  f.timing.frames = 9000;
  f.timing.end_seconds = 300;
  f.frames_expected = 9000;
  f.sound.emplace();
  f.sound->end_seconds = 299.99;
  f.sound->loudness.emplace();
  f.sound->loudness->integrated_lufs = -20;
  f.sound->loudness->sample_peak_dbfs = -3;
  f.seams_known = true;
  f.seams = {{300, 10, 1.1, 0.5}, {600, 20, 1.4, 0.5}};
  f.identity.emplace();
  f.identity->to_portrait = true;
  f.identity->looked_at = 60;
  f.identity->cosine_min = 0.96;
  f.identity->distance_max = 0.3;
  f.colour.emplace();
  f.lip_sync.emplace();
  f.lip_sync->closures_heard = 100;
  f.lip_sync->closure_recall = 0.95;
  f.lip_sync->closure_precision = 0.9;
  f.lip_sync->opening_r = 0.85;
  f.lip_sync->offset_ms = 3;
  f.lip_sync->offset_r = 0.86;
  f.lip_sync->offset_trend_ms_per_minute = 0.1;
  f.lip_sync->silence_motion = 0.005;
  f.lip_sync->speech_motion = 0.06;
  return f;
}

const Figure& Named(const std::vector<Figure>& figures, std::string_view name) {
  for (const Figure& figure : figures) {
    if (figure.kind->name == name) return figure;
  }
  ADD_FAILURE() << name;
  return figures.front();
}

TEST(FilmVerdictTest, AGoodTakePassesAllOfIt) {
  const std::vector<Figure> figures = JudgeFilm(Good());
  EXPECT_EQ(figures.size(), kFigureKinds.size());
  for (const Figure& figure : figures) {
    EXPECT_EQ(figure.verdict, Verdict::kPass) << figure.kind->name;
  }
  EXPECT_EQ(OverallVerdict(figures), Verdict::kPass);
  EXPECT_EQ(BreachLine(figures), "");
}

struct Case {
  std::string_view name;
  Verdict verdict;
  std::function<void(FilmMeasures&)> spoil;
};

TEST(FilmVerdictTest, EachFaultIsJudgedByItsOwnFigure) {
  const Case cases[] = {
      {"frames_beyond_job", Verdict::kFail,
       [](auto& f) { f.frames_expected = 9001; }},
      {"frames_off_grid", Verdict::kFail,
       [](auto& f) { f.timing.off_grid = 1; }},
      {"frames_off_grid", Verdict::kFail,
       [](auto& f) { f.timing.not_later = 1; }},
      {"frames_missing", Verdict::kFail, [](auto& f) { f.timing.missing = 1; }},
      {"sound_end_ms", Verdict::kWarn,
       [](auto& f) { f.sound->end_seconds = 300.08; }},
      {"sound_end_ms", Verdict::kFail,
       [](auto& f) { f.sound->end_seconds = 298; }},
      // Late by so much is warned about, early is not.
      {"sound_end_ms", Verdict::kPass,
       [](auto& f) { f.sound->end_seconds = 299.965; }},
      {"sound_end_ms", Verdict::kWarn,
       [](auto& f) { f.sound->end_seconds = 300.035; }},
      {"black_frames", Verdict::kFail, [](auto& f) { f.pictures.black = 1; }},
      {"frozen_seconds", Verdict::kWarn,
       [](auto& f) { f.frozen_seconds = 0.6; }},
      {"frozen_seconds", Verdict::kFail, [](auto& f) { f.frozen_seconds = 2; }},
      // A mouth that holds still for a picture now and then is no fault.
      {"duplicates_percent", Verdict::kPass,
       [](auto& f) { f.pictures.duplicates = 8; }},
      {"duplicates_percent", Verdict::kWarn,
       [](auto& f) { f.pictures.duplicates = 10; }},
      {"duplicates_percent", Verdict::kFail,
       [](auto& f) { f.pictures.duplicates = 900; }},
      {"seam_ratio_max", Verdict::kWarn, [](auto& f) { f.seams[1].ratio = 3; }},
      {"seam_ratio_max", Verdict::kFail, [](auto& f) { f.seams[1].ratio = 9; }},
      {"colour_delta_e_max", Verdict::kFail,
       [](auto& f) { f.colour->delta_e_max = 6; }},
      {"colour_drift_delta_e", Verdict::kWarn,
       [](auto& f) { f.colour->drift_delta_e = 2; }},
      {"face_missing_percent", Verdict::kFail,
       [](auto& f) { f.identity->without_face = 30; }},
      {"identity_max_distance", Verdict::kFail,
       [](auto& f) { f.identity->distance_max = 0.7; }},
      {"identity_max_distance", Verdict::kFail,
       [](auto& f) { f.identity->distance_max = NAN; }},
      {"identity_min_cosine", Verdict::kFail,
       [](auto& f) { f.identity->cosine_min = 0.8; }},
      {"identity_drift", Verdict::kFail,
       [](auto& f) { f.identity->slope_per_minute = 0.03; }},
      {"av_offset_ms", Verdict::kWarn,
       [](auto& f) { f.lip_sync->offset_ms = -35; }},
      {"av_offset_ms", Verdict::kFail,
       [](auto& f) { f.lip_sync->offset_ms = -45; }},
      {"av_offset_ms", Verdict::kWarn,
       [](auto& f) { f.lip_sync->offset_ms = 55; }},
      {"av_offset_ms", Verdict::kFail,
       [](auto& f) { f.lip_sync->offset_ms = 65; }},
      {"av_drift_ms", Verdict::kFail,
       [](auto& f) { f.lip_sync->offset_trend_ms_per_minute = 10; }},
      {"opening_r", Verdict::kFail,
       [](auto& f) { f.lip_sync->opening_r = 0.05; }},
      {"closure_recall_percent", Verdict::kWarn,
       [](auto& f) { f.lip_sync->closure_recall = 0; }},
      {"closure_precision_percent", Verdict::kWarn,
       [](auto& f) { f.lip_sync->closure_precision = 0; }},
      {"silence_motion_percent", Verdict::kFail,
       [](auto& f) { f.lip_sync->silence_motion = 0.06; }},
      {"loudness_lufs", Verdict::kWarn,
       [](auto& f) { f.sound->loudness->integrated_lufs = -50; }},
      {"sample_peak_dbfs", Verdict::kWarn,
       [](auto& f) { f.sound->loudness->sample_peak_dbfs = 0; }},
  };
  for (const Case& c : cases) {
    FilmMeasures film = Good();
    c.spoil(film);
    const std::vector<Figure> figures = JudgeFilm(film);
    for (const Figure& figure : figures) {
      EXPECT_EQ(figure.verdict,
                figure.kind->name == c.name ? c.verdict : Verdict::kPass)
          << figure.kind->name << " for " << c.name;
    }
    EXPECT_EQ(OverallVerdict(figures), c.verdict);
    EXPECT_EQ(BreachLine(figures).empty(), c.verdict != Verdict::kFail);
  }
}

TEST(FilmVerdictTest, WhatIsNotThereIsNotMeasuredAndSaysWhy) {
  FilmMeasures film;
  film.timing.frames = 10;
  film.why_no_sound = "no sound";
  film.why_no_face = "no face";
  film.why_no_lips = "no lips";
  const std::vector<Figure> figures = JudgeFilm(film);
  for (const char* name :
       {"frames_beyond_job", "sound_end_ms", "frozen_seconds", "seam_ratio_max",
        "colour_delta_e_max", "face_missing_percent", "identity_max_distance",
        "av_offset_ms", "opening_r", "loudness_lufs"}) {
    const Figure& figure = Named(figures, name);
    EXPECT_EQ(figure.verdict, Verdict::kNotMeasured) << name;
    EXPECT_FALSE(figure.note.empty()) << name;
    EXPECT_EQ(FigureValueText(figure), "-");
  }
  EXPECT_EQ(OverallVerdict(figures), Verdict::kPass);
}

TEST(FilmVerdictTest, AFilmWithoutTheFaceOfItsPortraitFails) {
  FilmMeasures film = Good();
  film.identity.reset();
  film.face_expected = true;
  film.why_no_face = "no face in the film";
  EXPECT_EQ(Named(JudgeFilm(film), "face_missing_percent").verdict,
            Verdict::kFail);
}

TEST(FilmVerdictTest, ShortFilmsHaveNoDrift) {
  FilmMeasures film = Good();
  film.timing.end_seconds = 20;
  film.sound->end_seconds = 20;
  film.identity->slope_per_minute = 1;
  EXPECT_EQ(Named(JudgeFilm(film), "identity_drift").verdict,
            Verdict::kNotMeasured);
}

TEST(FilmVerdictTest, AnOffsetOfAWeakCorrelationIsAHintOnly) {
  FilmMeasures film = Good();
  film.lip_sync->offset_ms = 84;
  film.lip_sync->offset_r = 0.4;
  const std::vector<Figure> figures = JudgeFilm(film);
  EXPECT_EQ(Named(figures, "av_offset_ms").verdict, Verdict::kNotMeasured);
  EXPECT_THAT(Named(figures, "av_offset_ms").note, HasSubstr("+84 ms"));
  EXPECT_EQ(Named(figures, "av_drift_ms").verdict, Verdict::kNotMeasured);
}

TEST(FilmVerdictTest, ABreachIsOneLineWithValueLimitAndPlace) {
  FilmMeasures film = Good();
  film.seams[1].ratio = 7.314;
  film.pictures.black = 3;
  const std::string line = BreachLine(JudgeFilm(film));
  EXPECT_THAT(line, HasSubstr("Worst seam, against its surroundings: 7.31x"));
  EXPECT_THAT(line, HasSubstr("fails above 4.00x"));
  EXPECT_THAT(line, HasSubstr("at 0:20.00, frame 600"));
  EXPECT_THAT(line, HasSubstr("Black pictures: 3 (none allowed"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(FilmVerdictTest, LimitsAndTimesReadWell) {
  const auto limits = [](std::string_view name) {
    for (const FigureKind& kind : kFigureKinds) {
      if (kind.name == name) return FigureLimitsText(kind);
    }
    return std::string();
  };
  EXPECT_EQ(limits("identity_max_distance"),
            "at most 0.500, fails above 0.600");
  EXPECT_EQ(limits("av_offset_ms"),
            "-22.0 to 22.0 ms, fails outside -40.0 to 60.0 ms");
  EXPECT_EQ(limits("closure_recall_percent"), "at least 70%, never fails");
  EXPECT_EQ(limits("black_frames"), "none allowed");
  EXPECT_EQ(TimeText(67.25), "1:07.25");
  EXPECT_EQ(TimeText(59.999), "1:00.00");
  EXPECT_EQ(TimeText(4000, 0), "1:06:40");
  EXPECT_EQ(TimeText(-1), "0:00.00");
}

// What the table promises: a figure that passes doesn't fail.
TEST(FilmLimitsTest, WhatPassesDoesNotFail) {
  for (const FigureKind& kind : kFigureKinds) {
    EXPECT_GE(kind.limits.pass_low, kind.limits.fail_low) << kind.name;
    EXPECT_LE(kind.limits.pass_high, kind.limits.fail_high) << kind.name;
    EXPECT_LE(kind.limits.pass_low, kind.limits.pass_high) << kind.name;
  }
}

}  // namespace
}  // namespace longtake::worker
