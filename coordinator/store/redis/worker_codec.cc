#include "coordinator/store/redis/worker_codec.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "common/job/job_json.h"
#include "coordinator/store/redis/keys.h"

namespace longtake::coordinator::redis {
namespace {

using nlohmann::json;

Status BadWorker(const std::string& why) {
  return DataLoss(
      fmt::format("Redis holds no readable record of a worker ({}); another "
                  "version may have written it: see docs/redis_schema.md",
                  why));
}

json BindingsJson(const std::vector<EngineBinding>& bindings) {
  json list = json::array();
  for (const EngineBinding& b : bindings) list.push_back(BindingToJson(b));
  return list;
}

WorkerRecord WorkerFromJson(const json& j) {
  WorkerRecord worker;
  worker.worker_id = j.at("worker_id").get<std::string>();
  worker.version = j.at("version").get<std::string>();
  worker.owner = j.at("owner").get<std::string>();
  worker.slots = j.at("slots").get<int>();
  for (const json& b : j.at("engines")) {
    const auto binding = BindingFromJson(b.get<std::string>());
    if (binding) worker.offer.engines.push_back(*binding);
  }
  worker.offer.pools = j.at("pools").get<std::set<std::string>>();
  worker.offer.gpu_memory_bytes = j.at("gpu_memory_bytes").get<int64_t>();
  worker.offer.capabilities = j.at("capabilities").get<std::set<std::string>>();
  return worker;
}

WorkerHealth HealthFromJson(const json& j) {
  WorkerHealth health;
  health.failed_in_a_row =
      j.at("failed_in_a_row").get<std::vector<std::string>>();
  health.quarantines = j.at("quarantines").get<int>();
  if (j.contains("quarantined_until")) {
    health.quarantined_until =
        absl::FromUnixMicros(j.at("quarantined_until").get<int64_t>());
  }
  return health;
}

}  // namespace

std::string WorkerToJson(const WorkerRecord& worker) {
  const json j = {{"worker_id", worker.worker_id},
                  {"version", worker.version},
                  {"owner", worker.owner},
                  {"slots", worker.slots},
                  {"engines", BindingsJson(worker.offer.engines)},
                  {"pools", worker.offer.pools},
                  {"gpu_memory_bytes", worker.offer.gpu_memory_bytes},
                  {"capabilities", worker.offer.capabilities}};
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string HealthToJson(const WorkerHealth& health) {
  json j = {{"failed_in_a_row", health.failed_in_a_row},
            {"quarantines", health.quarantines}};
  if (health.quarantined_until != absl::InfinitePast()) {
    j["quarantined_until"] = absl::ToUnixMicros(health.quarantined_until);
  }
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

StatusOr<WorkerRecord> WorkerFromText(const std::string& text) {
  try {
    return WorkerFromJson(json::parse(text));
  } catch (const json::exception& e) {
    return BadWorker(e.what());
  }
}

StatusOr<WorkerRecord> DecodeWorker(const std::vector<Reply>& fields,
                                    ParseCache<WorkerRecord>& records) {
  if (fields.size() != 4) return BadWorker("fields are missing");
  LT_ASSIGN_OR_RETURN(const auto record, fields[0].StringOrNil());
  LT_ASSIGN_OR_RETURN(const auto seen, fields[1].StringOrNil());
  LT_ASSIGN_OR_RETURN(const auto draining, fields[2].StringOrNil());
  LT_ASSIGN_OR_RETURN(const auto health, fields[3].StringOrNil());
  if (!record) return NotFound("the worker is not registered");
  LT_ASSIGN_OR_RETURN(const auto registered, records.Get(*record));
  WorkerRecord worker = *registered;
  int64_t micros = 0;
  if (seen) std::from_chars(seen->data(), seen->data() + seen->size(), micros);
  worker.last_seen = absl::FromUnixMicros(micros);
  worker.draining = draining == "1";
  if (!health || health->empty()) return worker;
  try {
    worker.health = HealthFromJson(json::parse(*health));
  } catch (const json::exception& e) {
    return BadWorker(e.what());
  }
  return worker;
}

}  // namespace longtake::coordinator::redis
