#include <fmt/format.h>

#include <algorithm>

#include "coordinator/store/redis/plain_scripts.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/task_codec.h"
#include "coordinator/store/redis/worker_codec.h"

// Workers, and turns.

namespace longtake::coordinator {
namespace {

using redis::Call;
using redis::Micros;
using redis::Reply;

Status NotRegistered(const std::string& worker_id) {
  return NotFound(fmt::format("worker {} is not registered", worker_id));
}

}  // namespace

Status RedisStore::PutWorker(const WorkerRecord& worker) {
  const std::string index = keys_.Farm("workers");
  LT_RETURN_IF_ERROR(
      client_.Run(index, {"SADD", index, worker.worker_id}, true).status());
  return client_
      .RunScript(redis::kPutWorker, {keys_.Worker(worker.worker_id)},
                 {redis::WorkerToJson(worker), Micros(worker.last_seen),
                  worker.draining ? "1" : "0"},
                 true)
      .status();
}

StatusOr<bool> RedisStore::SetWorker(const std::string& worker_id,
                                     const std::string& field,
                                     const std::string& value) {
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      client_.RunScript(redis::kSetWorker, {keys_.Worker(worker_id)},
                        {field, value}, true));
  LT_ASSIGN_OR_RETURN(const int64_t known, reply.Integer());
  return known == 1;
}

Status RedisStore::DrainWorker(const std::string& worker_id) {
  LT_ASSIGN_OR_RETURN(const bool known, SetWorker(worker_id, "draining", "1"));
  return known ? OkStatus() : NotRegistered(worker_id);
}

Status RedisStore::PutWorkerHealth(const std::string& worker_id,
                                   const WorkerHealth& health) {
  return SetWorker(worker_id, "health", redis::HealthToJson(health)).status();
}

StatusOr<WorkerRecord> RedisStore::TouchWorker(const std::string& worker_id,
                                               absl::Time now) {
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      client_.RunScript(redis::kTouchWorker, {keys_.Worker(worker_id)},
                        {Micros(now)}, true));
  LT_ASSIGN_OR_RETURN(const auto fields, reply.Array());
  if (fields.empty()) return NotRegistered(worker_id);
  return redis::DecodeWorker(fields, workers_);
}

StatusOr<std::vector<WorkerRecord>> RedisStore::ListWorkers(absl::Time since) {
  const std::string index = keys_.Farm("workers");
  LT_ASSIGN_OR_RETURN(const Reply members,
                      client_.Run(index, {"SMEMBERS", index}, true));
  LT_ASSIGN_OR_RETURN(auto ids, members.Strings());
  std::sort(ids.begin(), ids.end());
  LT_ASSIGN_OR_RETURN(const auto busy, CountBusy());
  std::vector<Call> calls;
  for (const std::string& id : ids) {
    const std::string key = keys_.Worker(id);
    calls.push_back({key,
                     {"HMGET", key, "record", "seen", "draining", "health"},
                     nullptr,
                     true,
                     {}});
  }
  const auto replies = client_.RunAll(calls);
  std::vector<WorkerRecord> workers;
  for (size_t i = 0; i < replies.size(); ++i) {
    LT_RETURN_IF_ERROR(replies[i].status());
    LT_ASSIGN_OR_RETURN(const auto fields, replies[i]->Array());
    auto worker = redis::DecodeWorker(fields, workers_);
    if (!worker.ok() && worker.status().code() != StatusCode::kNotFound) {
      return worker.status();
    }
    if (!worker.ok() || worker->last_seen < since) {
      LT_RETURN_IF_ERROR(ForgetWorker(ids[i], since));
      continue;
    }
    const auto it = busy.find(ids[i]);
    worker->busy = it == busy.end() ? 0 : it->second;
    workers.push_back(*std::move(worker));
  }
  return workers;
}

StatusOr<std::map<std::string, int>> RedisStore::CountBusy() {
  LT_ASSIGN_OR_RETURN(const auto job_ids, LiveJobs());
  std::vector<Call> calls;
  for (const std::string& job_id : job_ids) {
    const std::string key = keys_.Job(job_id, "leased");
    calls.push_back({key, {"HGETALL", key}, nullptr, true, {}});
  }
  std::map<std::string, int> busy;
  for (const auto& reply : client_.RunAll(calls)) {
    LT_RETURN_IF_ERROR(reply.status());
    LT_ASSIGN_OR_RETURN(const auto fields, reply->Array());
    for (size_t i = 0; i + 1 < fields.size(); i += 2) {
      LT_ASSIGN_OR_RETURN(const std::string worker_id, fields[i].String());
      LT_ASSIGN_OR_RETURN(const int64_t leases, fields[i + 1].Integer());
      busy[worker_id] += static_cast<int>(leases);
    }
  }
  return busy;
}

Status RedisStore::ForgetWorker(const std::string& worker_id,
                                absl::Time since) {
  const std::string index = keys_.Farm("workers");
  const std::string key = keys_.Worker(worker_id);
  LT_ASSIGN_OR_RETURN(
      const Reply gone,
      client_.RunScript(redis::kForgetWorker, {key}, {Micros(since)}, true));
  LT_ASSIGN_OR_RETURN(const int64_t is_gone, gone.Integer());
  if (is_gone == 0) return OkStatus();  // seen meanwhile
  LT_RETURN_IF_ERROR(
      client_.Run(index, {"SREM", index, worker_id}, true).status());
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(key, {"EXISTS", key}, true));
  LT_ASSIGN_OR_RETURN(const int64_t exists, reply.Integer());
  if (exists == 0) return OkStatus();
  // Registered again meanwhile.
  return client_.Run(index, {"SADD", index, worker_id}, true).status();
}

StatusOr<bool> RedisStore::TakeTurn(const std::string& what,
                                    const std::string& owner,
                                    absl::Duration how_long) {
  const int64_t millis =
      std::max<int64_t>(1, absl::ToInt64Milliseconds(how_long));
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.RunScript(redis::kTakeTurn, {keys_.Turn(what)},
                                        {owner, std::to_string(millis)}, true));
  LT_ASSIGN_OR_RETURN(const int64_t taken, reply.Integer());
  return taken == 1;
}

}  // namespace longtake::coordinator
