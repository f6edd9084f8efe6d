#include "coordinator/schedule/manifest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/job/job_json.h"

namespace longtake::coordinator {
namespace {

constexpr char kFormat[] = "longtake-manifest-1";
using nlohmann::json;

}  // namespace

std::string ManifestName(const std::string& job_id) {
  return "jobs/" + job_id + "/manifest";
}

std::string ManifestToJson(const JobManifest& manifest) {
  json object;
  object["format"] = kFormat;
  object["job_id"] = manifest.job_id;
  object["tenant"] = manifest.tenant;
  object["idempotency_key"] = manifest.idempotency_key;
  object["submitted_at_micros"] = manifest.submitted_at_micros;
  object["spec"] = json::parse(JobSpecToJson(manifest.spec));
  // A key may hold any bytes; JSON may not.
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

StatusOr<JobManifest> ManifestFromJson(const std::string& text) {
  try {
    const json object = json::parse(text);
    if (object.at("format").get<std::string>() != kFormat) {
      return DataLoss(fmt::format("manifest: the format is not {}", kFormat));
    }
    JobManifest manifest;
    manifest.job_id = object.at("job_id").get<std::string>();
    manifest.tenant = object.at("tenant").get<std::string>();
    manifest.idempotency_key = object.at("idempotency_key").get<std::string>();
    manifest.submitted_at_micros =
        object.at("submitted_at_micros").get<int64_t>();
    LT_ASSIGN_OR_RETURN(manifest.spec,
                        JobSpecFromJson(object.at("spec").dump()));
    return manifest;
  } catch (const json::exception& e) {
    return DataLoss(fmt::format("manifest: {}", e.what()));
  }
}

}  // namespace longtake::coordinator
