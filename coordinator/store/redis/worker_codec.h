#pragma once
// Workers as Redis holds them. What a worker registered with is one text that
// stays as it is until it registers again, so its parsed form is kept.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "coordinator/store/records.h"
#include "coordinator/store/redis/parse_cache.h"
#include "coordinator/store/redis/reply.h"

namespace longtake::coordinator::redis {

std::string WorkerToJson(const WorkerRecord& worker);
std::string HealthToJson(const WorkerHealth& health);
// What WorkerToJson wrote: without last_seen, draining and health.
StatusOr<WorkerRecord> WorkerFromText(const std::string& text);
// From the fields record, seen, draining, health. NotFound without a record,
// DataLoss when something can't be read. `records` parses by WorkerFromText.
StatusOr<WorkerRecord> DecodeWorker(const std::vector<Reply>& fields,
                                    ParseCache<WorkerRecord>& records);

}  // namespace longtake::coordinator::redis
