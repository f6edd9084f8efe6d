#pragma once
// Records as the API shows them. Pure.

#include <string>
#include <vector>

#include "common/job/job_view.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

// Without warnings and waiting_for, which need the tasks.
JobView ViewOf(const JobRecord& job);
// Oldest first; those that run come last.
std::vector<AttemptView> AttemptsOf(const TaskRecord& task);
TaskView ViewOf(const TaskRecord& task);
// now: whether it is quarantined.
WorkerView ViewOf(const WorkerRecord& worker, absl::Time now);

// Warnings of all finished tasks in task order, each once.
std::vector<std::string> WarningsOf(const std::vector<TaskRecord>& tasks);

// Why nothing of a live job runs; empty while something does. live: workers
// heard of lately.
std::string WaitingFor(const JobRecord& job,
                       const std::vector<TaskRecord>& tasks,
                       const std::vector<WorkerRecord>& live);

// Whether this worker could take the job's tasks.
bool Serves(const WorkerRecord& worker, const JobRecord& job);

}  // namespace longtake::coordinator
