#include "client/batch/batch_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/progress/job_wait.h"
#include "client/report/tables.h"
#include "common/rpc/status_convert.h"

namespace longtake::client {
namespace {

using json = nlohmann::ordered_json;

struct Counts {
  int succeeded = 0;
  int failed = 0;
  int under_way = 0;
  int to_submit = 0;
};

Counts Count(const std::vector<BatchItem>& items) {
  Counts counts;
  for (const BatchItem& item : items) {
    if (HasFailed(item)) {
      ++counts.failed;
    } else if (IsLive(item)) {
      ++counts.under_way;
    } else if (item.action == BatchAction::kToSubmit) {
      ++counts.to_submit;
    } else {
      ++counts.succeeded;
    }
  }
  return counts;
}

// Why the job is not fine; OK while it is.
Status ErrorOf(const BatchItem& item) {
  if (!item.error.ok() || !HasFailed(item)) return item.error;
  return StatusOfJob(*item.view);
}

int64_t SumBytes(const std::vector<BlobRef>& blobs) {
  int64_t bytes = 0;
  for (const BlobRef& blob : blobs) bytes += blob.size_bytes;
  return bytes;
}

}  // namespace

std::string BatchJson(const BatchReport& report,
                      const std::vector<BatchItem>& items) {
  const Counts counts = Count(items);
  json jobs = json::array();
  for (const BatchItem& item : items) {
    json j = {{"name", item.job.name},
              {"action", BatchActionName(item.action)},
              {"output", item.job.output},
              {"key", item.key},
              {"inputs_digest", item.inputs_digest},
              {"job_id", item.view ? item.view->job_id : ""},
              {"state", item.view ? JobStateName(item.view->state) : ""},
              {"fetched", item.fetched}};
    const Status error = ErrorOf(item);
    if (!error.ok()) {
      j["error"] = {{"code", StatusCodeName(error.code())},
                    {"message", Message(error)}};
    }
    if (item.view && !item.view->warnings.empty()) {
      j["warnings"] = item.view->warnings;
    }
    AddFindings(item.findings, &j);
    jobs.push_back(std::move(j));
  }
  json j = {{"batch", report.name},          {"dry_run", report.dry_run},
            {"succeeded", counts.succeeded}, {"failed", counts.failed},
            {"under_way", counts.under_way}, {"to_submit", counts.to_submit}};
  if (report.dry_run) {
    j["missing_inputs"] = report.missing_inputs.size();
    j["missing_bytes"] = SumBytes(report.missing_inputs);
  }
  j["jobs"] = std::move(jobs);
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string BatchTable(const BatchReport& report,
                       const std::vector<BatchItem>& items) {
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "ACTION", "JOB", "STATE", "OUTPUT"}};
  for (const BatchItem& item : items) {
    const Status error = ErrorOf(item);
    const std::string output = item.job.output.empty() ? "-" : item.job.output;
    rows.push_back({item.job.name, BatchActionName(item.action),
                    item.view ? item.view->job_id : "-",
                    item.view ? JobStateText(*item.view) : "-",
                    error.ok() ? output : Message(error)});
  }
  const Counts counts = Count(items);
  std::string text = FormatTable(rows);
  text += fmt::format(
      "{} jobs: {} succeeded, {} failed, {} under way, {} to "
      "submit\n",
      items.size(), counts.succeeded, counts.failed, counts.under_way,
      counts.to_submit);
  if (report.dry_run) {
    text += fmt::format("to upload: {} files, {}; nothing was changed\n",
                        report.missing_inputs.size(),
                        FormatBytes(SumBytes(report.missing_inputs)));
  }
  return text;
}

Status BatchStatus(const std::vector<BatchItem>& items) {
  const int failed = Count(items).failed;
  if (failed == 0) return OkStatus();
  const auto first = std::find_if(items.begin(), items.end(), HasFailed);
  const bool refused = first->action == BatchAction::kRefused;
  return Aborted(fmt::format(
      "{} of {} jobs failed, the first {}: {}: {}", failed, items.size(),
      first->job.name, Message(ErrorOf(*first)),
      refused ? "run the command again when that is put right"
              : "run the command again with --retry-failed to go on"));
}

}  // namespace longtake::client
