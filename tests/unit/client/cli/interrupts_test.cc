#include "client/cli/interrupts.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/synchronization/notification.h"

namespace longtake::client {
namespace {

TEST(InterruptsTest, FirstSignalAsksToStop) {
  absl::Notification called;
  Interrupts interrupts([&called] { called.Notify(); });
  EXPECT_FALSE(interrupts.requested());
  ::kill(::getpid(), SIGINT);
  called.WaitForNotification();
  EXPECT_TRUE(interrupts.requested());
  EXPECT_TRUE(interrupts.token().stop_requested());
}

TEST(InterruptsTest, ClosedTerminalAsksToStopUnderNohupItDoesNot) {
  {
    absl::Notification called;
    Interrupts interrupts([&called] { called.Notify(); });
    ::kill(::getpid(), SIGHUP);
    called.WaitForNotification();
    EXPECT_TRUE(interrupts.requested());
  }
  ::signal(SIGHUP, SIG_IGN);
  {
    Interrupts interrupts([] {});
    struct sigaction during = {};
    ::sigaction(SIGHUP, nullptr, &during);
    EXPECT_EQ(during.sa_handler, SIG_IGN);
  }
  ::signal(SIGHUP, SIG_DFL);
}

TEST(InterruptsTest, NoSignalNoStop) {
  Interrupts interrupts([] {});
  EXPECT_FALSE(interrupts.requested());
}

TEST(InterruptsTest, SignalsDoAfterwardsWhatTheyDidBefore) {
  struct sigaction before = {};
  ::sigaction(SIGINT, nullptr, &before);
  {
    Interrupts interrupts([] {});
  }
  struct sigaction after = {};
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(InterruptsDeathTest, SecondSignalEndsTheProcessWith130) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        absl::Notification called;
        Interrupts interrupts([&called] { called.Notify(); });
        ::kill(::getpid(), SIGTERM);
        called.WaitForNotification();
        ::kill(::getpid(), SIGINT);
        while (true) ::pause();
      },
      testing::ExitedWithCode(130), "");
}

// Regression: with blocked signals instead of handlers, a thread that a library
// had started before took the signal, and the process died of it.
TEST(InterruptsDeathTest, ThreadsStartedBeforeMainDoNotTakeTheSignal) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        std::jthread older([](std::stop_token stop) {
          while (!stop.stop_requested()) ::usleep(1000);
        });
        absl::Notification called;
        Interrupts interrupts([&called] { called.Notify(); });
        ::pthread_kill(older.native_handle(), SIGINT);
        called.WaitForNotification();
        ::_exit(interrupts.requested() ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace longtake::client
