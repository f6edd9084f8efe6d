#include "coordinator/schedule/farm_sample.h"

#include <map>
#include <string>
#include <utility>

namespace longtake::coordinator {
namespace {

using QueueKey = std::pair<std::string, int>;  // pool, priority

void AddTasks(const TaskNeeds& needs, int priority, const TaskCounts& counts,
              std::map<QueueKey, FarmSample::Queue>* queues) {
  if (counts.total() == 0) return;
  FarmSample::Queue& queue = (*queues)[{needs.pool, priority}];
  queue.pool = needs.pool;
  queue.priority = priority;
  queue.backlog += counts.ready;
  queue.queued += counts.queued;
  queue.leased += counts.leased;
  queue.waiting_retry += counts.waiting;
}

void AddSlots(const WorkerRecord& worker, FarmSample::Workers* to) {
  ++to->workers;
  to->slots += worker.slots;
  to->busy += worker.busy;
}

void AddWorker(const WorkerRecord& worker, absl::Time now, FarmSample* sample) {
  sample->leases += worker.busy;
  if (worker.draining) {
    ++sample->draining_workers;
    return;
  }
  if (worker.health.quarantined_until > now) {
    ++sample->quarantined_workers;
    return;
  }
  ++(worker.busy > 0 ? sample->busy_workers : sample->idle_workers);
  AddSlots(worker, &sample->all);
  for (const std::string& pool : worker.offer.pools) {
    AddSlots(worker, &sample->by_pool[pool]);
  }
}

}  // namespace

FarmSample MakeFarmSample(const std::vector<JobLoad>& loads,
                          const std::vector<WorkerRecord>& workers,
                          absl::Time now) {
  FarmSample sample;
  std::map<QueueKey, FarmSample::Queue> queues;
  for (const JobLoad& job : loads) {
    AddTasks(job.draw_needs, job.priority, job.draw, &queues);
    AddTasks(job.support_needs, job.priority, job.support, &queues);
    if (job.paused) {
      ++sample.paused_jobs;
    } else if (job.draw.leased + job.support.leased > 0) {
      ++sample.running_jobs;
    } else {
      ++sample.queued_jobs;
    }
  }
  for (auto& [key, queue] : queues) sample.queues.push_back(std::move(queue));
  for (const WorkerRecord& worker : workers) {
    AddWorker(worker, now, &sample);
  }
  return sample;
}

}  // namespace longtake::coordinator
