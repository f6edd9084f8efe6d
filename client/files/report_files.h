#pragma once
// Where a quality report goes, and its files.

#include <string>

#include "common/status/status.h"

namespace longtake::client {

struct ReportPaths {
  std::string json, html;
  bool empty() const { return json.empty(); }
};

// What --report may be instead of a path.
inline constexpr char kReportBeside[] = "beside";
inline constexpr char kReportNone[] = "none";

// `where`: "none" (empty paths); "beside": talk.report.json and
// talk.report.html beside the film talk.mp4; a directory that is there: the
// same names in it; else a path, NAME.html and NAME.json for NAME, NAME.html or
// NAME.json. InvalidArgument: an empty name.
StatusOr<ReportPaths> ReportPathsFor(const std::string& where,
                                     const std::string& film);

// Both places can be written, and hold nothing but reports of ours unless
// `force`. One line with the remedy otherwise.
Status CheckReportPlace(const ReportPaths& paths, bool force);

// Each file whole or not at all.
Status WriteReport(const ReportPaths& paths, const std::string& json,
                   const std::string& html);

}  // namespace longtake::client
