#include "tests/chaos/fault_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace longtake::chaos {
namespace {

constexpr size_t kBytes = 3 * sizeof(int64_t);

}  // namespace

FaultFile::FaultFile() {
  const int fd = open(dir_.Join("faults").c_str(), O_RDWR | O_CREAT, 0644);
  void* at = MAP_FAILED;
  if (fd >= 0 && ftruncate(fd, kBytes) == 0) {
    at = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  if (at == MAP_FAILED) {
    std::perror("test support: fault file");
    std::abort();
  }
  close(fd);
  values_ = static_cast<volatile int64_t*>(at);
}

FaultFile::~FaultFile() { munmap(const_cast<int64_t*>(values_), kBytes); }

void FaultFile::ShiftClock(absl::Duration shift) {
  values_[0] = absl::ToInt64Nanoseconds(shift);
}

void FaultFile::SlowSync(absl::Duration each) {
  values_[1] = absl::ToInt64Milliseconds(each);
}

void FaultFile::SetReadOnly(bool read_only) { values_[2] = read_only ? 1 : 0; }

std::vector<std::string> FaultFile::Prefix() const {
  return {"/usr/bin/env",
          "LD_PRELOAD=" LONGTAKE_TESTS_DIR "/liblongtake-faults.so",
          "LONGTAKE_FAULTS=" + dir_.Join("faults")};
}

}  // namespace longtake::chaos
