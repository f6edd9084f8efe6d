#include "coordinator/policy/fair_windows.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace longtake::coordinator {
namespace {

constexpr int kEndless = 1'000'000;  // tasks: more than any window

JobLoad Job(const std::string& tenant, int waiting, int priority = 0) {
  static int count = 0;
  JobLoad load;
  load.job_id = fmt::format("job-{}", ++count);
  load.tenant = tenant;
  load.priority = priority;
  load.draw.ready = waiting;
  return load;
}

std::vector<JobLoad> Jobs(int count, const std::string& tenant, int waiting) {
  std::vector<JobLoad> loads;
  for (int i = 0; i < count; ++i) loads.push_back(Job(tenant, waiting));
  return loads;
}

std::vector<JobLoad> operator+(std::vector<JobLoad> a,
                               const std::vector<JobLoad>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<int> Windows(const std::vector<JobLoad>& loads,
                         const std::map<std::string, double>& weights = {},
                         int slots = 1) {
  std::vector<int> windows;
  for (const WindowOf& w : FairWindows(loads, weights, slots, {})) {
    windows.push_back(w.window);
  }
  return windows;
}

int Sum(const std::vector<int>& windows) {
  return std::accumulate(windows.begin(), windows.end(), 0);
}

int SumOf(const std::string& tenant, const std::vector<JobLoad>& loads,
          const std::vector<int>& windows) {
  int sum = 0;
  for (size_t i = 0; i < loads.size(); ++i) {
    if (loads[i].tenant == tenant) sum += windows[i];
  }
  return sum;
}

TEST(FairWindowsTest, NoJobsNeedNoWindows) {
  EXPECT_TRUE(FairWindows({}, {}, 100, {}).empty());
}

TEST(FairWindowsTest, ATenantAloneGetsTheWholeRound) {
  EXPECT_EQ(Windows({Job("a", kEndless)}), std::vector<int>({64}));
  EXPECT_EQ(Windows({Job("a", 2)}), std::vector<int>({64}))
      << "room for the renders that are not planned yet";
  EXPECT_EQ(Windows(Jobs(3, "a", kEndless)), std::vector<int>({22, 21, 21}));
}

TEST(FairWindowsTest, ARoundGrowsWithTheFarmWithinItsBounds) {
  for (const auto& [slots, round] : std::map<int, int>{
           {0, 64}, {1, 64}, {32, 64}, {33, 66}, {1000, 2000}, {9999, 4096}}) {
    EXPECT_EQ(Windows({Job("a", kEndless)}, {}, slots),
              std::vector<int>({round}))
        << slots;
  }
}

TEST(FairWindowsTest, TenantsShareByWeightHoweverManyJobsTheyHave) {
  const auto loads = Jobs(5, "a", kEndless) + Jobs(1, "b", kEndless);
  const auto equal = Windows(loads);
  EXPECT_EQ(SumOf("a", loads, equal), 32);
  EXPECT_EQ(SumOf("b", loads, equal), 32);
  const auto threefold = Windows(loads, {{"b", 3.0}});
  EXPECT_EQ(SumOf("a", loads, threefold), 16);
  EXPECT_EQ(SumOf("b", loads, threefold), 48);
}

TEST(FairWindowsTest, TwoHundredJobsAndOneOfEqualWeightShareHalfAndHalf) {
  const auto loads = Jobs(200, "many", 270) + Jobs(1, "one", 270);
  const auto windows = Windows(loads);
  EXPECT_EQ(SumOf("many", loads, windows), 200);
  EXPECT_EQ(SumOf("one", loads, windows), 200);
  EXPECT_EQ(*std::min_element(windows.begin(), windows.end()), 1);
}

TEST(FairWindowsTest, AnUnusedPartGoesToTheOthers) {
  const auto loads = std::vector<JobLoad>{Job("a", 3), Job("a", kEndless),
                                          Job("b", 5), Job("c", kEndless)};
  // b leaves all but 5 of its part; of a's 30, one job leaves all but 3.
  EXPECT_EQ(Windows(loads), std::vector<int>({3, 27, 5, 29}));
}

TEST(FairWindowsTest, LeasedTasksAreNotInTheQueue) {
  JobLoad running = Job("a", 0);
  running.draw.leased = 500;
  EXPECT_EQ(Windows({running, Job("b", kEndless)}), std::vector<int>({1, 63}));
}

TEST(FairWindowsTest, APausedJobKeepsItsWindowAndTakesNoPart) {
  JobLoad paused = Job("a", kEndless);
  paused.paused = true;
  const JobLoad other = Job("a", kEndless);
  const auto windows = FairWindows({paused, other}, {}, 1, {});
  EXPECT_EQ(windows, std::vector<WindowOf>({{other.job_id, 64}}));
}

TEST(FairWindowsTest, AnUrgentJobCostsItsTenantNoTurnsBelow) {
  const std::vector<JobLoad> loads = {Job("a", kEndless), Job("b", kEndless),
                                      Job("a", kEndless, 10)};
  EXPECT_EQ(Windows(loads), std::vector<int>({32, 32, 64}));
}

TEST(FairWindowsTest, HigherPrioritiesFillTheQueueFirst) {
  std::vector<JobLoad> loads;
  for (int p = 0; p < 4; ++p) loads.push_back(Job("a", kEndless, p));
  EXPECT_EQ(Windows(loads, {}, 750), std::vector<int>({1, 1096, 1500, 1500}));
}

TEST(FairWindowsTest, AWeightOfNothingStillMoves) {
  const auto loads = Jobs(1, "a", kEndless) + Jobs(1, "b", kEndless);
  EXPECT_EQ(Windows(loads, {{"a", 0.0}}, 9999), std::vector<int>({4, 4092}));
  EXPECT_EQ(Windows(loads, {{"a", -1.0}}), Windows(loads, {{"a", 0.0}}));
}

TEST(FairWindowsTest, TenThousandJobsGetOneEach) {
  const auto windows = Windows(Jobs(10000, "a", 270) + Jobs(1, "b", 270));
  EXPECT_EQ(*std::min_element(windows.begin(), windows.end()), 1);
  EXPECT_LE(Sum(windows), 4096 + 10001);
}

// 300 random farms with endless jobs: the parts are within one place of their
// weights, sums are exact and the answer is the same twice.
TEST(FairWindowsTest, WeightsHoldWithinRounding) {
  std::mt19937 random(7);
  const auto draw = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int run = 0; run < 300; ++run) {
    std::vector<JobLoad> loads;
    std::map<std::string, double> weights;
    double all_weights = 0;
    const int tenants = draw(1, 6);
    for (int t = 0; t < tenants; ++t) {
      const auto tenant = fmt::format("t{}", t);
      all_weights += weights[tenant] = draw(1, 8) / 2.0;
      loads = loads + Jobs(draw(1, 12), tenant, kEndless);
    }
    std::shuffle(loads.begin(), loads.end(), random);
    const auto windows = Windows(loads, weights, draw(0, 500));
    EXPECT_EQ(windows.size(), loads.size());
    const int sum = Sum(windows);
    EXPECT_GE(sum, 64);
    EXPECT_LE(sum, 4096);
    for (const auto& [tenant, weight] : weights) {
      EXPECT_NEAR(SumOf(tenant, loads, windows), sum * weight / all_weights, 1)
          << run << " " << tenant;
      int least = kEndless;
      int most = 0;
      for (size_t i = 0; i < loads.size(); ++i) {
        if (loads[i].tenant != tenant) continue;
        least = std::min(least, windows[i]);
        most = std::max(most, windows[i]);
      }
      EXPECT_GE(least, 1);
      EXPECT_LE(most - least, 1) << "a tenant's jobs are equal";
    }
  }
}

// 300 random farms with short jobs: where there is enough work, nobody has a
// window beyond it while another could use more.
TEST(FairWindowsTest, NoPlaceIsWastedWhileSomebodyWantsIt) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> waiting(0, 60);
  for (int run = 0; run < 300; ++run) {
    std::vector<JobLoad> loads;
    for (int i = 0; i < 12; ++i) {
      loads.push_back(Job(fmt::format("t{}", i % 5), waiting(random)));
    }
    const auto windows = Windows(loads);
    EXPECT_EQ(Sum(windows), 64);
    bool short_of = false;
    bool beyond = false;
    for (size_t i = 0; i < loads.size(); ++i) {
      const int wanted = std::max(1, loads[i].draw.ready);
      short_of |= windows[i] < wanted;
      beyond |= windows[i] > wanted;
    }
    EXPECT_FALSE(short_of && beyond) << run;
  }
}

}  // namespace
}  // namespace longtake::coordinator
