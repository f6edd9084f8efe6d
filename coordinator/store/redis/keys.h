#pragma once
// Names of everything the store keeps in Redis; docs/redis_schema.md says what
// is in them. All keys of one job share a hash tag, so that a script may touch
// them; nothing else does.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/job/job.h"

namespace longtake::coordinator::redis {

inline constexpr char kDefaultPrefix[] = "lt:";
inline constexpr char kGroup[] = "longtake";  // of each queue stream
inline constexpr char kReturnedConsumer[] = "returned";

// Thread-safe (immutable).
class Keys {
 public:
  explicit Keys(std::string prefix) : prefix_(std::move(prefix)) {}

  const std::string& prefix() const { return prefix_; }
  std::string Job(const std::string& job_id, std::string_view part) const;
  // In the order in which lua/prelude/call.lua wants them.
  std::vector<std::string> JobKeys(const std::string& job_id) const;
  std::string Farm(std::string_view name) const;
  std::string Tenant(const std::string& tenant) const;
  std::string Worker(const std::string& worker_id) const;
  std::string Turn(const std::string& what) const;
  std::string Channel() const { return prefix_ + "changes"; }
  // `queue` is "<queue name>:<priority>" as in a QueueRef.
  std::string Queue(const std::string& queue_ref) const;

 private:
  const std::string prefix_;
};

// What a queue's tasks need, and its place. The name is
// "<engine>/<binding's digest, or any>/<pool>/<GPU bytes>/<capability+…>", with
// what is not [A-Za-z0-9_.-] percent-encoded.
struct QueueName {
  std::string engine;
  std::string binding;  // digest; empty while the job is not bound
  TaskNeeds needs;
  int priority = 0;
  friend bool operator==(const QueueName&, const QueueName&) = default;
};

// "<name>:<priority>".
std::string QueueRef(const QueueName& queue);
// Nothing when it is none.
std::optional<QueueName> ParseQueueRef(const std::string& ref);
// "<pool>/<GPU bytes>/<capability+…>".
std::string NeedsText(const TaskNeeds& needs);
std::optional<TaskNeeds> ParseNeedsText(const std::string& text);
std::string EscapeName(std::string_view text);

// Canonical JSON of a binding, and the digest that stands for it.
std::string BindingToJson(const EngineBinding& binding);
std::optional<EngineBinding> BindingFromJson(const std::string& json);
std::string BindingDigest(const EngineBinding& binding);

}  // namespace longtake::coordinator::redis
