// Partitions, cut connections and slow networks between workers, coordinators
// and Redis.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/network.h"
#include "tests/support/tcp_proxy.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

// One coordinator behind a proxy, that worker 0 alone goes through.
struct BehindProxy {
  explicit BehindProxy(int lease_seconds)
      : port(FreePort()), proxy(port), farm(Options(lease_seconds)) {}

  FarmOptions Options(int lease_seconds) const {
    FarmOptions options;
    options.coordinators = 1;
    options.lease_seconds = lease_seconds;
    options.wait_ms_per_frame = kSlowFrameMs;
    options.ports = {port};
    options.worker_coordinators[0] = proxy.address();
    return options;
  }

  const int port;
  TcpProxy proxy;
  ChaosFarm farm;
};

// Its lease runs out on the other side while it renders on and on.
std::string PartitionMidSegment(BehindProxy& behind, const std::string& job) {
  const std::string task = behind.farm.SuspendMidSegment(job, 0);
  behind.proxy.SetMode(TcpProxy::Mode::kBlackHole);
  behind.farm.ResumeWorker(0);
  behind.farm.CountFault("partition");
  EXPECT_TRUE(behind.farm.AwaitLog("lease expired"));
  return task;
}

TEST(NetworkFaultsTest, APartitionLongerThanTheLeaseThatHeals) {
  BehindProxy behind(1);
  const std::string job = behind.farm.Submit("job");
  const std::string task = PartitionMidSegment(behind, job);
  behind.proxy.SetMode(TcpProxy::Mode::kPass);
  const JobView done = behind.farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  for (const TaskView& view : behind.farm.Tasks(job)) {
    if (view.task_id == task) {
      EXPECT_GE(view.attempt, 2) << "nobody took " << task << " over";
    }
  }
  // It is back: it learns that its attempt is over, and works on.
  EXPECT_TRUE(behind.farm.AwaitLog("task dropped") ||
              behind.farm.AwaitLog("report refused"));
  behind.farm.ExpectCleanAudit();
}

TEST(NetworkFaultsTest, ConnectionsCutAgainAndAgain) {
  BehindProxy behind(2);
  const std::string job = behind.farm.Submit("job");
  for (int i = 0; i < 10; ++i) {
    behind.proxy.CutAll();
    behind.farm.CountFault("connections cut");
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
  }
  const JobView done = behind.farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  behind.farm.ExpectCleanAudit();
}

TEST(NetworkFaultsTest, ASlowNetworkDelaysReportsAndLosesNone) {
  BehindProxy behind(2);
  behind.proxy.SetDelay(std::chrono::milliseconds(150));
  behind.farm.CountFault("network delayed");
  const std::string job = behind.farm.Submit("job");
  const JobView done = behind.farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  behind.farm.ExpectCleanAudit();
}

TEST(NetworkFaultsTest, ACoordinatorCutOffFromRedisLeavesTheWorkToTheOther) {
  RedisServer redis;
  TcpProxy proxy(redis.port());
  FarmOptions options{.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs};
  options.redis_urls[0] = "redis://" + proxy.address();
  ChaosFarm farm(options, &redis);
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 1);
  proxy.SetMode(TcpProxy::Mode::kBlackHole);
  farm.CountFault("coordinator cut off from Redis");
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  proxy.SetMode(TcpProxy::Mode::kPass);
  farm.ExpectCleanAudit();
}

TEST(NetworkFaultsTest, ACableThatIsPulledForLongerThanTheLease) {
  std::string why;
  const auto island = NetworkIsland::Create(&why);
  if (island == nullptr) GTEST_SKIP() << "no network namespaces here: " << why;
  FarmOptions options;
  options.lease_seconds = 1;
  options.wait_ms_per_frame = kSlowFrameMs;
  options.host = island->host();
  options.coordinator_flags = {"--insecure"};
  options.worker_prefixes[0] = island->Prefix();
  ChaosFarm farm(options);
  const std::string job = farm.Submit("job");
  farm.SuspendMidSegment(job, 0);
  island->PullCable();
  farm.ResumeWorker(0);
  farm.CountFault("cable pulled");
  EXPECT_TRUE(farm.AwaitLog("lease expired"));
  island->PlugIn();
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

}  // namespace
}  // namespace longtake::chaos
