// What a worker makes of a task that is offered to it, and what it says to be
// offered the right ones.

#include "tests/unit/worker/agent/agent_fixture.h"

namespace longtake::worker {
namespace {

using State = ScriptedFarm::State;

class OfferedTaskTest : public AgentFixture {
 protected:
  ScriptedFarm farm_;
};

TEST_F(OfferedTaskTest, SpecThatDoesNotConvertFailsThatAttempt) {
  farm_.Offer("broken");
  farm_.Do([](State& s) {
    s.offers[0].mutable_spec()->mutable_analyze_portrait()->set_width(-2);
    s.offers[0]
        .mutable_spec()
        ->mutable_analyze_portrait()
        ->mutable_portrait()
        ->mutable_blob()
        ->set_sha256("../../etc/passwd");
  });
  StartAgent(farm_.Address());
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.failures.size() == 1; }));
  farm_.Do([](State& s) {
    EXPECT_EQ(s.failures[0].error().code(), "INVALID_ARGUMENT");
  });
}

TEST_F(OfferedTaskTest, TaskForAnUnknownEngineIsForAnotherWorker) {
  farm_.Offer("plan", "other-engine");
  StartAgent(farm_.Address());
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.failures.size() == 1; }));
  farm_.Do([](State& s) {
    EXPECT_EQ(s.failures[0].error().code(), "RESOURCE_EXHAUSTED");
  });
}

TEST_F(OfferedTaskTest, TaskOfAKindThatIsNewerThanItIsForAnotherWorker) {
  farm_.Offer("new-kind");
  farm_.Do([](State& s) { s.offers[0].mutable_spec()->clear_task(); });
  StartAgent(farm_.Address());
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.failures.size() == 1; }));
  farm_.Do([](State& s) {
    EXPECT_EQ(s.failures[0].error().code(), "RESOURCE_EXHAUSTED");
    EXPECT_NE(s.failures[0].error().message().find("upgrade"),
              std::string::npos);
    EXPECT_EQ(s.failures[0].token().task_id(), "new-kind");
  });
}

TEST_F(OfferedTaskTest, PollNamesTheIdentityThatItsSlotHoldsOpen) {
  SyntheticEngine engine;
  Image portrait(64, 64);
  portrait.rgb.back() = 200;  // a flat picture has no face
  const StatusOr<EncodedIdentity> encoded =
      engine.EncodeIdentity(portrait, {64, 64, "p.png"});
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  const BlobRef identity = *PutBlob(*store_, encoded->latent);
  options_.poll_wait = absl::Milliseconds(10);
  options_.run_task = [&](const TaskSpec&,
                          TaskContext& context) -> StatusOr<TaskResult> {
    LT_RETURN_IF_ERROR(
        context.renderers.Get(context.engine, context.store, identity)
            .status());
    return PortraitResult();
  };
  farm_.Offer("first");
  StartAgent(farm_.Address());
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.completions.size() == 1; }));
  EXPECT_TRUE(farm_.Await([&](const State& s) {
    const v1::LeaseTaskRequest& poll = s.lease_requests.back();
    return poll.held_identities_size() == 1 &&
           poll.held_identities(0) == identity.sha256;
  }));
  EXPECT_EQ(farm_.Read<int>([](const State& s) {
    return s.lease_requests[0].held_identities_size();
  }),
            0);
}

}  // namespace
}  // namespace longtake::worker
