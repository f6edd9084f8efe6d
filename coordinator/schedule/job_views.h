#pragma once
// Records as the API shows them. Pure.

#include <string>
#include <vector>

#include "common/job/job_view.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

// Without warnings, waiting_for and transcript_report, which need the tasks.
JobView ViewOf(const JobRecord& job);
// Oldest first; those that run come last.
std::vector<AttemptView> AttemptsOf(const TaskRecord& task);
TaskView ViewOf(const TaskRecord& task);
// now: whether it is quarantined.
WorkerView ViewOf(const WorkerRecord& worker, absl::Time now);

// Warnings of all finished tasks in task order, each once.
std::vector<std::string> WarningsOf(const std::vector<TaskRecord>& tasks);
// Of the finished plan; empty where there is none.
BlobRef TranscriptReportOf(const std::vector<TaskRecord>& tasks);

// Why nothing of a live job runs; empty while something does. Ready tasks that
// need different workers are told of each. live: workers heard of lately. now:
// which of them are quarantined.
std::string WaitingFor(const JobRecord& job,
                       const std::vector<TaskRecord>& tasks,
                       const std::vector<WorkerRecord>& live, absl::Time now);

// Whether this worker could take the job's tasks.
bool Serves(const WorkerRecord& worker, const JobRecord& job);

}  // namespace longtake::coordinator
