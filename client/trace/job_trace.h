#pragma once
// A job's life as a trace: who did what when, queue waits included.

#include <cstdint>
#include <string>

#include "client/farm/farm_connection.h"
#include "common/job/job_view.h"

namespace longtake::client {

// A trace in the Chrome trace event format (trace_file.h; docs/formats.md has
// the rows and their fields) of what `tasks` (all of the job's, not only
// renders) tell. `now_micros` ends what still runs or waits. Pure.
std::string JobTraceJson(const JobView& job, const SegmentList& tasks,
                         int64_t now_micros);

}  // namespace longtake::client
