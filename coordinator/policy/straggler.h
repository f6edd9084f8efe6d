#pragma once
// Which render near a job's end should be run a second time, by a worker that
// has nothing else to do. The last segment decides when a job is done, so one
// slow machine costs the whole job; the first result of the two wins, and the
// other attempt is stopped.
//
// Only renders. A job has them by the hundred, so that its own finished ones
// say how long one should take, and a second copy costs one segment. An
// assembly has no siblings to compare with and moves the whole take through
// the artifact store, where a second copy would slow down the first; analyses
// and the plan come before the end. Those are run again when their lease runs
// out.

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct StragglerPolicy {
  // Suspected when it has run for this many times what a render of its length
  // takes, and not before min_age.
  double suspect_after = 1.5;
  absl::Duration min_age = absl::Seconds(5);
  // Its own progress is believed until it has run for this many times as long:
  // a render that hangs at its last frame would end soon for ever.
  double hopeless_after = 3.0;
  int min_finished = 3;  // renders of the job that were measured
  // The end of a job: at most this part of its renders is open, or this many.
  double end_fraction = 0.1;
  int end_renders = 2;
};

// The render of the job with these tasks that `worker_id` should run as a
// backup; none when nothing would be gained. It is leased to one other worker,
// has not failed on this one, and would by its own progress end later than a
// fresh run; of several it is the one that would end last. Whether the worker
// fits the task's needs and the job's engine binding is for the caller to see.
// Pure.
std::optional<std::string> PickStraggler(const std::vector<TaskRecord>& tasks,
                                         const std::string& worker_id,
                                         absl::Time now,
                                         const StragglerPolicy& policy);

}  // namespace longtake::coordinator
