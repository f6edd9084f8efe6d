#include "benchmarks/render/baseline.h"

#include <fstream>

#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"

namespace longtake::benchmarks {
namespace {

TEST(BaselineTest, OnlyWhatGotWorseByMoreThanAFifthIsARegression) {
  const Ratios before = {{"draw / encode", 1},
                         {"motion / encode", 0.2},
                         {"gone", 1},
                         {"nothing", 0}};
  EXPECT_TRUE(Regressions(before, {{"draw / encode", 1.19},
                                   {"motion / encode", 0.1},
                                   {"nothing", 3},
                                   {"new", 9}})
                  .empty());
  const auto worse =
      Regressions(before, {{"draw / encode", 1.5}, {"motion / encode", 0.2}});
  ASSERT_EQ(worse.size(), 1);
  EXPECT_EQ(worse[0], "draw / encode: 1.500, 50 % above the baseline's 1.000");
}

TEST(BaselineTest, ReadsTheRatiosOfARunAndRefusesWhatIsNone) {
  const TempDir dir;
  const std::string file = dir.Join("baseline.json");
  std::ofstream(file) << R"({"ratios": {"draw / encode": 1.5}, "x": 1})";
  const auto ratios = ReadBaseline(file);
  ASSERT_TRUE(ratios.ok()) << ratios.status();
  EXPECT_EQ(*ratios, (Ratios{{"draw / encode", 1.5}}));
  EXPECT_EQ(ReadBaseline(file + ".none").status().code(),
            StatusCode::kNotFound);
  for (const char* text : {"", "[]", "{}", R"({"ratios": {"a": "b"}})"}) {
    std::ofstream(file, std::ios::trunc) << text;
    EXPECT_EQ(ReadBaseline(file).status().code(), StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(BaselineTest, TheOneInTheRepositoryHasTheRatiosThatMatter) {
  const auto ratios =
      ReadBaseline(LONGTAKE_SOURCE_DIR "/benchmarks/baseline.json");
  ASSERT_TRUE(ratios.ok()) << ratios.status();
  for (const char* name :
       {"draw / encode", "motion / encode", "end to end / encode alone"}) {
    EXPECT_GT(ratios->count(name), 0u) << name;
  }
}

}  // namespace
}  // namespace longtake::benchmarks
