#pragma once
// Where workers wait for a task: each question is tried at once, then parked
// until its time is up. When the queue changes, one question of each kind of
// worker is tried, the longest parked; as long as it gets something the next of
// its kind follows. So a thousand idle workers cost one try, not a thousand. A
// try may read many blobs of cached results: few run at once and each goes to
// the end of the line after its share, so that renewals and reports get their
// turn.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/concurrency/executor.h"
#include "coordinator/schedule/scheduler.h"

namespace longtake::coordinator {

// Thread-safe. Borrows scheduler and executor for its own life; the executor
// must have run all its tasks before this is destroyed.
class LeaseDesk {
 public:
  // Called exactly once for each Ask, without a lock: on an executor thread
  // when it carries a task, else possibly on the caller's.
  using Answer = std::function<void(StatusOr<LeaseAttempt>)>;

  LeaseDesk(Scheduler& scheduler, Executor& executor);
  ~LeaseDesk();

  // Names one question.
  uint64_t NewTicket();
  // Once for each ticket. max_wait is cut to kMaxWait.
  void Ask(uint64_t ticket, const std::string& worker_id,
           const std::set<std::string>& held_identities,
           absl::Duration max_wait, Answer answer);
  // Answers Cancelled if the question still waits. One that is being tried
  // right now is answered as it turns out.
  void Withdraw(uint64_t ticket);
  // Answers those whose time is up with no task, and tries one of each kind of
  // the others again. Tick of the scheduler calls it through the queue's
  // signal.
  void Wake();
  // Questions that are parked now.
  int waiting();
  // Answers all with no task, and every later Ask at once.
  void Close();

  static constexpr absl::Duration kMaxWait = absl::Seconds(30);
  // Of the executor's threads.
  static constexpr int kTriesAtOnce = 3;
  // A question whose look-ups still go on is answered this long after its time
  // at the latest: before the worker gives the call up.
  static constexpr absl::Duration kLookupExtra = absl::Seconds(5);

 private:
  struct Question {
    std::string worker_id;
    std::set<std::string> held_identities;
    std::string kind;  // of its worker; empty until it was tried
    absl::Time deadline;
    Answer answer;
    uint64_t tried_at = 0;  // wake_count_ before the newest try
    bool withdrawn = false;
    bool trying = false;
  };

  void TryLater(uint64_t ticket);
  // Starts tries while there are questions in line and threads for them.
  void StartTries();
  void Try(uint64_t ticket);
  // Removes and answers; nothing if somebody else did.
  void Finish(uint64_t ticket, StatusOr<LeaseAttempt> outcome);
  // True: parked (or answered). False: to be tried again.
  bool Park(uint64_t ticket, const LeaseAttempt& attempt);
  // The next parked question of the kind that was not tried since the queue
  // changed goes into the line, or the kind's scouting is over.
  void ScoutOn(const std::string& kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ScoutNext(const std::string& kind);
  // Takes out those whose time is up.
  std::vector<uint64_t> Overdue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Scheduler& scheduler_;
  Executor& executor_;
  uint64_t watch_ = 0;
  absl::Mutex mutex_;
  uint64_t last_ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t wake_count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<uint64_t, Question> questions_ ABSL_GUARDED_BY(mutex_);
  std::deque<uint64_t> line_ ABSL_GUARDED_BY(mutex_);
  // By kind, longest parked first; those that were answered meanwhile are
  // skipped.
  std::map<std::string, std::deque<uint64_t>> parked_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> scouting_ ABSL_GUARDED_BY(mutex_);  // kinds
  std::set<std::pair<absl::Time, uint64_t>> deadlines_ ABSL_GUARDED_BY(mutex_);
  int tries_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace longtake::coordinator
