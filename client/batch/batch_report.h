#pragma once
// What became of a batch, for people and programs. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "client/batch/batch_item.h"
#include "common/status/status.h"

namespace longtake::client {

struct BatchReport {
  std::string name;
  bool dry_run = false;
  std::vector<BlobRef> missing_inputs;  // dry run only
};

// {"batch", "dry_run", "succeeded", "failed", "under_way", "to_submit",
//  "jobs": [{"name", "action", "output", "key", "inputs_digest", "job_id",
//            "state", "fetched", "error"}]}, a job with what was
// found out about its take: "lip_sync", "transcript", "warnings" (report.h);
// with dry_run also "missing_inputs" and "missing_bytes".
std::string BatchJson(const BatchReport& report,
                      const std::vector<BatchItem>& items);
// A table, then one line with the counts.
std::string BatchTable(const BatchReport& report,
                       const std::vector<BatchItem>& items);

// Aborted when a job failed: how many, and what to do.
Status BatchStatus(const std::vector<BatchItem>& items);

}  // namespace longtake::client
