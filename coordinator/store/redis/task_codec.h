#pragma once
// A task's mutable record as Redis holds it: a MessagePack map that the scripts
// read and write (lua/prelude), defaults left out. The spec and the result are
// kept beside it, as canonical JSON (common/job/job_json.h).

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator::redis {

// What a script adds to a new task is left out: state, attempt, place in the
// job. Of `identity` see ReadyTask.
std::string EncodeNewTask(const TaskRecord& task);
// The digest of the identity that a task renders; else empty.
std::string IdentityOf(const TaskRecord& task);

struct DecodedTask {
  TaskRecord record;  // without spec, result and `queued`
  int64_t index = 0;  // place in the job
};
// DataLoss when the bytes are no record.
StatusOr<DecodedTask> DecodeTask(const std::string& task_id,
                                 const std::string& bytes);

// "<code> <message>"; empty = OK.
std::string EncodeStatus(const Status& status);
Status DecodeStatus(const std::string& text);

// Microseconds since 1970, rounded down; saturates.
std::string Micros(absl::Time time);

}  // namespace longtake::coordinator::redis
