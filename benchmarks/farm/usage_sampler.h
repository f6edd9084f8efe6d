#pragma once
// Who used the processor when, sampled several times a second; and what that
// says about what limits a farm.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace longtake::bench {

// Seconds of CPU a second; all machine-wide figures in cores.
struct Usage {
  double seconds = 0;  // of the time that this covers
  double coordinator = 0;
  double redis = 0;
  double workers = 0;  // this process: the simulated workers
  double others = 0;   // everything else on this machine
  int cores = 1;
  double idle() const { return cores - coordinator - redis - workers - others; }
};

// Samples from its construction to its destruction. Thread-safe.
class UsageSampler {
 public:
  UsageSampler(pid_t coordinator, pid_t redis);
  ~UsageSampler();

  // Between two times of this machine's clock (microseconds of Unix time), by
  // the samples next to them.
  Usage Between(int64_t begin_micros, int64_t end_micros) const;
  int64_t peak_coordinator_bytes() const;

 private:
  struct Sample {
    int64_t at_micros = 0;
    double coordinator = 0, redis = 0, workers = 0, machine = 0;  // seconds
  };
  Sample Take() const;
  void Loop(std::stop_token stop);

  const pid_t coordinator_;
  const pid_t redis_;
  mutable absl::Mutex mutex_;
  std::vector<Sample> samples_ ABSL_GUARDED_BY(mutex_);
  std::jthread thread_;
};

// One clause for people. `rate` completions a second were seen, `offered` would
// be what the workers can do at most.
std::string LimitedBy(const Usage& usage, double rate, double offered);
// "coordinator 0.61, redis 0.32, … of 2 cores".
std::string UsageText(const Usage& usage);

}  // namespace longtake::bench
