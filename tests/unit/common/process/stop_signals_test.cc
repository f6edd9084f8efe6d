#include "common/process/stop_signals.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <thread>

namespace longtake {
namespace {

// What a library's thread from before main is: both signals unblocked.
TEST(StopSignalsDeathTest, AThreadThatTakesASignalHandsItToTheWaitingOne) {
  EXPECT_EXIT(
      {
        const sigset_t signals = HoldStopSignals();
        std::thread library([] {
          sigset_t stop;
          sigemptyset(&stop);
          sigaddset(&stop, SIGTERM);
          pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
          pthread_kill(pthread_self(), SIGTERM);
        });
        library.join();
        int taken = 0;
        sigwait(&signals, &taken);
        _exit(taken == SIGTERM ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
}

TEST(StopSignalsDeathTest, ReleasedSignalsEndTheProcess) {
  EXPECT_EXIT(
      {
        HoldStopSignals();
        ReleaseStopSignals();
        raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace longtake
