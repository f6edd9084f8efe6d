#pragma once
// A worker agent with quick back-offs over coordinators of the test's.

#include <memory>
#include <string>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/rpc/coordinator_list.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "tests/support/synthetic_engine.h"
#include "tests/unit/worker/agent/held_task.h"
#include "tests/unit/worker/agent/scripted_farm.h"
#include "worker/agent/worker_agent.h"

namespace longtake::worker {

inline constexpr absl::Duration kLong = absl::Seconds(20);

inline RenderTask RenderOf(int64_t frames) {
  RenderTask task;
  task.range = {0, frames};
  task.rendered = task.range;
  task.total_frames = frames;
  task.identity.sha256 = std::string(64, 'c');
  task.identity.size_bytes = 9;
  task.motion_digest = std::string(64, 'd');
  task.pcm.sha256 = std::string(64, 'e');
  task.pcm.size_bytes = 9;
  task.key_motions = task.pcm;
  return task;
}

class AgentFixture : public testing::Test {
 protected:
  AgentFixture() {
    store_ = *OpenDirectoryStore({directory_.path()});
    options_.worker_id = "w1";
    options_.artifacts = store_;
    options_.engines = {std::make_shared<SyntheticEngine>()};
    options_.first_backoff = absl::Milliseconds(2);
    options_.longest_backoff = absl::Milliseconds(10);
    options_.run_task = [this](const TaskSpec& spec, TaskContext& context) {
      return task_.Run(spec, context);
    };
  }

  void StartAgent(const std::string& addresses) {
    CoordinatorList::Options list;
    list.first_backoff = absl::Milliseconds(50);
    list.longest_backoff = absl::Milliseconds(200);
    options_.coordinators =
        *OpenCoordinators(addresses, "--coordinators", list);
    auto agent = WorkerAgent::Start(options_);
    ASSERT_TRUE(agent.ok()) << agent.status();
    agent_ = *std::move(agent);
  }

  TempDir directory_;
  HeldTask task_;
  std::shared_ptr<ArtifactStore> store_;
  WorkerAgent::Options options_;
  std::unique_ptr<WorkerAgent> agent_;
};

}  // namespace longtake::worker
