#include "coordinator/policy/stay_shares.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace longtake::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MATCHER_P3(IsShare, job, priority, slots, "") {
  return arg.job_id == job && arg.priority == priority &&
         std::abs(arg.slots - slots) < 1e-9;
}

JobLoad Job(const std::string& id, int priority = 0, int ready = 1000,
            const std::string& tenant = "t") {
  JobLoad load;
  load.job_id = id;
  load.tenant = tenant;
  load.priority = priority;
  load.draw.ready = ready;
  return load;
}

std::vector<WorkerRecord> Workers(int count, int slots = 1) {
  std::vector<WorkerRecord> workers(static_cast<size_t>(count));
  for (size_t i = 0; i < workers.size(); ++i) {
    workers[i].worker_id = fmt::format("w{}", i);
    workers[i].slots = slots;
    workers[i].offer.engines = {{"hilm", "1", "class", 2}};
  }
  return workers;
}

TEST(StaySharesTest, OneJobHasAllSlots) {
  EXPECT_THAT(StayShares({Job("a")}, {}, Workers(50, 2)),
              ElementsAre(IsShare("a", 0, 100)));
}

TEST(StaySharesTest, AJobInOrderTakesItsPartFromTheQueue) {
  JobLoad in_order = Job("a");
  in_order.in_order = true;
  EXPECT_THAT(StayShares({in_order, Job("b")}, {}, Workers(50, 2)),
              ElementsAre(IsShare("b", 0, 50)));
}

TEST(StaySharesTest, JobsOfATenantShareEvenlyAndTenantsByWeight) {
  EXPECT_THAT(StayShares({Job("a"), Job("b"), Job("c", 0, 900, "other")},
                         {{"other", 3}}, Workers(80)),
              ElementsAre(IsShare("c", 0, 60), IsShare("a", 0, 10),
                          IsShare("b", 0, 10)));
}

TEST(StaySharesTest, WithoutAWholeSlotAJobLivesByTheQueue) {
  EXPECT_THAT(StayShares({Job("a"), Job("b"), Job("c"), Job("d"), Job("e")}, {},
                         Workers(4)),
              IsEmpty());
}

TEST(StaySharesTest, PartsOfASlotCountBeyondTheFirst) {
  EXPECT_THAT(StayShares({Job("a"), Job("b")}, {}, Workers(5)),
              ElementsAre(IsShare("a", 0, 2.5), IsShare("b", 0, 2.5)));
}

TEST(StaySharesTest, WhatAJobHasNoWorkForIsTheOthers) {
  EXPECT_THAT(
      StayShares({Job("a"), Job("b"), Job("c", 0, 2)}, {}, Workers(12)),
      ElementsAre(IsShare("a", 0, 5), IsShare("b", 0, 5), IsShare("c", 0, 2)));
  // Among tenants as well.
  EXPECT_THAT(StayShares({Job("a"), Job("b", 0, 3, "other")}, {}, Workers(12)),
              ElementsAre(IsShare("b", 0, 3), IsShare("a", 0, 9)));
}

TEST(StaySharesTest, LowerPrioritiesShareWhatHigherOnesHaveNoWorkFor) {
  EXPECT_THAT(StayShares({Job("low"), Job("high", 5, 40)}, {}, Workers(100)),
              ElementsAre(IsShare("high", 5, 40), IsShare("low", 0, 60)));
  EXPECT_THAT(StayShares({Job("low"), Job("high", 5, 400)}, {}, Workers(100)),
              ElementsAre(IsShare("high", 5, 100)));
}

TEST(StaySharesTest, PausedJobsAndJobsWithoutWorkCountForNothing) {
  JobLoad paused = Job("paused");
  paused.paused = true;
  EXPECT_THAT(
      StayShares({paused, Job("idle", 0, 0), Job("a")}, {}, Workers(10)),
      ElementsAre(IsShare("a", 0, 10)));
}

TEST(StaySharesTest, JobsThatNoWorkerCanRunCountForNothing) {
  JobLoad elsewhere = Job("elsewhere");
  elsewhere.draw_needs.pool = "other";
  EXPECT_THAT(StayShares({elsewhere, Job("a")}, {}, Workers(10)),
              ElementsAre(IsShare("a", 0, 10)));
}

TEST(StaySharesTest, NobodyStaysWhereWorkersDiffer) {
  std::vector<WorkerRecord> workers = Workers(10);
  workers[3].offer.gpu_memory_bytes = 1;
  EXPECT_THAT(StayShares({Job("a")}, {}, workers), IsEmpty());
  // One that takes no work makes no difference.
  workers[3].draining = true;
  EXPECT_THAT(StayShares({Job("a")}, {}, workers),
              ElementsAre(IsShare("a", 0, 9)));
  EXPECT_THAT(StayShares({Job("a")}, {}, {}), IsEmpty());
}

TEST(StaySharesTest, NobodyHasSlackWhileSomebodyLacksItsPart) {
  JobLoad full = Job("full"), late = Job("late");
  full.draw.leased = 12;
  const auto slots_of_full = [&] {
    return StayShares({full, late}, {}, Workers(24))[0].slots;
  };
  EXPECT_DOUBLE_EQ(slots_of_full(), 12);
  late.draw.leased = 2;
  EXPECT_DOUBLE_EQ(slots_of_full(), 12);
  late.draw.leased = 8;  // most of it
  EXPECT_DOUBLE_EQ(slots_of_full(), kStaySlack * 12);
  // Without work waiting it lacks nothing.
  late.draw = {};
  late.draw.leased = 2;
  full.draw.leased = 22;
  EXPECT_GT(slots_of_full(), 24);
}

TEST(StaySharesTest, NobodyHasSlackWhileATenantLacksItsPart) {
  std::vector<JobLoad> loads = {Job("big", 0, 1000, "a")};
  loads[0].draw.leased = 20;
  for (int i = 0; i < 50; ++i) {
    loads.push_back(Job(fmt::format("small {}", i), 0, 9, "b"));
  }
  EXPECT_DOUBLE_EQ(StayShares(loads, {}, Workers(20))[0].slots, 10);
  for (int i = 1; i <= 9; ++i) loads[static_cast<size_t>(i)].draw.leased = 1;
  EXPECT_DOUBLE_EQ(StayShares(loads, {}, Workers(20))[0].slots,
                   kStaySlack * 10);
}

TEST(StaySharesTest, AHigherPriorityThatWaitsTakesTheSlackOfALower) {
  JobLoad low = Job("low"), high = Job("high", 5, 10);
  low.draw.leased = 60;
  const auto shares = StayShares({low, high}, {}, Workers(60));
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_EQ(shares[1].job_id, "low");
  EXPECT_DOUBLE_EQ(shares[1].slots, 50);
}

TEST(StayPartTest, MoreLeaveWhereTasksWaitByWhichJobsBeginOrEnd) {
  JobLoad ending = Job("ending", 0, 0);
  EXPECT_NEAR(StayPart({Job("a"), ending}, Workers(50)), 0.95, 1e-9);
  ending.support.queued = 1;
  EXPECT_NEAR(StayPart({Job("a"), ending}, Workers(50)), 0.87, 1e-9);
  EXPECT_NEAR(StayPart({Job("a"), ending}, Workers(2)), 0, 1e-9);
  ending.paused = true;
  EXPECT_NEAR(StayPart({Job("a"), ending}, Workers(50)), 0.95, 1e-9);
}

}  // namespace
}  // namespace longtake::coordinator
