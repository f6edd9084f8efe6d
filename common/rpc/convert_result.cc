#include "common/rpc/convert.h"
#include "common/rpc/convert_parts.h"

namespace longtake {
namespace {

void SetResult(const AnalyzeAudioResult& r, v1::TaskResult* proto) {
  v1::AnalyzeAudioResult* out = proto->mutable_analyze_audio();
  *out->mutable_facts() = ToProto(r.facts);
  *out->mutable_pcm() = ToProto(r.pcm);
  *out->mutable_loudness() = ToProto(r.loudness);
  out->set_total_frames(r.total_frames);
}

void SetResult(const AnalyzePortraitResult& r, v1::TaskResult* proto) {
  *proto->mutable_analyze_portrait()->mutable_identity() = ToProto(r.identity);
}

void SetResult(const PlanResult& r, v1::TaskResult* proto) {
  v1::PlanResult* out = proto->mutable_plan();
  // A plan from an imported motion may have none.
  if (!r.key_motions.empty()) {
    *out->mutable_key_motions() = ToProto(r.key_motions);
  }
  for (const std::string& digest : r.motion_digests) {
    out->add_motion_digests(digest);
  }
  if (!r.transcript_report.empty()) {
    *out->mutable_transcript_report() = ToProto(r.transcript_report);
  }
}

void SetResult(const RenderResult& r, v1::TaskResult* proto) {
  v1::RenderResult* out = proto->mutable_render();
  *out->mutable_chunk() = ToProto(r.chunk);
  *out->mutable_evidence() = ToProto(r.evidence);
  out->set_frames(r.frames);
}

void SetResult(const AssembleResult& r, v1::TaskResult* proto) {
  v1::AssembleResult* out = proto->mutable_assemble();
  if (!r.take.empty()) *out->mutable_take() = ToProto(r.take);
  for (const SeamScore& seam : r.seams) *out->add_seams() = ToProto(seam);
  for (const int segment : r.repair_segments) out->add_repair_segments(segment);
  for (const int candidate : r.chosen) out->add_chosen(candidate);
  out->set_frames(r.frames);
}

StatusOr<AnalyzeAudioResult> Convert(const v1::AnalyzeAudioResult& proto) {
  AnalyzeAudioResult value;
  LT_READ_FIELD(proto, value, facts);
  LT_READ_FIELD(proto, value, pcm);
  LT_READ_FIELD(proto, value, loudness);
  LT_RETURN_IF_ERROR(CheckNotNegative("total_frames", proto.total_frames()));
  value.total_frames = proto.total_frames();
  return value;
}

StatusOr<AnalyzePortraitResult> Convert(
    const v1::AnalyzePortraitResult& proto) {
  AnalyzePortraitResult value;
  LT_READ_FIELD(proto, value, identity);
  return value;
}

StatusOr<PlanResult> Convert(const v1::PlanResult& proto) {
  PlanResult value;
  LT_READ_OPTIONAL(proto, value, key_motions);
  for (const std::string& digest : proto.motion_digests()) {
    LT_RETURN_IF_ERROR(CheckDigest("motion_digests", digest));
    value.motion_digests.push_back(digest);
  }
  LT_READ_OPTIONAL(proto, value, transcript_report);
  return value;
}

StatusOr<RenderResult> Convert(const v1::RenderResult& proto) {
  RenderResult value;
  LT_READ_FIELD(proto, value, chunk);
  LT_READ_FIELD(proto, value, evidence);
  LT_RETURN_IF_ERROR(CheckNotNegative("frames", proto.frames()));
  value.frames = proto.frames();
  return value;
}

StatusOr<AssembleResult> Convert(const v1::AssembleResult& proto) {
  AssembleResult value;
  LT_READ_OPTIONAL(proto, value, take);
  LT_READ_LIST(proto, value, seams);
  for (const int segment : proto.repair_segments()) {
    LT_RETURN_IF_ERROR(CheckNotNegative("repair_segments", segment));
    value.repair_segments.push_back(segment);
  }
  for (const int candidate : proto.chosen()) {
    LT_RETURN_IF_ERROR(CheckNotNegative("chosen", candidate));
    value.chosen.push_back(candidate);
  }
  if (value.take.empty() == value.repair_segments.empty()) {
    return InvalidArgument("need a take or segments to repair, one of both");
  }
  LT_RETURN_IF_ERROR(CheckNotNegative("frames", proto.frames()));
  value.frames = proto.frames();
  return value;
}

}  // namespace

v1::TaskResult ToProto(const TaskResult& value) {
  v1::TaskResult proto;
  std::visit([&proto](const auto& result) { SetResult(result, &proto); },
             value.result);
  for (const std::string& warning : value.warnings) {
    proto.add_warnings(warning);
  }
  *proto.mutable_timings() = ToProto(value.timings);
  return proto;
}

StatusOr<TaskResult> FromProto(const v1::TaskResult& proto) {
  TaskResult value;
  value.warnings = {proto.warnings().begin(), proto.warnings().end()};
  LT_READ_OPTIONAL(proto, value, timings);
  switch (proto.result_case()) {
    case v1::TaskResult::kAnalyzeAudio: {
      LT_ASSIGN_OR_RETURN(value.result, Convert(proto.analyze_audio()));
      return value;
    }
    case v1::TaskResult::kAnalyzePortrait: {
      LT_ASSIGN_OR_RETURN(value.result, Convert(proto.analyze_portrait()));
      return value;
    }
    case v1::TaskResult::kPlan: {
      LT_ASSIGN_OR_RETURN(value.result, Convert(proto.plan()));
      return value;
    }
    case v1::TaskResult::kRender: {
      LT_ASSIGN_OR_RETURN(value.result, Convert(proto.render()));
      return value;
    }
    case v1::TaskResult::kAssemble: {
      LT_ASSIGN_OR_RETURN(value.result, Convert(proto.assemble()));
      return value;
    }
    case v1::TaskResult::RESULT_NOT_SET:
      break;
  }
  return InvalidArgument("the result is missing or of an unknown kind");
}

}  // namespace longtake
