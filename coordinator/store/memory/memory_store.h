#pragma once
// The store of an embedded farm and of a coordinator without Redis: everything
// in this process's memory, gone when it ends (results stay in the artifact
// store, so the same job again is a look-up).

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

// Thread-safe: one mutex, no I/O under it.
class MemoryStore final : public Store {
 public:
  struct Options {
    // Of jobs that ended, the oldest are forgotten first.
    size_t max_ended_jobs = 1000;
  };
  MemoryStore() : MemoryStore(Options{}) {}
  explicit MemoryStore(Options options) : options_(options) {}

  StatusOr<CreateOutcome> CreateJob(const JobRecord& job,
                                    const std::vector<TaskRecord>& tasks,
                                    const std::string& event) override;
  StatusOr<JobRecord> GetJob(const std::string& job_id) override;
  StatusOr<std::vector<JobRecord>> ListJobs(const std::string& tenant,
                                            int64_t before_sequence,
                                            int limit) override;
  StatusOr<std::vector<TaskRecord>> ListTasks(
      const std::string& job_id) override;
  StatusOr<TaskInJob> GetTask(const std::string& job_id,
                              const std::string& task_id) override;
  StatusOr<EventPage> ListEvents(const std::string& job_id, int64_t after,
                                 int limit) override;
  StatusOr<int> AddTasks(const AddTasksRequest& request) override;
  Status EndJob(const std::string& job_id, const JobOutcome& outcome,
                absl::Time now, const std::string& event) override;
  Status RetryJob(const RetryRequest& request) override;
  Status HealJob(const HealRequest& request) override;
  Status ChangeJob(const ChangeJobRequest& request) override;
  StatusOr<std::vector<JobLoad>> ListLoads() override;
  StatusOr<std::vector<ReadyTask>> PollReady(
      const PollRequest& request) override;
  StatusOr<TaskRecord> Lease(const LeaseRequest& request) override;
  StatusOr<int> CompleteFromCache(const CacheHitRequest& request) override;
  Status Renew(const RenewRequest& request) override;
  StatusOr<Completion> Complete(const CompleteRequest& request) override;
  Status Fail(const FailRequest& request) override;
  Status Release(const ReleaseRequest& request) override;
  StatusOr<std::vector<DueTask>> ListDue(absl::Time now, int limit) override;
  Status Forgive(const FencingToken& token) override;
  Status Expire(const ExpireRequest& request) override;
  Status MakeReady(const std::string& job_id, const std::string& task_id,
                   absl::Time now) override;
  Status PutWorker(const WorkerRecord& worker) override;
  Status DrainWorker(const std::string& worker_id) override;
  Status PutWorkerHealth(const std::string& worker_id,
                         const WorkerHealth& health) override;
  StatusOr<WorkerRecord> TouchWorker(const std::string& worker_id,
                                     absl::Time now) override;
  StatusOr<std::vector<WorkerRecord>> ListWorkers(absl::Time since) override;
  StatusOr<StateStamp> Stamp() override;
  StatusOr<bool> HasForgotten() override { return false; }
  Status Clear(int64_t epoch) override;
  Status PutStamp(int64_t epoch) override;
  StatusOr<bool> TakeTurn(const std::string&, const std::string&,
                          absl::Duration) override {
    return true;
  }

 private:
  struct JobEntry {
    JobRecord record;
    std::vector<TaskRecord> tasks;
    std::unordered_map<std::string, size_t> index;
    std::set<size_t> backlog;  // ready tasks that are not queued, by index
    std::map<int64_t, size_t> queued;  // order in the queue -> index
    int attempt_floor = 0;             // attempts of dropped tasks stay used up
    std::deque<JobEvent> events;
  };
  struct Found {
    JobEntry* job;
    TaskRecord* task;
  };
  // Time, job, task; attempt of the lease, 0 for a retry.
  using DueKey = std::tuple<absl::Time, std::string, std::string, int>;

  StatusOr<JobEntry*> FindJob(const std::string& job_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StatusOr<Found> FindTask(const std::string& job_id,
                           const std::string& task_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The leased task of which `token` and `worker_id` hold a lease; Aborted when
  // they do not.
  StatusOr<Found> FindLeased(const FencingToken& token,
                             const std::string& worker_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // True when `token`'s attempt was closed by `end` already: a repeat.
  bool IsRepeat(const FencingToken& token, AttemptEnd end)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Out of, and into, the queue, the timers, the workers' load and the job's
  // counters, around every change of a task.
  void Unindex(JobEntry& job, TaskRecord& task)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Index(JobEntry& job, TaskRecord& task)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // From the backlog into the queue, up to the job's window.
  void TopUp(JobEntry& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // As Completion::next says.
  StatusOr<std::optional<TaskRecord>> Stay(JobEntry& job,
                                           const TaskRecord& done,
                                           const CompleteRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The other way, all of them.
  void Withdraw(JobEntry& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes one lease off a leased task; with the last one it goes to `next`. The
  // task is not indexed meanwhile.
  Status CloseLease(TaskRecord& task, const TaskLease& lease, AttemptEnd end,
                    TaskState next, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Internal when the step is illegal; the task is not indexed meanwhile.
  Status Step(TaskRecord& task, TaskState to)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Status StepJob(JobEntry& job, JobState to)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Status Bind(JobEntry& job, const EngineBinding& binding)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Status EndLocked(JobEntry& job, const JobOutcome& outcome, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropTasks(JobEntry& job, const std::vector<std::string>& task_ids)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // All that is not finished, and `lost`.
  Status ReopenAll(JobEntry& job, const std::vector<std::string>& lost,
                   absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // To be done again, as if it had never failed.
  Status Reopen(JobEntry& job, TaskRecord& task, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int AppendTasks(JobEntry& job, const std::vector<TaskRecord>& tasks,
                  absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AppendEvent(JobEntry& job, const std::string& text,
                   const std::string& task_id, const std::string& worker_id,
                   absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetOldJobs() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<JobEntry>> jobs_
      ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, std::string> by_sequence_ ABSL_GUARDED_BY(mutex_);
  std::set<int64_t> ended_ ABSL_GUARDED_BY(mutex_);  // submit sequences
  int64_t last_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<QueuePosition, std::pair<std::string, std::string>> queue_
      ABSL_GUARDED_BY(mutex_);
  int64_t last_order_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<DueKey> due_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, WorkerRecord> workers_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, int> busy_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator
