#include <cstdint>
#include <limits>

#include "common/job/job_json.h"
#include "common/job/job_view.h"
#include "common/job/json_parts.h"
#include "common/job/json_reader.h"

namespace longtake {
namespace {

using nlohmann::json;

constexpr int kMaxInt = std::numeric_limits<int>::max();

// A field younger than the format is absent where it is 0: keys and records
// stay what they were.
void AddUnlessZero(const char* key, int64_t value, json* body) {
  if (value != 0) (*body)[key] = value;
}
int64_t CountOrZero(JsonReader& r, const char* key, int64_t max = INT64_MAX) {
  return r.Has(key) ? r.Int(key, 0, max) : 0;
}

json Body(const AnalyzeAudioTask& t) {
  json body = {{"audio", ToJson(t.audio)}, {"rate", FormatFrameRate(t.rate)}};
  AddUnlessZero("max_millis", t.max_millis, &body);
  return body;
}

json Body(const AnalyzePortraitTask& t) {
  json body = {{"portrait", ToJson(t.portrait)},
               {"width", t.width},
               {"height", t.height}};
  AddUnlessZero("face", t.face, &body);
  AddUnlessZero("max_pixels", t.max_pixels, &body);
  AddUnlessZero("max_faces", t.max_faces, &body);
  return body;
}

json Body(const PlanTask& t) {
  json rendered = json::array();
  for (const FrameRange& range : t.rendered) rendered.push_back(ToJson(range));
  json j = {{"pcm", ToJson(t.pcm)},
            {"total_frames", t.total_frames},
            {"rate", FormatFrameRate(t.rate)},
            {"seed", t.seed},
            {"controls", t.controls},
            {"motion", ToJson(t.motion)},
            {"rendered", std::move(rendered)}};
  // Younger than the format: keys of plans without guides stay what they were.
  if (!t.guides.empty()) j["guides"] = ToJson(t.guides);
  return j;
}

json Body(const RenderTask& t) {
  json j = {{"identity", ToJson(t.identity)},
            {"range", ToJson(t.range)},
            {"rendered", ToJson(t.rendered)},
            {"motion_digest", t.motion_digest},
            {"seed", t.seed},
            {"output", ToJson(t.output)},
            {"controls", t.controls},
            {"pcm", ToJson(t.pcm)},
            {"key_motions", ToJson(t.key_motions)},
            {"motion_csv", ToJson(t.motion_csv)},
            {"total_frames", t.total_frames},
            {"segment", t.segment}};
  // Younger than the format, here and in the assembly.
  if (!t.watermark.empty()) j["watermark"] = ToJson(t.watermark);
  return j;
}

json Body(const AssembleTask& t) {
  json segments = json::array();
  for (const SegmentInput& s : t.segments) {
    json candidates = json::array();
    for (const SegmentCandidate& c : s.candidates) {
      candidates.push_back(
          {{"chunk", ToJson(c.chunk)}, {"evidence", ToJson(c.evidence)}});
    }
    segments.push_back(
        {{"range", ToJson(s.range)}, {"candidates", std::move(candidates)}});
  }
  json j = {
      {"segments", std::move(segments)},      {"audio", ToJson(t.audio)},
      {"audio_facts", ToJson(t.audio_facts)}, {"output", ToJson(t.output)},
      {"inputs_digest", t.inputs_digest},     {"may_repair", t.may_repair}};
  if (!t.digital_source_type.empty()) {
    j["digital_source_type"] = t.digital_source_type;
  }
  return j;
}

Status ReadBody(JsonReader& r, AnalyzeAudioTask* t) {
  t->audio = ReadInputFile(r, "audio");
  t->rate = r.Rate("rate");
  t->max_millis = CountOrZero(r, "max_millis");
  return r.Finish();
}

Status ReadBody(JsonReader& r, AnalyzePortraitTask* t) {
  t->portrait = ReadInputFile(r, "portrait");
  t->width = static_cast<int>(r.Int("width", 0, kMaxInt));
  t->height = static_cast<int>(r.Int("height", 0, kMaxInt));
  t->face = static_cast<int>(CountOrZero(r, "face", kMaxFaceNumber));
  t->max_pixels = CountOrZero(r, "max_pixels");
  t->max_faces = static_cast<int>(CountOrZero(r, "max_faces", kMaxInt));
  return r.Finish();
}

Status ReadBody(JsonReader& r, PlanTask* t) {
  t->pcm = r.Blob("pcm");
  t->total_frames = r.Count("total_frames");
  t->rate = r.Rate("rate");
  t->seed = r.Unsigned("seed");
  t->controls = r.Strings("controls");
  t->motion = ReadInputFile(r, "motion");
  t->guides = ReadGuideFiles(r, "guides");
  t->rendered = r.RangeList("rendered");
  return r.Finish();
}

Status ReadBody(JsonReader& r, RenderTask* t) {
  t->identity = r.Blob("identity");
  t->range = r.Range("range");
  t->rendered = r.Range("rendered");
  t->motion_digest = r.Digest("motion_digest");
  t->seed = r.Unsigned("seed");
  t->output = ReadOutputSpec(r, "output");
  t->controls = r.Strings("controls");
  t->pcm = r.Blob("pcm");
  t->key_motions = r.Blob("key_motions");
  t->motion_csv = r.Blob("motion_csv");
  t->total_frames = r.Count("total_frames");
  t->segment = static_cast<int>(r.Int("segment", 0, kMaxInt));
  t->watermark = ReadWatermark(r, "watermark");
  return r.Finish();
}

Status ReadBody(JsonReader& r, AssembleTask* t) {
  r.Objects("segments", [t](JsonReader& s) {
    SegmentInput& segment = t->segments.emplace_back();
    segment.range = s.Range("range");
    s.Objects("candidates", [&segment](JsonReader& c) {
      segment.candidates.push_back({c.Blob("chunk"), c.Blob("evidence")});
      return c.Finish();
    });
    return s.Finish();
  });
  t->audio = ReadInputFile(r, "audio");
  t->audio_facts = ReadAudioFacts(r, "audio_facts");
  t->output = ReadOutputSpec(r, "output");
  t->inputs_digest = r.Digest("inputs_digest");
  t->may_repair = r.Bool("may_repair");
  if (r.Has("digital_source_type")) {
    t->digital_source_type = r.String("digital_source_type");
  }
  return r.Finish();
}

json Body(const AnalyzeAudioResult& r) {
  return {{"facts", ToJson(r.facts)},
          {"pcm", ToJson(r.pcm)},
          {"loudness", ToJson(r.loudness)},
          {"total_frames", r.total_frames}};
}

json Body(const AnalyzePortraitResult& r) {
  return {{"identity", ToJson(r.identity)}};
}

json Body(const PlanResult& r) {
  json body = {{"key_motions", ToJson(r.key_motions)},
               {"motion_digests", r.motion_digests}};
  // Records without one are as they were before there were any.
  if (!r.transcript_report.empty()) {
    body["transcript_report"] = ToJson(r.transcript_report);
  }
  return body;
}

json Body(const RenderResult& r) {
  return {{"chunk", ToJson(r.chunk)},
          {"evidence", ToJson(r.evidence)},
          {"frames", r.frames}};
}

json Body(const AssembleResult& r) {
  json seams = json::array();
  for (const SeamScore& s : r.seams) {
    seams.push_back({{"frame", s.frame},
                     {"ratio", s.ratio},
                     {"psnr_db", s.psnr_db},
                     {"motion_distance", s.motion_distance},
                     {"verdict", SeamVerdictName(s.verdict)},
                     {"repaired", s.repaired}});
  }
  return {{"take", ToJson(r.take)},
          {"seams", std::move(seams)},
          {"repair_segments", r.repair_segments},
          {"chosen", r.chosen},
          {"frames", r.frames}};
}

Status ReadBody(JsonReader& j, AnalyzeAudioResult* r) {
  r->facts = ReadAudioFacts(j, "facts");
  r->pcm = j.Blob("pcm");
  r->loudness = j.Blob("loudness");
  r->total_frames = j.Count("total_frames");
  return j.Finish();
}

Status ReadBody(JsonReader& j, AnalyzePortraitResult* r) {
  r->identity = j.Blob("identity");
  return j.Finish();
}

Status ReadBody(JsonReader& j, PlanResult* r) {
  r->key_motions = j.Blob("key_motions");
  r->motion_digests = j.DigestList("motion_digests");
  if (j.Has("transcript_report")) {
    r->transcript_report = j.Blob("transcript_report");
  }
  return j.Finish();
}

Status ReadBody(JsonReader& j, RenderResult* r) {
  r->chunk = j.Blob("chunk");
  r->evidence = j.Blob("evidence");
  r->frames = j.Count("frames");
  return j.Finish();
}

SeamVerdict ReadVerdict(JsonReader& r, const char* key) {
  const std::string name = r.String(key);
  for (const SeamVerdict v :
       {SeamVerdict::kPass, SeamVerdict::kWarn, SeamVerdict::kFail}) {
    if (SeamVerdictName(v) == name) return v;
  }
  r.Fail(key, "not pass, warn or fail");
  return SeamVerdict::kFail;
}

Status ReadBody(JsonReader& j, AssembleResult* r) {
  r->take = j.Blob("take");
  j.Objects("seams", [r](JsonReader& s) {
    SeamScore& seam = r->seams.emplace_back();
    seam.frame = s.Count("frame");
    seam.ratio = s.Number("ratio");
    seam.psnr_db = s.Number("psnr_db");
    seam.motion_distance = s.Number("motion_distance");
    seam.verdict = ReadVerdict(s, "verdict");
    seam.repaired = s.Bool("repaired");
    return s.Finish();
  });
  r->repair_segments = j.IndexList("repair_segments");
  r->chosen = j.IndexList("chosen");
  r->frames = j.Count("frames");
  return j.Finish();
}

json TimingsJson(const TaskTimings& t) {
  return {{"motion_micros", t.motion_micros},
          {"draw_micros", t.draw_micros},
          {"encode_micros", t.encode_micros},
          {"total_micros", t.total_micros}};
}

Status ReadTimings(JsonReader& r, TaskTimings* t) {
  t->motion_micros = r.Count("motion_micros");
  t->draw_micros = r.Count("draw_micros");
  t->encode_micros = r.Count("encode_micros");
  t->total_micros = r.Count("total_micros");
  return r.Finish();
}

// Puts the alternative that `kind` names into the variant and reads it.
template <typename Variant, size_t I = 0>
Status ReadAlternative(const std::string& kind, JsonReader& r, Variant* out) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (kind == TaskKindName(static_cast<TaskKind>(I))) {
      return ReadBody(r, &out->template emplace<I>());
    }
    return ReadAlternative<Variant, I + 1>(kind, r, out);
  } else {
    return InvalidArgument("kind '" + kind + "' is not known");
  }
}

}  // namespace

json ToJson(const TaskSpec& spec) {
  return {
      {"engine", spec.engine},
      {"kind", TaskKindName(spec.kind())},
      {"task", std::visit([](const auto& t) { return Body(t); }, spec.task)}};
}

std::string TaskSpecToJson(const TaskSpec& spec) {
  return Canonical(ToJson(spec));
}

StatusOr<TaskSpec> TaskSpecFromJson(const std::string& text) {
  LT_ASSIGN_OR_RETURN(const json j, ParseJsonObject(text, "task spec"));
  JsonReader r(j, "spec");
  TaskSpec spec;
  spec.engine = r.String("engine");
  const std::string kind = r.String("kind");
  r.Object("task", [&](JsonReader& body) {
    return ReadAlternative(kind, body, &spec.task);
  });
  LT_RETURN_IF_ERROR(r.Finish());
  return spec;
}

std::string TaskResultToJson(const TaskResult& result) {
  return Canonical({{"kind", TaskKindName(result.kind())},
                    {"result", std::visit([](const auto& r) { return Body(r); },
                                          result.result)},
                    {"warnings", result.warnings},
                    {"timings", TimingsJson(result.timings)}});
}

StatusOr<TaskResult> TaskResultFromJson(const std::string& text) {
  LT_ASSIGN_OR_RETURN(const json j, ParseJsonObject(text, "task result"));
  JsonReader r(j, "result");
  TaskResult result;
  const std::string kind = r.String("kind");
  r.Object("result", [&](JsonReader& body) {
    return ReadAlternative(kind, body, &result.result);
  });
  result.warnings = r.StringList("warnings");
  r.Object("timings",
           [&](JsonReader& t) { return ReadTimings(t, &result.timings); });
  LT_RETURN_IF_ERROR(r.Finish());
  return result;
}

}  // namespace longtake
