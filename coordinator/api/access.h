#pragma once
// Who may do what over the two services. Every rpc asks Admit first, with the
// roles of which one is enough; what belongs to a tenant or a worker is checked
// where its name is known.

#include <grpcpp/server_context.h>

#include <atomic>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/auth/caller.h"
#include "common/auth/token_registry.h"
#include "common/status/status.h"
#include "common/time/clock.h"
#include "coordinator/schedule/scheduler.h"

namespace longtake::coordinator {

// What the rpcs ask for.
inline constexpr Roles kToSubmit = Role::kSubmit;
inline constexpr Roles kToSeeJobs = Role::kSubmit | Role::kOperate;
inline constexpr Roles kToOperate = Role::kOperate;
inline constexpr Roles kToWork = Role::kWorker;

// Thread-safe. Borrows its arguments for its own life.
class Access {
 public:
  // tokens null: anybody may do anything.
  Access(const TokenRegistry* tokens, Clock& clock)
      : tokens_(tokens), clock_(clock) {}

  // The caller, by its token, or without one by its verified certificate.
  // Unauthenticated: neither, or not known. PermissionDenied: none of the
  // roles. Refusals are logged, a few a second at most. Does not block.
  StatusOr<Caller> Admit(const grpc::ServerContextBase& rpc, Roles needed);

 private:
  StatusOr<Caller> Identify(const grpc::ServerContextBase& rpc) const;
  void LogRefusal(const grpc::ServerContextBase& rpc, const std::string& caller,
                  const Status& why);

  const TokenRegistry* const tokens_;
  Clock& clock_;
  absl::Mutex mutex_;
  absl::Time last_logged_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int64_t not_logged_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The tenant of a new job or a list: `requested` must be empty or the caller's
// own. PermissionDenied.
StatusOr<std::string> OwnTenant(const Caller& caller,
                                const std::string& requested);

// OK when the caller may see the job. Another tenant's is NotFound, word for
// word like one that was never there.
Status CheckJob(Scheduler& scheduler, const Caller& caller,
                const std::string& job_id);

// Which caller speaks for a worker id: the one that registered it first.
// Thread-safe; blocks on the store for ids that are new here.
class WorkerOwners {
 public:
  explicit WorkerOwners(Scheduler& scheduler) : scheduler_(scheduler) {}

  // InvalidArgument: no worker id. PermissionDenied: another caller's.
  Status Check(const Caller& caller, const std::string& worker_id);
  // Check, and from now on the id is the caller's.
  Status Claim(const Caller& caller, const std::string& worker_id);
  // True when Check would answer OK without the store.
  bool Knows(const Caller& caller, const std::string& worker_id);

 private:
  // Remembers the owner, unless there is one already; the owner.
  std::string Remember(const std::string& worker_id, const std::string& owner);

  Scheduler& scheduler_;
  absl::Mutex mutex_;
  // A cache of the worker records' owners, and the first claims of this
  // process. Dropped as a whole when it grows beyond all farms.
  std::map<std::string, std::string> owners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator
