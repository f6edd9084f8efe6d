#pragma once
// A farm's state on a real server, with any number of coordinators' stores.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/redis_url.h"
#include "tests/support/redis_server.h"

namespace longtake::coordinator {

inline RedisStore::Options RedisOptionsFor(const std::string& url) {
  RedisStore::Options options;
  options.client.target = *redis::ParseRedisUrl(url);
  return options;
}

// One for the whole binary, emptied for each test that asks for it.
inline RedisServer& EmptySharedServer() {
  static const auto server = std::make_unique<RedisServer>();
  server->FlushAll();
  return *server;
}

inline TaskRecord RenderTaskRecord(int segment) {
  TaskRecord task;
  task.task_id = fmt::format("render-{}", segment);
  task.kind = TaskKind::kRender;
  task.segment = segment;
  task.range = {segment * 100, segment * 100 + 100};
  RenderTask render;
  render.range = task.range;
  render.rendered = task.range;
  render.motion_digest = std::string(64, 'd');
  render.identity = {std::string(64, 'a'), 1000};
  task.spec = std::make_shared<const TaskSpec>(TaskSpec{"hilm", render});
  return task;
}

class RedisStoreTest : public ::testing::Test {
 protected:
  RedisStore::Options Options() { return RedisOptionsFor(server_.url()); }

  static JobRecord Job(const std::string& job_id, int window = 1000) {
    JobRecord job;
    job.job_id = job_id;
    job.tenant = "default";
    job.spec.engine = "hilm";
    job.window = window;
    job.submitted_at = absl::FromUnixSeconds(1767225600);
    return job;
  }
  static void Create(RedisStore& store, const std::string& job_id, int renders,
                     int window = 1000) {
    std::vector<TaskRecord> tasks;
    for (int i = 0; i < renders; ++i) tasks.push_back(RenderTaskRecord(i));
    const auto created =
        store.CreateJob(Job(job_id, window), tasks, "submitted");
    ASSERT_TRUE(created.ok()) << created.status().ToString();
  }
  StatusOr<TaskRecord> Lease(RedisStore& store, const std::string& job,
                             const std::string& task,
                             const std::string& worker = "w1") {
    return store.Lease({job, task, worker, binding_, 1, now_,
                        now_ + absl::Seconds(30), "leased", false});
  }
  Status Complete(RedisStore& store, const std::string& job,
                  const std::string& task, int attempt,
                  const std::string& worker = "w1") {
    TaskResult result;
    result.result = RenderResult{};
    return store
        .Complete({{job, task, 1, attempt},
                   worker,
                   std::make_shared<const TaskResult>(result),
                   {},
                   {},
                   now_,
                   "done",
                   {}})
        .status();
  }
  std::vector<std::string> Ready(RedisStore& store, int limit = 1000) {
    const auto ready =
        store.PollReady({{{binding_}, {}, 0, {}}, std::nullopt, limit});
    EXPECT_TRUE(ready.ok()) << ready.status().ToString();
    std::vector<std::string> ids;
    if (!ready.ok()) return ids;
    for (const ReadyTask& task : *ready) ids.push_back(task.task_id);
    return ids;
  }
  std::string Cli(const std::vector<std::string>& args) {
    return server_.Cli(args);
  }

  RedisServer& server_ = EmptySharedServer();
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  const EngineBinding binding_{"hilm", "1", "class", 2};
};

}  // namespace longtake::coordinator
