#pragma once
// Where the coordinator's state lives. Each transition is atomic within one job
// and fenced: it names the attempt it is about, and happens only while that is
// the newest. No operation spans two jobs except PollReady, ListDue, ListJobs
// and the workers' list, whose answers are hints that a transition checks
// again. So a store may keep a job in one hash slot of Redis, run a transition
// as one script, and rebuild the shared queue from the jobs at any time.
//
// Errors: NotFound: no such job or task. Aborted: the token is not the newest,
// or somebody else was faster; nothing changed. FailedPrecondition: the job's
// state forbids it. Unavailable: the store can't be reached; nothing is known
// about the change, all operations may be repeated.
//
// Queue: of its ready tasks a job keeps at most JobRecord::window in the shared
// queue, the rest in a backlog of its own, in its own order. Every transition
// tops the queue up, at its end. So jobs whose windows are equal take turns,
// and windows set their shares. Nothing of a paused job is in the queue.
//
// Events: a transition with an `event` text appends one JobEvent, with the
// state and progress after it, in the same atomic step. Stores keep at least
// the newest kMinEventsKept events of a job.

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/store/records.h"

namespace longtake::coordinator {

inline constexpr int kMinEventsKept = 4096;

// Order of the queue: priority, then who was put there first.
struct QueuePosition {
  int priority = 0;
  int64_t order = 0;
  friend bool operator==(const QueuePosition&, const QueuePosition&) = default;
  friend std::strong_ordering operator<=>(const QueuePosition& a,
                                          const QueuePosition& b) {
    if (a.priority != b.priority) return b.priority <=> a.priority;
    return a.order <=> b.order;
  }
};

struct ReadyTask {
  QueuePosition position;
  std::string job_id;
  std::string task_id;
  std::vector<std::string> avoid_workers;
  EngineBinding binding;  // the one of the asker's that fits
  std::string identity;   // digest of the identity it renders; else empty
  // As it was when the store read it, which may be a moment ago; null where it
  // has to be asked for (GetTask). Lease decides by the task as it is.
  std::shared_ptr<const TaskInJob> task;
};

struct PollRequest {
  WorkerOffer offer;                   // what the asker can run
  std::optional<QueuePosition> after;  // to page on
  int limit = 16;
};

// A lease that ran out or a retry whose time has come.
struct DueTask {
  std::string job_id;
  std::string task_id;
  TaskState state = TaskState::kLeased;
  int attempt = 0;  // of the lease
};

struct JobOutcome {
  JobState state = JobState::kSucceeded;
  Status error;
  BlobRef take;
};

struct CreateOutcome {
  bool created = false;
  JobRecord job;  // the one that is there now
};

struct AddTasksRequest {
  std::string job_id;
  int64_t total_frames = 0;          // 0: leave as it is
  std::vector<FrameRange> segments;  // empty: leave as they are
  std::vector<TaskRecord> tasks;     // those whose id is known are left alone
  absl::Time now;
  std::string event;
};

struct LeaseRequest {
  std::string job_id;
  std::string task_id;
  std::string worker_id;
  EngineBinding binding;
  int64_t epoch = 0;
  absl::Time now;
  absl::Time expires;
  std::string event;
  bool backup = false;  // a second lease beside one that another worker holds
};

struct CacheHitRequest {
  std::string job_id;
  std::string task_id;
  EngineBinding binding;
  std::shared_ptr<const TaskResult> result;
  std::optional<JobOutcome> outcome;  // ends the job with it
  std::vector<SeamScore> seams;       // the job's from now on; empty: as before
  absl::Time now;
  std::string event;
};

struct RenewRequest {
  FencingToken token;
  std::string worker_id;
  int64_t frames_done = 0;  // taken when larger
  absl::Time now;
  absl::Time expires;
  // Appended only when frames_done rose and the job's last event is at least
  // this old.
  std::string event;
  absl::Duration event_interval = absl::Seconds(1);
};

// The worker that completes a task takes the job's next one along.
struct StayRequest {
  int64_t epoch = 0;
  absl::Time expires;  // of the new lease
  // So many of the job's leases may go on like this; luck, from 0 to below 1,
  // decides of a part of one: it does if the job's other leases + luck < share.
  double share = 0;
  double luck = 0;
};

struct CompleteRequest {
  FencingToken token;
  std::string worker_id;
  std::shared_ptr<const TaskResult> result;
  std::optional<JobOutcome> outcome;  // ends the job with it
  std::vector<SeamScore> seams;       // the job's from now on; empty: as before
  absl::Time now;
  std::string event;
  std::optional<StayRequest> stay;
};

struct Completion {
  int open_tasks = 0;  // of the job, still
  // Leased to the worker as `stay` asked: a render that was ready and not
  // queued, the job's first. None where that is no render, needs something else
  // than the completed task did, or should avoid some worker; where the job is
  // paused or `stay` is out of luck.
  std::optional<TaskRecord> next = std::nullopt;
};

struct FailRequest {
  FencingToken token;
  std::string worker_id;
  Status error;
  bool fatal = false;      // the task and its job fail
  bool elsewhere = false;  // avoid this worker from now on
  absl::Time not_before;   // when not fatal
  absl::Time now;
  std::string event;
};

struct ReleaseRequest {
  FencingToken token;
  std::string worker_id;
  absl::Time now;
  std::string event;
};

struct ExpireRequest {
  std::string job_id;
  std::string task_id;
  int attempt = 0;
  std::optional<Status> fatal;  // the task and its job fail with this
  absl::Time now;
  std::string event;
};

struct RetryRequest {
  std::string job_id;
  std::vector<std::string> lost;  // succeeded, but their blobs are gone
  std::vector<std::string> drop;  // to be planned anew
  bool unbind = false;            // drop all, and the engine binding
  absl::Time now;
  std::string event;
};

// A result whose blobs are gone, as it was seen.
struct LostResult {
  std::string task_id;
  int times_lost = 0;  // TaskRecord::times_lost, before this time
  friend bool operator==(const LostResult&, const LostResult&) = default;
};

// A live job makes again what was lost of it.
struct HealRequest {
  std::string job_id;
  std::vector<LostResult> lost;
  std::vector<std::string> drop;  // to be planned anew; not known: left alone
  // The attempt that found it out; its task is dropped as well. None: the
  // coordinator did.
  std::optional<FencingToken> found_by;
  std::string worker_id;  // of found_by
  absl::Time now;
  std::string event;
};

// What may be changed of a live job while it runs.
struct ChangeJobRequest {
  std::string job_id;
  std::optional<bool> paused;
  std::optional<int> priority;
  std::optional<int> window;
  absl::Time now;
  std::string event;
};

// What the state says of its own making.
struct StateStamp {
  int64_t epoch = 0;  // recovery epoch it was built under; 0: nobody built it
  // Of the server that keeps it: another one after a restart or a fail-over.
  // Empty where the state is this process's own.
  std::string instance;
};

struct EventPage {
  std::vector<JobEvent> events;
  bool ended = false;  // the job has ended and nothing follows this page
};

// Thread-safe. No callbacks; nobody waits in here.
class Store {
 public:
  virtual ~Store() = default;

  // Atomic: the job and its first tasks. A known job_id is left alone. Stored
  // as given but for submit_sequence, progress and open_tasks: a job that is
  // restored may have ended, be bound or paused, and its events go on from
  // last_event_sequence. Tasks are counted on top of the progress that is
  // given: that of a job that has ended, and nothing else's. A retry forgets
  // it.
  virtual StatusOr<CreateOutcome> CreateJob(
      const JobRecord& job, const std::vector<TaskRecord>& tasks,
      const std::string& event) = 0;
  virtual StatusOr<JobRecord> GetJob(const std::string& job_id) = 0;
  // Newest first; tenant empty = all; before_sequence 0 = from the newest.
  virtual StatusOr<std::vector<JobRecord>> ListJobs(const std::string& tenant,
                                                    int64_t before_sequence,
                                                    int limit) = 0;
  // In the order they were added.
  virtual StatusOr<std::vector<TaskRecord>> ListTasks(
      const std::string& job_id) = 0;
  virtual StatusOr<TaskInJob> GetTask(const std::string& job_id,
                                      const std::string& task_id) = 0;
  // Sequence above `after`, oldest first.
  virtual StatusOr<EventPage> ListEvents(const std::string& job_id,
                                         int64_t after, int limit) = 0;

  // How many tasks were new. FailedPrecondition when the job has ended.
  virtual StatusOr<int> AddTasks(const AddTasksRequest& request) = 0;
  // Ends a live job; its open tasks are cancelled, what is finished stays.
  // FailedPrecondition when it has ended.
  virtual Status EndJob(const std::string& job_id, const JobOutcome& outcome,
                        absl::Time now, const std::string& event) = 0;
  // failed or cancelled -> queued, with its unfinished tasks ready again.
  // FailedPrecondition in any other state.
  virtual Status RetryJob(const RetryRequest& request) = 0;
  // Of a live job: lost results' tasks succeeded -> ready, and lost once more;
  // dropped tasks are gone with their leases, whose tokens are stale from now
  // on. All or nothing. Aborted when `found_by` holds no lease, or a lost one
  // is not as it was seen: somebody else was faster. FailedPrecondition when
  // the job has ended.
  virtual Status HealJob(const HealRequest& request) = 0;
  // FailedPrecondition when the job has ended.
  virtual Status ChangeJob(const ChangeJobRequest& request) = 0;
  // All live jobs, oldest first.
  virtual StatusOr<std::vector<JobLoad>> ListLoads() = 0;

  // Hints, best first.
  virtual StatusOr<std::vector<ReadyTask>> PollReady(
      const PollRequest& request) = 0;
  // ready -> leased, attempt + 1. Pins the job to `binding` if it is free;
  // Aborted if it is pinned to another, is paused, or was rebuilt under a later
  // epoch. A backup: leased with one lease -> leased with two; Aborted when it
  // has two, or its one is this worker's.
  virtual StatusOr<TaskRecord> Lease(const LeaseRequest& request) = 0;
  // ready -> succeeded without a lease; pins like Lease. The job's tasks that
  // are open still.
  virtual StatusOr<int> CompleteFromCache(const CacheHitRequest& request) = 0;

  virtual Status Renew(const RenewRequest& request) = 0;
  // The three reports are idempotent by token: repeated, they are OK and change
  // nothing. (Whether a repeated completion carries the same result is for the
  // caller to check.) Complete: leased -> succeeded; the other lease, if there
  // is one, is superseded.
  virtual StatusOr<Completion> Complete(const CompleteRequest& request) = 0;
  // The attempt ends; when no other lease is left, leased -> waiting_retry or
  // failed.
  virtual Status Fail(const FailRequest& request) = 0;
  // Likewise, leased -> ready.
  virtual Status Release(const ReleaseRequest& request) = 0;

  // Leases with expiry <= now and retries with not_before <= now.
  virtual StatusOr<std::vector<DueTask>> ListDue(absl::Time now, int limit) = 0;
  // leased -> ready, or failed, when no other lease is left. Aborted when
  // renewed meanwhile.
  virtual Status Expire(const ExpireRequest& request) = 0;
  // The worker of an expired lease is alive (it was suspended, or cut off for a
  // while): that expiry no longer counts. OK, and nothing changes, for any
  // other token.
  virtual Status Forgive(const FencingToken& token) = 0;
  // waiting_retry -> ready. Aborted when it is not due.
  virtual Status MakeReady(const std::string& job_id,
                           const std::string& task_id, absl::Time now) = 0;

  // Replaces a worker of this id, but for its health.
  virtual Status PutWorker(const WorkerRecord& worker) = 0;
  // The worker is asked to end; NotFound when it never registered. A
  // registration ends it.
  virtual Status DrainWorker(const std::string& worker_id) = 0;
  // The last writer wins. OK for a worker that is gone.
  virtual Status PutWorkerHealth(const std::string& worker_id,
                                 const WorkerHealth& health) = 0;
  // Notes that it was seen; NotFound when it never registered.
  virtual StatusOr<WorkerRecord> TouchWorker(const std::string& worker_id,
                                             absl::Time now) = 0;
  // By id. Those not seen since `since` may be forgotten.
  virtual StatusOr<std::vector<WorkerRecord>> ListWorkers(absl::Time since) = 0;

  // --- recovery ---
  virtual StatusOr<StateStamp> Stamp() = 0;
  // Whether something that this process saw acknowledged is gone: the state was
  // emptied, or is an older one.
  virtual StatusOr<bool> HasForgotten() = 0;
  // Empties the state of all jobs and stamps it; workers stay. 0: it is not
  // whole yet.
  virtual Status Clear(int64_t epoch) = 0;
  // The state is whole: built under this epoch.
  virtual Status PutStamp(int64_t epoch) = 0;
  // Puts right what a coordinator that died half-way left in the shared queue:
  // a task that is to be there and is not, an entry that nothing stands behind.
  // How much there was. Call every few seconds, one coordinator at a time.
  virtual StatusOr<int> Sweep(absl::Time now) {
    static_cast<void>(now);
    return 0;
  }
  // True when `owner` has the turn at `what` for so long; renewed by its owner.
  // For work that one coordinator at a time should do; nobody relies on it for
  // more than that.
  virtual StatusOr<bool> TakeTurn(const std::string& what,
                                  const std::string& owner,
                                  absl::Duration how_long) = 0;
};

}  // namespace longtake::coordinator
