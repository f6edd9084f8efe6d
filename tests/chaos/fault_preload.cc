// A library that is preloaded into a process under test and changes what the
// machine tells it, without a line of it in production code:
//  - the wall clock, shifted by any time, forward and back, while it runs;
//  - a slow disk: each fsync takes longer;
//  - a read-only disk: opening a file to write to it fails with EROFS.
// The file named by LONGTAKE_FAULTS holds three int64: the clock's shift in
// nanoseconds, what an fsync takes in milliseconds, and whether disks are
// read-only. It is mapped, so a test changes them at any time.
//
// What is looked up once is kept in plain atomics, never behind the compiler's
// guard of a static: that guard waits by syscall(), which comes back here.
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

constinit const Faults kNone{{0}, {0}, {0}};

const Faults* Map() {
  const char* path = getenv("LONGTAKE_FAULTS");
  const int fd = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return &kNone;
  void* at = mmap(nullptr, sizeof(Faults), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  return at == MAP_FAILED ? &kNone : static_cast<const Faults*>(at);
}

// Two threads that ask first at once both map it: the same file.
const Faults& Current() {
  constinit static std::atomic<const Faults*> mapped = nullptr;
  const Faults* faults = mapped.load();
  if (faults == nullptr) mapped = faults = Map();
  return *faults;
}

void Shift(timespec* time, int64_t by_ns) {
  const int64_t ns = time->tv_sec * kSecond + time->tv_nsec + by_ns;
  time->tv_sec = ns / kSecond;
  time->tv_nsec = ns % kSecond;
}

// The C library's own function.
template <typename F>
class Real {
 public:
  constexpr explicit Real(const char* name) : name_(name) {}
  template <typename... Arguments>
  auto operator()(Arguments... arguments) {
    F* function = function_.load();
    if (function == nullptr) {
      function = reinterpret_cast<F*>(dlsym(RTLD_NEXT, name_));
      function_ = function;
    }
    return function(arguments...);
  }

 private:
  const char* const name_;
  std::atomic<F*> function_ = nullptr;
};

constinit Real<int(clockid_t, timespec*)> real_clock_gettime("clock_gettime");
constinit Real<int(const char*, int, mode_t)> real_open("open");
constinit Real<int(int, const char*, int, mode_t)> real_openat("openat");
constinit Real<int(int)> real_fsync("fsync"), real_fdatasync("fdatasync");
constinit Real<long(long, long, long, long, long, long, long)> real_syscall(
    "syscall");

// Whether a file may not be opened like this now.
bool IsRefused(int flags) {
  return Current().read_only != 0 && (flags & O_ACCMODE) != O_RDONLY;
}

void SlowSync() {
  static thread_local bool in_here = false;
  if (const int64_t ms = Current().fsync_ms; ms > 0 && !in_here) {
    in_here = true;
    const timespec pause = {ms / 1000, ms % 1000 * kMillisecond};
    nanosleep(&pause, nullptr);
    in_here = false;
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int result = real_clock_gettime(clock, time);
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
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  va_end(list);
  // What Current itself opens is read only, and must not come back to it.
  if ((flags & O_ACCMODE) != O_RDONLY && IsRefused(flags)) {
    errno = EROFS;
    return -1;
  }
  return real_open(path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  va_end(list);
  if (IsRefused(flags)) {
    errno = EROFS;
    return -1;
  }
  return real_openat(directory, path, flags, mode);
}

int fsync(int fd) {
  SlowSync();
  return real_fsync(fd);
}
int fdatasync(int fd) {
  SlowSync();
  return real_fdatasync(fd);
}

// Abseil's futex waits come through here, with a deadline by the wall clock.
long syscall(long number, ...) noexcept {
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
    return real_syscall(number, a[0], a[1], a[2],
                        reinterpret_cast<long>(&deadline), a[4], a[5]);
  }
  return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

}  // extern "C"
