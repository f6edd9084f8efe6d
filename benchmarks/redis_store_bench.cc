// What a transition costs in Redis and around it:
//   longtake_redis_bench --redis redis://127.0.0.1:6379 [--jobs 200] [--tasks
//   270] [--threads 4] [--completions 20000]
// Empties the keys with its own prefix, at the start and at the end.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/redis_url.h"

namespace longtake::coordinator {
namespace {

using std::chrono::steady_clock;

const EngineBinding kBinding{"simulated", "1", "class", 2};

struct Bench {
  std::string url = "redis://127.0.0.1:6379";
  int jobs = 200;
  int tasks = 270;
  int threads = 4;
  int completions = 20000;
};

TaskRecord Task(int segment) {
  TaskRecord task;
  task.task_id = fmt::format("render-{}", segment);
  task.kind = TaskKind::kRender;
  task.segment = segment;
  task.range = {segment * 250, segment * 250 + 250};
  RenderTask render;
  render.identity = {std::string(64, 'a'), 1000};
  render.range = task.range;
  render.rendered = task.range;
  render.motion_digest = std::string(64, 'b');
  render.pcm = {std::string(64, 'c'), 1000};
  render.key_motions = {std::string(64, 'd'), 1000};
  task.spec = std::make_shared<const TaskSpec>(TaskSpec{"simulated", render});
  return task;
}

// Microseconds a call that the server spent since CONFIG RESETSTAT.
std::string ServerCost(RedisStore& store, const std::string& command) {
  const auto reply = store.client().Run("", {"INFO", "commandstats"});
  if (!reply.ok()) return "?";
  const std::string text = *reply->String();
  const size_t at = text.find("cmdstat_" + command + ":");
  if (at == std::string::npos) return "0";
  const size_t value = text.find("usec_per_call=", at) + 14;
  return text.substr(value, text.find_first_of(",\r", value) - value);
}

void Reset(RedisStore& store) {
  store.client().Run("", {"CONFIG", "RESETSTAT"}).status().IgnoreError();
}

class Timer {
 public:
  explicit Timer(std::map<std::string, std::vector<double>>* samples)
      : samples_(*samples) {}
  template <typename F>
  auto operator()(const std::string& name, F f) {
    const auto start = steady_clock::now();
    auto result = f();
    samples_[name].push_back(
        std::chrono::duration<double, std::micro>(steady_clock::now() - start)
            .count());
    return result;
  }

 private:
  std::map<std::string, std::vector<double>>& samples_;
};

bool CompleteOne(RedisStore& store, const std::string& worker, Timer& time) {
  const auto ready = time("poll", [&] {
    return store.PollReady({{{kBinding}, {}, 0, {}}, std::nullopt, 16});
  });
  if (!ready.ok()) {
    fmt::print(stderr, "{}\n", ready.status().ToString());
    return false;
  }
  TaskResult result;
  result.result = RenderResult{{std::string(64, 'e'), 100000}, {}, 250};
  const auto shared = std::make_shared<const TaskResult>(result);
  for (const ReadyTask& t : *ready) {
    const auto task =
        time("get task", [&] { return store.GetTask(t.job_id, t.task_id); });
    if (!task.ok()) continue;
    const absl::Time now = absl::Now();
    const auto leased = time("lease", [&] {
      return store.Lease({t.job_id, t.task_id, worker, kBinding, 1, now,
                          now + absl::Seconds(30), "", false});
    });
    if (!leased.ok()) continue;
    const FencingToken token{t.job_id, t.task_id, 1, leased->attempt};
    const auto done = time("complete", [&] {
      return store.Complete(
          {token, worker, shared, {}, {}, now, "rendered", {}});
    });
    return done.ok();
  }
  return false;
}

void Scripts(RedisStore& store, int count) {
  fmt::print("server time a script (microseconds, mean of {}):\n", count);
  std::vector<TaskRecord> leased;
  const auto all = store.ListTasks("bench-0");
  const int n = std::min<int>(count, static_cast<int>(all->size()));
  const absl::Time now = absl::Now();
  const auto phase = [&](const char* name, auto each) {
    Reset(store);
    for (int i = 0; i < n; ++i) each(i, all->at(i).task_id);
    fmt::print("  {:<9} {}\n", name, ServerCost(store, "evalsha"));
  };
  const auto id = std::string("bench-0");
  phase("read", [&](int, const std::string& task) {
    store.GetTask(id, task).status().IgnoreError();
  });
  phase("lease", [&](int, const std::string& task) {
    const auto ok = store.Lease(
        {id, task, "w", kBinding, 1, now, now + absl::Seconds(30), "", false});
    if (!ok.ok()) fmt::print(stderr, "{}\n", ok.status().ToString());
  });
  phase("renew", [&](int, const std::string& task) {
    store
        .Renew({{id, task, 1, 1},
                "w",
                10,
                now,
                now + absl::Seconds(40),
                "",
                absl::Seconds(1)})
        .IgnoreError();
  });
  TaskResult result;
  result.result = RenderResult{{std::string(64, 'e'), 100000}, {}, 250};
  const auto shared = std::make_shared<const TaskResult>(result);
  phase("complete", [&](int, const std::string& task) {
    store.Complete({{id, task, 1, 1}, "w", shared, {}, {}, now, "rendered", {}})
        .status()
        .IgnoreError();
  });
}

int Run(const Bench& bench) {
  RedisStore::Options options;
  const auto target = redis::ParseRedisUrl(bench.url);
  if (!target.ok()) {
    fmt::print(stderr, "{}\n", Message(target.status()));
    return 2;
  }
  options.client.target = *target;
  options.prefix = "ltbench:";
  RedisStore store(options);
  const Status cleared = store.Clear(1);
  if (!cleared.ok()) {
    fmt::print(stderr, "{}\n", Message(cleared));
    return 1;
  }
  for (int j = 0; j < bench.jobs; ++j) {
    JobRecord job;
    job.job_id = fmt::format("bench-{}", j);
    job.tenant = "default";
    job.spec.engine = "simulated";
    job.submitted_at = absl::Now();
    std::vector<TaskRecord> tasks;
    for (int i = 0; i < bench.tasks; ++i) tasks.push_back(Task(i));
    store.CreateJob(job, tasks, "submitted").status().IgnoreError();
  }
  Scripts(store, bench.tasks);
  std::vector<std::map<std::string, std::vector<double>>> samples(
      bench.threads);
  std::atomic<int> done = 0;
  const auto start = steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < bench.threads; ++i) {
    threads.emplace_back([&, i] {
      Timer time(&samples[i]);
      while (done < bench.completions &&
             steady_clock::now() - start < std::chrono::seconds(60)) {
        if (CompleteOne(store, fmt::format("w{}", i), time)) ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = steady_clock::now() - start;
  fmt::print("{} completions, {} threads: {:.0f} a second\n", done.load(),
             bench.threads, done / took.count());
  std::map<std::string, std::vector<double>> merged;
  for (const auto& map : samples) {
    for (const auto& [name, values] : map) {
      merged[name].insert(merged[name].end(), values.begin(), values.end());
    }
  }
  for (auto& [name, values] : merged) {
    std::sort(values.begin(), values.end());
    fmt::print("  {:<9} calls {:>7}  p50 {:>7.0f} us  p99 {:>7.0f} us\n", name,
               values.size(), values[values.size() / 2],
               values[values.size() * 99 / 100]);
  }
  store.Clear(1).IgnoreError();
  return 0;
}

}  // namespace
}  // namespace longtake::coordinator

int main(int argc, char** argv) {
  longtake::coordinator::Bench bench;
  CLI::App app("Cost of the Redis store");
  app.add_option("--redis", bench.url);
  app.add_option("--jobs", bench.jobs);
  app.add_option("--tasks", bench.tasks);
  app.add_option("--threads", bench.threads);
  app.add_option("--completions", bench.completions);
  CLI11_PARSE(app, argc, argv);
  return longtake::coordinator::Run(bench);
}
