#pragma once
// Real Redis for tests: a server, a sentinel, a cluster; on free loopback
// ports, each in a directory of its own, always reaped. A server that doesn't
// come up ends the test binary with its log.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/testing/temp_dir.h"
#include "tests/support/process.h"

namespace longtake {

// A loopback TCP port nobody listens on at the moment, below 55536, so that
// Redis' cluster bus port (10000 above) exists.
int FreePort();

enum class RedisPersistence { kNone, kAofAlways, kAofEverySecond };

struct RedisServerOptions {
  RedisPersistence persistence = RedisPersistence::kNone;
  std::vector<std::string> extra_args;  // such as --requirepass secret
  std::string password;                 // of the default user, for Cli and Ping
};

// One redis-server. One thread only.
class RedisServer {
 public:
  explicit RedisServer(RedisServerOptions options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  int port() const { return port_; }
  std::string address() const;  // 127.0.0.1:port
  std::string url() const;      // with the password
  std::string rdb_path() const { return dir_.Join("dump.rdb"); }

  void Kill();      // SIGKILL; what wasn't persisted is gone
  void Stop();      // SIGTERM: an orderly end
  void Start();     // again, on the same port and directory
  void Pause();     // SIGSTOP
  void Continue();  // SIGCONT
  bool Answers();   // PING within a second
  pid_t pid() const { return process_->pid(); }

  // redis-cli's standard output, without the last line feed.
  std::string Cli(const std::vector<std::string>& args);
  void FlushAll() { Cli({"FLUSHALL"}); }

  // A snapshot's copy in `path`, and the way back: the server is killed, its
  // data replaced by the snapshot and the server started again.
  void SaveSnapshot(const std::string& path);
  void RestoreSnapshot(const std::string& path);

 private:
  void Launch();

  const RedisServerOptions options_;
  TempDir dir_;
  int port_ = 0;
  int runs_ = 0;  // numbers redis-cli's output files
  std::unique_ptr<Process> process_;
};

// For a server that follows `master` from its start.
RedisServerOptions ReplicaOf(const RedisServer& master);

// A redis-sentinel that watches `master` alone (quorum 1) and fails over half a
// second after it is lost.
class RedisSentinel {
 public:
  RedisSentinel(const RedisServer& master, const std::string& master_name);
  std::string address() const;
  int port() const { return port_; }
  // Waits until it knows a replica of its master.
  void AwaitReplica();

 private:
  const std::string master_name_;
  TempDir dir_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

// Three masters without replicas, all slots served.
class RedisCluster {
 public:
  RedisCluster();
  RedisServer& node(int i) { return *nodes_[i]; }
  std::vector<RedisServer*> nodes();
  std::string url() const;  // all nodes

 private:
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

// Polls `condition` every 10 ms; false when it didn't hold within `limit`.
bool Eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds(20));

}  // namespace longtake
