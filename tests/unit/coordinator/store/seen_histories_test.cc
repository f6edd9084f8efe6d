#include "coordinator/store/redis/seen_histories.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace longtake::coordinator::redis {
namespace {

using Known = SeenHistories::Known;

std::string Numbers(const nlohmann::json& map) {
  std::string bytes;
  nlohmann::json::to_msgpack(map, bytes);
  return bytes;
}

TEST(SeenHistoriesTest, TransitionsOfManyAreOneHistory) {
  SeenHistories seen(10);
  seen.Note("a", seen.Get("a"), {10, 10, 0});
  seen.Note("a", seen.Get("a"), {14, 10, 0});  // refused; others went on
  seen.Note("a", seen.Get("a"), {15, 15, 10});
  EXPECT_FALSE(seen.has_loss());
  EXPECT_EQ(seen.Get("a").mark, (JobMark{15, 15, 10}));
}

TEST(SeenHistoriesTest, AnswersComeInAnyOrder) {
  SeenHistories seen(10);
  seen.Note("a", seen.Get("a"), {10, 10, 0});
  const Known before = seen.Get("a");
  // Sent together, done as 11, 12, 13.
  seen.Note("a", before, {13, 13, 12});
  seen.Note("a", before, {11, 11, 10});
  seen.Note("a", before, {12, 12, 11});
  EXPECT_FALSE(seen.has_loss());
  EXPECT_EQ(seen.Get("a").mark, (JobMark{13, 13, 12}));
}

TEST(SeenHistoriesTest, AnOlderVersionIsALoss) {
  SeenHistories seen(10);
  seen.Note("a", seen.Get("a"), {10, 0, 0});
  seen.Note("a", seen.Get("a"), {9, 0, 0});
  EXPECT_TRUE(seen.has_loss());
}

TEST(SeenHistoriesTest, AnOwnTransitionThatIsMissingIsALossWhateverTheVersion) {
  SeenHistories seen(10);
  seen.Note("a", seen.Get("a"), {10, 10, 7});
  seen.Note("a", seen.Get("a"), {25, 7, 3});
  EXPECT_TRUE(seen.has_loss());
}

TEST(SeenHistoriesTest, AnOwnTransitionThatCoversTheMissingOneIsALoss) {
  SeenHistories seen(10);
  const Known before = seen.Get("a");
  seen.Note("a", before, {10, 10, 7});
  // Sent before that answer came, done after the state was set back.
  seen.Note("a", before, {25, 25, 7});
  EXPECT_TRUE(seen.has_loss());
}

TEST(SeenHistoriesTest, AnAnswerThatComesLateTellsToo) {
  SeenHistories seen(10);
  const Known before = seen.Get("a");
  seen.Note("a", before, {25, 25, 7});
  seen.Note("a", before, {10, 10, 7});
  EXPECT_TRUE(seen.has_loss());
}

TEST(SeenHistoriesTest, AnotherEraKnowsNothing) {
  SeenHistories seen(10);
  seen.Note("a", seen.Get("a"), {10, 10, 7});
  const Known before = seen.Get("a");
  seen.NoteLoss(before);
  EXPECT_TRUE(seen.has_loss());
  seen.StartEra();
  EXPECT_FALSE(seen.has_loss());
  EXPECT_EQ(seen.Get("a").mark, JobMark{});
  // What was asked in the era before.
  seen.Note("a", before, {3, 3, 0});
  seen.NoteLoss(before);
  EXPECT_FALSE(seen.has_loss());
  EXPECT_EQ(seen.Get("a").mark, JobMark{});
}

TEST(SeenHistoriesTest, SamplesReachAllJobsAndNoMoreThanAsManyAreHeld) {
  SeenHistories seen(40);
  for (int i = 0; i < 100; ++i) {
    const std::string job = "job-" + std::to_string(i);
    seen.Note(job, seen.Get(job), {i + 1, 0, 0});
  }
  EXPECT_EQ(seen.Sample(SIZE_MAX).size(), 40u);
  std::set<std::string> sampled;
  for (int look = 0; look < 200; ++look) {
    for (const auto& [job, known] : seen.Sample(4)) sampled.insert(job);
  }
  EXPECT_EQ(sampled.size(), 40u);
}

TEST(SeenHistoriesTest, MarksAreReadFromARecord) {
  const auto numbers = Numbers(
      {{"version", 30}, {"by", {{"me", {20, 15}}, {"other", {30, 2}}}}});
  EXPECT_EQ(*MarkOf(numbers, "me", 20), (JobMark{30, 20, 15}));
  EXPECT_EQ(*MarkOf(numbers, "nobody", 20), (JobMark{30, 0, 0}));
  EXPECT_EQ(*MarkOf(Numbers({{"version", 3}, {"by_floor", 20}}), "me", 20),
            (JobMark{3, 20, 20}));
  EXPECT_EQ(*MarkOf(Numbers({{"version", 3}, {"by_floor", 19}}), "me", 20),
            (JobMark{3, 0, 0}));
  EXPECT_EQ(MarkOf("?", "me", 0).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace longtake::coordinator::redis
