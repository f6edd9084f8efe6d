#include "common/rpc/convert.h"

#include "common/rpc/convert_parts.h"

namespace longtake {

v1::FrameRate ToProto(const FrameRate& value) {
  v1::FrameRate proto;
  proto.set_num(value.num);
  proto.set_den(value.den);
  return proto;
}

StatusOr<FrameRate> FromProto(const v1::FrameRate& proto) {
  LT_ASSIGN_OR_RETURN(
      const FrameRate rate,
      ParseFrameRate(fmt::format("{}/{}", proto.num(), proto.den())));
  if (rate.num != proto.num() || rate.den != proto.den()) {
    return InvalidArgument(
        fmt::format("frame rate {}/{}: give it in lowest "
                    "terms, {}",
                    proto.num(), proto.den(), FormatFrameRate(rate)));
  }
  return rate;
}

v1::FrameRange ToProto(const FrameRange& value) {
  v1::FrameRange proto;
  proto.set_begin(value.begin);
  proto.set_end(value.end);
  return proto;
}

StatusOr<FrameRange> FromProto(const v1::FrameRange& proto) {
  if (proto.begin() < 0 || proto.end() <= proto.begin()) {
    return InvalidArgument(
        fmt::format("[{}, {}) is not a frame range: need 0 <= begin < end",
                    proto.begin(), proto.end()));
  }
  return FrameRange{proto.begin(), proto.end()};
}

v1::Blob ToProto(const BlobRef& value) {
  v1::Blob proto;
  proto.set_sha256(value.sha256);
  proto.set_size_bytes(value.size_bytes);
  return proto;
}

StatusOr<BlobRef> FromProto(const v1::Blob& proto) {
  LT_RETURN_IF_ERROR(CheckDigest("sha256", proto.sha256()));
  LT_RETURN_IF_ERROR(CheckNotNegative("size_bytes", proto.size_bytes()));
  return BlobRef{proto.sha256(), proto.size_bytes()};
}

v1::InputFile ToProto(const InputFile& value) {
  v1::InputFile proto;
  if (!value.blob.empty()) *proto.mutable_blob() = ToProto(value.blob);
  proto.set_name(value.name);
  return proto;
}

StatusOr<InputFile> FromProto(const v1::InputFile& proto) {
  InputFile value;
  LT_READ_FIELD(proto, value, blob);
  value.name = proto.name();
  return value;
}

v1::OutputSpec ToProto(const OutputSpec& value) {
  v1::OutputSpec proto;
  proto.set_width(value.width);
  proto.set_height(value.height);
  *proto.mutable_rate() = ToProto(value.rate);
  proto.set_crf(value.crf);
  proto.set_preset(value.preset);
  return proto;
}

StatusOr<OutputSpec> FromProto(const v1::OutputSpec& proto) {
  OutputSpec value;
  LT_RETURN_IF_ERROR(CheckNotNegative("width", proto.width()));
  LT_RETURN_IF_ERROR(CheckNotNegative("height", proto.height()));
  LT_RETURN_IF_ERROR(CheckNotNegative("crf", proto.crf()));
  value.width = proto.width();
  value.height = proto.height();
  LT_READ_FIELD(proto, value, rate);
  value.crf = proto.crf();
  value.preset = proto.preset();
  return value;
}

v1::TaskNeeds ToProto(const TaskNeeds& value) {
  v1::TaskNeeds proto;
  proto.set_pool(value.pool);
  proto.set_gpu_memory_bytes(value.gpu_memory_bytes);
  for (const std::string& capability : value.capabilities) {
    proto.add_capabilities(capability);
  }
  return proto;
}

StatusOr<TaskNeeds> FromProto(const v1::TaskNeeds& proto) {
  LT_RETURN_IF_ERROR(
      CheckNotNegative("gpu_memory_bytes", proto.gpu_memory_bytes()));
  return TaskNeeds{proto.pool(),
                   proto.gpu_memory_bytes(),
                   {proto.capabilities().begin(), proto.capabilities().end()}};
}

v1::Watermark ToProto(const WatermarkSpec& value) {
  v1::Watermark proto;
  proto.set_scheme(value.scheme);
  proto.set_key_id(value.key_id);
  proto.set_payload(value.payload);
  return proto;
}

StatusOr<WatermarkSpec> FromProto(const v1::Watermark& proto) {
  if (proto.scheme() < 1) return InvalidArgument("scheme is missing");
  LT_RETURN_IF_ERROR(CheckPresent("key_id", proto.key_id()));
  return WatermarkSpec{proto.scheme(), proto.key_id(), proto.payload()};
}

v1::Provenance ToProto(const Provenance& value) {
  v1::Provenance proto;
  proto.set_off(value.off);
  proto.set_digital_source_type(value.digital_source_type);
  if (!value.watermark.empty()) {
    *proto.mutable_watermark() = ToProto(value.watermark);
  }
  return proto;
}

StatusOr<Provenance> FromProto(const v1::Provenance& proto) {
  Provenance value;
  value.off = proto.off();
  value.digital_source_type = proto.digital_source_type();
  LT_READ_OPTIONAL(proto, value, watermark);
  return value;
}

v1::JobSpec ToProto(const JobSpec& value) {
  v1::JobSpec proto;
  proto.set_priority(value.priority);
  FillMap(value.labels, proto.mutable_labels());
  *proto.mutable_portrait() = ToProto(value.portrait);
  *proto.mutable_audio() = ToProto(value.audio);
  if (!value.motion.blob.empty()) {
    *proto.mutable_motion() = ToProto(value.motion);
  }
  FillGuides(value.guides, proto.mutable_guides());
  *proto.mutable_output() = ToProto(value.output);
  proto.set_engine(value.engine);
  FillMap(value.controls, proto.mutable_controls());
  proto.set_seed(value.seed);
  proto.set_segment_millis(value.segment_millis);
  proto.set_face(value.face);
  if (!value.needs.empty()) *proto.mutable_needs() = ToProto(value.needs);
  if (!value.support_needs.empty()) {
    *proto.mutable_support_needs() = ToProto(value.support_needs);
  }
  if (!value.range.empty()) *proto.mutable_range() = ToProto(value.range);
  proto.set_in_order(value.in_order);
  proto.set_dry_run(value.dry_run);
  if (!value.provenance.empty()) {
    *proto.mutable_provenance() = ToProto(value.provenance);
  }
  return proto;
}

StatusOr<JobSpec> FromProto(const v1::JobSpec& proto) {
  JobSpec value;
  value.priority = proto.priority();
  value.labels = ToMap(proto.labels());
  LT_READ_FIELD(proto, value, portrait);
  LT_READ_FIELD(proto, value, audio);
  LT_READ_OPTIONAL(proto, value, motion);
  LT_ASSIGN_OR_RETURN(value.guides, GuidesFromProto(proto.guides()));
  LT_READ_FIELD(proto, value, output);
  value.engine = proto.engine();
  value.controls = ToMap(proto.controls());
  value.seed = proto.seed();
  LT_RETURN_IF_ERROR(
      CheckNotNegative("segment_millis", proto.segment_millis()));
  value.segment_millis = proto.segment_millis();
  LT_RETURN_IF_ERROR(CheckNotNegative("face", proto.face()));
  value.face = proto.face();
  LT_READ_OPTIONAL(proto, value, needs);
  LT_READ_OPTIONAL(proto, value, support_needs);
  LT_READ_OPTIONAL(proto, value, range);
  value.in_order = proto.in_order();
  value.dry_run = proto.dry_run();
  LT_READ_OPTIONAL(proto, value, provenance);
  return value;
}

v1::SeamScore ToProto(const SeamScore& value) {
  v1::SeamScore proto;
  proto.set_frame(value.frame);
  proto.set_ratio(value.ratio);
  proto.set_psnr_db(value.psnr_db);
  proto.set_motion_distance(value.motion_distance);
  proto.set_verdict(ToProto(value.verdict));
  proto.set_repaired(value.repaired);
  return proto;
}

StatusOr<SeamScore> FromProto(const v1::SeamScore& proto) {
  SeamScore value;
  LT_RETURN_IF_ERROR(CheckNotNegative("frame", proto.frame()));
  value.frame = proto.frame();
  value.ratio = proto.ratio();
  value.psnr_db = proto.psnr_db();
  value.motion_distance = proto.motion_distance();
  LT_ASSIGN_OR_RETURN(value.verdict, SeamVerdictFromProto(proto.verdict()));
  value.repaired = proto.repaired();
  return value;
}

v1::FencingToken ToProto(const FencingToken& value) {
  v1::FencingToken proto;
  proto.set_job_id(value.job_id);
  proto.set_task_id(value.task_id);
  proto.set_epoch(value.epoch);
  proto.set_attempt(value.attempt);
  return proto;
}

StatusOr<FencingToken> FromProto(const v1::FencingToken& proto) {
  LT_RETURN_IF_ERROR(CheckPresent("job_id", proto.job_id()));
  LT_RETURN_IF_ERROR(CheckPresent("task_id", proto.task_id()));
  LT_RETURN_IF_ERROR(CheckNotNegative("epoch", proto.epoch()));
  LT_RETURN_IF_ERROR(CheckNotNegative("attempt", proto.attempt()));
  return FencingToken{proto.job_id(), proto.task_id(), proto.epoch(),
                      proto.attempt()};
}

v1::EngineCapability ToProto(const EngineBinding& value) {
  v1::EngineCapability proto;
  proto.set_name(value.name);
  proto.set_version(value.version);
  proto.set_numerics_class(value.numerics_class);
  proto.set_overlap_frames(value.overlap_frames);
  proto.set_repair_overlap_frames(value.repair_overlap_frames);
  return proto;
}

StatusOr<EngineBinding> FromProto(const v1::EngineCapability& proto) {
  LT_RETURN_IF_ERROR(CheckPresent("name", proto.name()));
  LT_RETURN_IF_ERROR(
      CheckNotNegative("overlap_frames", proto.overlap_frames()));
  LT_RETURN_IF_ERROR(
      CheckNotNegative("repair_overlap_frames", proto.repair_overlap_frames()));
  return EngineBinding{proto.name(), proto.version(), proto.numerics_class(),
                       proto.overlap_frames(), proto.repair_overlap_frames()};
}

v1::AudioFacts ToProto(const AudioFacts& value) {
  v1::AudioFacts proto;
  proto.set_codec(value.codec);
  proto.set_sample_rate_hz(value.sample_rate_hz);
  proto.set_channels(value.channels);
  proto.set_samples(value.samples);
  proto.set_copyable_to_mp4(value.copyable_to_mp4);
  proto.set_leading_samples(value.leading_samples);
  return proto;
}

StatusOr<AudioFacts> FromProto(const v1::AudioFacts& proto) {
  if (proto.sample_rate_hz() < 1 || proto.channels() < 1) {
    return InvalidArgument(fmt::format("audio of {} Hz with {} channels",
                                       proto.sample_rate_hz(),
                                       proto.channels()));
  }
  LT_RETURN_IF_ERROR(CheckNotNegative("samples", proto.samples()));
  LT_RETURN_IF_ERROR(
      CheckNotNegative("leading_samples", proto.leading_samples()));
  return AudioFacts{proto.codec(),           proto.sample_rate_hz(),
                    proto.channels(),        proto.samples(),
                    proto.copyable_to_mp4(), proto.leading_samples()};
}

v1::TaskTimings ToProto(const TaskTimings& value) {
  v1::TaskTimings proto;
  proto.set_motion_micros(value.motion_micros);
  proto.set_draw_micros(value.draw_micros);
  proto.set_encode_micros(value.encode_micros);
  proto.set_total_micros(value.total_micros);
  return proto;
}

StatusOr<TaskTimings> FromProto(const v1::TaskTimings& proto) {
  LT_RETURN_IF_ERROR(CheckNotNegative("motion_micros", proto.motion_micros()));
  LT_RETURN_IF_ERROR(CheckNotNegative("draw_micros", proto.draw_micros()));
  LT_RETURN_IF_ERROR(CheckNotNegative("encode_micros", proto.encode_micros()));
  LT_RETURN_IF_ERROR(CheckNotNegative("total_micros", proto.total_micros()));
  return TaskTimings{proto.motion_micros(), proto.draw_micros(),
                     proto.encode_micros(), proto.total_micros()};
}

}  // namespace longtake
