#pragma once
// Waits for a job's end and shows how it goes.

#include <stop_token>
#include <string>

#include "client/farm/farm_connection.h"
#include "client/progress/progress_printer.h"
#include "common/status/status.h"

namespace longtake::client {

struct WaitOptions {
  std::string job_id;
  std::stop_token stop;
  ProgressPrinter* printer = nullptr;  // borrowed; null = silent
  FarmConnection::OnEvent on_event;    // may be empty
};

// The job once it has ended, however it ended. Cancelled when `stop` was
// requested before.
StatusOr<JobView> WaitForJob(FarmConnection& farm, const WaitOptions& options);

// OK for a job that succeeded; the reason for any other.
Status StatusOfJob(const JobView& job);

}  // namespace longtake::client
