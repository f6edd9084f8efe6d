// longtake inspect: measures any film, ours or not.

#include <fmt/format.h>

#include <memory>

#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/measure_flag.h"
#include "client/files/input_files.h"
#include "client/quality/take_findings.h"
#include "client/report/print.h"
#include "client/report/quality_text.h"

namespace longtake::client {
namespace {

struct FilmFlags {
  std::string film;
  std::string measure = "sample";
  std::string models_dir;
};

Status Inspect(const FilmFlags& flags, std::stop_token stop, bool json) {
  LT_RETURN_IF_ERROR(CheckInput({"video", flags.film}));
  MeasureOptions options;
  LT_ASSIGN_OR_RETURN(options.measure, ParseMeasure(flags.measure));
  if (options.measure == worker::Measure::kNone) {
    return InvalidArgument("--measure none: nothing to do: give sample or all");
  }
  options.models_dir = flags.models_dir;
  options.stop = stop;
  FilmReport report;
  report.film = flags.film;
  LT_ASSIGN_OR_RETURN(report.lip_sync, MeasureTake(flags.film, options));
  Print(stdout, json ? FilmReportJson(report) + "\n" : FilmReportText(report));
  return OkStatus();
}

Status RunInspect(const FilmFlags& flags, CommandLine* line) {
  Interrupts interrupts([] {});
  const Status status = Inspect(flags, interrupts.token(), line->json);
  line->interrupted = interrupts.requested() && !status.ok();
  return status;
}

}  // namespace

void AddInspectCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<FilmFlags>();
  CLI::App* command = app.add_subcommand(
      "inspect", "Measure how the lips in a film follow its sound");
  command->add_option("FILE", flags->film, "a film with one speaker and sound")
      ->required();
  AddMeasureFlag(command, &flags->measure, /*may_be_none=*/false);
  command->add_option(
      "--models", flags->models_dir,
      "directory of the networks [<binary>/../share/longtake/models]");
  AddCommonFlags(command, line);
  command->footer(
      "\nSound > 0: it comes after the lips. What the figures mean: "
      "docs/quality_report.md\n\nExamples:\n"
      "  longtake inspect talk.mp4\n"
      "  longtake inspect talk.mp4 --measure all --json");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunInspect(*flags, line); };
  });
}

}  // namespace longtake::client
