#include "tools/motion_model/evaluate/plots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace longtake::evaluation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// "pa", from 0.2 s to 1 s, with a mouth that closes as it should.
Example Pa() {
  Example example;
  example.name = "pa & <more>";
  example.rate = {50, 1};
  for (int i = 0; i < 32000; ++i) {
    example.samples.push_back(.3f * std::sin(static_cast<float>(i) * .1f));
  }
  const int p = worker::PhonesOfIpa("p").front();
  const int a = worker::PhonesOfIpa("a").front();
  example.phones = {{.2, .4, p}, {.4, 1, a}};
  for (int i = 0; i < 100; ++i) {
    worker::MouthCurves row{};
    row[worker::kCurveLipClose] = i > 10 && i < 20 ? 1.f : 0.f;
    row[worker::kCurveJaw] = .5f;
    example.model.push_back(row);
  }
  return example;
}

Evaluation Small() {
  Evaluation e;
  e.examples["es"] = Pa();
  SetScores& scores = e.languages["es"];
  scores.plain.mean_r = .666;
  scores.baseline.mean_r = .222;
  scores.transcript.closure_f1 = .888;
  e.rest_jaw["hum"] = .012;
  e.rest_jaw_baseline["hum"] = .3;
  e.cpu_ms_per_second = 7.7;
  return e;
}

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

// Points of the n-th curve.
std::vector<std::pair<double, double>> CurveOf(const std::string& svg,
                                               size_t n) {
  size_t at = 0;
  for (size_t i = 0; i <= n; ++i) at = svg.find("<polyline points=\"", at) + 18;
  std::istringstream points(svg.substr(at, svg.find('"', at) - at));
  std::vector<std::pair<double, double>> curve;
  double x, y;
  for (char comma; points >> x >> comma >> y;) curve.push_back({x, y});
  return curve;
}

TEST(PlotsTest, AnExampleShowsModelAndReferenceOfJawAndLips) {
  const std::string svg = ExamplePlot("es", Pa());
  EXPECT_THAT(svg, HasSubstr("es: pa &amp; &lt;more&gt;"));
  EXPECT_THAT(svg, HasSubstr(">lipClose<"));
  EXPECT_EQ(Count(svg, ">p<"), 1u);
  ASSERT_EQ(Count(svg, "<polyline"), 4u);
  const auto jaw = CurveOf(svg, 1), reference = CurveOf(svg, 2),
             seal = CurveOf(svg, 3);
  ASSERT_EQ(seal.size(), 100u);
  for (const auto& [x, y] : jaw) EXPECT_NEAR(y, jaw.front().second, 1e-6);
  // Up is closed: at 0.3 s, not at 0.7 s.
  EXPECT_LT(seal[15].second, seal[35].second - 100);
  EXPECT_LT(reference[15].second, reference[35].second - 100);
}

TEST(PlotsTest, EveryFigureHasItsBarAndValue) {
  const std::string svg = FiguresPlot(Small());
  for (const char* what : {"0.666", "0.888", "0.012", "7.7", "at least .74",
                           "closure F1", "telephone band", "hum"}) {
    EXPECT_THAT(svg, HasSubstr(what));
  }
  EXPECT_THAT(svg, Not(HasSubstr("unseen")));  // none were heard
}

TEST(PlotsTest, FilesAreWrittenOrThePathIsNamed) {
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) /
      ("plots_" + std::to_string(::getpid()));
  ASSERT_TRUE(WritePlots((directory / "deep").string(), Small()).ok());
  for (const char* name : {"es.svg", "figures.svg"}) {
    EXPECT_GT(std::filesystem::file_size(directory / "deep" / name), 1000u);
  }
  std::ofstream(directory / "file") << "x";
  const Status refused = WritePlots((directory / "file").string(), Small());
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused), HasSubstr("file/es.svg: can't be written"));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace longtake::evaluation
