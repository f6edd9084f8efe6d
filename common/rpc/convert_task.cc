#include "common/rpc/convert.h"
#include "common/rpc/convert_parts.h"

namespace longtake {

// An empty blob stays absent.
#define LT_SET_BLOB(value, proto, field)                   \
  do {                                                     \
    if (!(value).field.empty()) {                          \
      *(proto).mutable_##field() = ToProto((value).field); \
    }                                                      \
  } while (false)

namespace {

v1::AnalyzeAudioTask Convert(const AnalyzeAudioTask& value) {
  v1::AnalyzeAudioTask proto;
  *proto.mutable_audio() = ToProto(value.audio);
  *proto.mutable_rate() = ToProto(value.rate);
  proto.set_max_millis(value.max_millis);
  return proto;
}

v1::AnalyzePortraitTask Convert(const AnalyzePortraitTask& value) {
  v1::AnalyzePortraitTask proto;
  *proto.mutable_portrait() = ToProto(value.portrait);
  proto.set_width(value.width);
  proto.set_height(value.height);
  proto.set_face(value.face);
  proto.set_max_pixels(value.max_pixels);
  proto.set_max_faces(value.max_faces);
  return proto;
}

v1::PlanTask Convert(const PlanTask& value) {
  v1::PlanTask proto;
  LT_SET_BLOB(value, proto, pcm);
  proto.set_total_frames(value.total_frames);
  *proto.mutable_rate() = ToProto(value.rate);
  proto.set_seed(value.seed);
  FillMap(value.controls, proto.mutable_controls());
  if (!value.motion.blob.empty()) {
    *proto.mutable_motion() = ToProto(value.motion);
  }
  FillGuides(value.guides, proto.mutable_guides());
  for (const FrameRange& range : value.rendered) {
    *proto.add_rendered() = ToProto(range);
  }
  return proto;
}

v1::RenderTask Convert(const RenderTask& value) {
  v1::RenderTask proto;
  LT_SET_BLOB(value, proto, identity);
  *proto.mutable_range() = ToProto(value.range);
  *proto.mutable_rendered() = ToProto(value.rendered);
  proto.set_motion_digest(value.motion_digest);
  proto.set_seed(value.seed);
  *proto.mutable_output() = ToProto(value.output);
  FillMap(value.controls, proto.mutable_controls());
  LT_SET_BLOB(value, proto, pcm);
  LT_SET_BLOB(value, proto, key_motions);
  LT_SET_BLOB(value, proto, motion_csv);
  proto.set_total_frames(value.total_frames);
  proto.set_segment(value.segment);
  if (!value.watermark.empty()) {
    *proto.mutable_watermark() = ToProto(value.watermark);
  }
  return proto;
}

v1::AssembleTask Convert(const AssembleTask& value) {
  v1::AssembleTask proto;
  for (const SegmentInput& segment : value.segments) {
    v1::SegmentInput* out = proto.add_segments();
    *out->mutable_range() = ToProto(segment.range);
    for (const SegmentCandidate& candidate : segment.candidates) {
      v1::SegmentCandidate* c = out->add_candidates();
      LT_SET_BLOB(candidate, *c, chunk);
      LT_SET_BLOB(candidate, *c, evidence);
    }
  }
  *proto.mutable_audio() = ToProto(value.audio);
  *proto.mutable_audio_facts() = ToProto(value.audio_facts);
  *proto.mutable_output() = ToProto(value.output);
  proto.set_inputs_digest(value.inputs_digest);
  proto.set_may_repair(value.may_repair);
  proto.set_digital_source_type(value.digital_source_type);
  return proto;
}

void SetTask(const AnalyzeAudioTask& t, v1::TaskSpec* proto) {
  *proto->mutable_analyze_audio() = Convert(t);
}
void SetTask(const AnalyzePortraitTask& t, v1::TaskSpec* proto) {
  *proto->mutable_analyze_portrait() = Convert(t);
}
void SetTask(const PlanTask& t, v1::TaskSpec* proto) {
  *proto->mutable_plan() = Convert(t);
}
void SetTask(const RenderTask& t, v1::TaskSpec* proto) {
  *proto->mutable_render() = Convert(t);
}
void SetTask(const AssembleTask& t, v1::TaskSpec* proto) {
  *proto->mutable_assemble() = Convert(t);
}

StatusOr<AnalyzeAudioTask> Convert(const v1::AnalyzeAudioTask& proto) {
  AnalyzeAudioTask value;
  LT_READ_FIELD(proto, value, audio);
  LT_READ_FIELD(proto, value, rate);
  LT_RETURN_IF_ERROR(CheckNotNegative("max_millis", proto.max_millis()));
  value.max_millis = proto.max_millis();
  return value;
}

StatusOr<AnalyzePortraitTask> Convert(const v1::AnalyzePortraitTask& proto) {
  AnalyzePortraitTask value;
  LT_READ_FIELD(proto, value, portrait);
  LT_RETURN_IF_ERROR(CheckNotNegative("width", proto.width()));
  LT_RETURN_IF_ERROR(CheckNotNegative("height", proto.height()));
  value.width = proto.width();
  value.height = proto.height();
  LT_RETURN_IF_ERROR(CheckNotNegative("face", proto.face()));
  LT_RETURN_IF_ERROR(CheckNotNegative("max_pixels", proto.max_pixels()));
  LT_RETURN_IF_ERROR(CheckNotNegative("max_faces", proto.max_faces()));
  value.face = proto.face();
  value.max_pixels = proto.max_pixels();
  value.max_faces = proto.max_faces();
  return value;
}

StatusOr<PlanTask> Convert(const v1::PlanTask& proto) {
  PlanTask value;
  LT_READ_OPTIONAL(proto, value, pcm);
  LT_RETURN_IF_ERROR(CheckNotNegative("total_frames", proto.total_frames()));
  value.total_frames = proto.total_frames();
  LT_READ_FIELD(proto, value, rate);
  value.seed = proto.seed();
  value.controls = ToMap(proto.controls());
  LT_READ_OPTIONAL(proto, value, motion);
  LT_ASSIGN_OR_RETURN(value.guides, GuidesFromProto(proto.guides()));
  LT_READ_LIST(proto, value, rendered);
  return value;
}

StatusOr<RenderTask> Convert(const v1::RenderTask& proto) {
  RenderTask value;
  LT_READ_FIELD(proto, value, identity);
  LT_READ_FIELD(proto, value, range);
  LT_READ_FIELD(proto, value, rendered);
  if (value.rendered.begin > value.range.begin ||
      value.rendered.end < value.range.end) {
    return InvalidArgument("rendered does not cover range");
  }
  LT_RETURN_IF_ERROR(CheckDigest("motion_digest", proto.motion_digest()));
  value.motion_digest = proto.motion_digest();
  value.seed = proto.seed();
  LT_READ_FIELD(proto, value, output);
  value.controls = ToMap(proto.controls());
  LT_READ_OPTIONAL(proto, value, pcm);
  LT_READ_OPTIONAL(proto, value, key_motions);
  LT_READ_OPTIONAL(proto, value, motion_csv);
  LT_RETURN_IF_ERROR(CheckNotNegative("total_frames", proto.total_frames()));
  LT_RETURN_IF_ERROR(CheckNotNegative("segment", proto.segment()));
  value.total_frames = proto.total_frames();
  value.segment = proto.segment();
  LT_READ_OPTIONAL(proto, value, watermark);
  return value;
}

StatusOr<SegmentInput> Convert(const v1::SegmentInput& proto) {
  SegmentInput value;
  LT_READ_FIELD(proto, value, range);
  for (const v1::SegmentCandidate& candidate : proto.candidates()) {
    SegmentCandidate& out = value.candidates.emplace_back();
    LT_READ_FIELD(candidate, out, chunk);
    LT_READ_FIELD(candidate, out, evidence);
  }
  if (value.candidates.empty()) {
    return InvalidArgument("a segment without candidates");
  }
  return value;
}

StatusOr<AssembleTask> Convert(const v1::AssembleTask& proto) {
  AssembleTask value;
  value.segments.reserve(proto.segments_size());
  for (const v1::SegmentInput& segment : proto.segments()) {
    LT_ASSIGN_OR_RETURN(value.segments.emplace_back(), Convert(segment));
  }
  LT_READ_FIELD(proto, value, audio);
  LT_READ_FIELD(proto, value, audio_facts);
  LT_READ_FIELD(proto, value, output);
  LT_RETURN_IF_ERROR(CheckDigest("inputs_digest", proto.inputs_digest()));
  value.inputs_digest = proto.inputs_digest();
  value.may_repair = proto.may_repair();
  value.digital_source_type = proto.digital_source_type();
  return value;
}

}  // namespace

v1::TaskSpec ToProto(const TaskSpec& value) {
  v1::TaskSpec proto;
  proto.set_engine(value.engine);
  std::visit([&proto](const auto& task) { SetTask(task, &proto); }, value.task);
  return proto;
}

StatusOr<TaskSpec> FromProto(const v1::TaskSpec& proto) {
  TaskSpec value;
  LT_RETURN_IF_ERROR(CheckPresent("engine", proto.engine()));
  value.engine = proto.engine();
  switch (proto.task_case()) {
    case v1::TaskSpec::kAnalyzeAudio: {
      LT_ASSIGN_OR_RETURN(value.task, Convert(proto.analyze_audio()));
      return value;
    }
    case v1::TaskSpec::kAnalyzePortrait: {
      LT_ASSIGN_OR_RETURN(value.task, Convert(proto.analyze_portrait()));
      return value;
    }
    case v1::TaskSpec::kPlan: {
      LT_ASSIGN_OR_RETURN(value.task, Convert(proto.plan()));
      return value;
    }
    case v1::TaskSpec::kRender: {
      LT_ASSIGN_OR_RETURN(value.task, Convert(proto.render()));
      return value;
    }
    case v1::TaskSpec::kAssemble: {
      LT_ASSIGN_OR_RETURN(value.task, Convert(proto.assemble()));
      return value;
    }
    case v1::TaskSpec::TASK_NOT_SET:
      break;
  }
  return InvalidArgument("the task is missing or of an unknown kind");
}

}  // namespace longtake
