#pragma once
// Joins store, planner and artifact store: every decision that the farm takes
// about jobs, tasks, leases and workers. The RPC services only translate.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/artifact/tenant_blobs.h"
#include "common/job/job_view.h"
#include "common/provenance/provenance_config.h"
#include "common/status/status.h"
#include "common/time/clock.h"
#include "coordinator/metrics/coordinator_metrics.h"
#include "coordinator/policy/admission.h"
#include "coordinator/policy/affinity.h"
#include "coordinator/policy/failure_verdict.h"
#include "coordinator/policy/fair_windows.h"
#include "coordinator/policy/hint_claims.h"
#include "coordinator/policy/pass_counter.h"
#include "coordinator/policy/straggler.h"
#include "coordinator/policy/worker_health.h"
#include "coordinator/schedule/change_signals.h"
#include "coordinator/schedule/job_log.h"
#include "coordinator/schedule/lease_memo.h"
#include "coordinator/schedule/result_cache.h"
#include "coordinator/schedule/retry_table.h"
#include "coordinator/schedule/stay_table.h"
#include "coordinator/schedule/worker_directory.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

struct SchedulerOptions {
  absl::Duration lease = absl::Seconds(30);
  // A worker not heard of for so long is no longer counted on.
  absl::Duration worker_timeout = absl::Seconds(60);
  RetryPolicy retry;
  FailurePolicy failure;
  StragglerPolicy straggler;
  HealthPolicy health;
  WindowPolicy window;
  AffinityPolicy affinity;
  FarmLimits limits;
  std::map<std::string, double> tenant_weights;  // 1 for those not named
  // Marks of origin that new jobs get, and tenants' numbers in the watermark (0
  // for those not named).
  ProvenanceRule provenance;
  std::map<std::string, uint16_t> tenant_numbers;
  // Identity of the artifact store (store_identity.h); empty = not compared.
  std::string store_id;
  // Jobs outlive this process: manifests and changes are written down.
  bool durable = true;
  ScheduleMetrics metrics;  // default: counts nothing
  // Tenants see only blobs of their own (tenant_blobs.h).
  bool isolate_tenants = false;
  // Cache look-ups in one go, each of which may read blobs, before others get
  // a turn on the executor.
  int lookups_per_poll = 16;
};

struct SubmitOutcome {
  JobView job;
  bool created = false;
};

struct JobPage {
  std::vector<JobView> jobs;
  std::vector<int64_t> sequences;  // of those jobs, to page on from any
  bool full = false;               // there may be more
};

struct Lease {
  FencingToken token;
  std::shared_ptr<const TaskSpec> spec;
};

struct LeaseAttempt {
  std::optional<Lease> lease;
  bool ask_again = false;  // there may be more: look-ups used up their turn
  bool drain = false;
  // What the worker can run, as a name: workers of one kind find the same.
  std::string kind;
  // Without a lease: something was there that another worker of the kind may
  // get (this one is avoided, quarantined, or was too late).
  bool others_may = false;
};

struct LeaseProgress {
  FencingToken token;
  int64_t frames_done = 0;
};

struct RenewOutcome {
  std::vector<FencingToken> stop;
  bool drain = false;
  bool register_again = false;
};

struct SchedulerCounts {
  int64_t stale_reports = 0;
  int64_t superseded = 0;  // reports of attempts that another was faster than
  int64_t expired_leases = 0;
  int64_t cache_hits = 0;
  int64_t publish_conflicts = 0;
};

// Thread-safe. All calls may block on store and artifact I/O, none holds a lock
// over it: call from an executor. Borrows all constructor arguments for its
// own life.
class Scheduler {
 public:
  Scheduler(Store& store, ArtifactStore& artifacts, Clock& clock,
            ChangeSignals& signals, SchedulerOptions options);

  // --- scheduler_jobs.cc ---
  StatusOr<SubmitOutcome> Submit(const std::string& tenant,
                                 const std::string& idempotency_key,
                                 const JobSpec& spec);
  StatusOr<JobView> GetJob(const std::string& job_id);
  // NotFound as GetJob, without reading tasks.
  StatusOr<std::string> TenantOf(const std::string& job_id);
  // What Submit answers when an input is not there.
  static Status InputIsMissing(const std::string& what, const InputFile& file);
  // Newest first, without seams and warnings (GetJob has them).
  StatusOr<JobPage> ListJobs(const std::string& tenant, int64_t before_sequence,
                             int limit);
  StatusOr<std::vector<TaskView>> ListTasks(const std::string& job_id,
                                            bool all_kinds);
  StatusOr<EventPage> ListEvents(const std::string& job_id, int64_t after,
                                 int limit);
  QueueView Queue(const std::vector<JobLoad>& loads) const;
  StatusOr<QueueView> GetQueue();

  // --- scheduler_changes.cc: acknowledged once they are in the job's log ---
  StatusOr<JobView> Cancel(const std::string& job_id);
  StatusOr<JobView> Retry(const std::string& job_id);
  StatusOr<JobView> SetPaused(const std::string& job_id, bool paused);
  StatusOr<JobView> SetPriority(const std::string& job_id, int priority);

  // --- scheduler_workers.cc ---
  // Returns the length of a lease. store_id: of the artifact store that the
  // worker sees, empty where it found none; FailedPrecondition when it is not
  // this coordinator's. Absent = not compared.
  StatusOr<absl::Duration> Register(WorkerRecord worker,
                                    const std::optional<std::string>& store_id);
  StatusOr<std::vector<WorkerView>> ListWorkers();
  StatusOr<WorkerView> DrainWorker(const std::string& worker_id);
  // Out of quarantine, and as if it had never failed.
  StatusOr<WorkerView> ReadmitWorker(const std::string& worker_id);
  // Who registered the worker (WorkerRecord::owner). NotFound: nobody lately.
  StatusOr<std::string> OwnerOf(const std::string& worker_id);
  StatusOr<RenewOutcome> Renew(const std::string& worker_id,
                               const std::vector<LeaseProgress>& leases);

  // --- scheduler_leases.cc ---
  // At once; waiting for a task is the LeaseDesk's. NotFound: register first.
  // held_identities: digests of those that are open in the worker. `look_up`:
  // what an earlier job's results answer for is completed on the way, which may
  // read many blobs; else it ends at the first such task.
  StatusOr<LeaseAttempt> TryLease(const std::string& worker_id,
                                  const std::set<std::string>& held_identities,
                                  bool look_up = true);

  // --- scheduler_reports.cc ---
  // Aborted: stale, drop it. DataLoss: a blob is not in the artifact store; the
  // task is tried again. FailedPrecondition: the result can't be published, and
  // the job has failed for it. Unavailable: repeat the report; the job's
  // waiting_for says why.
  // `next`, where the caller wants it: the job's next task, if the worker may
  // stay with it.
  Status Complete(const std::string& worker_id, const FencingToken& token,
                  const TaskResult& result,
                  std::optional<Lease>* next = nullptr);
  Status Fail(const std::string& worker_id, const FencingToken& token,
              const Status& error);
  Status Release(const std::string& worker_id, const FencingToken& token);

  // --- scheduler_time.cc ---
  // Leases that ran out, retries that are due, plans that could not be made.
  // Call a few times a second.
  void Tick();
  // Fair windows, jobs that nobody planned on, stragglers. About once a second;
  // windows are one coordinator's at a time: `set_windows`.
  void KeepHouse(bool set_windows);
  // Of a job that was restored: everything that a result record with whole
  // blobs answers for, so that only what is missing is done.
  Status FindFinished(const std::string& job_id);

  // The recovery epoch in force; 0: the state is not whole, and every call is
  // answered Unavailable.
  void SetEpoch(int64_t epoch) { epoch_ = epoch; }
  // What that answer says; empty: that the state is being brought up.
  void SetWhyNotReady(std::string why) ABSL_LOCKS_EXCLUDED(mutex_);
  int64_t epoch() const { return epoch_; }
  // Somebody asked for a job that the state has lost: look at once.
  bool TakeSuspicion() { return suspicion_.exchange(false); }

  ChangeSignals& signals() { return signals_; }
  // Granted by uploads and by finished jobs.
  TenantBlobs& blobs() { return blobs_; }
  SchedulerCounts counts() const;
  Clock& clock() { return clock_; }

 private:
  absl::Time now() { return clock_.Now(); }
  Status CheckReady() const;
  // NotFound of the store, for a job that has a manifest, is Unavailable: it
  // was lost and will be rebuilt.
  Status Explain(const std::string& job_id, const Status& status);
  // GetJob's view of a record, with what needs its tasks.
  JobView ViewWithTasks(const JobRecord& job,
                        const std::vector<TaskRecord>& tasks);
  StatusOr<JobView> ViewById(const std::string& job_id);
  Status CheckInputs(const JobSpec& spec);
  // Makes the manifest, or takes over the time of the one that is there.
  Status WriteManifest(JobRecord* job);
  // What a retry can't build on: results whose blobs are gone, and the
  // unfinished tasks that were planned from them.
  StatusOr<RetryRequest> PrepareRetry(const JobRecord& job);

  // --- scheduler_healing.cc ---
  // Not there, or (looked for where `read_them`, else only in what is not
  // there) damaged. False where the artifact store can't be asked.
  bool AnyLost(const std::vector<BlobRef>& blobs, bool read_them);
  // Sets back the job's tasks whose results are lost, and drops what was
  // planned from them with the attempt that found it out. False: nothing is
  // lost. DataLoss: lost too often, the job should end. Aborted: as HealJob.
  StatusOr<bool> TakeBackLost(const std::string& job_id,
                              const std::optional<FencingToken>& found_by,
                              const std::string& worker_id);
  // Of an attempt that failed, perhaps for its inputs. True: they were lost,
  // and that is dealt with; the attempt is over.
  StatusOr<bool> HealInputs(const std::string& worker_id, const TaskInJob& task,
                            const FencingToken& token, const Status& error);

  // --- scheduler_planning.cc ---
  // Adds what the planner says. A plan that can't be made for a passing reason
  // is noted and made by Tick; for a lasting one the job fails.
  Status Plan(const std::string& job_id);
  StatusOr<int> AddPlannedTasks(const std::string& job_id);
  // The job fails: there will never be a plan for it.
  Status EndUnplanned(const std::string& job_id, const Status& why);
  // A dry run that is planned succeeds.
  Status EndDryRun(const std::string& job_id);
  // What a dry run would render (ready) and take from the cache (succeeded);
  // reads what it finds there. Empty for any other job. `tasks`: all of it.
  StatusOr<std::vector<TaskView>> DryRunRenders(
      const std::string& job_id, const std::vector<TaskRecord>& tasks);
  // Plan, unless only renders among others are done.
  Status PlanAfter(const std::string& job_id, TaskKind kind, int open_tasks);

  bool BetterElsewhere(const ReadyTask& ready, const std::string& worker_id);
  enum class Offer { kLeased, kFromCache, kToLookUp };
  StatusOr<Offer> OfferTask(const ReadyTask& ready,
                            const std::string& worker_id, bool look_up,
                            Lease* lease);
  StatusOr<bool> CompleteFromCache(const std::string& job_id,
                                   const TaskRecord& task,
                                   const std::string& tenant,
                                   const EngineBinding& binding,
                                   const std::string& key);
  StatusOr<Lease> TakeLease(const std::string& job_id, const TaskInJob& task,
                            const std::string& worker_id,
                            const EngineBinding& binding,
                            const std::string& key, bool backup);
  // A second run of a straggler, for a worker that found nothing else.
  std::optional<Lease> TryBackup(const WorkerRecord& worker);
  StatusOr<LeaseAttempt> TakeFromQueue(
      const WorkerRecord& worker, const std::set<std::string>& held_identities,
      bool look_up);
  // Notes how an attempt of the worker ended.
  void NoteHealth(const std::string& worker_id, const FencingToken& token,
                  const Status& error);
  int EligibleWorkers(const TaskInJob& task);
  StatusOr<int> HeldLeases(const std::string& worker_id);
  // Appends to the job's log where jobs are durable.
  Status WriteDown(const std::string& job_id, JobChange change);
  // For what a user asked for: written down, and still so in the state.
  Status Acknowledge(const std::string& job_id, JobChange change);
  void WriteDownBinding(const std::string& job_id,
                        const EngineBinding& binding);
  // Once the job has ended: how, if it is not written down yet.
  Status WriteDownEnd(const std::string& job_id);
  StatusOr<JobView> ChangeJob(const ChangeJobRequest& request,
                              const JobChange& change);

  // --- scheduler_staying.cc ---
  // After a report about `task`, which is of `job_id`.
  std::optional<StayRequest> MayStay(const std::string& worker_id,
                                     const std::string& job_id,
                                     const TaskInJob& task);
  // What the store has leased on such a request; nothing where an earlier run's
  // result may answer for it: then it is given back.
  std::optional<Lease> TakeStay(const std::string& worker_id,
                                const LeasedTask& before,
                                const std::string& job_id,
                                const TaskRecord& next);

  // --- scheduler_counting.cc ---
  // `leased`: the record with the lease of `token`.
  void CountLease(const TaskRecord& leased, const FencingToken& token,
                  const std::string& worker_id, bool backup);
  // `before`: the task's record from before the transition, which still has the
  // attempt's lease.
  void CountAttempt(const TaskRecord& before, const FencingToken& token,
                    AttemptOutcome outcome);
  void CountCompletion(const TaskRecord& before, const FencingToken& token,
                       const TaskResult& result);
  void CountEnd(const JobRecord& job);

  Status Stale(const FencingToken& token, const std::string& worker_id);
  // Whether `result` fits and its blobs are there; if not, the attempt is
  // failed, to be tried again, and the worker's answer returned.
  Status AcceptResult(const std::string& worker_id, const TaskInJob& task,
                      const FencingToken& token, const TaskResult& result);
  Status FailAttempt(const std::string& worker_id, const TaskInJob& task,
                     const FencingToken& token, const Status& error,
                     RetryAction action);
  // The task that a report is about; Aborted when the token is of another
  // epoch, or the task is gone.
  StatusOr<TaskInJob> FindReported(const FencingToken& token,
                                   const std::string& worker_id);
  // What follows an accepted result: its record, the transition, the plan.
  // False: the attempt holds no lease (any more); nothing was done but the
  // record. An error: the worker's answer.
  StatusOr<bool> TakeResult(const std::string& worker_id,
                            const FencingToken& token, const LeasedTask& leased,
                            const TaskResult& result,
                            std::optional<Lease>* next);
  // What the job's owner may download of a result.
  Status GrantResult(const std::string& tenant, const TaskResult& result);
  Status PublishResult(const std::string& job_id, const LeasedTask& leased,
                       const TaskResult& result);
  // What becomes of a report whose result record can't be written: repeated
  // for a passing trouble, else the end of the job. The worker's answer.
  Status RefusePublication(const std::string& worker_id, const TaskInJob& task,
                           const FencingToken& token, const Status& trouble);
  // Why the job's newest report can't be taken; OK when nothing is wrong.
  void NoteTrouble(const std::string& job_id, const Status& trouble);
  Status PublishChosen(const std::string& job_id, const TaskInJob& assembly,
                       const AssembleResult& result);
  void ExpireLease(const DueTask& due);
  void FindStragglers(const std::vector<JobLoad>& loads);

  Store& store_;
  ArtifactStore& artifacts_;
  Clock& clock_;
  const SchedulerOptions options_;
  ResultCache cache_;
  TenantBlobs blobs_;
  JobLog log_;
  WorkerDirectory workers_;
  ChangeSignals& signals_;
  PassCounter passes_;
  HintClaims claims_;
  LeaseMemo leased_;
  StayTable stays_;
  std::atomic<int64_t> epoch_ = 0;
  std::atomic<bool> suspicion_ = false;
  std::atomic<int64_t> stale_reports_ = 0;
  std::atomic<int64_t> superseded_ = 0;
  std::atomic<int64_t> expired_leases_ = 0;
  std::atomic<int64_t> cache_hits_ = 0;
  mutable absl::Mutex mutex_;
  std::string why_not_ready_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> to_plan_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> trouble_ ABSL_GUARDED_BY(mutex_);
  // Live jobs near their end that have a late render, by the newest look; see
  // FindStragglers.
  std::set<std::string> late_jobs_ ABSL_GUARDED_BY(mutex_);
  size_t ending_turn_ = 0;  // KeepHouse's alone
};

}  // namespace longtake::coordinator
