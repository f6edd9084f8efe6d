// A report's two forms, of measures that are made up.

#include "client/report/film_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "client/report/film_plots.h"
#include "client/report/plot.h"

namespace longtake::client {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

worker::LipSync Lips() {
  worker::LipSync sync;
  sync.closures_heard = 40;
  sync.closure_recall = 0.9;
  sync.opening_r = 0.8;
  sync.offset_ms = 12.5;
  sync.offset_r = 0.85;
  sync.offset_trend_ms_per_minute = -0.06;
  sync.sought = {{3, 3.1, false}};
  sync.stretches = {{0, 8, 6, 0.8, 12}, {60, 68, 6, 0.8, 13}};
  sync.minutes = {{0, 12.0}, {1, 13.0}};
  return sync;
}

worker::FilmMeasures Measures() {
  worker::FilmMeasures f;
  f.video = {512, 512, {30, 1}, 100'000'000, {30, 1}, {30, 1}, "h264"};
  f.timing.frames = 3000;
  f.timing.end_seconds = 100;
  f.frames_expected = 3000;
  f.pictures.black = 2;
  f.pictures.black_spans = {{5, 5.0667}};
  f.seams_known = true;
  f.seams = {{300, 10, 1.5, 0.7}};
  f.sound.emplace();
  f.sound->facts.codec = "aac";
  f.sound->facts.sample_rate_hz = 48000;
  f.sound->facts.channels = 2;
  f.sound->end_seconds = 100;
  f.sound->loudness.emplace();
  f.sound->loudness->integrated_lufs = -19.5;
  f.sound->loudness->short_term = {{1.5, -20}, {2.5, -19}};
  f.lip_sync = Lips();
  f.curves.emplace_back();
  f.curves[0].points = {{0, 0.1f, 0.5f, false}, {0.02, NAN, 0, true}};
  f.identity.emplace();
  f.identity->to_portrait = true;
  f.identity->looked_at = 2;
  f.identity->cosine_mean = 0.97;
  f.identity->cosine_min = 0.95;
  f.identity->distance_max = 0.4;
  f.identity->slope_per_minute = 0.02;
  f.identity->points = {{10, 0.99, 0.2}, {20, 0.95, 0.4}};
  f.colour.emplace();
  f.colour->points = {{10, {50, 1, 2}, 0.1}, {20, {50, 1, 2}, 0.2}};
  worker::Thumbnail& thumbnail = f.thumbnails.emplace_back();
  thumbnail.note.caption = "first picture";
  thumbnail.width = thumbnail.height = 8;
  thumbnail.jpeg = "\xff\xd8jpeg";
  return f;
}

FilmReport Sample() {
  FilmReport report;
  report.film = "caf\xe9 <\"1\"> & co.mp4";
  report.measures = Measures();
  report.figures = worker::JudgeFilm(report.measures);
  report.transcript = {{1, "Good <morning>", true, 1200000, 2000000, 1}};
  report.warnings = {"audio: very quiet"};
  return report;
}

// Every tag of a page that is well-formed as XML, in order; empty, with a
// failure, where it is not. Enough of a parser for what is written here.
std::vector<std::string> TagsOf(const std::string& page) {
  std::vector<std::string> tags, open;
  size_t at = page.find('\n') + 1;  // after the doctype
  while ((at = page.find('<', at)) != std::string::npos) {
    const size_t end = page.find('>', at);
    if (end == std::string::npos) {
      ADD_FAILURE() << "a tag without an end: " << page.substr(at, 80);
      return {};
    }
    const std::string tag = page.substr(at + 1, end - at - 1);
    EXPECT_EQ(tag.find('<'), std::string::npos) << tag.substr(0, 80);
    const std::string name = tag.substr(
        tag[0] == '/', tag.find_first_of(" />", 1) - (tag[0] == '/'));
    EXPECT_EQ(std::count(tag.begin(), tag.end(), '"') % 2, 0) << tag;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != name) {
        ADD_FAILURE() << "</" << name << "> closes "
                      << (open.empty() ? "nothing" : open.back());
        return {};
      }
      open.pop_back();
    } else {
      tags.push_back(tag);
      if (tag.back() != '/') open.push_back(name);
    }
    at = end + 1;
  }
  EXPECT_TRUE(open.empty()) << open.back();
  return tags;
}

TEST(FilmReportJsonTest, HasTheDocumentedFields) {
  const json j = FilmReportToJson(Sample());
  EXPECT_EQ(j["format"], "longtake-quality-report");
  EXPECT_EQ(j["version"], 1);
  EXPECT_EQ(j["verdict"], "fail");  // black pictures
  for (const char* key :
       {"film", "figures", "video", "pictures", "seams", "identity",
        "av_offset_ms", "av_drift_ppm", "av_offset_by_minute", "lip_sync",
        "colour", "sound", "not_measured", "warnings", "transcript"}) {
    EXPECT_TRUE(j.contains(key)) << key;
  }
  EXPECT_EQ(j["figures"].size(), worker::kFigureKinds.size());
  for (const json& figure : j["figures"]) {
    for (const char* key : {"name", "group", "title", "value", "unit",
                            "verdict", "pass", "fail_beyond", "note"}) {
      EXPECT_TRUE(figure.contains(key)) << key << figure;
    }
  }
  EXPECT_EQ(j["video"]["frames"], 3000);
  EXPECT_EQ(j["seams"]["known_by"], "job");
  EXPECT_EQ(j["seams"]["seams"][0]["frame"], 300);
  EXPECT_EQ(j["identity"]["reference"], "portrait");
  EXPECT_EQ(j["identity"]["points"].size(), 2u);
  EXPECT_EQ(j["identity"]["mean"], 0.97);
  EXPECT_EQ(j["identity"]["min"], 0.95);
  EXPECT_EQ(j["identity"]["max_distance"], 0.4);
  EXPECT_EQ(j["identity"]["slope_per_minute"], 0.02);
  EXPECT_EQ(j["av_offset_ms"], 12.5);
  EXPECT_NEAR(j["av_drift_ppm"].get<double>(), -1, 1e-9);
  EXPECT_EQ(j["av_offset_by_minute"][1]["offset_ms"], 13.0);
  EXPECT_EQ(j["lip_sync"]["stretches"].size(), 2u);
  EXPECT_EQ(j["sound"]["loudness_lufs"], -19.5);
}

TEST(FilmReportJsonTest, EachFigureHasItsVerdictAndLimits) {
  const json report = FilmReportToJson(Sample());
  const auto figure = [&report](const std::string& name) {
    for (const json& j : report["figures"]) {
      if (j["name"] == name) return j;
    }
    return json();
  };
  const json seam = figure("seam_ratio_max");
  EXPECT_EQ(seam["value"], 1.5);
  EXPECT_EQ(seam["verdict"], "pass");
  EXPECT_EQ(seam["pass"], json({0.0, 2.2}));
  EXPECT_EQ(seam["fail_beyond"], json({0.0, 4.0}));
  const json offset = figure("av_offset_ms");
  EXPECT_EQ(offset["pass"], json({-22.0, 22.0}));
  EXPECT_EQ(offset["fail_beyond"], json({-40.0, 60.0}));
  // Without bound.
  EXPECT_EQ(figure("opening_r")["pass"], json({0.6, nullptr}));
  EXPECT_EQ(figure("black_frames")["verdict"], "fail");
}

TEST(FilmReportJsonTest, WhatWasNotMeasuredIsNullAndSaysWhy) {
  FilmReport report;
  report.measures.why_no_sound = "no sound";
  report.measures.why_no_lips = "no face";
  report.measures.why_no_face = "no face";
  report.figures = worker::JudgeFilm(report.measures);
  const json j = FilmReportToJson(report);
  for (const char* key : {"identity", "lip_sync", "sound", "colour",
                          "av_offset_ms", "av_drift_ppm"}) {
    EXPECT_TRUE(j[key].is_null()) << key;
  }
  EXPECT_EQ(j["not_measured"]["sound"], "no sound");
  EXPECT_TRUE(j["seams"]["known_by"].is_null());
}

TEST(FilmReportPageTest, IsWellFormedAndNeedsNothingElse) {
  const std::string page = FilmReportPage(Sample());
  EXPECT_FALSE(TagsOf(page).empty());
  for (const char* outside :
       {"http", "src=\"/", "url(", "<link", "<script", "@import", "file:/"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
  EXPECT_THAT(page, HasSubstr("data:image/jpeg;base64,/9hqcGVn"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
}

TEST(FilmReportPageTest, TellsWhatFailedAndEscapesWhatItQuotes) {
  const std::string page = FilmReportPage(Sample());
  EXPECT_THAT(page, HasSubstr("Failed: 1 figure out of bounds"));
  EXPECT_THAT(page, HasSubstr("Black pictures: 2"));
  EXPECT_THAT(page, HasSubstr("&lt;&quot;1&quot;&gt; &amp; co.mp4"));
  EXPECT_THAT(page, HasSubstr("Good &lt;morning&gt;"));
  EXPECT_THAT(page, HasSubstr("audio: very quiet"));
}

TEST(FilmReportPageTest, ATileSaysItsOwnVerdict) {
  FilmReport report = Sample();
  report.measures.lip_sync->offset_ms = 80;
  report.figures = worker::JudgeFilm(report.measures);
  const std::string page = FilmReportPage(report);
  EXPECT_THAT(page, HasSubstr("Sound after the lips</span><b>80.0<small>ms"
                              "</small></b><span class=\"badge fail\">"));
  EXPECT_THAT(page, HasSubstr("Worst seam</span><b>1.50<small>x</small></b>"
                              "<span class=\"badge pass\">"));
}

TEST(FilmReportPageTest, AFilmWithoutAnythingHasAPageToo) {
  FilmReport report;
  report.film = "nothing.mp4";
  report.figures = worker::JudgeFilm(report.measures);
  EXPECT_FALSE(TagsOf(FilmReportPage(report)).empty());
  EXPECT_TRUE(PlotsOf(report.measures).empty());
}

TEST(FilmPlotsTest, EveryMeasureHasItsPlot) {
  std::vector<std::string> titles;
  for (const FilmPlot& plot : PlotsOf(Measures())) {
    titles.push_back(plot.title);
    EXPECT_LT(plot.plot.begin, plot.plot.end) << plot.title;
    EXPECT_LT(plot.plot.low, plot.plot.high) << plot.title;
  }
  EXPECT_THAT(titles, testing::ElementsAre(
                          "Faults of the picture", "Sound against lips",
                          HasSubstr("The mouth"), "Likeness to the portrait",
                          "Seams", "Colour", "Loudness"));
}

FilmPlot Named(const worker::FilmMeasures& measures, const std::string& title) {
  for (FilmPlot& plot : PlotsOf(measures)) {
    if (plot.title.starts_with(title)) return plot;
  }
  ADD_FAILURE() << title;
  return {};
}

TEST(FilmPlotsTest, BandsShowWhereValuesWarnAndFail) {
  worker::FilmMeasures f = Measures();
  f.seams[0].ratio = 5;
  const FilmPlot seams = Named(f, "Seams");
  ASSERT_EQ(seams.plot.bands.size(), 2u);
  EXPECT_EQ(seams.plot.bands[0].low, 2.2);
  EXPECT_EQ(seams.plot.bands[0].high, 4);
  EXPECT_EQ(seams.plot.bands[0].style, "warn");
  EXPECT_EQ(seams.plot.bands[1].low, 4);
  EXPECT_NEAR(seams.plot.bands[1].high, 5.5, 1e-9);
  EXPECT_EQ(seams.plot.bands[1].style, "fail");
}

TEST(FilmPlotsTest, OfTheClosuresTheMissedAreDrawn) {
  worker::FilmMeasures f = Measures();
  f.curves[0].points = {{3, 0.1f, 0.5f, false}, {4, 0.1f, 0.5f, false}};
  f.lip_sync->sought = {
      {2, 2.1, false}, {3.2, 3.3, false}, {3.5, 3.6, true}, {5, 5.1, false}};
  const FilmPlot mouth = Named(f, "The mouth");
  ASSERT_EQ(mouth.plot.spans.size(), 1u);
  EXPECT_EQ(mouth.plot.spans[0].begin, 3.2);
  EXPECT_EQ(mouth.plot.spans[0].style, "fail");
}

TEST(FilmPlotsTest, EachFaultIsDrawnInItsPlace) {
  worker::FilmMeasures f = Measures();
  f.pictures.still_spans = {{10, 13}, {20, 22}};
  f.frozen_spans = {{20, 22}};
  f.pictures.duplicate_seconds = {30};
  f.timing.gap_seconds = {40};
  std::vector<std::string> drawn;
  for (const PlotSpan& span : Named(f, "Faults").plot.spans) {
    drawn.push_back(std::to_string(std::lround(span.begin)) + " " +
                    std::string(span.style));
  }
  EXPECT_THAT(drawn, testing::ElementsAre("10 none", "20 none", "20 fail",
                                          "5 fail", "30 warn", "40 fail"));
}

TEST(PlotTest, LongSeriesAreThinnedAndKeepTheirPeaks) {
  TimePlot plot;
  plot.end = 100'000;
  plot.high = 1;
  PlotSeries series;
  series.style = "a";
  for (int i = 0; i < 100'000; ++i) {
    series.points.emplace_back(i, i == 54'321 ? 1.0 : 0.25);
  }
  plot.series.push_back(series);
  const std::string html = PlotHtml(plot);
  EXPECT_LT(html.size(), 20'000u);
  EXPECT_THAT(html, HasSubstr("543.2 0.00"));
}

TEST(PlotTest, ALineBreaksWhereThereIsNothing) {
  TimePlot plot;
  plot.end = 4;
  PlotSeries series;
  series.style = "a";
  series.points = {{0, 0.5}, {1, 0.5}, {2, NAN}, {3, 0.5}, {4, 0.5}};
  plot.series.push_back(series);
  EXPECT_THAT(PlotHtml(plot),
              HasSubstr("M0.0 50.00L250.0 50.00M750.0 50.00L1000.0 50.00"));
  EXPECT_THAT(PlotHtml(plot), Not(HasSubstr("nan")));
}

TEST(PlotTest, TicksAreRound) {
  EXPECT_THAT(RoundTicks(0, 3, 4), testing::ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(RoundTicks(-45, 45, 6),
              testing::ElementsAre(-40, -20, 0, 20, 40));
  EXPECT_TRUE(RoundTicks(1, 1, 4).empty());
}

TEST(FilmReportTextTest, NamesFilmVerdictAndEveryFigure) {
  const std::string text = FilmReportText(Sample());
  EXPECT_THAT(text, HasSubstr("FAILED: 1 of"));
  EXPECT_THAT(text, HasSubstr("FAIL  Black pictures: 2"));
  for (const worker::FigureKind& kind : worker::kFigureKinds) {
    EXPECT_THAT(text, HasSubstr(std::string(kind.title)));
  }
}

}  // namespace
}  // namespace longtake::client
