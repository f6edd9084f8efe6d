#include "common/time/steady_mutex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace longtake {
namespace {

TEST(SteadyMutexTest, WakesThoseWhoseConditionHolds) {
  SteadyMutex mutex;
  int turn = 0;
  std::vector<int> order;
  std::vector<std::thread> threads;
  for (int i = 3; i >= 1; --i) {
    threads.emplace_back([&, i] {
      SteadyMutexLock lock(&mutex);
      mutex.Await([&] { return turn == i; });
      order.push_back(i);
      turn = i + 1;
    });
  }
  {
    SteadyMutexLock lock(&mutex);
    turn = 1;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(SteadyMutexTest, UnlocksThatChangeNothingWakeNobody) {
  SteadyMutex mutex;
  bool go = false;
  std::atomic<bool> waits = false;
  int looks_of_the_waiter = 0;
  std::thread waiter([&] {
    const auto self = std::this_thread::get_id();
    SteadyMutexLock lock(&mutex);
    waits = true;
    mutex.Await([&] {
      if (std::this_thread::get_id() == self) ++looks_of_the_waiter;
      return go;
    });
  });
  while (!waits) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) SteadyMutexLock lock(&mutex);
  {
    SteadyMutexLock lock(&mutex);
    go = true;
  }
  waiter.join();
  // Before it waits, and once it is woken; a wake-up may be spurious.
  EXPECT_LT(looks_of_the_waiter, 10);
}

TEST(SteadyMutexTest, TimedWaitSaysWhetherTheConditionHolds) {
  SteadyMutex mutex;
  bool go = false;
  const auto went = [&] { return go; };
  SteadyMutexLock lock(&mutex);
  EXPECT_FALSE(mutex.AwaitFor(went, absl::Milliseconds(1)));
  EXPECT_FALSE(mutex.AwaitFor(went, -absl::Hours(1)));
  go = true;
  EXPECT_TRUE(mutex.AwaitFor(went, absl::ZeroDuration()));
}

// A thread that starts to wait lets those go on that wait for what it did.
TEST(SteadyMutexTest, WaitingWakesOthersToo) {
  SteadyMutex mutex;
  bool ping = false, pong = false;
  std::thread other([&] {
    SteadyMutexLock lock(&mutex);
    mutex.Await([&] { return ping; });
    pong = true;
  });
  {
    SteadyMutexLock lock(&mutex);
    ping = true;
    mutex.Await([&] { return pong; });
  }
  other.join();
  EXPECT_TRUE(pong);
}

}  // namespace
}  // namespace longtake
