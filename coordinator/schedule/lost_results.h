#pragma once
// What a job has to do again when blobs of its results are gone. Pure.

#include <functional>
#include <string>
#include <vector>

#include "common/job/job.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

struct LostWork {
  std::vector<LostResult> lost;   // to be made again, their inputs are there
  std::vector<std::string> drop;  // planned from such: to be planned anew
};

// `tasks`: of one job. `is_whole`: whether a result's blobs are all there.
LostWork FindLostWork(const std::vector<TaskRecord>& tasks,
                      const std::function<bool(const TaskResult&)>& is_whole);

// The blobs that a task reads and another task of its job has made.
std::vector<BlobRef> MadeInputs(const TaskSpec& spec);
// Those that were uploaded with the job.
std::vector<BlobRef> UploadedInputs(const TaskSpec& spec);

// "render-00003-g0: its result is damaged, rendered again"
std::string HealingText(const std::vector<LostResult>& lost);

}  // namespace longtake::coordinator
