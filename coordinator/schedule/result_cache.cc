#include "coordinator/schedule/result_cache.h"

#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"

namespace longtake::coordinator {
namespace {

std::string ObjectName(const std::string& key) { return "results/" + key; }

std::string RecordOf(const TaskResult& result) {
  TaskResult record = result;
  record.timings = {};
  return TaskResultToJson(record);
}

}  // namespace

bool ResultCache::HasAllBlobs(const TaskResult& result) {
  for (const BlobRef& blob : BlobsOf(result)) {
    if (!artifacts_.HasBlob(blob)) return false;
  }
  return true;
}

bool ResultCache::HasRecord(const std::string& key) {
  return artifacts_.Get(ObjectName(key)).ok();
}

std::optional<TaskResult> ResultCache::Find(const std::string& key) {
  const auto bytes = artifacts_.Get(ObjectName(key));
  if (!bytes.ok()) return std::nullopt;
  auto result = TaskResultFromJson(*bytes);
  if (!result.ok() || !VerifyAllBlobs(*result)) return std::nullopt;
  return std::move(*result);
}

bool ResultCache::VerifyAllBlobs(const TaskResult& result) {
  bool whole = true;
  for (const BlobRef& blob : BlobsOf(result)) {
    const Status status = artifacts_.VerifyBlob(blob);
    if (status.ok()) continue;
    whole = false;
    if (status.code() == StatusCode::kDataLoss) {
      Log(LogLevel::kWarning, "damaged blob dropped, to be made again",
          {{"blob", blob.sha256}, {"kind", TaskKindName(result.kind())}});
    }
  }
  return whole;
}

Status ResultCache::Publish(const std::string& key, const TaskResult& result) {
  const std::string record = RecordOf(result);
  LT_ASSIGN_OR_RETURN(const bool created,
                      artifacts_.PutIfAbsent(ObjectName(key), record));
  if (created) return OkStatus();
  const auto found = Find(key);
  if (!found) return artifacts_.Put(ObjectName(key), record);
  if (RecordOf(*found) != record) {
    ++conflicts_;
    metrics_.PublishConflict();
    Log(LogLevel::kWarning, "result differs from the published one",
        {{"key", key}, {"kind", TaskKindName(result.kind())}});
  }
  return OkStatus();
}

Status ResultCache::Replace(const std::string& key, const TaskResult& result) {
  return artifacts_.Put(ObjectName(key), RecordOf(result));
}

}  // namespace longtake::coordinator
