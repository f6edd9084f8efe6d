// A library that is preloaded into a process under test and changes what the
// machine tells it, without a line of it in production code:
//  - the wall clock, shifted by any time, forward and back, while it runs;
//  - a slow disk: each fsync takes longer;
//  - a read-only disk: opening a file to write to it fails with EROFS.
// The file named by LONGTAKE_FAULTS holds three int64: the clock's shift in
// nanoseconds, what an fsync takes in milliseconds, and whether disks are
// read-only. It is mapped, so a test changes them at any time.
//
// Absolute waits by the wall clock (futexes) are shifted back for the kernel,
// when they begin: a wait that is under way when the clock jumps keeps its
// length, where a really set clock would change it.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMillisecond = 1'000'000;

struct Faults {
  std::atomic<int64_t> clock_shift_ns;
  std::atomic<int64_t> fsync_ms;
  std::atomic<int64_t> read_only;
};

const Faults& Current() {
  static const Faults none{{0}, {0}, {0}};
  static const Faults* const mapped = []() -> const Faults* {
    const char* path = getenv("LONGTAKE_FAULTS");
    const int fd = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return &none;
    void* at = mmap(nullptr, sizeof(Faults), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    return at == MAP_FAILED ? &none : static_cast<const Faults*>(at);
  }();
  return *mapped;
}

void Shift(timespec* time, int64_t by_ns) {
  const int64_t ns = time->tv_sec * kSecond + time->tv_nsec + by_ns;
  time->tv_sec = ns / kSecond;
  time->tv_nsec = ns % kSecond;
}

template <typename F>
F Real(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

// Whether a file may not be opened like this now.
bool IsRefused(int flags) {
  return Current().read_only != 0 && (flags & O_ACCMODE) != O_RDONLY;
}

int SlowSync(const char* name, int fd) {
  static thread_local bool in_here = false;
  if (const int64_t ms = Current().fsync_ms; ms > 0 && !in_here) {
    in_here = true;
    const timespec pause = {ms / 1000, ms % 1000 * kMillisecond};
    nanosleep(&pause, nullptr);
    in_here = false;
  }
  return Real<int (*)(int)>(name)(fd);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static const auto real = Real<int (*)(clockid_t, timespec*)>("clock_gettime");
  const int result = real(clock, time);
  if (result == 0 &&
      (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    Shift(time, Current().clock_shift_ns);
  }
  return result;
}

int gettimeofday(timeval* __restrict time, void* __restrict) noexcept {
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* at) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != nullptr) *at = now.tv_sec;
  return now.tv_sec;
}

int open(const char* path, int flags, ...) {
  static const auto real = Real<int (*)(const char*, int, mode_t)>("open");
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  va_end(list);
  // What Current itself opens is read only, and must not come back to it.
  if ((flags & O_ACCMODE) != O_RDONLY && IsRefused(flags)) {
    errno = EROFS;
    return -1;
  }
  return real(path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  static const auto real =
      Real<int (*)(int, const char*, int, mode_t)>("openat");
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  va_end(list);
  if (IsRefused(flags)) {
    errno = EROFS;
    return -1;
  }
  return real(directory, path, flags, mode);
}

int fsync(int fd) { return SlowSync("fsync", fd); }
int fdatasync(int fd) { return SlowSync("fdatasync", fd); }

// Abseil's futex waits come through here, with a deadline by the wall clock.
long syscall(long number, ...) noexcept {
  static const auto real =
      Real<long (*)(long, long, long, long, long, long, long)>("syscall");
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  constexpr long kAbsoluteWait = FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME;
  if (number == SYS_futex && (a[1] & kAbsoluteWait) == kAbsoluteWait &&
      a[3] != 0) {
    timespec deadline = *reinterpret_cast<const timespec*>(a[3]);
    Shift(&deadline, -Current().clock_shift_ns);
    return real(number, a[0], a[1], a[2], reinterpret_cast<long>(&deadline),
                a[4], a[5]);
  }
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

}  // extern "C"
