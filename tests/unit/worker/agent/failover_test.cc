// A worker of two coordinators, either of which may die, hang or forget it.
// They are servers on ports of this machine, and share no state: what one is
// told, the other is not.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/worker/agent/agent_fixture.h"

namespace longtake::worker {
namespace {

using State = ScriptedFarm::State;

class FailoverTest : public AgentFixture {
 protected:
  // The worker starts with the first.
  void StartAgentOfBoth() {
    StartAgent(first_.Address() + "," + second_.Address());
  }
  static bool AwaitRenewalOf(ScriptedFarm& farm, const std::string& task) {
    return farm.Await([&](const State& s) {
      return !s.renewals.empty() && s.renewals.back().leases_size() == 1 &&
             s.renewals.back().leases(0).token().task_id() == task;
    });
  }
  static bool AwaitCompletion(ScriptedFarm& farm) {
    return farm.Await([](const State& s) { return !s.completions.empty(); });
  }

  ScriptedFarm first_;
  ScriptedFarm second_;
};

TEST_F(FailoverTest, LeaseAndResultOutliveTheCoordinatorTheyCameFrom) {
  first_.Offer("render");
  StartAgentOfBoth();
  ASSERT_TRUE(task_.AwaitRunning(1));
  ASSERT_TRUE(AwaitRenewalOf(first_, "render"));
  first_.Kill();
  ASSERT_TRUE(AwaitRenewalOf(second_, "render"));
  task_.Finish();
  ASSERT_TRUE(AwaitCompletion(second_));
  second_.Do([](State& s) {
    EXPECT_EQ(s.completions[0].token().task_id(), "render");
    EXPECT_EQ(s.completions[0].token().epoch(), 3);
  });
}

TEST_F(FailoverTest, ResultIsKeptWhileNoCoordinatorTakesIt) {
  first_.Do([](State& s) {
    s.complete_answers.assign(100000, Unavailable("recovering"));
  });
  second_.Do([](State& s) {
    s.complete_answers.assign(3, Unavailable("recovering"));
    s.renew_answers.assign(3, Unavailable("recovering"));
  });
  first_.Offer("render");
  StartAgentOfBoth();
  ASSERT_TRUE(task_.AwaitRunning(1));
  task_.Finish();
  ASSERT_TRUE(
      first_.Await([](const State& s) { return s.completions.size() >= 2; }));
  first_.Kill();
  ASSERT_TRUE(
      second_.Await([](const State& s) { return s.completions.size() == 4; }));
  // Acknowledged: the slot goes on with the next.
  second_.Offer("next");
  EXPECT_TRUE(second_.Await([](const State& s) {
    return s.completions.back().token().task_id() == "next";
  }));
}

TEST_F(FailoverTest, StuckCoordinatorCostsNoLease) {
  constexpr absl::Duration kLease = absl::Seconds(3);
  for (ScriptedFarm* farm : {&first_, &second_}) {
    farm->Do(
        [&](State& s) { s.lease_millis = absl::ToInt64Milliseconds(kLease); });
  }
  first_.Offer("render");
  StartAgentOfBoth();
  ASSERT_TRUE(task_.AwaitRunning(1));
  ASSERT_TRUE(AwaitRenewalOf(first_, "render"));
  const SteadyTime renewed = SteadyNow();
  first_.Do([](State& s) { s.stuck = true; });
  ASSERT_TRUE(AwaitRenewalOf(second_, "render"));
  EXPECT_LT(absl::FromChrono(SteadyNow() - renewed), kLease);
  task_.Finish();
  EXPECT_TRUE(AwaitCompletion(second_));
}

TEST_F(FailoverTest, PollAtAStuckCoordinatorEndsLongBeforeItsDeadline) {
  options_.poll_wait = absl::Minutes(5);
  StartAgentOfBoth();
  ASSERT_TRUE(
      first_.Await([](const State& s) { return !s.lease_requests.empty(); }));
  first_.Do([](State& s) { s.stuck = true; });
  second_.Offer("render");
  EXPECT_TRUE(task_.AwaitRunning(1));
  task_.Finish();
}

// Nothing but the kernel answers there: no HTTP/2, no refusal.
TEST_F(FailoverTest, BlackHoleInTheListIsPassedBy) {
  const int hole = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(hole, any, size), 0);
  ASSERT_EQ(::listen(hole, 16), 0);
  ASSERT_EQ(::getsockname(hole, any, &size), 0);
  options_.rpc_deadline = absl::Milliseconds(200);
  second_.Offer("render");
  StartAgent(fmt::format("127.0.0.1:{},{}", ::ntohs(address.sin_port),
                         second_.Address()));
  EXPECT_TRUE(agent_->WaitUntilRegistered(kLong).ok());
  EXPECT_TRUE(task_.AwaitRunning(1));
  EXPECT_TRUE(AwaitRenewalOf(second_, "render"));
  task_.Finish();
  EXPECT_TRUE(AwaitCompletion(second_));
  agent_->Stop();
  ::close(hole);
}

TEST_F(FailoverTest, RegistersWithTheCoordinatorThatDoesNotKnowIt) {
  options_.poll_wait = absl::Milliseconds(20);
  StartAgentOfBoth();
  ASSERT_TRUE(agent_->WaitUntilRegistered(kLong).ok());
  second_.Do([](State& s) { s.lease_answers = {NotFound("who are you")}; });
  EXPECT_TRUE(
      second_.Await([](const State& s) { return !s.registrations.empty(); }));
}

TEST_F(FailoverTest, PollsComeBackToACoordinatorThatIsBack) {
  first_.Do(
      [](State& s) { s.lease_answers.assign(3, Unavailable("recovering")); });
  options_.poll_wait = absl::Milliseconds(20);
  StartAgentOfBoth();
  for (ScriptedFarm* farm : {&first_, &second_}) {
    EXPECT_TRUE(farm->Await([](const State& s) {
      return s.lease_answers.empty() && s.lease_requests.size() > 5;
    }));
  }
}

TEST_F(FailoverTest, DrainIsHeardFromAnyCoordinator) {
  second_.Do([](State& s) { s.offers.emplace_back().set_drain(true); });
  options_.poll_wait = absl::Milliseconds(20);
  StartAgentOfBoth();
  EXPECT_TRUE(agent_->WaitFor(kLong));
}

}  // namespace
}  // namespace longtake::worker
