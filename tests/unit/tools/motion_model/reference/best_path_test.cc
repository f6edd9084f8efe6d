#include "tools/motion_model/reference/best_path.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

namespace longtake::reference {
namespace {

using ::testing::ElementsAre;

constexpr int kA = 0;
constexpr int kB = 1;
constexpr int kQuiet = 2;

// Each frame is named after the one emission that explains it well.
std::vector<float> Densities(const std::string& frames) {
  std::vector<float> table;
  for (const char emission : {'a', 'b', '_'}) {
    for (const char f : frames) table.push_back(f == emission ? 0.0f : -10.0f);
  }
  return table;
}

Node At(int emission) {
  Node node;
  node.emission = emission;
  node.log_stay = std::log(0.5f);
  node.log_leave = std::log(0.5f);
  return node;
}

// a, a pause that may be left out, b.
std::vector<Node> TwoPhones() {
  std::vector<Node> chain = {At(kA), At(kQuiet), At(kB)};
  chain[0].may_begin = true;
  chain[2].may_end = true;
  chain[2].bypass_from = 0;
  return chain;
}

std::vector<int> PathOf(const std::vector<Node>& chain,
                        const std::string& frames) {
  const std::vector<float> table = Densities(frames);
  const auto path =
      FindBestPath(chain, {table, static_cast<int>(frames.size())}, 1);
  EXPECT_TRUE(path.ok()) << path.status();
  return path.ok() ? path->nodes : std::vector<int>();
}

TEST(BestPathTest, FollowsWhatTheFramesSay) {
  EXPECT_THAT(PathOf(TwoPhones(), "aa__bbb"), ElementsAre(0, 0, 1, 1, 2, 2, 2));
}

TEST(BestPathTest, AnOptionalPauseThatIsNotThereIsBypassed) {
  EXPECT_THAT(PathOf(TwoPhones(), "aaabb"), ElementsAre(0, 0, 0, 2, 2));
}

TEST(BestPathTest, APauseThatIsNotOptionalMustBeTaken) {
  std::vector<Node> chain = TwoPhones();
  chain[2].bypass_from = -1;
  EXPECT_THAT(PathOf(chain, "aabb"), ::testing::Contains(1));
}

TEST(BestPathTest, BeginsAndEndsOnlyWhereItMay) {
  std::vector<Node> chain = {At(kQuiet), At(kA), At(kQuiet)};
  chain[0].may_begin = chain[1].may_begin = true;
  chain[1].may_end = chain[2].may_end = true;
  EXPECT_THAT(PathOf(chain, "aa"), ElementsAre(1, 1));
  EXPECT_THAT(PathOf(chain, "_a_"), ElementsAre(0, 1, 2));
  chain[0].may_begin = false;
  EXPECT_THAT(PathOf(chain, "_a_"), ElementsAre(1, 1, 2));
}

TEST(BestPathTest, TheLikelihoodIsThatOfThePath) {
  const std::vector<float> table = Densities("ab");
  const auto path = FindBestPath(TwoPhones(), {table, 2}, 1);
  ASSERT_TRUE(path.ok());
  EXPECT_NEAR(path->log_likelihood, std::log(0.5), 1e-6);
}

TEST(BestPathTest, TheWeightScalesDensitiesButNotTransitions) {
  // Staying in a is unlikely: with a small weight leaving early wins.
  std::vector<Node> chain = {At(kA), At(kB)};
  chain[0].may_begin = chain[1].may_end = true;
  chain[0].log_stay = -4;
  const std::vector<float> table = Densities("aab");
  const auto heavy = FindBestPath(chain, {table, 3}, 1);
  const auto light = FindBestPath(chain, {table, 3}, 0.1f);
  ASSERT_TRUE(heavy.ok());
  ASSERT_TRUE(light.ok());
  EXPECT_THAT(heavy->nodes, ElementsAre(0, 0, 1));
  EXPECT_THAT(light->nodes, ElementsAre(0, 1, 1));
}

TEST(BestPathTest, TooFewFramesAreRefused) {
  std::vector<Node> chain = TwoPhones();
  chain[2].bypass_from = -1;
  const std::vector<float> table = Densities("ab");
  EXPECT_EQ(FindBestPath(chain, {table, 2}, 1).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_FALSE(FindBestPath(chain, {{}, 0}, 1).ok());
}

}  // namespace
}  // namespace longtake::reference
