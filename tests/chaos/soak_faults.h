#pragma once
// Random faults on a farm, for the soak: each by name, all drawn from one seed.

#include <array>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/fault_file.h"
#include "tests/chaos/redis_fault.h"
#include "tests/chaos/small_file_system.h"
#include "tests/support/tcp_proxy.h"

namespace longtake::chaos {

// A farm that can be broken in every way: each coordinator reaches Redis, and
// worker 0 the coordinators, through proxies. One thread only.
class SoakFarm {
 public:
  explicit SoakFarm(uint64_t seed);
  ~SoakFarm();

  ChaosFarm& farm() { return *farm_; }
  // The store was full or read-only for a while: a job may have ended with that
  // reason, and waits for a retry.
  bool store_failed() const { return store_failed_; }
  // Breaks something, waits a little, and puts it right again.
  void Strike(const std::vector<std::string>& jobs);
  // Everything runs and answers again.
  void Heal();
  int Draw(int below);  // 0 to below - 1
  std::string shape() const;

 private:
  struct Fault {
    const char* name;
    std::function<void()> strike;
  };
  FarmOptions Options();
  void Pause(int longest_ms);
  std::vector<Fault> ProcessFaults();
  std::vector<Fault> RedisFaults();
  std::vector<Fault> NetworkFaults();
  std::vector<Fault> StoreFaults(const std::vector<std::string>& jobs);
  // So that what strikes next finds work.
  void RetryFailed(const std::vector<std::string>& jobs);
  void KillMidCommit();
  void RestoreOlderState();
  void DamageAChunk(const std::vector<std::string>& jobs);
  // What was reported once is reported again, and in ways that must be refused.
  void RepeatReports(const std::string& job);

  std::mt19937_64 random_;
  const bool persistent_;
  const int coordinators_;
  const int workers_;
  TempDir dir_;
  RedisServer redis_;
  FaultFile faults_;
  SmallFileSystem small_;
  std::vector<std::unique_ptr<RedisFault>> commits_;
  std::vector<std::unique_ptr<TcpProxy>> to_redis_;
  std::vector<std::unique_ptr<TcpProxy>> to_coordinators_;
  std::vector<int> ports_;
  std::unique_ptr<ChaosFarm> farm_;
  bool store_failed_ = false;
};

}  // namespace longtake::chaos
