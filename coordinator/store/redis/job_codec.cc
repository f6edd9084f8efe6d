#include "coordinator/store/redis/job_codec.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "common/job/job_json.h"
#include "coordinator/store/progress.h"
#include "coordinator/store/redis/keys.h"
#include "coordinator/store/redis/task_codec.h"

namespace longtake::coordinator::redis {
namespace {

using nlohmann::json;

Status BadHash(const std::string& what, const std::string& why) {
  return DataLoss(
      fmt::format("Redis holds no readable record of {} ({}); another version "
                  "may have written it: see docs/redis_schema.md",
                  what, why));
}

// The texts of a hash by field; absent ones are empty or 0.
class Fields {
 public:
  static StatusOr<Fields> FromPairs(const Reply& reply) {
    LT_ASSIGN_OR_RETURN(const auto flat, reply.Strings());
    Fields fields;
    for (size_t i = 0; i + 1 < flat.size(); i += 2) {
      fields.values_[flat[i]] = flat[i + 1];
    }
    return fields;
  }
  bool empty() const { return values_.empty(); }
  void Set(const std::string& field, std::string value) {
    values_[field] = std::move(value);
  }
  std::string Text(const std::string& field) const {
    const auto it = values_.find(field);
    return it == values_.end() ? "" : it->second;
  }
  int64_t Number(const std::string& field) const {
    const auto it = values_.find(field);
    int64_t value = 0;
    if (it == values_.end()) return 0;
    std::from_chars(it->second.data(), it->second.data() + it->second.size(),
                    value);
    return value;
  }
  int Count(const std::string& field) const {
    return static_cast<int>(Number(field));
  }

 private:
  std::map<std::string, std::string> values_;
};

// The field `numbers`: a MessagePack map of what scripts count.
class Numbers {
 public:
  static StatusOr<Numbers> From(const std::string& bytes) {
    Numbers numbers;
    numbers.map_ = json::from_msgpack(bytes, true, false);
    if (!numbers.map_.is_object()) return BadHash("a job", "no numbers");
    return numbers;
  }
  int64_t Get(const char* name) const {
    const auto it = map_.find(name);
    return it != map_.end() && it->is_number() ? it->get<int64_t>() : 0;
  }
  int Count(const char* name) const { return static_cast<int>(Get(name)); }
  // Tasks of a kind at a place: ready, queued, leased, waiting.
  int At(const char* place, int kind) const {
    const auto it = map_.find(place);
    if (it == map_.end() || !it->is_array()) return 0;
    const size_t i = static_cast<size_t>(kind);
    return i < it->size() && (*it)[i].is_number() ? (*it)[i].get<int>() : 0;
  }

 private:
  json map_;
};

JobProgress ProgressOf(const Fields& f) {
  JobProgress progress;
  progress.frames_total = f.Number("frames_total");
  progress.frames_done = f.Number("frames_done");
  progress.segments_total = f.Count("segments_total");
  progress.segments_done = f.Count("segments_done");
  progress.segments_rendered = f.Count("segments_rendered");
  progress.stage = f.Text("stage");
  return progress;
}

std::vector<FrameRange> SegmentsFromJson(const std::string& text) {
  std::vector<FrameRange> segments;
  if (text.empty()) return segments;
  for (const json& s : json::parse(text)) {
    segments.push_back({s.at(0).get<int64_t>(), s.at(1).get<int64_t>()});
  }
  return segments;
}

StatusOr<std::vector<SeamScore>> SeamsFromJson(const std::string& text) {
  std::vector<SeamScore> seams;
  if (text.empty()) return seams;
  for (const json& s : json::parse(text)) {
    const int verdict = s.at(4).get<int>();
    if (verdict < 0 || verdict > static_cast<int>(SeamVerdict::kFail)) {
      return DataLoss(fmt::format("a seam's verdict {} is none", verdict));
    }
    seams.push_back({s.at(0).get<int64_t>(), s.at(1).get<double>(),
                     s.at(2).get<double>(), s.at(3).get<double>(),
                     static_cast<SeamVerdict>(verdict), s.at(5).get<bool>()});
  }
  return seams;
}

void DecodeNumbers(const Numbers& n, JobRecord* job) {
  job->paused = n.Get("paused") != 0;
  job->window = n.Count("window");
  job->epoch = n.Get("epoch");
  job->progress.frames_total = n.Get("frames_total");
  job->progress.frames_done = n.Get("frames_done");
  job->progress.segments_total = n.Count("segments_total");
  job->progress.segments_done = n.Count("segments_done");
  job->progress.segments_rendered = n.Count("segments_rendered");
  job->last_event_sequence = n.Get("event");
  job->last_event_at = absl::FromUnixMicros(n.Get("event_at"));
  for (int kind = 0; kind < kTaskKinds; ++kind) {
    for (const char* place : {"ready", "queued", "leased", "waiting"}) {
      job->open_tasks[static_cast<size_t>(kind)] += n.At(place, kind);
    }
  }
}

std::string EncodeNumbers(const JobRecord& job) {
  const JobProgress& p = job.progress;
  const std::array<int, kTaskKinds> none = {};
  const json numbers = {{"version", 0},
                        {"route", 0},
                        {"paused", job.paused ? 1 : 0},
                        {"window", job.window},
                        {"epoch", job.epoch},
                        {"priority", job.spec.priority},
                        {"attempt_floor", 0},
                        {"next_index", 0},
                        {"event", job.last_event_sequence},
                        {"event_at", absl::ToUnixMicros(job.last_event_at)},
                        {"frames_total", p.frames_total},
                        {"frames_done", p.frames_done},
                        {"segments_total", p.segments_total},
                        {"segments_done", p.segments_done},
                        {"segments_rendered", p.segments_rendered},
                        {"ready", none},
                        {"queued", none},
                        {"leased", none},
                        {"waiting", none}};
  std::string bytes;
  json::to_msgpack(numbers, bytes);
  return bytes;
}

Status DecodeSpec(const Fields& f, JobRecord* job) {
  LT_ASSIGN_OR_RETURN(job->spec, JobSpecFromJson(f.Text("spec")));
  job->segments = SegmentsFromJson(f.Text("segments"));
  LT_ASSIGN_OR_RETURN(job->seams, SeamsFromJson(f.Text("seams")));
  job->binding = BindingFromJson(f.Text("binding"));
  return OkStatus();
}

}  // namespace

StatusOr<JobState> JobStateFromName(const std::string& name) {
  for (const JobState state :
       {JobState::kQueued, JobState::kRunning, JobState::kSucceeded,
        JobState::kFailed, JobState::kCancelled}) {
    if (JobStateName(state) == name) return state;
  }
  return BadHash("a job", fmt::format("state '{}'", name));
}

FieldList EncodeJob(const JobRecord& job) {
  const auto number = [](int64_t n) { return std::to_string(n); };
  FieldList fields = {{"job_id", job.job_id},
                      {"tenant", job.tenant},
                      {"idempotency_key", job.idempotency_key},
                      {"spec", JobSpecToJson(job.spec)},
                      {"engine", EscapeName(job.spec.engine)},
                      {"inputs_digest", job.inputs_digest},
                      {"submitted_at", Micros(job.submitted_at)},
                      {"state", JobStateName(job.state)},
                      {"numbers", EncodeNumbers(job)},
                      {"error", EncodeStatus(job.error)},
                      {"draw_needs", NeedsText(job.spec.needs)},
                      {"support_needs", NeedsText(job.spec.support_needs)},
                      {"in_order", number(job.spec.in_order ? 1 : 0)},
                      {"total_frames", number(job.total_frames)},
                      {"take", job.take.sha256},
                      {"take_bytes", number(job.take.size_bytes)}};
  if (job.ended_at != absl::InfiniteFuture()) {
    fields.emplace_back("ended_at", Micros(job.ended_at));
  }
  if (job.binding) {
    fields.emplace_back("binding", BindingToJson(*job.binding));
    fields.emplace_back("binding_digest", BindingDigest(*job.binding));
  }
  if (!job.segments.empty()) {
    fields.emplace_back("segments", SegmentsToJson(job.segments));
  }
  if (!job.seams.empty()) fields.emplace_back("seams", SeamsToJson(job.seams));
  return fields;
}

StatusOr<JobRecord> DecodeJob(const std::string& job_id, const Reply& reply) {
  LT_ASSIGN_OR_RETURN(const Fields f, Fields::FromPairs(reply));
  if (f.empty()) return NotFound(fmt::format("no job {}", job_id));
  JobRecord job;
  job.job_id = job_id;
  job.tenant = f.Text("tenant");
  job.idempotency_key = f.Text("idempotency_key");
  job.inputs_digest = f.Text("inputs_digest");
  job.submitted_at = absl::FromUnixMicros(f.Number("submitted_at"));
  if (!f.Text("ended_at").empty()) {
    job.ended_at = absl::FromUnixMicros(f.Number("ended_at"));
  }
  job.submit_sequence = f.Number("sequence");
  LT_ASSIGN_OR_RETURN(job.state, JobStateFromName(f.Text("state")));
  job.error = DecodeStatus(f.Text("error"));
  job.total_frames = f.Number("total_frames");
  job.take = {f.Text("take"), f.Number("take_bytes")};
  LT_ASSIGN_OR_RETURN(const Numbers numbers, Numbers::From(f.Text("numbers")));
  try {
    const Status spec = DecodeSpec(f, &job);
    if (!spec.ok()) return BadHash("job " + job_id, Message(spec));
  } catch (const json::exception& e) {
    return BadHash("job " + job_id, e.what());
  }
  job.spec.priority = numbers.Count("priority");
  DecodeNumbers(numbers, &job);
  job.progress.stage = StageOf(job);
  return job;
}

std::string SegmentsToJson(const std::vector<FrameRange>& segments) {
  json list = json::array();
  for (const FrameRange& s : segments) list.push_back({s.begin, s.end});
  return list.dump();
}

std::string SeamsToJson(const std::vector<SeamScore>& seams) {
  json list = json::array();
  for (const SeamScore& s : seams) {
    list.push_back({s.frame, s.ratio, s.psnr_db, s.motion_distance,
                    static_cast<int>(s.verdict), s.repaired});
  }
  return list.dump();
}

std::vector<std::string> LoadFields() {
  return {"state",         "tenant",   "sequence", "draw_needs",
          "support_needs", "in_order", "numbers"};
}

StatusOr<std::optional<JobLoad>> DecodeLoad(const std::string& job_id,
                                            const Reply& reply) {
  const std::vector<std::string> names = LoadFields();
  LT_ASSIGN_OR_RETURN(const auto values, reply.Array());
  Fields f;
  for (size_t i = 0; i < names.size() && i < values.size(); ++i) {
    LT_ASSIGN_OR_RETURN(auto value, values[i].StringOrNil());
    if (value) f.Set(names[i], *std::move(value));
  }
  if (f.empty()) return std::optional<JobLoad>();
  LT_ASSIGN_OR_RETURN(const JobState state, JobStateFromName(f.Text("state")));
  if (HasEnded(state)) return std::optional<JobLoad>();
  JobLoad load;
  load.job_id = job_id;
  load.tenant = f.Text("tenant");
  LT_ASSIGN_OR_RETURN(const Numbers n, Numbers::From(f.Text("numbers")));
  load.priority = n.Count("priority");
  load.submit_sequence = f.Number("sequence");
  load.paused = n.Get("paused") != 0;
  load.in_order = f.Number("in_order") != 0;
  load.window = n.Count("window");
  load.draw_needs = ParseNeedsText(f.Text("draw_needs")).value_or(TaskNeeds{});
  load.support_needs =
      ParseNeedsText(f.Text("support_needs")).value_or(TaskNeeds{});
  for (int kind = 0; kind < kTaskKinds; ++kind) {
    TaskCounts& c =
        Draws(static_cast<TaskKind>(kind)) ? load.draw : load.support;
    c.ready += n.At("ready", kind);
    c.queued += n.At("queued", kind);
    c.leased += n.At("leased", kind);
    c.waiting += n.At("waiting", kind);
  }
  return std::optional<JobLoad>(std::move(load));
}

StatusOr<int64_t> NumberOf(const std::string& numbers, const char* name) {
  LT_ASSIGN_OR_RETURN(const Numbers decoded, Numbers::From(numbers));
  return decoded.Get(name);
}

StatusOr<JobEvent> DecodeEvent(const Reply& entry) {
  LT_ASSIGN_OR_RETURN(const auto parts, entry.Array());
  if (parts.size() != 2) return BadHash("an event", "no stream entry");
  LT_ASSIGN_OR_RETURN(const std::string id, parts[0].String());
  LT_ASSIGN_OR_RETURN(const Fields f, Fields::FromPairs(parts[1]));
  JobEvent event;
  std::from_chars(id.data(), id.data() + id.size(), event.sequence);
  event.at_micros = f.Number("at");
  event.text = f.Text("text");
  LT_ASSIGN_OR_RETURN(event.state, JobStateFromName(f.Text("state")));
  event.progress = ProgressOf(f);
  event.task_id = f.Text("task");
  event.worker_id = f.Text("worker");
  return event;
}

}  // namespace longtake::coordinator::redis
