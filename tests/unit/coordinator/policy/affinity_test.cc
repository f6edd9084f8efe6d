#include "coordinator/policy/affinity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>

#include "coordinator/policy/pass_counter.h"

namespace longtake::coordinator {
namespace {

ReadyTask Task(const std::string& id, const std::string& identity,
               int priority = 0) {
  ReadyTask ready;
  ready.position.priority = priority;
  ready.job_id = "job";
  ready.task_id = id;
  ready.identity = identity;
  return ready;
}

Pick PickOf(const std::vector<ReadyTask>& page,
            const std::set<std::string>& held, int passes = 0,
            const std::set<std::string>& elsewhere = {}) {
  return PickForWorker(
      page, held,
      [&](const ReadyTask& ready) { return elsewhere.contains(ready.task_id); },
      [&](const ReadyTask&) { return passes; }, {});
}

TEST(AffinityTest, ATaskOfAHeldIdentityIsTakenPastTheOthers) {
  const std::vector<ReadyTask> page = {Task("0", "x"), Task("1", ""),
                                       Task("2", "y"), Task("3", "y")};
  EXPECT_EQ(PickOf(page, {"y"}), (Pick{2, 0}));
  EXPECT_EQ(PickOf(page, {"y", "x"}), (Pick{0, 0}));
  EXPECT_EQ(PickOf(page, {"z"}), (Pick{0, 0}));
  EXPECT_EQ(PickOf(page, {}), (Pick{0, 0}));
  EXPECT_EQ(PickOf(page, {""}), (Pick{0, 0})) << "none is no identity";
}

TEST(AffinityTest, NeverPastAHigherPriority) {
  EXPECT_EQ(PickOf({Task("0", "x", 5), Task("1", "y", 4)}, {"y"}),
            (Pick{0, 0}));
  EXPECT_EQ(PickOf({Task("0", "x", 5), Task("1", "y", 5)}, {"y"}),
            (Pick{1, 0}));
}

TEST(AffinityTest, TasksForOthersAreLeftToThem) {
  const std::vector<ReadyTask> page = {Task("0", "y", 9), Task("1", "x"),
                                       Task("2", "y"), Task("3", "y")};
  EXPECT_EQ(PickOf(page, {"y"}, 0, {"0"}), (Pick{2, 1}));
  EXPECT_EQ(PickOf(page, {"y"}, 0, {"0", "2"}), (Pick{3, 1}));
  EXPECT_EQ(PickOf(page, {"y"}, 0, {"0", "2", "3"}), (Pick{1, 1}));
  EXPECT_EQ(PickOf(page, {"y"}, 0, {"0", "1", "2", "3"}), (Pick{4, 4}));
  EXPECT_EQ(PickOf({}, {"y"}), (Pick{0, 0}));
}

TEST(AffinityTest, AHeadThatWasGonePastOftenIsTaken) {
  const std::vector<ReadyTask> page = {Task("0", "x"), Task("1", "y")};
  EXPECT_EQ(PickOf(page, {"y"}, 7), (Pick{1, 0}));
  EXPECT_EQ(PickOf(page, {"y"}, 8), (Pick{0, 0}));
}

// One worker and a busy job of the identity that it holds: a page full of it at
// any time. The other job's tasks still get their turns.
TEST(AffinityTest, ABusyIdentityDoesNotStarveTheHead) {
  std::deque<ReadyTask> queue = {Task("other-0", "x"), Task("other-1", "x")};
  for (int i = 0; i < 100; ++i) {
    queue.push_back(Task(fmt::format("busy-{}", i), "y"));
  }
  PassCounter counter;
  std::vector<size_t> turns;  // of the other job
  for (size_t turn = 0; turn < 40; ++turn) {
    const std::vector<ReadyTask> page(queue.begin(), queue.begin() + 16);
    const Pick pick = PickForWorker(
        page, {"y"}, [](const ReadyTask&) { return false; },
        [&](const ReadyTask& ready) { return counter.Of(ready); }, {});
    if (pick.task != pick.head) counter.GonePast(page[pick.head]);
    counter.Forget(page[pick.task]);
    if (page[pick.task].identity == "x") turns.push_back(turn);
    queue.erase(queue.begin() + static_cast<int64_t>(pick.task));
  }
  EXPECT_EQ(turns, std::vector<size_t>({8, 17}));
}

TEST(PassCounterTest, CountsByTaskAndForgets) {
  PassCounter counter;
  const ReadyTask a = Task("a", "x");
  ReadyTask same_name = a;
  same_name.job_id = "another";
  EXPECT_EQ(counter.Of(a), 0);
  counter.GonePast(a);
  counter.GonePast(a);
  EXPECT_EQ(counter.Of(a), 2);
  EXPECT_EQ(counter.Of(same_name), 0);
  counter.Forget(a);
  EXPECT_EQ(counter.Of(a), 0);
}

TEST(PassCounterTest, IsBounded) {
  PassCounter counter;
  counter.GonePast(Task("first", "x"));
  for (size_t i = 0; i < PassCounter::kMaxTasks; ++i) {
    counter.GonePast(Task(std::to_string(i), "x"));
  }
  EXPECT_EQ(counter.Of(Task("first", "x")), 0);
}

}  // namespace
}  // namespace longtake::coordinator
