#pragma once
// One job of a batch on its way: what it is, and what became of it.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/batch/batch_file.h"
#include "client/report/report.h"
#include "common/job/job_view.h"
#include "common/status/status.h"

namespace longtake::client {

enum class BatchAction {
  kToSubmit,     // the farm does not know it (yet)
  kSubmitted,    // by this run
  kKnown,        // the farm had it
  kToRetry,      // it failed; --retry-failed would put it back to work
  kRetried,      // by this run
  kOutputThere,  // the output file is this job's result: nothing to do
  kRefused       // error tells why
};

// "to submit", "submitted", "known", "to retry", "retried", "output is there",
// "refused".
std::string BatchActionName(BatchAction action);

struct BatchItem {
  BatchJob job;  // with its input files
  std::string key;
  std::string inputs_digest;
  std::vector<std::pair<std::string, BlobRef>> files;  // path, content
  BatchAction action = BatchAction::kToSubmit;
  std::optional<JobView> view;  // as the farm last told
  bool fetched = false;         // the output was written by this run
  Status error;                 // refused, failed, or not fetched
  TakeFindings findings;        // of what was fetched
};

// True for what is neither done nor under way: failed, cancelled, refused, not
// fetched.
bool HasFailed(const BatchItem& item);
// True while the farm works on it.
bool IsLive(const BatchItem& item);

}  // namespace longtake::client
