#include "worker/app/machine.h"

#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace longtake::worker {

int UsableCores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (::sched_getaffinity(0, sizeof(cores), &cores) == 0) {
    return std::max(1, CPU_COUNT(&cores));
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int DefaultSlots() {
  const int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  const int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  int64_t slots = UsableCores();
  if (pages > 0 && page_bytes > 0) {
    slots = std::min(slots, pages * page_bytes / 2 / kSlotBytes);
  }
  return static_cast<int>(std::max<int64_t>(1, slots));
}

void LimitHeapArenas() { ::mallopt(M_ARENA_MAX, UsableCores()); }

void RaiseOpenFileLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace longtake::worker
