#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/log/log.h"
#include "coordinator/store/redis/plain_scripts.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/store_scripts.h"
#include "coordinator/store/redis/task_codec.h"

// What crashes leave in the streams, and out of them.

namespace longtake::coordinator {
namespace {

using redis::Args;
using redis::Call;
using redis::Reply;
using std::chrono::steady_clock;

constexpr int kSweepEntries = 1000;  // of a queue, in one go
constexpr int kReadEntries = 1000;   // in one reply
// Far above the minute after which a process notes its use of a queue again.
constexpr int64_t kUnusedQueueSeconds = 3600;
constexpr absl::Duration kIdleConsumer = absl::Hours(1);
// An audit takes at most 1 / so many of the time.
constexpr int kAuditShare = 20;

std::string Millis(absl::Duration d) {
  return std::to_string(absl::ToInt64Milliseconds(d));
}

}  // namespace

StatusOr<int> RedisStore::Sweep(absl::Time now) {
  const std::string index = keys_.Farm("queues");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(index, {"ZRANGE", index, "0", "-1"}, true));
  LT_ASSIGN_OR_RETURN(const auto queues, reply.Strings());
  LT_ASSIGN_OR_RETURN(int healed, SweepQueues(queues));
  LT_ASSIGN_OR_RETURN(const int clamped, ClampDue(now));
  healed += clamped;
  LT_RETURN_IF_ERROR(ForgetOldJobs());
  const SteadyTime start = steady_clock::now();
  {
    absl::MutexLock lock(&dangling_mutex_);
    if (start < audit_after_) return healed;
  }
  LT_ASSIGN_OR_RETURN(const int restored, RestoreHints(queues));
  const SteadyTime end = steady_clock::now();
  absl::MutexLock lock(&dangling_mutex_);
  audit_after_ = end + kAuditShare * (end - start);
  return healed + restored;
}

StatusOr<int> RedisStore::ClampDue(absl::Time now) {
  const std::string farthest = redis::Micros(now + options_.dead_lease);
  LT_ASSIGN_OR_RETURN(const auto job_ids, LiveJobs());
  std::vector<Call> calls;
  for (const std::string& job_id : job_ids) {
    const std::string key = keys_.Job(job_id, "due");
    calls.push_back(
        {key, {"ZCOUNT", key, "(" + farthest, "+inf"}, nullptr, true, {}});
  }
  const auto replies = client_.RunAll(calls);
  int clamped = 0;
  for (size_t i = 0; i < replies.size(); ++i) {
    LT_RETURN_IF_ERROR(replies[i].status());
    LT_ASSIGN_OR_RETURN(const int64_t late, replies[i]->Integer());
    if (late == 0) continue;
    LT_ASSIGN_OR_RETURN(
        const Answer answer,
        RunJob(redis::kClampDue, job_ids[i], now, "", {farthest}));
    if (answer.status.ok()) clamped += static_cast<int>(answer.result);
  }
  return clamped;
}

StatusOr<int> RedisStore::SweepQueues(const std::vector<std::string>& queues) {
  std::vector<Call> calls;
  for (const std::string& ref : queues) {
    LT_ASSIGN_OR_RETURN(
        Call call, redis::ScriptCall(
                       redis::kSweepQueue, {keys_.Queue(ref)},
                       {redis::kGroup, redis::kReturnedConsumer,
                        Millis(options_.dead_hand), Millis(options_.dead_lease),
                        Millis(kIdleConsumer), std::to_string(kSweepEntries)},
                       true));
    calls.push_back(std::move(call));
  }
  const auto replies = client_.RunAll(calls);
  int healed = 0;
  for (size_t i = 0; i < replies.size(); ++i) {
    LT_RETURN_IF_ERROR(replies[i].status());
    LT_ASSIGN_OR_RETURN(const int64_t count, replies[i]->Integer());
    healed += static_cast<int>(count);
    if (count > 0) MarkUnread(queues[i]);
    LT_RETURN_IF_ERROR(RemoveQueue(queues[i]));
  }
  if (healed > 0) {
    writer_.Add({{"", {"PING"}, nullptr, true, {}}}, true);  // tells the others
  }
  return healed;
}

Status RedisStore::RemoveQueue(const std::string& queue_ref) {
  const std::string index = keys_.Farm("queues");
  const std::string key = keys_.Queue(queue_ref);
  LT_ASSIGN_OR_RETURN(const Reply size, client_.Run(key, {"XLEN", key}, true));
  LT_ASSIGN_OR_RETURN(const int64_t entries, size.Integer());
  if (entries > 0) return OkStatus();
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      client_.RunScript(redis::kRemoveQueue, {index},
                        {queue_ref, std::to_string(kUnusedQueueSeconds)},
                        true));
  LT_ASSIGN_OR_RETURN(const int64_t removed, reply.Integer());
  if (removed == 0) return OkStatus();
  {
    absl::MutexLock lock(&queues_mutex_);
    queues_.erase(queue_ref);
  }
  LT_ASSIGN_OR_RETURN(const Reply dropped,
                      client_.RunScript(redis::kDropQueue, {key}, {}, true));
  LT_ASSIGN_OR_RETURN(const int64_t gone, dropped.Integer());
  if (gone == 1) return OkStatus();
  // Somebody put something in at that very moment.
  return client_.RunScript(redis::kTouchQueue, {index}, {queue_ref}, true)
      .status();
}

StatusOr<std::set<std::string>> RedisStore::ReadHints(
    const std::vector<std::string>& queues) {
  std::set<std::string> hinted;
  for (const std::string& ref : queues) {
    const std::string key = keys_.Queue(ref);
    std::string from = "-";
    while (true) {
      LT_ASSIGN_OR_RETURN(const Reply reply,
                          client_.Run(key,
                                      {"XRANGE", key, from, "+", "COUNT",
                                       std::to_string(kReadEntries)},
                                      true));
      LT_ASSIGN_OR_RETURN(const auto entries, reply.Array());
      for (const Reply& entry : entries) {
        LT_ASSIGN_OR_RETURN(const auto parts, entry.Array());
        if (parts.size() != 2) return Internal("XRANGE answered no entry");
        LT_ASSIGN_OR_RETURN(const std::string id, parts[0].String());
        from = "(" + id;
        LT_ASSIGN_OR_RETURN(const auto f, parts[1].Strings());
        // job, task, value: as WriteStreams writes them.
        if (f.size() < 6) continue;
        hinted.insert(f[1] + '\n' + f[3] + '\n' + f[5]);
      }
      if (static_cast<int>(entries.size()) < kReadEntries) break;
    }
  }
  return hinted;
}

StatusOr<int> RedisStore::RestoreHints(const std::vector<std::string>& queues) {
  writer_.Flush();
  LT_ASSIGN_OR_RETURN(const auto job_ids, LiveJobs());
  // The records first: a hint that comes after is one too many at worst.
  std::vector<Call> calls;
  for (const std::string& job_id : job_ids) {
    const std::string key = keys_.Job(job_id, "queued");
    calls.push_back({key, {"HGETALL", key}, nullptr, true, {}});
  }
  const auto records = client_.RunAll(calls);
  LT_ASSIGN_OR_RETURN(const auto hinted, ReadHints(queues));
  LT_ASSIGN_OR_RETURN(const Reply time, client_.Run("", {"TIME"}, true));
  LT_ASSIGN_OR_RETURN(const auto now, time.Strings());
  if (now.size() != 2) return Internal("TIME answered something else");
  // In the unit of an order: a thousandth of a microsecond.
  const int64_t young = (std::stoll(now[0]) * 1000000 + std::stoll(now[1]) -
                         absl::ToInt64Microseconds(options_.hint_grace)) *
                        1000;
  int restored = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    LT_RETURN_IF_ERROR(records[i].status());
    LT_ASSIGN_OR_RETURN(const auto queued, records[i]->Strings());
    Args args;
    for (size_t j = 0; j + 1 < queued.size(); j += 2) {
      if (redis::OrderOf(queued[j + 1]) > young ||
          hinted.contains(job_ids[i] + '\n' + queued[j] + '\n' +
                          queued[j + 1])) {
        continue;
      }
      args.push_back(queued[j]);
      args.push_back(queued[j + 1]);
    }
    if (args.empty()) continue;
    const int lost = static_cast<int>(args.size() / 2);
    LT_ASSIGN_OR_RETURN(const Answer answer,
                        RunJob(redis::kRehint, job_ids[i], absl::UnixEpoch(),
                               "", std::move(args)));
    if (!answer.status.ok()) continue;
    Log(LogLevel::kWarning, "lost hints put back",
        {{"job", job_ids[i]}, {"tasks", lost}});
    restored += lost;
  }
  return restored;
}

}  // namespace longtake::coordinator
