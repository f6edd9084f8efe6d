#pragma once
// Looks at a finished take: measures its file, writes its report, and reads
// what the farm found out about its transcript.

#include <stop_token>
#include <string>

#include "client/farm/farm_connection.h"
#include "client/files/report_files.h"
#include "client/quality/measure_film.h"
#include "client/report/report.h"
#include "common/job/job_view.h"
#include "common/status/status.h"

namespace longtake::client {

// What a command asks to be found out about a take.
struct FindingOptions {
  MeasureOptions measure;
  ReportPaths report;  // empty: none is written
  bool strict = false;
};

// Of a job whose take lies at `path`. What can't be found out is a warning (and
// a breach, with `strict`): the take is there all the same. Cancelled is the
// only error.
StatusOr<TakeFindings> FindOut(FarmConnection& farm, const JobView& job,
                               const std::string& path,
                               const FindingOptions& options);

// What a command tells of a report: figures in short, where its files are.
QualitySummary Summarize(const FilmReport& report, const ReportPaths& paths);

}  // namespace longtake::client
