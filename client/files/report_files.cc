#include "client/files/report_files.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>

#include "client/files/output_file.h"
#include "client/report/film_report.h"

namespace longtake::client {
namespace {

namespace fs = std::filesystem;

// A report says what it is within so many bytes.
constexpr size_t kHeadBytes = 1024;

bool IsReport(const std::string& path) {
  std::array<char, kHeadBytes> head{};
  std::ifstream in(path, std::ios::binary);
  in.read(head.data(), head.size());
  return std::string_view(head.data(), static_cast<size_t>(in.gcount()))
             .find(kReportFormat) != std::string_view::npos;
}

ReportPaths Named(const fs::path& stem) {
  return {stem.string() + ".json", stem.string() + ".html"};
}

Status CheckFile(const std::string& path, bool force) {
  LT_RETURN_IF_ERROR(CheckOutputPlace(path));
  if (force || !fs::exists(path) || IsReport(path)) return OkStatus();
  return FailedPrecondition(fmt::format(
      "report {}: exists and is no quality report: give --force to replace "
      "it, --report PATH for another place, or --report none",
      path));
}

Status WriteFile(const std::string& path, const std::string& text) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                      OutputFile::Create(path));
  LT_RETURN_IF_ERROR(file->Append(text));
  return file->Commit();
}

}  // namespace

StatusOr<ReportPaths> ReportPathsFor(const std::string& where,
                                     const std::string& film) {
  if (where == kReportNone) return ReportPaths{};
  if (where.empty()) {
    return InvalidArgument(
        "--report: the name is empty: give a file, a directory, beside or "
        "none");
  }
  const fs::path beside =
      fs::path(film).replace_extension().string() + ".report";
  if (where == kReportBeside) return Named(beside);
  std::error_code error;
  if (fs::is_directory(where, error)) {
    return Named(fs::path(where) / beside.filename());
  }
  fs::path stem = where;
  if (stem.extension() == ".html" || stem.extension() == ".json") {
    stem.replace_extension();
  }
  return Named(stem);
}

Status CheckReportPlace(const ReportPaths& paths, bool force) {
  if (paths.empty()) return OkStatus();
  LT_RETURN_IF_ERROR(CheckFile(paths.json, force));
  return CheckFile(paths.html, force);
}

Status WriteReport(const ReportPaths& paths, const std::string& json,
                   const std::string& html) {
  if (paths.empty()) return OkStatus();
  LT_RETURN_IF_ERROR(WriteFile(paths.json, json));
  return WriteFile(paths.html, html);
}

}  // namespace longtake::client
