// longtake_compare_phones: how well the NAME.phones of one directory agree with
// those of another that are known to be true. See agreement.h.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/reference/agreement.h"

namespace longtake::reference {
namespace {

namespace fs = std::filesystem;
constexpr int kBadInput = 2;

StatusOr<AgreementReport> Compare(const fs::path& truth,
                                  const fs::path& found) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(truth, error)) {
    const fs::path name = entry.path().filename();
    if (name.extension() == ".phones" && fs::exists(found / name)) {
      names.push_back(name.string());
    }
  }
  if (names.empty()) {
    return InvalidArgument(fmt::format("no NAME.phones is both in {} and in {}",
                                       truth.string(), found.string()));
  }
  std::sort(names.begin(), names.end());
  Agreement agreement;
  for (const std::string& name : names) {
    LT_ASSIGN_OR_RETURN(const auto is, worker::ReadPhones(truth / name));
    LT_ASSIGN_OR_RETURN(const auto said, worker::ReadPhones(found / name));
    agreement.Add(is, said);
  }
  return agreement.Report();
}

void PrintErrors(std::string_view name, const BoundaryErrors& e) {
  fmt::print("  {:4} {:6}  {:+5.0f}  {:4.0f}  {:4.0f}\n", name, e.count,
             e.median_ms, e.median_absolute_ms, e.p90_absolute_ms);
}

void Print(const AgreementReport& report) {
  fmt::print(
      "visemes {:.3f} (same phones {:.3f})  silence {:.3f}  mean r {:.3f}  "
      "p/b/m recall {:.3f} "
      "precision {:.3f}\n",
      report.visemes, report.pronounced, report.silence, report.mean_r,
      report.closure_recall, report.closure_precision);
  fmt::print("begins of    count  bias  |median|  |p90| (ms)\n");
  PrintErrors("all", report.all);
  for (int v = 0; v < worker::kVisemes; ++v) {
    PrintErrors(worker::VisemeName(static_cast<worker::Viseme>(v)),
                report.by_viseme[v]);
  }
}

}  // namespace
}  // namespace longtake::reference

int main(int argc, char** argv) {
  using namespace longtake::reference;
  CLI::App app("Compares found phone times with true ones");
  std::string truth;
  std::string found;
  app.add_option("truth", truth, "directory of NAME.phones")->required();
  app.add_option("found", found, "directory of NAME.phones")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadInput;
  }
  const auto report = Compare(truth, found);
  if (!report.ok()) {
    fmt::print(stderr, "longtake_compare_phones: {}\n",
               longtake::Message(report.status()));
    return kBadInput;
  }
  Print(*report);
  return 0;
}
