#pragma once
// What of a job must survive everything: object jobs/<job_id>/manifest, written
// before SubmitJob answers. Canonical JSON:
//   {"format":"longtake-manifest-1","idempotency_key":…,"job_id":…,
//    "spec":{…},"submitted_at_micros":…,"tenant":…}

#include <cstdint>
#include <string>

#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake::coordinator {

struct JobManifest {
  std::string job_id;
  std::string tenant;
  std::string idempotency_key;
  JobSpec spec;
  int64_t submitted_at_micros = 0;
};

std::string ManifestName(const std::string& job_id);
std::string ManifestToJson(const JobManifest& manifest);
// DataLoss when it is none.
StatusOr<JobManifest> ManifestFromJson(const std::string& json);

}  // namespace longtake::coordinator
