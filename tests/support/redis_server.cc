#include "tests/support/redis_server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "fmt/format.h"

namespace longtake {
namespace {

constexpr int kHighestPort = 55535;
constexpr int kPortAttempts = 100;
// Another process may take the port between our look and the server's bind.
constexpr int kStartAttempts = 5;
constexpr std::chrono::seconds kStartLimit(20);
constexpr std::chrono::milliseconds kPoll(10);

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "test support: %s\n", what.c_str());
  std::abort();
}

std::string Program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = folder + "/" + name;
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  Die(name + " is not installed; install redis-server and redis-sentinel");
}

bool Listens(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected =
      connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return connected;
}

std::string Trimmed(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

bool Eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

int FreePort() {
  for (int i = 0; i < kPortAttempts; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool ok =
        bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(fd);
    const int port = ntohs(address.sin_port);
    if (ok && port <= kHighestPort && !Listens(port + 10000)) return port;
  }
  Die("no free port");
}

RedisServer::RedisServer(RedisServerOptions options)
    : options_(std::move(options)) {
  for (int i = 0; i < kStartAttempts; ++i) {
    port_ = FreePort();
    Launch();
    if (Eventually([&] { return Answers() || process_->Ended(); },
                   kStartLimit) &&
        !process_->Ended()) {
      return;
    }
  }
  Die("redis-server: " + process_->Out() + process_->Err());
}

RedisServer::~RedisServer() = default;

std::string RedisServer::address() const {
  return fmt::format("127.0.0.1:{}", port_);
}

std::string RedisServer::url() const {
  const std::string login =
      options_.password.empty() ? "" : ":" + options_.password + "@";
  return "redis://" + login + address();
}

void RedisServer::Launch() {
  const bool aof = options_.persistence != RedisPersistence::kNone;
  const bool always = options_.persistence == RedisPersistence::kAofAlways;
  std::vector<std::string> args = {Program("redis-server"),
                                   "--port",
                                   std::to_string(port_),
                                   "--bind",
                                   "127.0.0.1",
                                   "--dir",
                                   dir_.path(),
                                   "--save",
                                   "",
                                   "--appendonly",
                                   aof ? "yes" : "no",
                                   "--appendfsync",
                                   always ? "always" : "everysec"};
  args.insert(args.end(), options_.extra_args.begin(),
              options_.extra_args.end());
  process_ = std::make_unique<Process>(args, dir_.Join("server"));
}

void RedisServer::Start() {
  Launch();
  if (!Eventually([&] { return Answers(); }, kStartLimit)) {
    Die("redis-server does not come back: " + process_->Out());
  }
}

void RedisServer::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

void RedisServer::Stop() {
  process_->Signal(SIGTERM);
  process_->Wait();
}

void RedisServer::Pause() { process_->Signal(SIGSTOP); }
void RedisServer::Continue() { process_->Signal(SIGCONT); }

bool RedisServer::Answers() {
  return Listens(port_) && Cli({"PING"}) == "PONG";
}

std::string RedisServer::Cli(const std::vector<std::string>& args) {
  std::vector<std::string> argv = {Program("redis-cli"), "-p",
                                   std::to_string(port_)};
  if (!options_.password.empty()) {
    argv.insert(argv.end(), {"-a", options_.password, "--no-auth-warning"});
  }
  argv.insert(argv.end(), args.begin(), args.end());
  const std::string stem = dir_.Join("cli" + std::to_string(++runs_));
  const ProcessResult result = RunProcess(argv, stem);
  std::filesystem::remove(stem + ".out");
  std::filesystem::remove(stem + ".err");
  return Trimmed(result.out);
}

void RedisServer::SaveSnapshot(const std::string& path) {
  if (Cli({"SAVE"}) != "OK") Die("SAVE failed: " + process_->Out());
  std::filesystem::copy_file(rdb_path(), path,
                             std::filesystem::copy_options::overwrite_existing);
}

void RedisServer::RestoreSnapshot(const std::string& path) {
  if (options_.persistence != RedisPersistence::kNone) {
    Die("an append-only file would win over the snapshot");
  }
  Kill();
  std::filesystem::copy_file(path, rdb_path(),
                             std::filesystem::copy_options::overwrite_existing);
  Start();
}

RedisServerOptions ReplicaOf(const RedisServer& master) {
  RedisServerOptions options;
  options.extra_args = {"--replicaof", "127.0.0.1",
                        std::to_string(master.port()),
                        "--repl-diskless-sync-delay", "0"};
  return options;
}

RedisSentinel::RedisSentinel(const RedisServer& master,
                             const std::string& master_name)
    : master_name_(master_name), port_(FreePort()) {
  const std::string config = dir_.Join("sentinel.conf");
  std::ofstream(config) << fmt::format(
      "port {0}\nbind 127.0.0.1\ndir {1}\n"
      "sentinel monitor {2} 127.0.0.1 {3} 1\n"
      "sentinel down-after-milliseconds {2} 500\n"
      "sentinel failover-timeout {2} 2000\n",
      port_, dir_.path(), master_name, master.port());
  process_ = std::make_unique<Process>(
      std::vector<std::string>{Program("redis-sentinel"), config},
      dir_.Join("sentinel"));
  if (!Eventually([&] { return Listens(port_); }, kStartLimit)) {
    Die("redis-sentinel: " + process_->Out());
  }
}

std::string RedisSentinel::address() const {
  return fmt::format("127.0.0.1:{}", port_);
}

void RedisSentinel::AwaitReplica() {
  const auto knows = [&] {
    const ProcessResult result =
        RunProcess({Program("redis-cli"), "-p", std::to_string(port_),
                    "SENTINEL", "replicas", master_name_},
                   dir_.Join("cli"));
    return result.out.find("master-link-status\nok") != std::string::npos;
  };
  if (!Eventually(knows, std::chrono::seconds(30))) {
    Die("the sentinel sees no replica: " + process_->Out());
  }
}

RedisCluster::RedisCluster() {
  std::vector<std::string> create = {"--cluster", "create"};
  for (int i = 0; i < 3; ++i) {
    RedisServerOptions options;
    options.extra_args = {"--cluster-enabled", "yes", "--cluster-node-timeout",
                          "2000"};
    nodes_.push_back(std::make_unique<RedisServer>(options));
    create.push_back(nodes_.back()->address());
  }
  create.insert(create.end(), {"--cluster-yes"});
  const std::string said = nodes_[0]->Cli(create);
  for (const auto& node : nodes_) {
    if (!Eventually([&] {
          return node->Cli({"CLUSTER", "INFO"}).find("cluster_state:ok") !=
                 std::string::npos;
        })) {
      Die("the cluster does not form: " + said);
    }
  }
}

std::vector<RedisServer*> RedisCluster::nodes() {
  std::vector<RedisServer*> nodes;
  for (const auto& node : nodes_) nodes.push_back(node.get());
  return nodes;
}

std::string RedisCluster::url() const {
  std::string url;
  for (const auto& node : nodes_) {
    url += (url.empty() ? "redis://" : ",") + node->address();
  }
  return url;
}

}  // namespace longtake
