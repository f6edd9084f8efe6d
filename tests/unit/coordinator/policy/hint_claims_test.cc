#include "coordinator/policy/hint_claims.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace longtake::coordinator {
namespace {

ReadyTask Task(int64_t order) {
  ReadyTask task;
  task.position.order = order;
  task.job_id = "a";
  task.task_id = "render-0";
  return task;
}

TEST(HintClaimsTest, HintIsTakenOnceUntilItIsLeft) {
  HintClaims claims;
  EXPECT_FALSE(claims.Has(Task(1)));
  EXPECT_TRUE(claims.Take(Task(1)));
  EXPECT_TRUE(claims.Has(Task(1)));
  EXPECT_FALSE(claims.Take(Task(1)));
  EXPECT_TRUE(claims.Take(Task(2)));  // the task, in the queue once more
  claims.Leave(Task(1));
  EXPECT_TRUE(claims.Take(Task(1)));
}

TEST(HintClaimsTest, OldClaimsMakeRoom) {
  HintClaims claims;
  for (int64_t order = 0; order <= 16384; ++order) {
    ASSERT_TRUE(claims.Take(Task(order)));
  }
  EXPECT_FALSE(claims.Has(Task(0)));
  EXPECT_TRUE(claims.Has(Task(1)));
}

TEST(HintClaimsTest, OneOfManyAtOnceTakesIt) {
  HintClaims claims;
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { won += claims.Take(Task(7)) ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

}  // namespace
}  // namespace longtake::coordinator
