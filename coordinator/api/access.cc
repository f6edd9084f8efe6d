#include "coordinator/api/access.h"

#include <fmt/format.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/auth/denial.h"
#include "common/auth/names.h"
#include "common/auth/token_file.h"
#include "common/log/log.h"

namespace longtake::coordinator {
namespace {

constexpr char kAuthorization[] = "authorization";
constexpr std::string_view kScheme = "bearer ";
constexpr absl::Duration kLogInterval = absl::Seconds(1);
constexpr size_t kMaxOwners = 1 << 17;

std::string_view View(const grpc::string_ref& text) {
  return {text.data(), text.size()};
}

// What follows "Bearer " (RFC 6750; the scheme's case does not matter).
std::optional<std::string_view> BearerOf(std::string_view header) {
  if (header.size() < kScheme.size()) return std::nullopt;
  const bool bearer = std::equal(
      kScheme.begin(), kScheme.end(), header.begin(), [](char a, char b) {
        return a == std::tolower(static_cast<unsigned char>(b));
      });
  if (!bearer) return std::nullopt;
  return header.substr(kScheme.size());
}

// Of the client's certificate, which the handshake has verified.
std::string CommonNameOf(const grpc::ServerContextBase& rpc) {
  const std::shared_ptr<const grpc::AuthContext> context = rpc.auth_context();
  if (context == nullptr || !context->IsPeerAuthenticated()) return "";
  const std::vector<grpc::string_ref> names =
      context->FindPropertyValues("x509_common_name");
  return names.size() == 1 ? std::string(View(names[0])) : "";
}

Status NoSuchJob(const std::string& job_id) {
  return NotFound(fmt::format("no job {}", Printable(job_id)));
}

Status NotYours(const Caller& caller, const std::string& worker_id) {
  return PermissionDenied(
      fmt::format("worker id {} belongs to another caller than {}: give this "
                  "worker another --worker-id, or the token it first had",
                  worker_id, caller.name));
}

Status CheckWorkerId(const std::string& worker_id) {
  if (IsWorkerId(worker_id)) return OkStatus();
  return InvalidArgument(
      fmt::format("worker id '{}': need 1 to {} of A-Z a-z 0-9 . _ - : @",
                  Printable(worker_id), kMaxWorkerIdBytes));
}

}  // namespace

StatusOr<Caller> Access::Identify(const grpc::ServerContextBase& rpc) const {
  const auto [first, last] = rpc.client_metadata().equal_range(kAuthorization);
  if (first != last) {
    if (std::next(first) != last) {
      return Unauthenticated("more than one authorization was sent");
    }
    const auto token = BearerOf(View(first->second));
    if (!token) {
      return Unauthenticated("the authorization is not 'Bearer TOKEN'");
    }
    return tokens_->FindToken(*token, clock_.Now());
  }
  const std::string name = CommonNameOf(rpc);
  if (!name.empty()) return tokens_->FindCertificate(name);
  return Unauthenticated(
      "this farm asks for a token: give --token-file FILE or set "
      "LONGTAKE_TOKEN");
}

StatusOr<Caller> Access::Admit(const grpc::ServerContextBase& rpc,
                               Roles needed) {
  if (tokens_ == nullptr) {
    Caller anybody;
    anybody.anybody = true;
    return anybody;
  }
  StatusOr<Caller> caller = Identify(rpc);
  if (!caller.ok()) {
    LogRefusal(rpc, "", caller.status());
    return caller;
  }
  if (caller->roles.HasAny(needed)) return caller;
  const Status denied = PermissionDenied(
      fmt::format("{} has the role {}; this call needs {}", caller->name,
                  RoleNames(caller->roles), RoleNames(needed)));
  LogRefusal(rpc, caller->name, denied);
  return denied;
}

void Access::LogRefusal(const grpc::ServerContextBase& rpc,
                        const std::string& caller, const Status& why) {
  int64_t before = 0;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = clock_.Now();
    if (absl::AbsDuration(now - last_logged_) < kLogInterval) {
      ++not_logged_;
      return;
    }
    last_logged_ = now;
    before = std::exchange(not_logged_, 0);
  }
  Log(LogLevel::kWarning, "call refused",
      {{"peer", Printable(rpc.peer())},
       {"caller", caller},
       {"why", Message(why)},
       {"others", before}});
}

StatusOr<std::string> OwnTenant(const Caller& caller,
                                const std::string& requested) {
  if (caller.anybody) return requested;
  if (requested.empty() || requested == caller.tenant) return caller.tenant;
  return PermissionDenied(
      fmt::format("{} belongs to tenant {}; leave --tenant out", caller.name,
                  caller.tenant));
}

Status CheckJob(Scheduler& scheduler, const Caller& caller,
                const std::string& job_id) {
  if (caller.anybody) return OkStatus();
  const StatusOr<std::string> tenant = scheduler.TenantOf(job_id);
  if (tenant.status().code() == StatusCode::kNotFound) {
    return NoSuchJob(job_id);
  }
  LT_RETURN_IF_ERROR(tenant.status());
  if (caller.Has(Role::kOperate) || *tenant == caller.tenant) {
    return OkStatus();
  }
  return NoSuchJob(job_id);
}

std::string WorkerOwners::Remember(const std::string& worker_id,
                                   const std::string& owner) {
  absl::MutexLock lock(&mutex_);
  if (owners_.size() >= kMaxOwners) owners_.clear();
  return owners_.emplace(worker_id, owner).first->second;
}

bool WorkerOwners::Knows(const Caller& caller, const std::string& worker_id) {
  if (caller.anybody) return IsWorkerId(worker_id);
  absl::MutexLock lock(&mutex_);
  const auto it = owners_.find(worker_id);
  return it != owners_.end() && it->second == caller.name;
}

Status WorkerOwners::Check(const Caller& caller, const std::string& worker_id) {
  LT_RETURN_IF_ERROR(CheckWorkerId(worker_id));
  if (Knows(caller, worker_id)) return OkStatus();
  const StatusOr<std::string> owner = scheduler_.OwnerOf(worker_id);
  const bool unknown = owner.status().code() == StatusCode::kNotFound;
  // Registered while the farm was open.
  const bool nobodys = owner.ok() && owner->empty();
  if (unknown || nobodys) {
    absl::MutexLock lock(&mutex_);
    const auto it = owners_.find(worker_id);
    // Of an unknown one the scheduler says so itself.
    if (it == owners_.end() || it->second == caller.name) return OkStatus();
    return NotYours(caller, worker_id);
  }
  LT_RETURN_IF_ERROR(owner.status());
  if (Remember(worker_id, *owner) == caller.name) return OkStatus();
  return NotYours(caller, worker_id);
}

Status WorkerOwners::Claim(const Caller& caller, const std::string& worker_id) {
  LT_RETURN_IF_ERROR(Check(caller, worker_id));
  if (caller.anybody || Remember(worker_id, caller.name) == caller.name) {
    return OkStatus();
  }
  return NotYours(caller, worker_id);
}

}  // namespace longtake::coordinator
