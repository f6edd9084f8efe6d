#include "coordinator/store/redis/task_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "coordinator/store/redis/keys.h"

namespace longtake::coordinator::redis {
namespace {

using nlohmann::json;

// Beyond it a double, Lua's only number, skips integers.
constexpr int64_t kMaxMicros = int64_t{1} << 53;

Status BadRecord(const std::string& task_id, const std::string& what) {
  return DataLoss(fmt::format(
      "Redis holds no readable record of task {} ({}); another version may "
      "have written it: see docs/redis_schema.md",
      task_id, what));
}

absl::Time TimeOf(const json& value) {
  return absl::FromUnixMicros(value.get<int64_t>());
}

// A value of an enumeration that ends with `last`; DataLoss's cause otherwise.
template <typename Enum>
StatusOr<Enum> EnumOf(const json& value, Enum last) {
  const auto number = value.get<int64_t>();
  if (number >= 0 && number <= static_cast<int64_t>(last)) {
    return static_cast<Enum>(number);
  }
  return DataLoss(fmt::format("{} is beyond what there is", number));
}

TaskLease DecodeLease(const json& l) {
  return {l.at(0).get<int>(),
          l.at(1).get<int64_t>(),
          l.at(2).get<std::string>(),
          TimeOf(l.at(3)),
          TimeOf(l.at(4)),
          TimeOf(l.at(5)),
          l.at(6).get<int64_t>(),
          l.at(7).get<int>() != 0};
}

StatusOr<ClosedAttempt> DecodeClosed(const json& c) {
  LT_ASSIGN_OR_RETURN(const AttemptEnd end,
                      EnumOf(c.at(6), AttemptEnd::kSuperseded));
  return ClosedAttempt{c.at(0).get<int>(),
                       c.at(1).get<int64_t>(),
                       c.at(2).get<std::string>(),
                       TimeOf(c.at(3)),
                       TimeOf(c.at(4)),
                       TimeOf(c.at(5)),
                       end,
                       c.at(7).get<int>() != 0};
}

StatusOr<DecodedTask> Decode(const std::string& task_id, const json& j) {
  DecodedTask decoded;
  TaskRecord& task = decoded.record;
  decoded.index = j.at("i").get<int64_t>();
  task.task_id = task_id;
  LT_ASSIGN_OR_RETURN(task.kind, EnumOf(j.at("k"), TaskKind::kAssemble));
  task.segment = j.value("sg", -1);
  task.generation = j.value("g", 0);
  task.range = {j.value("b", int64_t{0}), j.value("e", int64_t{0})};
  task.past_cache = j.value("pc", 0) != 0;
  if (j.contains("nd")) {
    task.needs = ParseNeedsText(j.at("nd")).value_or(TaskNeeds{});
  }
  const std::vector<std::string> none;
  task.avoid_workers = j.value("av", none);
  task.failed_workers = j.value("fw", none);
  LT_ASSIGN_OR_RETURN(task.state, EnumOf(j.at("s"), TaskState::kCancelled));
  task.attempt = j.at("a").get<int>();
  if (j.contains("L")) {
    for (const json& l : j.at("L")) task.leases.push_back(DecodeLease(l));
  }
  if (j.contains("C")) {
    for (const json& c : j.at("C")) {
      LT_ASSIGN_OR_RETURN(task.closed.emplace_back(), DecodeClosed(c));
    }
  }
  task.failures = j.value("f", 0);
  task.expiries = j.value("x", 0);
  task.times_lost = j.value("ls", 0);
  task.worker_id = j.value("w", "");
  if (j.contains("r")) task.ready_at = TimeOf(j.at("r"));
  if (j.contains("nb")) task.not_before = TimeOf(j.at("nb"));
  task.from_cache = j.value("fc", 0) != 0;
  task.frames_done = j.value("fd", int64_t{0});
  task.last_error = DecodeStatus(j.value("er", ""));
  return decoded;
}

}  // namespace

std::string IdentityOf(const TaskRecord& task) {
  if (!task.spec) return "";
  const auto* render = std::get_if<RenderTask>(&task.spec->task);
  return render == nullptr ? "" : render->identity.sha256;
}

std::string EncodeNewTask(const TaskRecord& task) {
  json j = {{"k", static_cast<int>(task.kind)},
            {"b", task.range.begin},
            {"e", task.range.end}};
  if (task.segment != -1) j["sg"] = task.segment;
  if (task.generation != 0) j["g"] = task.generation;
  if (!task.needs.empty()) j["nd"] = NeedsText(task.needs);
  if (task.past_cache) j["pc"] = 1;
  if (!task.avoid_workers.empty()) j["av"] = task.avoid_workers;
  if (!task.failed_workers.empty()) j["fw"] = task.failed_workers;
  if (task.failures != 0) j["f"] = task.failures;
  if (task.expiries != 0) j["x"] = task.expiries;
  if (!task.last_error.ok()) j["er"] = EncodeStatus(task.last_error);
  const std::string identity = IdentityOf(task);
  if (!identity.empty()) j["id"] = identity;
  std::string bytes;
  json::to_msgpack(j, bytes);
  return bytes;
}

StatusOr<DecodedTask> DecodeTask(const std::string& task_id,
                                 const std::string& bytes) {
  const json j = json::from_msgpack(bytes, true, false);
  if (!j.is_object()) return BadRecord(task_id, "no MessagePack map");
  try {
    StatusOr<DecodedTask> decoded = Decode(task_id, j);
    if (decoded.ok()) return decoded;
    return BadRecord(task_id, Message(decoded.status()));
  } catch (const json::exception& e) {
    return BadRecord(task_id, e.what());
  }
}

std::string EncodeStatus(const Status& status) {
  if (status.ok()) return "";
  return fmt::format("{} {}", static_cast<int>(status.code()), Message(status));
}

Status DecodeStatus(const std::string& text) {
  int code = 0;
  const char* end = text.data() + text.size();
  const char* at = std::from_chars(text.data(), end, code).ptr;
  if (code == 0) return OkStatus();
  return MakeStatus(static_cast<StatusCode>(code),
                    at < end ? std::string(at + 1, end) : "");
}

std::string Micros(absl::Time time) {
  return std::to_string(
      std::clamp(absl::ToUnixMicros(time), -kMaxMicros, kMaxMicros));
}

}  // namespace longtake::coordinator::redis
