#include "common/rpc/convert.h"
#include "common/rpc/convert_parts.h"
#include "common/rpc/status_convert.h"

namespace longtake {
namespace {

// Enumerators of the proto are the domain's plus one: 0 is "unspecified". The
// static_asserts hold both in step.
template <typename Domain, typename Proto>
StatusOr<Domain> EnumFromProto(const char* what, Proto proto, Domain last) {
  const int value = static_cast<int>(proto) - 1;
  if (value < 0 || value > static_cast<int>(last)) {
    return InvalidArgument(
        fmt::format("{} {} is not known", what, static_cast<int>(proto)));
  }
  return static_cast<Domain>(value);
}

static_assert(v1::JOB_STATE_QUEUED == static_cast<int>(JobState::kQueued) + 1);
static_assert(v1::JOB_STATE_CANCELLED ==
              static_cast<int>(JobState::kCancelled) + 1);
static_assert(v1::TASK_STATE_WAITING_RETRY ==
              static_cast<int>(TaskState::kWaitingRetry) + 1);
static_assert(v1::TASK_STATE_CANCELLED ==
              static_cast<int>(TaskState::kCancelled) + 1);
static_assert(v1::TASK_KIND_PLAN == static_cast<int>(TaskKind::kPlan) + 1);
static_assert(v1::TASK_KIND_ASSEMBLE ==
              static_cast<int>(TaskKind::kAssemble) + 1);
static_assert(v1::SEAM_VERDICT_FAIL ==
              static_cast<int>(SeamVerdict::kFail) + 1);

}  // namespace

v1::JobState ToProto(JobState value) {
  return static_cast<v1::JobState>(static_cast<int>(value) + 1);
}
v1::TaskState ToProto(TaskState value) {
  return static_cast<v1::TaskState>(static_cast<int>(value) + 1);
}
v1::TaskKind ToProto(TaskKind value) {
  return static_cast<v1::TaskKind>(static_cast<int>(value) + 1);
}
v1::SeamVerdict ToProto(SeamVerdict value) {
  return static_cast<v1::SeamVerdict>(static_cast<int>(value) + 1);
}

StatusOr<TaskKind> TaskKindFromProto(v1::TaskKind proto) {
  return EnumFromProto("task kind", proto, TaskKind::kAssemble);
}
StatusOr<JobState> JobStateFromProto(v1::JobState proto) {
  return EnumFromProto("job state", proto, JobState::kCancelled);
}
StatusOr<TaskState> TaskStateFromProto(v1::TaskState proto) {
  return EnumFromProto("task state", proto, TaskState::kCancelled);
}
StatusOr<SeamVerdict> SeamVerdictFromProto(v1::SeamVerdict proto) {
  return EnumFromProto("seam verdict", proto, SeamVerdict::kFail);
}

v1::Progress ToProto(const JobProgress& value) {
  v1::Progress proto;
  proto.set_frames_total(value.frames_total);
  proto.set_frames_done(value.frames_done);
  proto.set_segments_total(value.segments_total);
  proto.set_segments_done(value.segments_done);
  proto.set_segments_rendered(value.segments_rendered);
  proto.set_stage(value.stage);
  return proto;
}

StatusOr<JobProgress> FromProto(const v1::Progress& proto) {
  LT_RETURN_IF_ERROR(CheckNotNegative("frames_total", proto.frames_total()));
  LT_RETURN_IF_ERROR(CheckNotNegative("frames_done", proto.frames_done()));
  LT_RETURN_IF_ERROR(
      CheckNotNegative("segments_total", proto.segments_total()));
  LT_RETURN_IF_ERROR(CheckNotNegative("segments_done", proto.segments_done()));
  LT_RETURN_IF_ERROR(
      CheckNotNegative("segments_rendered", proto.segments_rendered()));
  JobProgress value;
  value.frames_total = proto.frames_total();
  value.frames_done = proto.frames_done();
  value.segments_total = proto.segments_total();
  value.segments_done = proto.segments_done();
  value.segments_rendered = proto.segments_rendered();
  value.stage = proto.stage();
  return value;
}

v1::Job ToProto(const JobView& value) {
  v1::Job proto;
  proto.set_job_id(value.job_id);
  proto.set_tenant(value.tenant);
  *proto.mutable_spec() = ToProto(value.spec);
  proto.set_state(ToProto(value.state));
  *proto.mutable_progress() = ToProto(value.progress);
  if (!value.error.ok()) *proto.mutable_error() = ErrorToProto(value.error);
  proto.set_submitted_at_micros(value.submitted_at_micros);
  proto.set_ended_at_micros(value.ended_at_micros);
  if (!value.take.empty()) *proto.mutable_take() = ToProto(value.take);
  for (const SeamScore& seam : value.seams) {
    *proto.add_seams() = ToProto(seam);
  }
  for (const std::string& warning : value.warnings) {
    proto.add_warnings(warning);
  }
  proto.set_inputs_digest(value.inputs_digest);
  proto.set_waiting_for(value.waiting_for);
  proto.set_paused(value.paused);
  if (!value.transcript_report.empty()) {
    *proto.mutable_transcript_report() = ToProto(value.transcript_report);
  }
  return proto;
}

StatusOr<JobView> FromProto(const v1::Job& proto) {
  JobView value;
  LT_RETURN_IF_ERROR(CheckPresent("job_id", proto.job_id()));
  value.job_id = proto.job_id();
  value.tenant = proto.tenant();
  LT_READ_FIELD(proto, value, spec);
  LT_ASSIGN_OR_RETURN(value.state, JobStateFromProto(proto.state()));
  LT_READ_OPTIONAL(proto, value, progress);
  value.error = ErrorFromProto(proto.error());
  value.submitted_at_micros = proto.submitted_at_micros();
  value.ended_at_micros = proto.ended_at_micros();
  LT_READ_OPTIONAL(proto, value, take);
  LT_READ_LIST(proto, value, seams);
  value.warnings = {proto.warnings().begin(), proto.warnings().end()};
  value.inputs_digest = proto.inputs_digest();
  value.waiting_for = proto.waiting_for();
  value.paused = proto.paused();
  LT_READ_OPTIONAL(proto, value, transcript_report);
  return value;
}

v1::JobEvent ToProto(const JobEvent& value) {
  v1::JobEvent proto;
  proto.set_sequence(value.sequence);
  proto.set_at_micros(value.at_micros);
  proto.set_text(value.text);
  proto.set_state(ToProto(value.state));
  *proto.mutable_progress() = ToProto(value.progress);
  proto.set_task_id(value.task_id);
  proto.set_worker_id(value.worker_id);
  return proto;
}

StatusOr<JobEvent> FromProto(const v1::JobEvent& proto) {
  JobEvent value;
  LT_RETURN_IF_ERROR(CheckNotNegative("sequence", proto.sequence()));
  value.sequence = proto.sequence();
  value.at_micros = proto.at_micros();
  value.text = proto.text();
  LT_ASSIGN_OR_RETURN(value.state, JobStateFromProto(proto.state()));
  LT_READ_OPTIONAL(proto, value, progress);
  value.task_id = proto.task_id();
  value.worker_id = proto.worker_id();
  return value;
}

v1::Attempt ToProto(const AttemptView& value) {
  v1::Attempt proto;
  proto.set_attempt(value.attempt);
  proto.set_worker_id(value.worker_id);
  proto.set_ready_at_micros(value.ready_at_micros);
  proto.set_leased_at_micros(value.leased_at_micros);
  proto.set_ended_at_micros(value.ended_at_micros);
  proto.set_outcome(value.outcome);
  proto.set_backup(value.backup);
  return proto;
}

StatusOr<AttemptView> FromProto(const v1::Attempt& proto) {
  LT_RETURN_IF_ERROR(CheckNotNegative("attempt", proto.attempt()));
  return AttemptView{proto.attempt(),         proto.worker_id(),
                     proto.ready_at_micros(), proto.leased_at_micros(),
                     proto.ended_at_micros(), proto.outcome(),
                     proto.backup()};
}

v1::Task ToProto(const TaskView& value) {
  v1::Task proto;
  proto.set_task_id(value.task_id);
  proto.set_kind(ToProto(value.kind));
  proto.set_state(ToProto(value.state));
  proto.set_segment(value.segment);
  if (!value.range.empty()) *proto.mutable_range() = ToProto(value.range);
  proto.set_attempt(value.attempt);
  proto.set_worker_id(value.worker_id);
  proto.set_from_cache(value.from_cache);
  proto.set_generation(value.generation);
  *proto.mutable_timings() = ToProto(value.timings);
  if (!value.error.ok()) *proto.mutable_error() = ErrorToProto(value.error);
  proto.set_frames_done(value.frames_done);
  for (const AttemptView& attempt : value.attempts) {
    *proto.add_attempts() = ToProto(attempt);
  }
  proto.set_ready_at_micros(value.ready_at_micros);
  if (!value.needs.empty()) *proto.mutable_needs() = ToProto(value.needs);
  if (!value.chunk.empty()) *proto.mutable_chunk() = ToProto(value.chunk);
  return proto;
}

StatusOr<TaskView> FromProto(const v1::Task& proto) {
  TaskView value;
  LT_RETURN_IF_ERROR(CheckPresent("task_id", proto.task_id()));
  LT_RETURN_IF_ERROR(CheckNotNegative("attempt", proto.attempt()));
  LT_RETURN_IF_ERROR(CheckNotNegative("generation", proto.generation()));
  LT_RETURN_IF_ERROR(CheckNotNegative("frames_done", proto.frames_done()));
  value.task_id = proto.task_id();
  LT_ASSIGN_OR_RETURN(value.kind, TaskKindFromProto(proto.kind()));
  LT_ASSIGN_OR_RETURN(value.state, TaskStateFromProto(proto.state()));
  value.segment = proto.segment();
  LT_READ_OPTIONAL(proto, value, range);
  value.attempt = proto.attempt();
  value.worker_id = proto.worker_id();
  value.from_cache = proto.from_cache();
  value.generation = proto.generation();
  LT_READ_OPTIONAL(proto, value, timings);
  value.error = ErrorFromProto(proto.error());
  value.frames_done = proto.frames_done();
  LT_READ_LIST(proto, value, attempts);
  value.ready_at_micros = proto.ready_at_micros();
  LT_READ_OPTIONAL(proto, value, needs);
  LT_READ_OPTIONAL(proto, value, chunk);
  return value;
}

v1::QueueDepth ToProto(const QueueDepth& value) {
  v1::QueueDepth proto;
  proto.set_pool(value.pool);
  proto.set_priority(value.priority);
  proto.set_ready(value.ready);
  proto.set_queued(value.queued);
  proto.set_leased(value.leased);
  proto.set_waiting(value.waiting);
  return proto;
}

StatusOr<QueueDepth> FromProto(const v1::QueueDepth& proto) {
  return QueueDepth{proto.pool(),   proto.priority(), proto.ready(),
                    proto.queued(), proto.leased(),   proto.waiting()};
}

v1::TenantShare ToProto(const TenantShare& value) {
  v1::TenantShare proto;
  proto.set_tenant(value.tenant);
  proto.set_weight(value.weight);
  proto.set_jobs(value.jobs);
  proto.set_ready(value.ready);
  proto.set_queued(value.queued);
  proto.set_leased(value.leased);
  return proto;
}

StatusOr<TenantShare> FromProto(const v1::TenantShare& proto) {
  LT_RETURN_IF_ERROR(CheckPresent("tenant", proto.tenant()));
  return TenantShare{proto.tenant(), proto.weight(), proto.jobs(),
                     proto.ready(),  proto.queued(), proto.leased()};
}

v1::WorkerInfo ToProto(const WorkerView& value) {
  v1::WorkerInfo proto;
  proto.set_worker_id(value.worker_id);
  proto.set_version(value.version);
  proto.set_slots(value.slots);
  proto.set_busy(value.busy);
  proto.set_numerics_class(value.numerics_class);
  proto.set_draining(value.draining);
  proto.set_last_seen_micros(value.last_seen_micros);
  for (const std::string& pool : value.pools) proto.add_pools(pool);
  proto.set_gpu_memory_bytes(value.gpu_memory_bytes);
  for (const std::string& capability : value.capabilities) {
    proto.add_capabilities(capability);
  }
  proto.set_quarantined_until_micros(value.quarantined_until_micros);
  return proto;
}

StatusOr<WorkerView> FromProto(const v1::WorkerInfo& proto) {
  LT_RETURN_IF_ERROR(CheckPresent("worker_id", proto.worker_id()));
  LT_RETURN_IF_ERROR(CheckNotNegative("slots", proto.slots()));
  LT_RETURN_IF_ERROR(CheckNotNegative("busy", proto.busy()));
  WorkerView value;
  value.worker_id = proto.worker_id();
  value.version = proto.version();
  value.slots = proto.slots();
  value.busy = proto.busy();
  value.numerics_class = proto.numerics_class();
  value.draining = proto.draining();
  value.last_seen_micros = proto.last_seen_micros();
  value.pools = {proto.pools().begin(), proto.pools().end()};
  value.gpu_memory_bytes = proto.gpu_memory_bytes();
  value.capabilities = {proto.capabilities().begin(),
                        proto.capabilities().end()};
  value.quarantined_until_micros = proto.quarantined_until_micros();
  return value;
}

}  // namespace longtake
