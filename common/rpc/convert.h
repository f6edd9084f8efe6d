#pragma once
// Protos <-> domain values: protos stop here. FromProto is strict: digests are
// 64 lower-case hex digits, sizes and indices are not negative, ranges are not
// reversed, rates are supported and in lowest terms, enum values are known,
// required parts are present; else InvalidArgument naming the field. An absent
// Blob or InputFile is the empty one where the field's comment says "optional",
// "absent" or "where motion is read from". Pure and thread-safe.

#include "common/job/job.h"
#include "common/job/job_view.h"
#include "common/status/status.h"
#include "longtake/v1/farm.pb.h"
#include "longtake/v1/worker.pb.h"

namespace longtake {

v1::FrameRate ToProto(const FrameRate& value);
v1::FrameRange ToProto(const FrameRange& value);
v1::Blob ToProto(const BlobRef& value);
v1::InputFile ToProto(const InputFile& value);
v1::OutputSpec ToProto(const OutputSpec& value);
v1::TaskNeeds ToProto(const TaskNeeds& value);
v1::Watermark ToProto(const WatermarkSpec& value);
v1::Provenance ToProto(const Provenance& value);
v1::JobSpec ToProto(const JobSpec& value);
v1::SeamScore ToProto(const SeamScore& value);
v1::Progress ToProto(const JobProgress& value);
v1::Job ToProto(const JobView& value);
v1::JobEvent ToProto(const JobEvent& value);
v1::TaskTimings ToProto(const TaskTimings& value);
v1::Attempt ToProto(const AttemptView& value);
v1::Task ToProto(const TaskView& value);
v1::WorkerInfo ToProto(const WorkerView& value);
v1::QueueDepth ToProto(const QueueDepth& value);
v1::TenantShare ToProto(const TenantShare& value);
v1::FencingToken ToProto(const FencingToken& value);
v1::EngineCapability ToProto(const EngineBinding& value);
v1::AudioFacts ToProto(const AudioFacts& value);
v1::TaskSpec ToProto(const TaskSpec& value);
v1::TaskResult ToProto(const TaskResult& value);
v1::JobState ToProto(JobState value);
v1::TaskState ToProto(TaskState value);
v1::TaskKind ToProto(TaskKind value);
v1::SeamVerdict ToProto(SeamVerdict value);

StatusOr<FrameRate> FromProto(const v1::FrameRate& proto);
StatusOr<FrameRange> FromProto(const v1::FrameRange& proto);
// A blob that must be there; an empty digest is an error.
StatusOr<BlobRef> FromProto(const v1::Blob& proto);
StatusOr<InputFile> FromProto(const v1::InputFile& proto);
StatusOr<OutputSpec> FromProto(const v1::OutputSpec& proto);
StatusOr<TaskNeeds> FromProto(const v1::TaskNeeds& proto);
StatusOr<WatermarkSpec> FromProto(const v1::Watermark& proto);
StatusOr<Provenance> FromProto(const v1::Provenance& proto);
// Form only; ValidateJobSpec (common/job/job_json.h) knows the limits.
StatusOr<JobSpec> FromProto(const v1::JobSpec& proto);
StatusOr<SeamScore> FromProto(const v1::SeamScore& proto);
StatusOr<JobProgress> FromProto(const v1::Progress& proto);
StatusOr<JobView> FromProto(const v1::Job& proto);
StatusOr<JobEvent> FromProto(const v1::JobEvent& proto);
StatusOr<TaskTimings> FromProto(const v1::TaskTimings& proto);
StatusOr<AttemptView> FromProto(const v1::Attempt& proto);
StatusOr<TaskView> FromProto(const v1::Task& proto);
StatusOr<WorkerView> FromProto(const v1::WorkerInfo& proto);
StatusOr<QueueDepth> FromProto(const v1::QueueDepth& proto);
StatusOr<TenantShare> FromProto(const v1::TenantShare& proto);
StatusOr<FencingToken> FromProto(const v1::FencingToken& proto);
StatusOr<EngineBinding> FromProto(const v1::EngineCapability& proto);
StatusOr<AudioFacts> FromProto(const v1::AudioFacts& proto);
StatusOr<TaskSpec> FromProto(const v1::TaskSpec& proto);
StatusOr<TaskResult> FromProto(const v1::TaskResult& proto);

}  // namespace longtake
