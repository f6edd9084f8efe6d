#include "benchmarks/farm/usage_sampler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmarks/farm/process_cost.h"

namespace longtake::bench {
namespace {

constexpr std::chrono::milliseconds kSampleEvery(100);
// Redis runs scripts on one thread.
constexpr double kOneThreadIsFull = 0.9;
// Of the machine's cores; what is left is the scheduler's own friction.
constexpr double kMachineIsFull = 0.9;
constexpr double kOfferIsUsed = 0.9;

}  // namespace

UsageSampler::UsageSampler(pid_t coordinator, pid_t redis)
    : coordinator_(coordinator),
      redis_(redis),
      thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

UsageSampler::~UsageSampler() = default;

UsageSampler::Sample UsageSampler::Take() const {
  return {absl::ToUnixMicros(absl::Now()), CpuSeconds(coordinator_),
          CpuSeconds(redis_), CpuSeconds(getpid()), MachineBusySeconds()};
}

void UsageSampler::Loop(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    const Sample sample = Take();
    {
      absl::MutexLock lock(&mutex_);
      samples_.push_back(sample);
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kSampleEvery, [] { return false; });
  }
}

Usage UsageSampler::Between(int64_t begin_micros, int64_t end_micros) const {
  absl::MutexLock lock(&mutex_);
  const auto at = [this](int64_t micros) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const auto after = std::lower_bound(
        samples_.begin(), samples_.end(), micros,
        [](const Sample& s, int64_t t) { return s.at_micros < t; });
    return after == samples_.end() ? samples_.back() : *after;
  };
  Usage usage;
  usage.cores = MachineCores();
  if (samples_.empty()) return usage;
  const Sample a = at(begin_micros), b = at(end_micros);
  usage.seconds = static_cast<double>(b.at_micros - a.at_micros) / 1e6;
  if (usage.seconds <= 0) return usage;
  usage.coordinator = (b.coordinator - a.coordinator) / usage.seconds;
  usage.redis = (b.redis - a.redis) / usage.seconds;
  usage.workers = (b.workers - a.workers) / usage.seconds;
  usage.others =
      std::max(0.0, (b.machine - a.machine) / usage.seconds -
                        usage.coordinator - usage.redis - usage.workers);
  return usage;
}

std::string UsageText(const Usage& usage) {
  return fmt::format(
      "coordinator {:.2f}, redis {:.2f}, simulated workers {:.2f}, everything "
      "else {:.2f} of {} cores",
      usage.coordinator, usage.redis, usage.workers, usage.others, usage.cores);
}

std::string LimitedBy(const Usage& usage, double rate, double offered) {
  if (rate >= kOfferIsUsed * offered) {
    return fmt::format("the work offered: workers / time of a task = {:.0f}/s",
                       offered);
  }
  if (usage.redis >= kOneThreadIsFull) return "Redis: its one thread is full";
  if (usage.cores - usage.idle() < kMachineIsFull * usage.cores) {
    return fmt::format("waiting, not work: {:.2f} cores are idle",
                       usage.idle());
  }
  const double most =
      std::max({usage.coordinator, usage.redis, usage.workers, usage.others});
  const char* name = most == usage.workers       ? "the simulated workers"
                     : most == usage.coordinator ? "the coordinator"
                     : most == usage.redis       ? "Redis"
                                           : "other processes of this machine";
  return fmt::format("this machine's {} cores, used most by {} ({:.0f} %)",
                     usage.cores, name, 100 * most / usage.cores);
}

}  // namespace longtake::bench
