#pragma once
// Where work runs that must not run here (store I/O away from gRPC's threads).

#include "absl/functional/any_invocable.h"
#include "common/status/status.h"

namespace longtake {

// Thread-safe.
class Executor {
 public:
  using Task = absl::AnyInvocable<void() &&>;
  virtual ~Executor() = default;

  // Takes `task` to be run once, soon, on some thread; never blocks. On error
  // (ResourceExhausted: the queue is full; Unavailable: shutting down) the task
  // is dropped unrun, and the caller answers for it.
  virtual Status Schedule(Task task) = 0;
};

}  // namespace longtake
