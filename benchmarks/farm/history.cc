#include "benchmarks/farm/history.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace longtake::bench {
namespace {

using StartTimes = std::map<std::tuple<int, int, std::string>, int64_t>;

void Add(const TaskView& task, int job, const StartTimes& starts,
         History* history) {
  const bool render = task.kind == TaskKind::kRender;
  history->from_cache += task.from_cache;
  for (const AttemptView& attempt : task.attempts) {
    history->backups += attempt.backup;
    if (attempt.outcome != "completed") {
      history->repeated += attempt.outcome != "superseded";
      continue;
    }
    history->completions.push_back(attempt.ended_at_micros);
    if (!render) continue;
    ++history->renders;
    const auto start = starts.find({job, task.segment, attempt.worker_id});
    if (start == starts.end()) continue;
    history->lease_to_start_ms.emplace_back(
        attempt.leased_at_micros,
        static_cast<double>(start->second - attempt.leased_at_micros) / 1e3);
  }
}

}  // namespace

double History::Rate(int64_t begin, int64_t end) const {
  const auto first =
      std::lower_bound(completions.begin(), completions.end(), begin);
  const auto last =
      std::lower_bound(completions.begin(), completions.end(), end);
  if (end <= begin) return 0;
  return static_cast<double>(last - first) * 1e6 /
         static_cast<double>(end - begin);
}

StatusOr<History> ReadHistory(LoopbackFarm& farm, const SimulatedWork& work,
                              const std::vector<std::string>& job_ids) {
  StartTimes starts;
  for (const RenderStart& start : work.Starts()) {
    starts[{start.job, start.segment, start.worker_id}] = start.at_micros;
  }
  History history;
  for (size_t i = 0; i < job_ids.size(); ++i) {
    LT_ASSIGN_OR_RETURN(JobView job, farm.GetJob(job_ids[i]));
    history.failed_jobs += job.state != JobState::kSucceeded;
    history.jobs.push_back(std::move(job));
    LT_ASSIGN_OR_RETURN(const std::vector<TaskView> tasks,
                        farm.Tasks(job_ids[i]));
    for (const TaskView& task : tasks) {
      Add(task, static_cast<int>(i), starts, &history);
    }
  }
  std::sort(history.completions.begin(), history.completions.end());
  return history;
}

}  // namespace longtake::bench
