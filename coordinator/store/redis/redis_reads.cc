#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "coordinator/store/redis/job_codec.h"
#include "coordinator/store/redis/plain_scripts.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/task_codec.h"

// What is read of jobs and their tasks.

namespace longtake::coordinator {
namespace {

using redis::Args;
using redis::Call;
using redis::Reply;

constexpr int kListPage = 64;
// After so long without a record, a job that the index names was never made.
constexpr std::chrono::seconds kDanglingAfter{60};

StatusOr<std::map<std::string, std::string>> Pairs(const Reply& reply) {
  LT_ASSIGN_OR_RETURN(auto flat, reply.Strings());
  std::map<std::string, std::string> pairs;
  for (size_t i = 0; i + 1 < flat.size(); i += 2) {
    pairs[std::move(flat[i])] = std::move(flat[i + 1]);
  }
  return pairs;
}

Status Attach(redis::ParseCache<TaskSpec>& specs,
              redis::ParseCache<TaskResult>& results, const std::string& spec,
              const std::string& result, TaskRecord* task) {
  if (!spec.empty()) {
    LT_ASSIGN_OR_RETURN(task->spec, specs.Get(spec));
  }
  if (task->state == TaskState::kSucceeded && !result.empty()) {
    LT_ASSIGN_OR_RETURN(task->result, results.Get(result));
  }
  return OkStatus();
}

}  // namespace

StatusOr<JobRecord> RedisStore::GetJob(const std::string& job_id) {
  const std::string key = keys_.Job(job_id, "job");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(key, {"HGETALL", key}, true));
  return redis::DecodeJob(job_id, reply);
}

StatusOr<std::vector<JobRecord>> RedisStore::ListJobs(const std::string& tenant,
                                                      int64_t before_sequence,
                                                      int limit) {
  const std::string index =
      tenant.empty() ? keys_.Farm("jobs") : keys_.Tenant(tenant);
  std::string below = before_sequence > 0 ? fmt::format("({}", before_sequence)
                                          : std::string("+inf");
  std::vector<JobRecord> jobs;
  while (static_cast<int>(jobs.size()) < limit) {
    const int page = std::min(limit, kListPage);
    LT_ASSIGN_OR_RETURN(
        const Reply reply,
        client_.Run(index,
                    {"ZREVRANGEBYSCORE", index, below, "-inf", "WITHSCORES",
                     "LIMIT", "0", std::to_string(page)},
                    true));
    LT_ASSIGN_OR_RETURN(const auto flat, reply.Strings());
    std::vector<Call> calls;
    for (size_t i = 0; i + 1 < flat.size(); i += 2) {
      const std::string key = keys_.Job(flat[i], "job");
      calls.push_back({key, {"HGETALL", key}, nullptr, true, {}});
      below = "(" + flat[i + 1];
    }
    const auto replies = client_.RunAll(calls);
    for (size_t i = 0; i < replies.size(); ++i) {
      LT_RETURN_IF_ERROR(replies[i].status());
      auto job = redis::DecodeJob(flat[2 * i], *replies[i]);
      // Indexed, but not made yet, or never.
      if (job.status().code() == StatusCode::kNotFound) continue;
      LT_RETURN_IF_ERROR(job.status());
      if (static_cast<int>(jobs.size()) < limit) {
        jobs.push_back(*std::move(job));
      }
    }
    if (static_cast<int>(calls.size()) < page) break;
  }
  return jobs;
}

StatusOr<TaskRecord> RedisStore::MakeTask(const std::string& task_id,
                                          const std::string& record,
                                          const std::string& spec,
                                          const std::string& result) {
  LT_ASSIGN_OR_RETURN(redis::DecodedTask decoded,
                      redis::DecodeTask(task_id, record));
  LT_RETURN_IF_ERROR(Attach(specs_, results_, spec, result, &decoded.record));
  return std::move(decoded.record);
}

std::vector<std::string> RedisStore::ReadKeys(const std::string& job_id) const {
  return {keys_.Job(job_id, "job"), keys_.Job(job_id, "tasks"),
          keys_.Job(job_id, "specs"), keys_.Job(job_id, "results"),
          keys_.Job(job_id, "queued")};
}

StatusOr<std::vector<TaskRecord>> RedisStore::ListTasks(
    const std::string& job_id) {
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      client_.RunScript(redis::kReadTasks, ReadKeys(job_id), {}, true));
  LT_ASSIGN_OR_RETURN(const auto parts, reply.Array());
  if (parts.empty()) return NotFound(fmt::format("no job {}", job_id));
  if (parts.size() != 4) return Internal("read_tasks: too little");
  LT_ASSIGN_OR_RETURN(const auto records, Pairs(parts[0]));
  LT_ASSIGN_OR_RETURN(auto specs, Pairs(parts[1]));
  LT_ASSIGN_OR_RETURN(auto results, Pairs(parts[2]));
  LT_ASSIGN_OR_RETURN(const auto names, parts[3].Strings());
  const std::set<std::string> queued(names.begin(), names.end());
  std::map<int64_t, TaskRecord> tasks;
  for (const auto& [task_id, record] : records) {
    LT_ASSIGN_OR_RETURN(auto decoded, redis::DecodeTask(task_id, record));
    TaskRecord& task = decoded.record;
    LT_RETURN_IF_ERROR(
        Attach(specs_, results_, specs[task_id], results[task_id], &task));
    task.queued = queued.contains(task_id);
    tasks[decoded.index] = std::move(task);
  }
  std::vector<TaskRecord> list;
  for (auto& [index, task] : tasks) list.push_back(std::move(task));
  return list;
}

StatusOr<TaskInJob> RedisStore::GetTask(const std::string& job_id,
                                        const std::string& task_id) {
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      client_.RunScript(redis::kReadTask, ReadKeys(job_id), {task_id}, true));
  LT_ASSIGN_OR_RETURN(const auto p, reply.Array());
  if (p.empty()) return NotFound(fmt::format("no job {}", job_id));
  if (p.size() == 1) {
    return NotFound(fmt::format("job {} has no task {}", job_id, task_id));
  }
  if (p.size() != 7) return Internal("read_task: too little");
  LT_ASSIGN_OR_RETURN(const std::string record, p[0].String());
  LT_ASSIGN_OR_RETURN(const std::string spec, p[1].String());
  LT_ASSIGN_OR_RETURN(const std::string result, p[2].String());
  LT_ASSIGN_OR_RETURN(const int64_t queued, p[3].Integer());
  LT_ASSIGN_OR_RETURN(const std::string state, p[4].String());
  LT_ASSIGN_OR_RETURN(const std::string binding, p[6].String());
  TaskInJob task;
  LT_ASSIGN_OR_RETURN(static_cast<TaskRecord&>(task),
                      MakeTask(task_id, record, spec, result));
  task.queued = queued != 0;
  LT_ASSIGN_OR_RETURN(task.job_state, redis::JobStateFromName(state));
  LT_ASSIGN_OR_RETURN(task.tenant, p[5].String());
  task.binding = redis::BindingFromJson(binding);
  return task;
}

StatusOr<EventPage> RedisStore::ListEvents(const std::string& job_id,
                                           int64_t after, int limit) {
  const std::string job = keys_.Job(job_id, "job");
  const std::string events = keys_.Job(job_id, "events");
  // The state first: what ended then has all its events by the second read.
  const auto replies = client_.RunAll(
      {{job, {"HMGET", job, "state", "numbers"}, nullptr, true, {}},
       {events,
        {"XRANGE", events, fmt::format("{}-0", after + 1), "+", "COUNT",
         std::to_string(std::max(limit, 1))},
        nullptr,
        true,
        {}}});
  for (const auto& reply : replies) LT_RETURN_IF_ERROR(reply.status());
  LT_ASSIGN_OR_RETURN(const auto fields, replies[0]->Array());
  LT_ASSIGN_OR_RETURN(const auto state, fields.at(0).StringOrNil());
  if (!state) return NotFound(fmt::format("no job {}", job_id));
  LT_ASSIGN_OR_RETURN(const JobState job_state,
                      redis::JobStateFromName(*state));
  LT_ASSIGN_OR_RETURN(const std::string numbers, fields.at(1).String());
  LT_ASSIGN_OR_RETURN(const int64_t last, redis::NumberOf(numbers, "event"));
  LT_ASSIGN_OR_RETURN(const auto entries, replies[1]->Array());
  EventPage page;
  for (const Reply& entry : entries) {
    if (static_cast<int>(page.events.size()) >= limit) break;
    LT_ASSIGN_OR_RETURN(JobEvent event, redis::DecodeEvent(entry));
    page.events.push_back(std::move(event));
  }
  const int64_t reached =
      page.events.empty() ? after : page.events.back().sequence;
  page.ended = HasEnded(job_state) && reached >= last;
  return page;
}

StatusOr<std::vector<std::string>> RedisStore::LiveJobs() {
  const std::string live = keys_.Farm("live");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(live, {"ZRANGE", live, "0", "-1"}, true));
  return reply.Strings();
}

StatusOr<std::vector<JobLoad>> RedisStore::ListLoads() {
  LT_ASSIGN_OR_RETURN(const auto job_ids, LiveJobs());
  const auto fields = redis::LoadFields();
  std::vector<Call> calls;
  for (const std::string& job_id : job_ids) {
    const std::string key = keys_.Job(job_id, "job");
    Args args = {"HMGET", key};
    args.insert(args.end(), fields.begin(), fields.end());
    calls.push_back({key, std::move(args), nullptr, true, {}});
  }
  const auto replies = client_.RunAll(calls);
  std::vector<JobLoad> loads;
  for (size_t i = 0; i < replies.size(); ++i) {
    LT_RETURN_IF_ERROR(replies[i].status());
    LT_ASSIGN_OR_RETURN(auto load, redis::DecodeLoad(job_ids[i], *replies[i]));
    if (load) {
      loads.push_back(*std::move(load));
    } else {
      LT_RETURN_IF_ERROR(TidyIndex(job_ids[i]));
    }
  }
  std::stable_sort(loads.begin(), loads.end(),
                   [](const JobLoad& a, const JobLoad& b) {
                     return a.submit_sequence < b.submit_sequence;
                   });
  return loads;
}

Status RedisStore::TidyIndex(const std::string& job_id) {
  const std::string job = keys_.Job(job_id, "job");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(job, {"EXISTS", job}, true));
  LT_ASSIGN_OR_RETURN(const int64_t exists, reply.Integer());
  const SteadyTime now = std::chrono::steady_clock::now();
  {
    absl::MutexLock lock(&dangling_mutex_);
    if (exists != 0) {
      dangling_.erase(job_id);
    } else {
      const SteadyTime since = dangling_.emplace(job_id, now).first->second;
      if (now - since < kDanglingAfter) return OkStatus();
      dangling_.erase(job_id);
    }
  }
  if (exists != 0) return IndexEnded(job_id);
  for (const char* name : {"live", "jobs"}) {
    const std::string index = keys_.Farm(name);
    LT_RETURN_IF_ERROR(
        client_.Run(index, {"ZREM", index, job_id}, true).status());
  }
  return OkStatus();
}

}  // namespace longtake::coordinator
