// A wall clock that is set by an hour, in either direction, while a worker
// works. clock_gettime and syscall below take the C library's place in this
// process: all libraries see the clock that was set, and waits until a time of
// it (the kernel's futex, as Abseil and gRPC use it) end by it.

#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdarg>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "tests/unit/worker/agent/agent_fixture.h"

namespace {

std::atomic<int64_t> clock_jump_seconds = 0;

// How soon a wait notices that the clock was set.
constexpr int64_t kSliceNanos = 20'000'000;
constexpr int64_t kSecondNanos = 1'000'000'000;

using Arguments = std::array<long, 6>;

long RealSyscall(long number, const Arguments& a) {
  using Function = long (*)(long, ...);
  static const auto real =
      reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "syscall"));
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int64_t RealNanos() {
  timespec now{};
  RealSyscall(SYS_clock_gettime,
              {CLOCK_REALTIME, reinterpret_cast<long>(&now), 0, 0, 0, 0});
  return now.tv_sec * kSecondNanos + now.tv_nsec;
}

// A futex wait until a time of the wall clock, in slices.
long WaitByTheShownClock(Arguments a) {
  const auto* until = reinterpret_cast<const timespec*>(a[3]);
  const int64_t end = until->tv_sec * kSecondNanos + until->tv_nsec;
  for (;;) {
    const int64_t now = RealNanos();
    const int64_t left = end - (now + clock_jump_seconds * kSecondNanos);
    const int64_t slice = now + std::clamp<int64_t>(left, 0, kSliceNanos);
    const timespec slice_end{slice / kSecondNanos, slice % kSecondNanos};
    a[3] = reinterpret_cast<long>(&slice_end);
    const long rc = RealSyscall(SYS_futex, a);
    if (rc == 0 || errno != ETIMEDOUT || left <= kSliceNanos) return rc;
  }
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long rc = RealSyscall(SYS_clock_gettime,
                              {clock, reinterpret_cast<long>(now), 0, 0, 0, 0});
  if (clock == CLOCK_REALTIME) now->tv_sec += clock_jump_seconds;
  return static_cast<int>(rc);
}

extern "C" long syscall(long number, ...) noexcept {
  Arguments a{};
  va_list list;
  va_start(list, number);
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  const bool by_wall_clock = number == SYS_futex && a[3] != 0 &&
                             (a[1] & FUTEX_CLOCK_REALTIME) != 0 &&
                             (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  return by_wall_clock ? WaitByTheShownClock(a) : RealSyscall(number, a);
}

namespace longtake::worker {
namespace {

using State = ScriptedFarm::State;

class ClockJumpTest : public AgentFixture,
                      public testing::WithParamInterface<int64_t> {
 protected:
  ~ClockJumpTest() override {
    // While the clock is still off: ending waits, too.
    agent_.reset();
    clock_jump_seconds = 0;
  }
  // As the kernel does to all waits at once.
  void SetClock() { clock_jump_seconds = GetParam(); }

  ScriptedFarm first_, second_;
};

TEST_P(ClockJumpTest, ShownClockIsOffAndSteadyOneIsNot) {
  const absl::Time before = absl::Now();
  const SteadyTime steady = SteadyNow();
  SetClock();
  const absl::Duration by = absl::Now() - before - absl::Seconds(GetParam());
  EXPECT_LT(absl::AbsDuration(by), absl::Minutes(1));
  EXPECT_LT(SteadyNow() - steady, std::chrono::minutes(1));
}

// What these tests are for: such waits do go by the clock that was set.
TEST(ClockJumpByAbseilTest, WaitEndsAsSoonAsTheClockIsSetPastItsEnd) {
  std::jthread set([] {
    absl::SleepFor(absl::Milliseconds(50));
    clock_jump_seconds = 3600;
  });
  absl::Mutex mutex;
  absl::MutexLock lock(&mutex);
  const SteadyTime began = SteadyNow();
  const bool never = false;
  mutex.AwaitWithTimeout(absl::Condition(&never), absl::Minutes(30));
  EXPECT_LT(SteadyNow() - began, std::chrono::minutes(1));
  clock_jump_seconds = 0;
}

TEST_P(ClockJumpTest, LeaseIsRenewedAndItsResultDelivered) {
  first_.Offer("render");
  StartAgent(first_.Address() + "," + second_.Address());
  ASSERT_TRUE(task_.AwaitRunning(1));
  SetClock();
  for (int i = 0; i < 2; ++i) {
    first_.Do([](State& s) { s.renewals.clear(); });
    ASSERT_TRUE(
        first_.Await([](const State& s) { return s.renewals.size() >= 5; }));
  }
  task_.Finish();
  ASSERT_TRUE(
      first_.Await([](const State& s) { return s.completions.size() == 1; }));
}

TEST_P(ClockJumpTest, StuckCoordinatorIsLeftAndADrainEnds) {
  options_.drain_grace = absl::Milliseconds(100);
  options_.report_grace = absl::Milliseconds(100);
  first_.Offer("render");
  StartAgent(first_.Address() + "," + second_.Address());
  ASSERT_TRUE(task_.AwaitRunning(1));
  SetClock();
  first_.Do([](State& s) { s.stuck = true; });
  ASSERT_TRUE(second_.Await([](const State& s) {
    return !s.renewals.empty() && s.renewals.back().leases_size() == 1;
  }));
  agent_->Drain();
  EXPECT_TRUE(agent_->WaitFor(kLong));
}

INSTANTIATE_TEST_SUITE_P(Both, ClockJumpTest, testing::Values(-3600, 3600));

}  // namespace
}  // namespace longtake::worker
