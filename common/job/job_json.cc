#include "common/job/job_json.h"

#include <limits>

#include "common/job/json_parts.h"
#include "common/job/json_reader.h"

namespace longtake {

using nlohmann::json;

std::string Canonical(const json& j) {
  return j.dump(-1, ' ', /*ensure_ascii=*/false,
                json::error_handler_t::replace);
}

json ToJson(const BlobRef& blob) {
  if (blob.empty()) return nullptr;
  return {{"sha256", blob.sha256}, {"size_bytes", blob.size_bytes}};
}

json ToJson(const FrameRange& range) {
  return json::array({range.begin, range.end});
}

json ToJson(const InputFile& file) {
  return {{"blob", ToJson(file.blob)}, {"name", file.name}};
}

json ToJson(const OutputSpec& output) {
  return {{"width", output.width},
          {"height", output.height},
          {"rate", FormatFrameRate(output.rate)},
          {"crf", output.crf},
          {"preset", output.preset}};
}

json ToJson(const AudioFacts& facts) {
  return {{"codec", facts.codec},
          {"sample_rate_hz", facts.sample_rate_hz},
          {"channels", facts.channels},
          {"samples", facts.samples},
          {"copyable_to_mp4", facts.copyable_to_mp4},
          {"leading_samples", facts.leading_samples}};
}

json ToJson(const TaskNeeds& needs) {
  return {{"pool", needs.pool},
          {"gpu_memory_bytes", needs.gpu_memory_bytes},
          {"capabilities", needs.capabilities}};
}

json ToJson(const GuideFiles& guides) {
  json j = json::object();
  for (const auto& [role, file] : guides) j[role] = ToJson(file);
  return j;
}

json ToJson(const WatermarkSpec& watermark) {
  return {{"scheme", watermark.scheme},
          {"key_id", watermark.key_id},
          {"payload", watermark.payload}};
}

json ToJson(const Provenance& provenance) {
  json j = {{"off", provenance.off},
            {"digital_source_type", provenance.digital_source_type}};
  if (!provenance.watermark.empty()) {
    j["watermark"] = ToJson(provenance.watermark);
  }
  return j;
}

json ToJson(const JobSpec& spec) {
  json j = {{"priority", spec.priority},
            {"labels", spec.labels},
            {"portrait", ToJson(spec.portrait)},
            {"audio", ToJson(spec.audio)},
            {"motion", ToJson(spec.motion)},
            {"output", ToJson(spec.output)},
            {"engine", spec.engine},
            {"controls", spec.controls},
            {"seed", spec.seed},
            {"segment_millis", spec.segment_millis}};
  // Younger than the format: absent where nothing is asked for.
  if (!spec.guides.empty()) j["guides"] = ToJson(spec.guides);
  if (spec.face != 0) j["face"] = spec.face;
  if (!spec.needs.empty()) j["needs"] = ToJson(spec.needs);
  if (!spec.support_needs.empty()) {
    j["support_needs"] = ToJson(spec.support_needs);
  }
  if (!spec.range.empty()) j["range"] = ToJson(spec.range);
  if (spec.in_order) j["in_order"] = true;
  if (spec.dry_run) j["dry_run"] = true;
  if (!spec.provenance.empty()) j["provenance"] = ToJson(spec.provenance);
  return j;
}

InputFile ReadInputFile(JsonReader& reader, const char* key) {
  InputFile file;
  reader.Object(key, [&file](JsonReader& r) {
    file.blob = r.Blob("blob");
    file.name = r.String("name");
    return r.Finish();
  });
  return file;
}

GuideFiles ReadGuideFiles(JsonReader& reader, const char* key) {
  GuideFiles guides;
  if (!reader.Has(key)) return guides;
  reader.Object(key, [&guides](JsonReader& r) {
    for (const std::string& role : r.Keys()) {
      guides[role] = ReadInputFile(r, role.c_str());
    }
    return r.Finish();
  });
  return guides;
}

OutputSpec ReadOutputSpec(JsonReader& reader, const char* key) {
  OutputSpec output;
  reader.Object(key, [&output](JsonReader& r) {
    constexpr int kMaxInt = std::numeric_limits<int>::max();
    output.width = static_cast<int>(r.Int("width", 0, kMaxInt));
    output.height = static_cast<int>(r.Int("height", 0, kMaxInt));
    output.rate = r.Rate("rate");
    output.crf = static_cast<int>(r.Int("crf", 0, kMaxCrf));
    output.preset = r.String("preset");
    return r.Finish();
  });
  return output;
}

AudioFacts ReadAudioFacts(JsonReader& reader, const char* key) {
  AudioFacts facts;
  reader.Object(key, [&facts](JsonReader& r) {
    constexpr int32_t kMaxInt = std::numeric_limits<int32_t>::max();
    facts.codec = r.String("codec");
    facts.sample_rate_hz =
        static_cast<int32_t>(r.Int("sample_rate_hz", 1, kMaxInt));
    facts.channels = static_cast<int32_t>(r.Int("channels", 1, kMaxInt));
    facts.samples = r.Count("samples");
    facts.copyable_to_mp4 = r.Bool("copyable_to_mp4");
    facts.leading_samples = r.Count("leading_samples");
    return r.Finish();
  });
  return facts;
}

TaskNeeds ReadTaskNeeds(JsonReader& reader, const char* key) {
  TaskNeeds needs;
  if (!reader.Has(key)) return needs;
  reader.Object(key, [&needs](JsonReader& r) {
    needs.pool = r.String("pool");
    needs.gpu_memory_bytes = r.Count("gpu_memory_bytes");
    const auto names = r.StringList("capabilities");
    needs.capabilities = {names.begin(), names.end()};
    return r.Finish();
  });
  return needs;
}

WatermarkSpec ReadWatermark(JsonReader& reader, const char* key) {
  WatermarkSpec watermark;
  if (!reader.Has(key)) return watermark;
  reader.Object(key, [&watermark](JsonReader& r) {
    watermark.scheme =
        static_cast<int>(r.Int("scheme", 1, std::numeric_limits<int>::max()));
    watermark.key_id = r.String("key_id");
    watermark.payload = static_cast<uint32_t>(
        r.Int("payload", 0, std::numeric_limits<uint32_t>::max()));
    return r.Finish();
  });
  return watermark;
}

Provenance ReadProvenance(JsonReader& reader, const char* key) {
  Provenance provenance;
  if (!reader.Has(key)) return provenance;
  reader.Object(key, [&provenance](JsonReader& r) {
    provenance.off = r.Bool("off");
    provenance.digital_source_type = r.String("digital_source_type");
    provenance.watermark = ReadWatermark(r, "watermark");
    return r.Finish();
  });
  return provenance;
}

std::string JobSpecToJson(const JobSpec& spec) {
  return Canonical(ToJson(spec));
}

StatusOr<JobSpec> JobSpecFromJson(const std::string& text) {
  LT_ASSIGN_OR_RETURN(const json j, ParseJsonObject(text, "job spec"));
  JsonReader r(j, "job");
  JobSpec spec;
  spec.priority =
      static_cast<int>(r.Int("priority", -kMaxPriority, kMaxPriority));
  spec.labels = r.Strings("labels");
  spec.portrait = ReadInputFile(r, "portrait");
  spec.audio = ReadInputFile(r, "audio");
  spec.motion = ReadInputFile(r, "motion");
  spec.output = ReadOutputSpec(r, "output");
  spec.engine = r.String("engine");
  spec.controls = r.Strings("controls");
  spec.seed = r.Unsigned("seed");
  spec.segment_millis = r.Count("segment_millis");
  spec.guides = ReadGuideFiles(r, "guides");
  if (r.Has("face")) {
    spec.face = static_cast<int>(r.Int("face", 0, kMaxFaceNumber));
  }
  spec.needs = ReadTaskNeeds(r, "needs");
  spec.support_needs = ReadTaskNeeds(r, "support_needs");
  if (r.Has("range")) spec.range = r.Range("range");
  if (r.Has("in_order")) spec.in_order = r.Bool("in_order");
  if (r.Has("dry_run")) spec.dry_run = r.Bool("dry_run");
  spec.provenance = ReadProvenance(r, "provenance");
  LT_RETURN_IF_ERROR(r.Finish());
  return spec;
}

}  // namespace longtake
