#pragma once
// A fault at one exact place of a coordinator's commit: the proxy between it
// and Redis waits for a certain command, and kills the coordinator before Redis
// gets it, or when Redis has done it and before the coordinator learns that; or
// holds the command back. So the production binary has no fail points of its
// own.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "coordinator/store/redis/script.h"
#include "tests/support/tcp_proxy.h"

namespace longtake::chaos {

using RedisCommand = std::vector<std::string>;

// Splits what a client sends into commands. One thread only.
class RedisCommandReader {
 public:
  // The commands that `piece` completes.
  std::vector<RedisCommand> Feed(const std::string& piece);

 private:
  std::string rest_;
};

// Whether a command runs this script, by name or with its text.
bool Runs(const RedisCommand& command,
          const coordinator::redis::Script& script);

enum class FaultPlace {
  kBefore,
  kAfter,
  kHeld  // before it; it goes on when the fault is disarmed, or a minute later
};

// Thread-safe. Give Taps() to the proxy; the fault strikes once, at the
// `nth` command that matches since it was armed. It must outlive the proxy.
class RedisFault {
 public:
  using Match = std::function<bool(const RedisCommand&)>;
  // `script` must outlive the match: those of store_scripts.h always do.
  static Match Running(const coordinator::redis::Script& script);

  // `strike` runs on the proxy's thread.
  void Arm(Match match, FaultPlace place, std::function<void()> strike,
           int nth = 1);
  // Lets go what is held, too.
  void Disarm();
  bool has_struck() const { return struck_; }
  TcpProxy::MakeTap Taps();

 private:
  TcpProxy::Verdict Look(RedisCommandReader& reader, const std::string& piece);
  bool Reaches(const std::vector<RedisCommand>& commands, FaultPlace* place);
  void Strike();
  void Hold();

  std::mutex mutex_;  // guards what follows
  Match match_;
  FaultPlace place_ = FaultPlace::kBefore;
  std::function<void()> strike_;
  int left_ = 0;
  bool holds_ = false;
  std::condition_variable let_go_;
  std::atomic<bool> struck_ = false;
};

}  // namespace longtake::chaos
