// tools/farm, which ./dev farm runs: it comes up, and leaves nothing behind.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/testing/temp_dir.h"
#include "tests/support/process.h"

namespace longtake {
namespace {

using testing::HasSubstr;

constexpr int kPorts = 5;  // two coordinators, Redis, two of metrics
// Below those that connections get from the kernel.
constexpr int kLowestPort = 20000;
constexpr int kPlaces = 2000;

// A listening socket. One thread only.
class Listener {
 public:
  explicit Listener(int port)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(static_cast<uint16_t>(port));
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ok_ = bind(fd_, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0 &&
          listen(fd_, 1) == 0;
  }
  ~Listener() { close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  bool ok() const { return ok_; }

 private:
  const int fd_;
  bool ok_ = false;
};

// The first of kPorts that nobody listens on.
int FreePorts() {
  for (int i = 0; i < kPlaces; ++i) {
    const int first = kLowestPort + (getpid() + i) % kPlaces * kPorts;
    bool free = true;
    for (int port = first; port < first + kPorts; ++port) {
      free = free && Listener(port).ok();
    }
    if (free) return first;
  }
  ADD_FAILURE() << "no free ports";
  return kLowestPort;
}

std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", parent));
  std::vector<pid_t> children;
  for (pid_t pid = 0; file >> pid;) children.push_back(pid);
  return children;
}

class FarmCommandTest : public testing::Test {
 protected:
  // Whoever started the tests in the background made them ignore it, and a
  // shell leaves ignored signals so.
  void SetUp() override { signal(SIGINT, SIG_DFL); }

  std::unique_ptr<Process> Start(const std::string& bin = LONGTAKE_BIN_DIR) {
    return std::make_unique<Process>(
        std::vector<std::string>{LONGTAKE_FARM, "--dir", dir_.Join("farm"),
                                 "--port", std::to_string(port_), "--bin", bin},
        dir_.Join("out"));
  }
  void ExpectFreePorts() {
    for (int port = port_; port < port_ + kPorts; ++port) {
      EXPECT_TRUE(Listener(port).ok()) << "port " << port << " is in use";
    }
  }

  const TempDir dir_;
  const int port_ = FreePorts();
};

TEST_F(FarmCommandTest, ItComesUpWithThreeWorkersAndLeavesNothingBehind) {
  const auto farm = Start();
  ASSERT_THAT(farm->AwaitLine("A farm of two coordinators and "),
              HasSubstr("3 workers is up"))
      << farm->Err();
  const ProcessResult workers =
      RunProcess({LONGTAKE_BIN_DIR "/longtake", "workers", "--json", "--farm",
                  fmt::format("127.0.0.1:{},127.0.0.1:{}", port_, port_ + 1)},
                 dir_.Join("workers"));
  EXPECT_EQ(workers.code, 0) << workers.err;
  const auto listed = nlohmann::json::parse(workers.out, nullptr, false);
  EXPECT_THAT(listed["workers"], testing::SizeIs(3)) << workers.out;
  const std::vector<pid_t> children = ChildrenOf(farm->pid());
  EXPECT_GE(children.size(), 6);  // Redis, coordinators, workers

  farm->Signal(SIGINT);
  EXPECT_EQ(farm->Wait(std::chrono::seconds(60)), 0) << farm->Err();
  for (const pid_t pid : children) {
    EXPECT_NE(kill(pid, 0), 0) << "process " << pid << " is left";
  }
  ExpectFreePorts();
}

TEST_F(FarmCommandTest, WhatRunsIsStoppedWhenTheNextDoesNotComeUp) {
  std::filesystem::create_symlink("/bin/false",
                                  dir_.Join("longtake-coordinator"));
  const auto farm = Start(dir_.path());
  EXPECT_EQ(farm->Wait(std::chrono::seconds(60)), 1) << farm->Out();
  EXPECT_THAT(farm->Err(), HasSubstr("coordinator-1 has ended"));
  ExpectFreePorts();
}

TEST_F(FarmCommandTest, APortThatIsTakenIsNamedBeforeAnythingStarts) {
  for (int port = port_; port < port_ + kPorts; ++port) {
    const Listener other(port);
    ASSERT_TRUE(other.ok());
    const auto farm = Start();
    EXPECT_EQ(farm->Wait(std::chrono::seconds(20)), 1) << farm->Out();
    EXPECT_THAT(farm->Err(), HasSubstr(fmt::format("port {} is taken", port)));
    EXPECT_FALSE(std::filesystem::exists(dir_.Join("farm")));
  }
}

}  // namespace
}  // namespace longtake
