#include "common/concurrency/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "absl/synchronization/notification.h"
#include "common/testing/inline_executor.h"

namespace longtake {
namespace {

TEST(ThreadPoolTest, RunsEverythingItAccepted) {
  std::atomic<int> runs{0};
  {
    ThreadPool pool({.threads = 3, .max_queued = 1000});
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(pool.Schedule([&runs] { ++runs; }).ok());
    }
  }
  EXPECT_EQ(runs, 500);
}

TEST(ThreadPoolTest, FullQueueIsRefusedWithoutWaiting) {
  absl::Notification started;
  absl::Notification go;
  ThreadPool pool({.threads = 1, .max_queued = 1});
  ASSERT_TRUE(pool.Schedule([&] {
                    started.Notify();
                    go.WaitForNotification();
                  })
                  .ok());
  started.WaitForNotification();
  EXPECT_TRUE(pool.Schedule([] {}).ok());
  EXPECT_EQ(pool.Schedule([] {}).code(), StatusCode::kResourceExhausted);
  go.Notify();
}

TEST(ThreadPoolTest, ShutdownRefusesNewTasks) {
  ThreadPool pool({});
  pool.Shutdown();
  pool.Shutdown();
  EXPECT_EQ(pool.Schedule([] {}).code(), StatusCode::kUnavailable);
}

TEST(ThreadPoolTest, TasksMayBeMoveOnly) {
  std::atomic<int> seen{0};
  {
    ThreadPool pool({.threads = 1});
    ASSERT_TRUE(
        pool.Schedule([&seen, p = std::make_unique<int>(3)] { seen = *p; })
            .ok());
  }
  EXPECT_EQ(seen, 3);
}

TEST(InlineExecutorTest, RunsAtOnce) {
  InlineExecutor executor;
  bool ran = false;
  EXPECT_TRUE(executor.Schedule([&ran] { ran = true; }).ok());
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace longtake
