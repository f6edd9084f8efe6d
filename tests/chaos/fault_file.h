#pragma once
// The test's end of fault_preload.cc: other clocks and slow disks for processes
// that were started with Prefix().

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/testing/temp_dir.h"

namespace longtake::chaos {

// One thread only. Must outlive the processes.
class FaultFile {
 public:
  FaultFile();
  ~FaultFile();
  FaultFile(const FaultFile&) = delete;
  FaultFile& operator=(const FaultFile&) = delete;

  // All take effect at once, and last until they are set again.
  // New files can't be made and old ones not be written to.
  void SetReadOnly(bool read_only);
  void ShiftClock(absl::Duration shift);
  void SlowSync(absl::Duration each);
  // Put before a program's arguments.
  std::vector<std::string> Prefix() const;

 private:
  TempDir dir_;
  volatile int64_t* values_ = nullptr;  // as Faults of fault_preload.cc
};

}  // namespace longtake::chaos
