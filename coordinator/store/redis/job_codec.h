#pragma once
// A job's hash in Redis, its events, and a worker's record, as values.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/job/job_view.h"
#include "common/status/status.h"
#include "coordinator/store/records.h"
#include "coordinator/store/redis/reply.h"

namespace longtake::coordinator::redis {

using FieldList = std::vector<std::pair<std::string, std::string>>;

// The fields of a new job, but for its sequence.
FieldList EncodeJob(const JobRecord& job);
// From HGETALL's answer; NotFound when it is empty, DataLoss when it is none.
StatusOr<JobRecord> DecodeJob(const std::string& job_id, const Reply& reply);

std::string SegmentsToJson(const std::vector<FrameRange>& segments);
std::string SeamsToJson(const std::vector<SeamScore>& seams);

// One of a job's numbers, from the field of that name.
StatusOr<int64_t> NumberOf(const std::string& numbers, const char* name);

// What ListLoads reads of a job.
std::vector<std::string> LoadFields();
// Nothing when the job is missing or has ended.
StatusOr<std::optional<JobLoad>> DecodeLoad(const std::string& job_id,
                                            const Reply& reply);

// From one entry of XRANGE.
StatusOr<JobEvent> DecodeEvent(const Reply& entry);

StatusOr<JobState> JobStateFromName(const std::string& name);

}  // namespace longtake::coordinator::redis
