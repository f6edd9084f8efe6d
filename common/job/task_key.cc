#include "common/digest/sha256.h"
#include "common/job/job_json.h"
#include "common/job/json_parts.h"

namespace longtake {
namespace {

using nlohmann::json;

// Rises when the meaning of a key changes without a change of its fields.
constexpr char kTaskKeySchema[] = "longtake.task.1";
constexpr char kInputsSchema[] = "longtake.inputs.1";

// File names appear in messages only, wherever an InputFile is.
void ExcludeFileNames(json* task) {
  for (const char* field : {"audio", "portrait", "motion"}) {
    const auto it = task->find(field);
    if (it != task->end()) it->erase("name");
  }
  const auto guides = task->find("guides");
  if (guides == task->end()) return;
  for (json& guide : *guides) guide.erase("name");
}

// Limits refuse an input; what they let through they do not change.
void ExcludeLimits(json* task) {
  for (const char* field : {"max_millis", "max_pixels", "max_faces"}) {
    task->erase(field);
  }
}

// What a render's frames can't depend on.
void ExcludeFromRender(json* task) {
  // Where motion is read from: motion_digest covers every sample and key
  // motion within reach, so an edit elsewhere keeps this segment.
  task->erase("pcm");
  task->erase("key_motions");
  task->erase("motion_csv");
  // The length of the job and the place in it, by number: range and rendered
  // are absolute, and motion_digest covers the job's end where it is in reach.
  task->erase("total_frames");
  task->erase("segment");
}

json ToJson(const EngineBinding& binding) {
  return {{"name", binding.name},
          {"version", binding.version},
          {"numerics_class", binding.numerics_class},
          {"overlap_frames", binding.overlap_frames},
          {"repair_overlap_frames", binding.repair_overlap_frames}};
}

}  // namespace

std::string TaskKey(const TaskSpec& spec, const EngineBinding& binding,
                    const std::string& tenant) {
  json key = ToJson(spec);
  ExcludeFileNames(&key["task"]);
  ExcludeLimits(&key["task"]);
  if (spec.kind() == TaskKind::kRender) ExcludeFromRender(&key["task"]);
  key["binding"] = ToJson(binding);
  key["schema"] = kTaskKeySchema;
  // Absent for the default tenant: caches from before tenants stay good.
  if (tenant != kDefaultTenant) key["tenant"] = tenant;
  return Sha256Hex(Canonical(key));
}

std::string InputsDigest(const JobSpec& spec) {
  json inputs = ToJson(spec);
  ExcludeFileNames(&inputs);
  // When and for whom, not what.
  inputs.erase("priority");
  inputs.erase("labels");
  inputs.erase("needs");
  inputs.erase("support_needs");
  inputs.erase("in_order");
  // The farm's part: a submitter knows the digest before the farm adds it.
  inputs.erase("provenance");
  if (spec.provenance.off) inputs["provenance"] = "off";
  inputs["schema"] = kInputsSchema;
  return Sha256Hex(Canonical(inputs));
}

}  // namespace longtake
