#pragma once
// Looks at a finished take: measures its file, and reads what the farm found
// out about its transcript.

#include <stop_token>
#include <string>

#include "client/farm/farm_connection.h"
#include "client/report/report.h"
#include "common/job/job_view.h"
#include "common/status/status.h"
#include "worker/quality/lip_sync.h"
#include "worker/quality/stretches.h"

namespace longtake::client {

struct MeasureOptions {
  worker::Measure measure = worker::Measure::kSample;
  std::string models_dir;  // empty = the worker's default
  int threads = 0;         // 0 = as many as the machine has, up to four
  std::stop_token stop;
};

// "none", "sample" or "all"; InvalidArgument names --measure.
StatusOr<worker::Measure> ParseMeasure(const std::string& text);

// The film at `path`. InvalidArgument where there is nothing in it to measure;
// FailedPrecondition where the networks aren't installed.
StatusOr<worker::LipSync> MeasureTake(const std::string& path,
                                      const MeasureOptions& options);

// Of a job whose take lies at `path`. What can't be found out is a warning: the
// take is there all the same. Cancelled is the only error.
StatusOr<TakeFindings> FindOut(FarmConnection& farm, const JobView& job,
                               const std::string& path,
                               const MeasureOptions& options);

}  // namespace longtake::client
