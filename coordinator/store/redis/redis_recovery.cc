#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

#include "coordinator/store/redis/job_codec.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/slots.h"

// What the state says of its own making, and whether it is still what this
// process saw acknowledged.

namespace longtake::coordinator {
namespace {

using redis::Args;
using redis::Call;
using redis::Reply;

// Jobs compared at each look, when nothing is suspicious.
constexpr size_t kSample = 16;
constexpr int kScanPage = 500;

struct StampFields {
  int64_t epoch = 0;
  std::string id;  // of this making; empty: nobody made it
};

StatusOr<StampFields> ParseStamp(const Reply& reply) {
  LT_ASSIGN_OR_RETURN(const auto fields, reply.Array());
  StampFields stamp;
  if (fields.size() != 2) return Internal("a stamp of other size");
  LT_ASSIGN_OR_RETURN(const auto id, fields[1].StringOrNil());
  if (!id) return stamp;
  stamp.id = *id;
  LT_ASSIGN_OR_RETURN(stamp.epoch, fields[0].Integer());
  return stamp;
}

std::string EscapePattern(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*?[]^\\").find(c) != std::string_view::npos) {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace

StatusOr<StateStamp> RedisStore::Stamp() {
  const std::string key = keys_.Farm("epoch");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(key, {"HMGET", key, "epoch", "id"}, true));
  LT_ASSIGN_OR_RETURN(const StampFields stamp, ParseStamp(reply));
  LT_ASSIGN_OR_RETURN(std::string instance, client_.RunIdOf(key));
  absl::MutexLock lock(&era_mutex_);
  if (!era_known_) {
    era_known_ = true;
    era_epoch_ = stamp.epoch;
    era_id_ = stamp.id;
  }
  return StateStamp{stamp.epoch, std::move(instance)};
}

void RedisStore::StartEra(int64_t epoch, const std::string& id) {
  hand_.TakeAll();
  {
    absl::MutexLock lock(&queues_mutex_);
    queues_.clear();
    queues_read_at_ = {};
  }
  histories_.StartEra();
  absl::MutexLock lock(&era_mutex_);
  era_known_ = true;
  era_epoch_ = epoch;
  era_id_ = id;
}

StatusOr<bool> RedisStore::HasForgotten() {
  const std::string key = keys_.Farm("epoch");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(key, {"HMGET", key, "epoch", "id"}, true));
  LT_ASSIGN_OR_RETURN(const StampFields stamp, ParseStamp(reply));
  const int64_t generation = client_.generation();
  bool all = stamp.id.empty();
  {
    absl::ReleasableMutexLock lock(&era_mutex_);
    if (era_known_ && stamp.id != era_id_) {
      if (stamp.epoch <= era_epoch_) return true;
      // Somebody else has rebuilt it: what we knew is of the past.
      lock.Release();
      StartEra(stamp.epoch, stamp.id);
      return false;
    }
    era_known_ = true;
    era_epoch_ = stamp.epoch;
    era_id_ = stamp.id;
    all |= generation != checked_generation_;
  }
  if (histories_.has_loss()) return true;
  LT_RETURN_IF_ERROR(Compare(histories_.Sample(all ? SIZE_MAX : kSample)));
  if (histories_.has_loss()) return true;
  absl::MutexLock lock(&era_mutex_);
  if (all) checked_generation_ = generation;
  return false;
}

Status RedisStore::Compare(
    const std::vector<std::pair<std::string, redis::SeenHistories::Known>>&
        known) {
  std::vector<Call> calls;
  for (const auto& [job_id, seen] : known) {
    const std::string job = keys_.Job(job_id, "job");
    const std::string gone = keys_.Job(job_id, "gone");
    calls.push_back({job, {"HGET", job, "numbers"}, nullptr, true, {}});
    calls.push_back({gone, {"EXISTS", gone}, nullptr, true, {}});
  }
  const auto replies = client_.RunAll(calls);
  for (size_t i = 0; i < known.size(); ++i) {
    const auto& [job_id, seen] = known[i];
    LT_RETURN_IF_ERROR(replies[2 * i].status());
    LT_RETURN_IF_ERROR(replies[2 * i + 1].status());
    LT_ASSIGN_OR_RETURN(const auto numbers, replies[2 * i]->StringOrNil());
    LT_ASSIGN_OR_RETURN(const int64_t gone, replies[2 * i + 1]->Integer());
    if (numbers) {
      LT_ASSIGN_OR_RETURN(const redis::JobMark mark,
                          redis::MarkOf(*numbers, instance_, seen.mark.own));
      histories_.Note(job_id, seen, mark);
    } else if (gone != 0) {
      histories_.Forget(job_id);
    } else {
      histories_.NoteLoss(seen);
    }
  }
  return OkStatus();
}

Status RedisStore::Clear(int64_t epoch) {
  const std::string key = keys_.Farm("epoch");
  const std::string schema = keys_.Farm("schema");
  // No stamp while it is half empty: a crash in between is seen by everyone.
  LT_RETURN_IF_ERROR(client_.Run(key, {"DEL", key}, true).status());
  writer_.Flush();
  LT_ASSIGN_OR_RETURN(const auto masters, MasterKeys());
  for (const std::string& master : masters) {
    LT_RETURN_IF_ERROR(DeleteAllOn(master));
  }
  LT_RETURN_IF_ERROR(CheckSchema());
  std::random_device device;
  const std::string id = fmt::format("{:08x}{:08x}", device(), device());
  LT_RETURN_IF_ERROR(
      client_
          .Run(key, {"HSET", key, "epoch", std::to_string(epoch), "id", id},
               true)
          .status());
  StartEra(epoch, id);
  return OkStatus();
}

Status RedisStore::PutStamp(int64_t epoch) {
  const std::string key = keys_.Farm("epoch");
  LT_RETURN_IF_ERROR(
      client_.Run(key, {"HSET", key, "epoch", std::to_string(epoch)}, true)
          .status());
  absl::MutexLock lock(&era_mutex_);
  era_epoch_ = epoch;
  return OkStatus();
}

StatusOr<std::vector<std::string>> RedisStore::MasterKeys() {
  std::vector<std::string> keys;
  const auto reply = client_.Run("", {"CLUSTER", "SLOTS"}, true);
  // Refused by a server that is no cluster: any key will do.
  if (!reply.ok() && reply.status().code() == StatusCode::kUnavailable) {
    return reply.status();
  }
  if (!reply.ok()) return std::vector<std::string>{keys_.Farm("epoch")};
  LT_ASSIGN_OR_RETURN(const auto table, redis::ParseSlotTable(*reply, {}));
  std::set<redis::Endpoint> seen;
  for (const redis::SlotRange& range : table) {
    if (!seen.insert(range.master).second) continue;
    for (int n = 0;; ++n) {  // names hash evenly: found after a few
      const int slot = redis::KeySlot(std::to_string(n));
      if (slot < range.first || slot > range.last) continue;
      keys.push_back(std::to_string(n));
      break;
    }
  }
  return keys;
}

Status RedisStore::DeleteAllOn(const std::string& master_key) {
  const std::set<std::string> kept = {keys_.Farm("workers"),
                                      keys_.Farm("schema")};
  std::string cursor = "0";
  do {
    LT_ASSIGN_OR_RETURN(const Reply reply,
                        client_.Run(master_key,
                                    {"SCAN", cursor, "MATCH",
                                     EscapePattern(keys_.prefix()) + "*",
                                     "COUNT", std::to_string(kScanPage)},
                                    true));
    LT_ASSIGN_OR_RETURN(const auto parts, reply.Array());
    if (parts.size() != 2) return Internal("SCAN answered something else");
    LT_ASSIGN_OR_RETURN(cursor, parts[0].String());
    LT_ASSIGN_OR_RETURN(const auto found, parts[1].Strings());
    std::vector<Call> calls;
    for (const std::string& key : found) {
      if (kept.contains(key) || key.starts_with(keys_.prefix() + "worker:") ||
          key.starts_with(keys_.prefix() + "turn:")) {
        continue;
      }
      calls.push_back({key, {"UNLINK", key}, nullptr, true, {}});
    }
    for (const auto& r : client_.RunAll(calls)) LT_RETURN_IF_ERROR(r.status());
  } while (cursor != "0");
  return OkStatus();
}

}  // namespace longtake::coordinator
