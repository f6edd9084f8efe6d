#include "client/cli/quality_flags.h"

#include <fmt/format.h>

namespace longtake::client {
namespace {

std::string ReportHelp(QualityUse use) {
  std::string help =
      "the quality report, JSON and one HTML page: beside (talk.report.html "
      "beside talk.mp4), none";
  if (use != QualityUse::kBatch) help += ", a file or a directory";
  return help + (use == QualityUse::kRender ? " [beside]" : " [none]");
}

}  // namespace

void AddMeasureFlag(CLI::App* command, std::string* value,
                    const std::string& also) {
  command->add_option(
      "--measure", *value,
      "how much of lips and face is looked at: sample (parts of the film, 20 "
      "to 120 s), all" +
          also);
}

void AddQualityFlags(CLI::App* command, QualityUse use, QualityFlags* flags) {
  AddMeasureFlag(command, &flags->measure,
                 use == QualityUse::kRender
                     ? ", none (nothing is measured) [sample]"
                     : ", none (nothing is measured) [none; with --report or "
                       "--strict: sample]");
  command->add_option("--report", flags->report, ReportHelp(use));
  command->add_flag("--strict", flags->strict,
                    "exit code 3 when a figure of the report fails; the files "
                    "are written all the same");
}

void AddMeasuringModels(CLI::App* command, std::string* models_dir) {
  command->add_option("--models", *models_dir,
                      "directory of the networks that measure "
                      "[<binary>/../share/longtake/models]");
}

bool AsksForQuality(const QualityFlags& flags) {
  return flags.strict ||
         (!flags.report.empty() && flags.report != kReportNone) ||
         (!flags.measure.empty() && flags.measure != "none");
}

StatusOr<FindingOptions> ToFindingOptions(const QualityFlags& flags,
                                          QualityUse use,
                                          const std::string& film,
                                          const std::string& models_dir,
                                          std::stop_token stop) {
  FindingOptions options;
  options.measure.models_dir = models_dir;
  options.measure.stop = std::move(stop);
  options.strict = flags.strict;
  const bool by_itself = use == QualityUse::kRender;
  std::string measure = flags.measure;
  if (measure.empty()) {
    measure = by_itself || AsksForQuality(flags) ? "sample" : "none";
  }
  LT_ASSIGN_OR_RETURN(options.measure.measure, ParseMeasure(measure));
  const bool measures = options.measure.measure != worker::Measure::kNone;
  if (!measures && flags.strict) {
    return InvalidArgument(
        "--strict judges what is measured: give --measure sample or all with "
        "it");
  }
  if (!measures && !flags.report.empty() && flags.report != kReportNone) {
    return InvalidArgument(
        "--report tells what is measured: give --measure sample or all with "
        "it");
  }
  std::string where = flags.report;
  if (where.empty()) {
    where = by_itself && measures ? kReportBeside : kReportNone;
  }
  if (use == QualityUse::kBatch && where != kReportBeside &&
      where != kReportNone) {
    return InvalidArgument(fmt::format(
        "--report {}: a batch has many films: give beside or none", where));
  }
  LT_ASSIGN_OR_RETURN(options.report, ReportPathsFor(where, film));
  return options;
}

void TellBreach(const std::string& film, const std::string& breach,
                CommandLine* line) {
  if (breach.empty()) return;
  line->breach =
      fmt::format("{}: not as good as it has to be: {}", film, breach);
}

}  // namespace longtake::client
