#include "common/concurrency/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace longtake {
namespace {

TEST(BoundedQueueTest, ItemsLeaveInTheOrderTheyCame) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.Push(1));
  EXPECT_TRUE(queue.Push(2));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_TRUE(queue.Push(3));
  EXPECT_EQ(queue.Pop(), 2);
  EXPECT_EQ(queue.Pop(), 3);
}

TEST(BoundedQueueTest, ClosedQueueGivesWhatIsLeftAndThenNothing) {
  BoundedQueue<int> queue(2);
  ASSERT_TRUE(queue.Push(7));
  queue.Close();
  EXPECT_FALSE(queue.Push(8));
  EXPECT_EQ(queue.Pop(), 7);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueueTest, NeverHoldsMoreThanItsCapacity) {
  BoundedQueue<int> queue(2);
  std::atomic<bool> too_many{false};
  std::jthread producer([&queue] {
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(queue.Push(i));
    queue.Close();
  });
  int expected = 0;
  while (const std::optional<int> item = queue.Pop()) {
    if (queue.size() > 2) too_many = true;
    EXPECT_EQ(*item, expected++);
  }
  EXPECT_EQ(expected, 1000);
  EXPECT_FALSE(too_many);
}

TEST(BoundedQueueTest, StopWakesAWaitingConsumer) {
  BoundedQueue<int> queue(1);
  std::jthread consumer([&queue](std::stop_token stop) {
    EXPECT_EQ(queue.Pop(stop), std::nullopt);
  });
  consumer.request_stop();
}

TEST(BoundedQueueTest, StopWakesAWaitingProducer) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.Push(1));
  std::jthread producer(
      [&queue](std::stop_token stop) { EXPECT_FALSE(queue.Push(2, stop)); });
  producer.request_stop();
  producer.join();
  EXPECT_EQ(queue.size(), 1u);
}

TEST(BoundedQueueTest, CloseWakesAWaitingProducer) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.Push(1));
  std::jthread producer([&queue] { EXPECT_FALSE(queue.Push(2)); });
  queue.Close();
}

TEST(BoundedQueueTest, StoppedTokenReturnsAtOnce) {
  std::stop_source source;
  source.request_stop();
  BoundedQueue<int> queue(1);
  EXPECT_FALSE(queue.Push(1, source.get_token()));
  EXPECT_EQ(queue.Pop(source.get_token()), std::nullopt);
}

TEST(BoundedQueueTest, CarriesMoveOnlyItems) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  ASSERT_TRUE(queue.Push(std::make_unique<int>(5)));
  EXPECT_EQ(**queue.Pop(), 5);
}

TEST(BoundedQueueTest, ManyProducersAndConsumersLoseNothing) {
  BoundedQueue<int> queue(4);
  std::atomic<int64_t> sum{0};
  {
    std::vector<std::jthread> consumers;
    for (int c = 0; c < 3; ++c) {
      consumers.emplace_back([&] {
        while (const std::optional<int> item = queue.Pop()) sum += *item;
      });
    }
    {
      std::vector<std::jthread> producers;
      for (int p = 0; p < 3; ++p) {
        producers.emplace_back([&queue] {
          for (int i = 1; i <= 500; ++i) ASSERT_TRUE(queue.Push(i));
        });
      }
    }
    queue.Close();
  }
  EXPECT_EQ(sum, 3 * 500 * 501 / 2);
}

}  // namespace
}  // namespace longtake
