#pragma once
// What happened on a farm under faults, and the audit of it. The history is
// plain values: real farms fill it (chaos_farm.h), and the audit's own tests
// write bad ones by hand.
//
// What counts as broken:
//  - a completion that was accepted though its attempt never held a lease, was
//    another worker's, or had ended otherwise (expired, failed, given back);
//  - two attempts of one task accepted under one recovery epoch;
//  - one token given to two workers; attempts that do not rise; epochs that
//  fall
//    or that two rebuilds share;
//  - a task leased again after its result was published, unless an artifact was
//    damaged;
//  - a result record whose bytes changed, or that is missing;
//  - an acknowledged submit, cancel, pause or priority that did not survive;
//  - segments that do not tile the job, are not done, or a take whose bytes are
//    not the undisturbed run's;
//  - leftovers when all is done: stream entries, pending entries, live leases,
//    counters that a recount does not confirm.
//
// Nothing is compared by time stamps: clocks may jump. A pair of events that
// contradict each other is forgiven when a loss of state was injected between
// them: then the later one was decided on older state, by design.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/job/job_view.h"
#include "tests/chaos/log_events.h"

namespace longtake::chaos {

// What a reply promised. The newest of a kind counts.
struct Acknowledged {
  bool cancelled = false;
  bool paused = false;
  bool has_priority = false;
  int priority = 0;
};

struct JobHistory {
  std::string job_id;
  Acknowledged acknowledged;
  bool found = false;  // the farm still knows it
  // The end that the case expects of a job nobody cancelled.
  JobState expected_state = JobState::kSucceeded;
  JobView view;
  std::vector<TaskView> tasks;
  std::vector<JobEvent> events;  // in the order they were watched
  // Digests of the take as read back, and of the undisturbed run's.
  std::string take_sha256;
  std::string expected_sha256;
  int64_t decoded_frames = 0;
  int64_t expected_frames = 0;
  // Names of the records under which its results must be found.
  std::vector<std::string> record_names;
};

// One shared queue in Redis.
struct QueueAudit {
  std::string key;
  int64_t entries = 0;
  int64_t pending = 0;
};

// One job's counters as stored and as counted from its tasks. Empty lists where
// they should be: ids that stand in timers, backlog, queue and lease tables.
struct StateAudit {
  std::string job_id;
  bool live = false;
  std::map<std::string, int64_t> stored;
  std::map<std::string, int64_t> counted;
  std::vector<std::string> leftovers;
};

struct History {
  std::vector<LogEvent> events;  // by process, in each process's order
  std::vector<JobHistory> jobs;
  // Digests of all contents that were seen under a record's name.
  std::map<std::string, std::set<std::string>> records;
  std::vector<QueueAudit> queues;
  std::vector<StateAudit> states;
  // Tasks whose files were damaged are rightly done again.
  bool artifacts_damaged = false;
  int losses = 0;
};

// One line for each thing that is broken; empty when all is well.
std::vector<std::string> Audit(const History& history);

// The parts, each of which Audit runs.
std::vector<std::string> AuditReports(const History& history);
std::vector<std::string> AuditAttempts(const History& history);
std::vector<std::string> AuditEpochs(const History& history);
std::vector<std::string> AuditJobs(const History& history);
std::vector<std::string> AuditRecords(const History& history);
// While work is under way (saturation): counters only.
std::vector<std::string> AuditCounters(const History& history);
// When all is done: nothing is left.
std::vector<std::string> AuditLeftovers(const History& history);

// How often each event was logged by coordinators.
std::map<std::string, int> CountEvents(const History& history);

}  // namespace longtake::chaos
