#include "coordinator/schedule/job_log.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "common/status/code_name.h"

namespace longtake::coordinator {
namespace {

using nlohmann::json;
using Kind = JobChange::Kind;

constexpr char kFormat[] = "longtake-change-1";
constexpr std::array<std::string_view, 7> kKinds = {
    "paused", "resumed", "priority", "cancelled", "retried", "bound", "ended"};
constexpr std::array<JobState, 5> kStates = {
    JobState::kQueued, JobState::kRunning, JobState::kSucceeded,
    JobState::kFailed, JobState::kCancelled};

std::string Prefix(const std::string& job_id) {
  return "jobs/" + job_id + "/changes/";
}

json ToJson(const EngineBinding& binding) {
  return {{"name", binding.name},
          {"version", binding.version},
          {"numerics_class", binding.numerics_class},
          {"overlap_frames", binding.overlap_frames},
          {"repair_overlap_frames", binding.repair_overlap_frames}};
}

EngineBinding BindingFrom(const json& object) {
  EngineBinding binding;
  binding.name = object.at("name").get<std::string>();
  binding.version = object.at("version").get<std::string>();
  binding.numerics_class = object.at("numerics_class").get<std::string>();
  binding.overlap_frames = object.at("overlap_frames").get<int>();
  binding.repair_overlap_frames = object.at("repair_overlap_frames").get<int>();
  return binding;
}

json ToJson(const JobProgress& progress) {
  return {{"frames_total", progress.frames_total},
          {"frames_done", progress.frames_done},
          {"segments_total", progress.segments_total},
          {"segments_done", progress.segments_done},
          {"segments_rendered", progress.segments_rendered}};
}

JobProgress ProgressFrom(const json& object) {
  JobProgress progress;
  progress.frames_total = object.at("frames_total").get<int64_t>();
  progress.frames_done = object.at("frames_done").get<int64_t>();
  progress.segments_total = object.at("segments_total").get<int>();
  progress.segments_done = object.at("segments_done").get<int>();
  progress.segments_rendered = object.at("segments_rendered").get<int>();
  return progress;
}

bool IsEnd(Kind kind) {
  return kind == Kind::kEnded || kind == Kind::kCancelled;
}

void ReadEnd(const json& object, JobChange* change) {
  const auto name = object.at("state").get<std::string>();
  for (const JobState state : kStates) {
    if (JobStateName(state) == name) change->state = state;
  }
  const json& error = object.at("error");
  if (!error.is_null()) {
    change->error =
        MakeStatus(ParseStatusCodeName(error.at("code").get<std::string>()),
                   error.at("message").get<std::string>());
  }
  const json& take = object.at("take");
  if (!take.is_null()) {
    change->take = {take.at("sha256").get<std::string>(),
                    take.at("size_bytes").get<int64_t>()};
  }
}

}  // namespace

std::string JobChangeToJson(const JobChange& change) {
  json object = {{"format", kFormat},
                 {"kind", kKinds[static_cast<size_t>(change.kind)]},
                 {"at_micros", change.at_micros}};
  if (change.kind == Kind::kPriority) object["priority"] = change.priority;
  if (change.kind == Kind::kBound) {
    object["binding"] = change.binding ? ToJson(*change.binding) : json();
  }
  if (change.kind == Kind::kEnded) {
    object["state"] = JobStateName(change.state);
    object["error"] = nullptr;
    if (!change.error.ok()) {
      object["error"] = {{"code", StatusCodeName(change.error.code())},
                         {"message", Message(change.error)}};
    }
    object["take"] = nullptr;
    if (!change.take.empty()) {
      object["take"] = {{"sha256", change.take.sha256},
                        {"size_bytes", change.take.size_bytes}};
    }
  }
  if (IsEnd(change.kind)) object["progress"] = ToJson(change.progress);
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

StatusOr<JobChange> JobChangeFromJson(const std::string& text) {
  try {
    const json object = json::parse(text);
    if (object.at("format").get<std::string>() != kFormat) {
      return DataLoss(fmt::format("job change: the format is not {}", kFormat));
    }
    JobChange change;
    change.at_micros = object.at("at_micros").get<int64_t>();
    const auto name = object.at("kind").get<std::string>();
    size_t kind = 0;
    while (kind < kKinds.size() && kKinds[kind] != name) ++kind;
    if (kind == kKinds.size()) {
      return DataLoss(fmt::format("job change: kind '{}' is not known", name));
    }
    change.kind = static_cast<Kind>(kind);
    if (change.kind == Kind::kPriority) {
      change.priority = object.at("priority").get<int>();
    }
    if (change.kind == Kind::kBound) {
      const json& binding = object.at("binding");
      if (!binding.is_null()) change.binding = BindingFrom(binding);
    }
    if (change.kind == Kind::kEnded) ReadEnd(object, &change);
    if (IsEnd(change.kind) && object.contains("progress")) {
      change.progress = ProgressFrom(object.at("progress"));
    }
    return change;
  } catch (const json::exception& e) {
    return DataLoss(fmt::format("job change: {}", e.what()));
  }
}

void ApplyChange(const JobChange& change, JobRecord* job) {
  switch (change.kind) {
    case Kind::kPaused:
      job->paused = true;
      break;
    case Kind::kResumed:
      job->paused = false;
      break;
    case Kind::kPriority:
      job->spec.priority = change.priority;
      break;
    case Kind::kBound:
      job->binding = change.binding;
      break;
    case Kind::kRetried:
      job->state = JobState::kQueued;
      job->error = OkStatus();
      job->take = {};
      job->progress = {};
      job->ended_at = absl::InfiniteFuture();
      break;
    case Kind::kCancelled:
      job->state = JobState::kCancelled;
      job->progress = change.progress;
      job->ended_at = absl::FromUnixMicros(change.at_micros);
      break;
    case Kind::kEnded:
      job->state = change.state;
      job->error = change.error;
      job->take = change.take;
      job->progress = change.progress;
      job->ended_at = absl::FromUnixMicros(change.at_micros);
      break;
  }
}

Status JobLog::Append(const std::string& job_id, const JobChange& change) {
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      artifacts_.List(Prefix(job_id)));
  size_t number = names.size();
  bool written = false;
  while (!written) {
    ++number;
    LT_ASSIGN_OR_RETURN(
        written,
        artifacts_.PutIfAbsent(fmt::format("{}{:06}", Prefix(job_id), number),
                               JobChangeToJson(change)));
  }
  return OkStatus();
}

StatusOr<std::vector<JobChange>> JobLog::Read(const std::string& job_id) {
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      artifacts_.List(Prefix(job_id)));
  std::vector<JobChange> changes;
  for (const std::string& name : names) {
    LT_ASSIGN_OR_RETURN(const std::string bytes, artifacts_.Get(name));
    auto change = JobChangeFromJson(bytes);
    if (!change.ok()) return Annotate(change.status(), name);
    changes.push_back(*std::move(change));
  }
  return changes;
}

}  // namespace longtake::coordinator
