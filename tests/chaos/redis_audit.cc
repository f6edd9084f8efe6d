#include "tests/chaos/redis_audit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/job/job_json.h"
#include "coordinator/store/job_state.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/redis_url.h"

namespace longtake::chaos {
namespace {

using coordinator::JobRecord;
using coordinator::RedisStore;
using coordinator::TaskRecord;
using coordinator::redis::Client;
using coordinator::redis::Keys;
using coordinator::redis::Reply;

constexpr int kAllJobs = 1000;
// A job that changes while it is read is read again, so often.
constexpr int kReads = 50;

std::vector<std::string> Strings(Client& client, const std::string& key,
                                 const std::vector<std::string>& args) {
  const auto reply = client.Run(key, args, true);
  EXPECT_TRUE(reply.ok()) << reply.status();
  if (!reply.ok()) return {};
  auto strings = reply->Strings();
  return strings.ok() ? *strings : std::vector<std::string>();
}

int64_t Integer(Client& client, const std::string& key,
                const std::vector<std::string>& args) {
  const auto reply = client.Run(key, args, true);
  EXPECT_TRUE(reply.ok()) << reply.status();
  if (!reply.ok()) return 0;
  const auto number = reply->Integer();
  return number.ok() ? *number : 0;
}

// On every server of a cluster: a command without a key goes to one alone.
std::vector<std::string> KeysLike(const coordinator::redis::RedisTarget& target,
                                  const std::string& pattern) {
  std::vector<std::string> keys;
  const size_t servers = std::max<size_t>(target.servers.size(), 1);
  for (size_t i = 0; i < servers; ++i) {
    coordinator::redis::ClientOptions options;
    options.target = target;
    if (!target.servers.empty()) options.target.servers = {target.servers[i]};
    Client client(options);
    for (std::string& key : Strings(client, "", {"KEYS", pattern})) {
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

// The first element of XPENDING's summary.
int64_t Pending(Client& client, const std::string& key) {
  const auto reply =
      client.Run(key, {"XPENDING", key, coordinator::redis::kGroup}, true);
  if (!reply.ok()) return 0;  // a stream without the group
  const auto parts = reply->Array();
  if (!parts.ok() || parts->empty()) return 0;
  const auto count = (*parts)[0].Integer();
  return count.ok() ? *count : 0;
}

std::string PlaceOf(const TaskRecord& task) {
  switch (task.state) {
    case TaskState::kReady:
      return task.queued ? "queued" : "ready";
    case TaskState::kLeased:
      return "leased";
    case TaskState::kWaitingRetry:
      return "waiting";
    default:
      return "";
  }
}

std::map<std::string, int64_t> Recount(const JobRecord& job,
                                       const std::vector<TaskRecord>& tasks) {
  std::map<std::string, int64_t> counted;
  for (int kind = 0; kind < coordinator::kTaskKinds; ++kind) {
    for (const char* place : {"ready", "queued", "leased", "waiting"}) {
      counted[fmt::format("{}_{}", place, kind)] = 0;
    }
  }
  counted["segments_total"] = static_cast<int64_t>(job.segments.size());
  int64_t& done = counted["segments_done"];
  int64_t& frames = counted["frames_done"];
  for (const TaskRecord& task : tasks) {
    if (const std::string place = PlaceOf(task); !place.empty()) {
      ++counted[fmt::format("{}_{}", place, static_cast<int>(task.kind))];
    }
    if (task.kind != TaskKind::kRender || task.generation != 0) continue;
    const int64_t size = task.range.end - task.range.begin;
    if (task.state == TaskState::kSucceeded) {
      ++done;
      frames += size;
    } else if (task.state == TaskState::kLeased) {
      frames += std::min(task.frames_done, size);
    }
  }
  return counted;
}

// Names under which the job's finished results must be found.
std::vector<std::string> RecordNames(const JobRecord& job,
                                     const std::vector<TaskRecord>& tasks) {
  std::vector<std::string> names;
  for (const TaskRecord& task : tasks) {
    if (task.state != TaskState::kSucceeded || task.past_cache ||
        !job.binding) {
      continue;
    }
    const auto* assembly = std::get_if<AssembleResult>(&task.result->result);
    if (assembly != nullptr && !assembly->repair_segments.empty()) continue;
    names.push_back("results/" + TaskKey(*task.spec, *job.binding, job.tenant));
  }
  return names;
}

// The job's numbers, which transitions keep as one field. Not through cjson,
// which keeps 14 digits of a number: versions have 16.
std::map<std::string, int64_t> Stored(Client& client, const std::string& key) {
  const auto reply = client.Run(key, {"HGET", key, "numbers"}, true);
  EXPECT_TRUE(reply.ok()) << reply.status();
  const auto bytes = reply.ok() ? reply->String() : StatusOr<std::string>("");
  const auto numbers =
      nlohmann::json::from_msgpack(bytes.ok() ? *bytes : "", true, false);
  std::map<std::string, int64_t> stored;
  if (!numbers.is_object()) return stored;
  for (const auto& [name, value] : numbers.items()) {
    if (value.is_number()) stored[name] = value.get<int64_t>();
    if (!value.is_array()) continue;
    for (size_t kind = 0; kind < value.size(); ++kind) {
      stored[fmt::format("{}_{}", name, kind)] = value[kind].get<int64_t>();
    }
  }
  return stored;
}

// Ids in timers, backlog, queue and lease tables.
std::vector<std::string> Leftovers(Client& client, const Keys& keys,
                                   const std::string& job_id) {
  std::vector<std::string> leftovers;
  const auto note = [&](const char* part,
                        const std::vector<std::string>& args) {
    const std::string key = keys.Job(job_id, part);
    std::vector<std::string> command = {args[0], key};
    command.insert(command.end(), args.begin() + 1, args.end());
    for (const std::string& id : Strings(client, key, command)) {
      leftovers.push_back(fmt::format("{} {}", part, id));
    }
  };
  note("backlog", {"ZRANGE", "0", "-1"});
  note("due", {"ZRANGE", "0", "-1"});
  note("queued", {"HKEYS"});
  note("leased", {"HKEYS"});
  return leftovers;
}

struct JobInRedis {
  JobRecord job;
  std::vector<TaskRecord> tasks;
  StateAudit state;
};

// The job as it was at one moment: its version is the same before and after.
std::optional<JobInRedis> ReadJob(RedisStore& store,
                                  const std::string& job_id) {
  const Keys keys(coordinator::redis::kDefaultPrefix);
  const std::string hash = keys.Job(job_id, "job");
  for (int i = 0; i < kReads; ++i) {
    JobInRedis read;
    read.state.stored = Stored(store.client(), hash);
    const auto job = store.GetJob(job_id);
    const auto tasks = store.ListTasks(job_id);
    if (!job.ok() || !tasks.ok()) return std::nullopt;
    read.job = *job;
    read.tasks = *tasks;
    read.state.job_id = job_id;
    read.state.live = coordinator::IsLive(job->state);
    read.state.counted = Recount(*job, *tasks);
    if (!read.state.live) {
      read.state.leftovers = Leftovers(store.client(), keys, job_id);
    }
    auto again = Stored(store.client(), hash);
    if (again["version"] == read.state.stored["version"]) return read;
  }
  ADD_FAILURE() << job_id << " changes all the time";
  return std::nullopt;
}

}  // namespace

void CollectRedis(const std::string& url, History* history) {
  auto target = coordinator::redis::ParseRedisUrl(url);
  ASSERT_TRUE(target.ok()) << target.status();
  RedisStore::Options options;
  options.client.target = *target;
  RedisStore store(options);
  history->queues.clear();
  history->states.clear();
  Client& client = store.client();
  for (const std::string& key : KeysLike(*target, "lt:queue:*")) {
    history->queues.push_back(
        {key, Integer(client, key, {"XLEN", key}), Pending(client, key)});
  }
  const auto jobs = store.ListJobs("", 0, kAllJobs);
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  for (const JobRecord& listed : *jobs) {
    auto read = ReadJob(store, listed.job_id);
    if (!read) continue;
    for (JobHistory& known : history->jobs) {
      if (known.job_id == listed.job_id) {
        known.record_names = RecordNames(read->job, read->tasks);
      }
    }
    history->states.push_back(std::move(read->state));
  }
}

}  // namespace longtake::chaos
