#include "worker/quality/seam_scores.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "tests/unit/worker/quality/made_up_pictures.h"

namespace longtake::worker {
namespace {

std::vector<FilmSeam> Seams(SeamPlaces places, FrameIndex jump_at,
                            double jump) {
  MadeUpFilm film;
  SeamScores scores(std::move(places));
  double phase = 0;
  for (FrameIndex i = 0; i < 120; ++i) {
    phase += i == jump_at ? jump : 1;
    scores.Add(i, film.Next(WavePicture(phase), i % 30 == 0));
  }
  return scores.Finish();
}

TEST(SeamScoresTest, ASmoothTakeScoresOne) {
  const std::vector<FilmSeam> seams = Seams({{40, 80}, false}, 0, 1);
  ASSERT_EQ(seams.size(), 2u);
  EXPECT_EQ(seams[0].frame, 40);
  EXPECT_NEAR(seams[0].seconds, 1.6, 1e-6);
  for (const FilmSeam& seam : seams) EXPECT_NEAR(seam.ratio, 1, 0.2);
}

TEST(SeamScoresTest, AJumpStandsOutAtItsSeamOnly) {
  const std::vector<FilmSeam> seams = Seams({{40, 80}, false}, 80, 8);
  ASSERT_EQ(seams.size(), 2u);
  EXPECT_NEAR(seams[0].ratio, 1, 0.2);
  EXPECT_GT(seams[1].ratio, 4);
}

TEST(SeamScoresTest, SeamsNearTheEndsAreScoredToo) {
  const std::vector<FilmSeam> seams = Seams({{1, 119}, false}, 119, 8);
  ASSERT_EQ(seams.size(), 2u);
  EXPECT_GT(seams[1].ratio, 4);
}

TEST(SeamScoresTest, KeyframesStandForSeamsThatAreNotKnown) {
  const std::vector<FilmSeam> seams = Seams({{}, true}, 90, 8);
  ASSERT_EQ(seams.size(), 3u);  // the first picture has none before it
  EXPECT_EQ(seams[2].frame, 90);
  EXPECT_GT(seams[2].ratio, 4);
  EXPECT_TRUE(Seams({}, 90, 8).empty());
}

// Every picture changes by a level, but for those in `changes`.
std::vector<FilmSeam> Scored(std::vector<FrameIndex> seams, int64_t pictures,
                             const std::map<FrameIndex, float>& changes,
                             const std::set<FrameIndex>& keys) {
  SeamScores scores({std::move(seams), false});
  for (FrameIndex i = 0; i < pictures; ++i) {
    const auto change = changes.find(i);
    scores.Add(i, Changed(i, change == changes.end() ? 1 : change->second, 1,
                          keys.contains(i)));
  }
  return scores.Finish();
}

TEST(SeamScoresTest, ASeamIsNoPartOfItsSurroundings) {
  const std::vector<FilmSeam> seams = Scored({1}, 3, {{1, 8}}, {});
  ASSERT_EQ(seams.size(), 1u);
  EXPECT_NEAR(seams[0].ratio, 8, 1e-6);
}

TEST(SeamScoresTest, ASeamIsComparedWithTheCalmerKeyframeBesideIt) {
  // All keyframes draw the picture anew.
  std::vector<FilmSeam> seams =
      Scored({50}, 100, {{25, 3}, {50, 3}, {75, 3}}, {0, 25, 50, 75});
  ASSERT_EQ(seams.size(), 1u);
  EXPECT_NEAR(seams[0].ratio, 1, 1e-6);
  // One that jumps itself excuses nothing.
  seams = Scored({50}, 100, {{25, 9}, {50, 6}, {75, 2}}, {0, 25, 50, 75});
  EXPECT_NEAR(seams[0].ratio, 3, 1e-6);
  seams = Scored({50}, 100, {{25, 2}, {50, 6}, {75, 9}}, {0, 25, 50, 75});
  EXPECT_NEAR(seams[0].ratio, 3, 1e-6);
  // Nor one that is more than five seconds away.
  seams = Scored({50}, 200, {{50, 6}, {180, 6}}, {0, 50, 180});
  EXPECT_NEAR(seams[0].ratio, 6, 1e-6);
}

}  // namespace
}  // namespace longtake::worker
