#pragma once
// Farm answers as tables for people. Pure.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job_view.h"

namespace longtake::client {

// Columns as wide as their widest cell, two spaces between them.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

// With the tenants, where the jobs are of several.
std::string JobsTable(const std::vector<JobView>& jobs, absl::Time now);
std::string JobDetails(const JobView& job, absl::Time now);
std::string SegmentsTable(const std::vector<TaskView>& tasks,
                          const std::vector<SeamScore>& seams);
std::string WorkersTable(const std::vector<WorkerView>& workers,
                         absl::Time now);
// Depth by pool and priority, then the tenants' shares.
std::string QueueTables(const QueueView& queue);

// "running", "running, paused".
std::string JobStateText(const JobView& job);
// "pool gpu, 24 GiB GPU memory, nvenc"; "any worker" without needs.
std::string NeedsText(const TaskNeeds& needs);
// "24 GiB", "1.5 GiB", "512 MiB", "17 B".
std::string FormatBytes(int64_t bytes);

}  // namespace longtake::client
