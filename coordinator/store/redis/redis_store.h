#pragma once
// The farm's state in Redis, shared by any number of coordinators.
// docs/redis_schema.md describes every key and script.
//
// A job's record is the truth; each transition is one Lua script in the job's
// hash slot. What is ready is offered through streams, whose entries are hints:
// made from the record after a transition, by a thread of this store, and made
// again by Sweep where they were lost. A coordinator takes some hints into a
// small hand (PollReady) and gives back, within a second, those it didn't need.
//
// Errors: Unavailable, with the address, while Redis can't be reached; whether
// the change happened is then not known. Everything may be repeated: what was
// sent and not answered is sent again under the same request name for
// ClientOptions::patience, and done once. After that a caller's own repeat of a
// report is OK (it is fenced by its token), of a lease it is Aborted, and the
// task stays leased until it expires.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/store/redis/client.h"
#include "coordinator/store/redis/hint_hand.h"
#include "coordinator/store/redis/keys.h"
#include "coordinator/store/redis/parse_cache.h"
#include "coordinator/store/redis/seen_histories.h"
#include "coordinator/store/redis/stream_writer.h"
#include "coordinator/store/redis/subscriber.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

// Thread-safe. Owns two threads (hints out, hints back) and, when a callback is
// given, a third that listens.
class RedisStore final : public Store {
 public:
  struct Options {
    redis::ClientOptions client;
    std::string prefix = redis::kDefaultPrefix;  // of all keys
    // Names this process among the coordinators; must differ. Empty: random.
    std::string coordinator_id;
    // Of jobs that ended, the oldest are forgotten first.
    size_t max_ended_jobs = 10000;
    // Hints that no worker took go back to the other coordinators after this.
    absl::Duration hint_patience = absl::Milliseconds(500);
    // Hints in a hand that nobody gives back are taken from it after this.
    absl::Duration dead_hand = absl::Seconds(3);
    // Nothing is due later than this: ten leases, and longer than the longest
    // back-off. Entries that nobody touched for so long are offered again.
    absl::Duration dead_lease = absl::Minutes(5);
    // What is queued but in no stream for so long is put there again.
    absl::Duration hint_grace = absl::Seconds(2);
    // Called on a thread of the store, also for this process's own changes;
    // must not block for long, nor destroy the store. Messages can be lost:
    // ask again every few seconds all the same.
    std::function<void(const std::string& job_id)> on_job_changed;
    std::function<void()> on_queue_changed;
    std::function<void()> on_everything_changed;  // after a reconnection
  };

  // Connects at the first call.
  explicit RedisStore(Options options);
  // Gives all hints back.
  ~RedisStore() override;

  // Once, before anything else: FailedPrecondition when the state was written
  // in another schema.
  Status CheckSchema();
  // Every few seconds, by one coordinator at a time (TakeTurn): puts lost hints
  // back, takes hints from dead hands, removes queues that are out of use,
  // brings due times that a clock ahead of `now` wrote back to now +
  // dead_lease. How many hints and times were made good.
  StatusOr<int> Sweep(absl::Time now) override;

  redis::Client& client() { return client_; }

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
  Status Expire(const ExpireRequest& request) override;
  Status Forgive(const FencingToken& token) override;
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
  StatusOr<bool> HasForgotten() override;
  Status Clear(int64_t epoch) override;
  Status PutStamp(int64_t epoch) override;
  StatusOr<bool> TakeTurn(const std::string& what, const std::string& owner,
                          absl::Duration how_long) override;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // A job script's answer; `status` is the job's word, `result` its number.
  struct Answer {
    Status status;
    bool exists = false;  // create only
    int64_t result = 0;
    std::string text;  // result or message as text
    redis::JobMark mark;
    int64_t route = 0;
    std::vector<redis::Reply> payload;
  };
  // One stream that tasks wait in.
  static constexpr int kMinTake = 8;
  struct Queue {
    redis::QueueName name;
    bool unread = true;  // something may be in it that is not in the hand
    SteadyTime read_at{};
    int part = kMinTake;      // how many are taken at a time
    SteadyTime touched_at{};  // when this process last noted its use
  };

  // --- scripts (redis_scripts.cc) ---
  // Runs a job's script with HeadArgs before `args`; does what its answer asks
  // of the streams. Unavailable when the job's record has forgotten something.
  StatusOr<Answer> RunJob(const redis::Script& script,
                          const std::string& job_id, absl::Time now,
                          const std::string& event, redis::Args args);
  StatusOr<Answer> ParseAnswer(const std::string& job_id, redis::Reply reply);
  // What every job's script wants first, with a new request name.
  redis::Args HeadArgs(absl::Time now, const std::string& event,
                       const redis::SeenHistories::Known& known);
  // Adds entries for `hints`, takes `drops` out.
  Status WriteStreams(const std::string& job_id, const redis::Reply& hints,
                      const redis::Reply& drops);
  void DropHints(const std::vector<redis::Hint>& hints);

  // --- jobs (redis_jobs.cc) ---
  StatusOr<std::vector<std::string>> LiveJobs();
  StatusOr<TaskRecord> MakeTask(const std::string& task_id,
                                const std::string& record,
                                const std::string& spec,
                                const std::string& result);
  // What read_task.lua and read_tasks.lua want.
  std::vector<std::string> ReadKeys(const std::string& job_id) const;
  redis::Args TaskArgs(const std::vector<TaskRecord>& tasks, redis::Args args);
  StatusOr<int64_t> IndexJob(const JobRecord& job);
  // Of a job without a record: Unavailable when there was one and it is lost.
  Status CheckNeverSeen(const std::string& job_id);
  // Moves a job that ended from the live ones to the ended ones, or back if it
  // was retried meanwhile. What a crash leaves undone, ListLoads does.
  Status IndexEnded(const std::string& job_id);
  // For a job that the index calls live, and that is not.
  Status TidyIndex(const std::string& job_id);
  Status ForgetOldJobs();
  void NoteOutcome(const std::string& job_id, bool ended);

  // --- leases (redis_leases.cc) ---
  // After a lease that failed.
  void SettleHint(redis::Hint hint, const StatusOr<Answer>& answer);

  // --- queue (redis_queue.cc) ---
  Status RefreshQueues();
  // Takes hints that fit from streams with news; false when it took a look at
  // none. `found`: how many of those asked for are in the hand.
  StatusOr<bool> Refill(
      const PollRequest& request, size_t found,
      const std::function<bool(const redis::QueueName&)>& fits);
  Status TakeFrom(const std::vector<std::pair<std::string, int>>& wanted);
  // Keeps the hints that the jobs' records confirm.
  Status Deal(std::vector<redis::Hint> hints);
  // From the `nth` of read_hinted.lua's tasks; false when the record does not
  // confirm the hint.
  bool AttachTask(const std::vector<std::string>& texts, size_t nth,
                  redis::Hint* hint);
  void MarkUnread(const std::string& queue_ref);
  void MarkAllUnread();
  // The use of a queue is noted before anything goes in.
  void NoteUse(const std::string& queue_ref, std::vector<redis::Call>* calls);
  void GiveBack(const std::vector<redis::Hint>& hints);
  void KeepHand(std::stop_token stop);

  // --- workers (redis_workers.cc) ---
  // False when it never registered.
  StatusOr<bool> SetWorker(const std::string& worker_id,
                           const std::string& field, const std::string& value);
  StatusOr<std::map<std::string, int>> CountBusy();  // leases by worker
  Status ForgetWorker(const std::string& worker_id, absl::Time since);

  // --- sweeping (redis_sweep.cc) ---
  StatusOr<int> ClampDue(absl::Time now);
  StatusOr<int> SweepQueues(const std::vector<std::string>& queues);
  StatusOr<int> RestoreHints(const std::vector<std::string>& queues);
  // "<job>\n<task>\n<value>" of all entries.
  StatusOr<std::set<std::string>> ReadHints(
      const std::vector<std::string>& queues);
  Status RemoveQueue(const std::string& queue_ref);

  // --- recovery (redis_recovery.cc) ---
  // Compares what is known of some jobs with their records.
  Status Compare(
      const std::vector<std::pair<std::string, redis::SeenHistories::Known>>&
          known);
  void StartEra(int64_t epoch, const std::string& id);
  StatusOr<std::vector<std::string>> MasterKeys();
  Status DeleteAllOn(const std::string& master_key);

  const Options options_;
  const redis::Keys keys_;
  const std::string me_;        // consumer of the hand
  const std::string instance_;  // maker of transitions; starts request names
  redis::Client client_;
  redis::HintHand hand_;
  std::atomic<int64_t> requests_ = 0;
  redis::ParseCache<TaskSpec> specs_;
  redis::ParseCache<TaskResult> results_;
  redis::ParseCache<WorkerRecord> workers_;

  absl::Mutex refill_mutex_;  // one refill at a time; before queues_mutex_
  absl::Mutex queues_mutex_;
  std::map<std::string, Queue> queues_ ABSL_GUARDED_BY(queues_mutex_);
  SteadyTime queues_read_at_ ABSL_GUARDED_BY(queues_mutex_){};

  redis::SeenHistories histories_;

  absl::Mutex era_mutex_;
  int64_t checked_generation_ ABSL_GUARDED_BY(era_mutex_) = -1;
  bool era_known_ ABSL_GUARDED_BY(era_mutex_) = false;
  int64_t era_epoch_ ABSL_GUARDED_BY(era_mutex_) = 0;
  std::string era_id_ ABSL_GUARDED_BY(era_mutex_);

  absl::Mutex dangling_mutex_;
  // Live by the index, but without a record, since when.
  std::map<std::string, SteadyTime> dangling_ ABSL_GUARDED_BY(dangling_mutex_);
  SteadyTime audit_after_ ABSL_GUARDED_BY(dangling_mutex_){};

  absl::Mutex keeper_mutex_;  // for waiting only

  redis::StreamWriter writer_;
  std::jthread keeper_;
  std::unique_ptr<redis::Subscriber> subscriber_;  // last: it calls us
};

}  // namespace longtake::coordinator
