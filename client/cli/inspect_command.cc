// longtake inspect: measures any film, ours or not.

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/number_flags.h"
#include "client/cli/quality_flags.h"
#include "client/files/input_files.h"
#include "client/files/report_files.h"
#include "client/quality/measure_film.h"
#include "client/report/print.h"
#include "common/job/job.h"
#include "worker/mux/take_muxer.h"

namespace longtake::client {
namespace {

struct FilmFlags {
  std::string film;
  std::string portrait;
  int face = 0;
  std::string measure = "sample";
  std::string report = kReportNone;
  std::string models_dir;
  bool strict = false;
  bool force = false;
};

// The seams of a take of ours are among its keyframes; of other films they
// aren't known.
FilmContext ContextOf(const FilmFlags& flags) {
  FilmContext context;
  context.portrait = flags.portrait;
  context.portrait_name =
      std::filesystem::path(flags.portrait).filename().string();
  context.face = flags.face;
  const StatusOr<std::string> tag = worker::ReadTakeTag(flags.film);
  context.seams_known = tag.ok() && !tag->empty();
  context.seams.keyframes = context.seams_known;
  return context;
}

Status CheckFiles(const FilmFlags& flags, const ReportPaths& paths) {
  LT_RETURN_IF_ERROR(CheckInput({"video", flags.film}));
  if (!flags.portrait.empty()) {
    LT_RETURN_IF_ERROR(CheckInput({"portrait", flags.portrait}));
  }
  LT_RETURN_IF_ERROR(CheckReportPlace(paths, flags.force));
  for (const std::string& input : {flags.film, flags.portrait}) {
    for (const std::string& path : {paths.json, paths.html}) {
      std::error_code error;
      if (!path.empty() && std::filesystem::equivalent(input, path, error)) {
        return InvalidArgument(fmt::format(
            "report {}: is the input {}: give another name", path, input));
      }
    }
  }
  return OkStatus();
}

Status Inspect(const FilmFlags& flags, std::stop_token stop,
               CommandLine* line) {
  MeasureOptions options;
  LT_ASSIGN_OR_RETURN(options.measure, ParseMeasure(flags.measure));
  options.models_dir = flags.models_dir;
  options.stop = stop;
  LT_ASSIGN_OR_RETURN(const ReportPaths paths,
                      ReportPathsFor(flags.report, flags.film));
  LT_RETURN_IF_ERROR(CheckFiles(flags, paths));
  LT_ASSIGN_OR_RETURN(const FilmReport report,
                      MeasureFilmAt(flags.film, ContextOf(flags), options));
  using json = nlohmann::ordered_json;
  const std::string text = FilmReportToJson(report).dump(
      -1, ' ', false, json::error_handler_t::replace);
  LT_RETURN_IF_ERROR(WriteReport(paths, text + "\n", FilmReportPage(report)));
  Print(stdout, line->json ? text + "\n" : FilmReportText(report));
  if (!line->json && !paths.empty()) {
    Print(stdout, fmt::format("  report    {}\n", paths.html));
  }
  if (flags.strict) {
    TellBreach(flags.film, worker::BreachLine(report.figures), line);
  }
  return OkStatus();
}

Status RunInspect(const FilmFlags& flags, CommandLine* line) {
  Interrupts interrupts([] {});
  const Status status = Inspect(flags, interrupts.token(), line);
  line->interrupted = interrupts.requested() && !status.ok();
  return status;
}

}  // namespace

void AddInspectCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<FilmFlags>();
  CLI::App* command = app.add_subcommand(
      "inspect", "Measure a finished film: pictures, face, lips, sound");
  command->add_option("FILE", flags->film, "a film, ours or any other")
      ->required();
  command->add_option("--portrait", flags->portrait,
                      "whom it should show [the film's own first face]");
  AddWholeNumber(command, "--face", &flags->face,
                 "which of the portrait's faces, 1 = the largest [the largest]",
                 1, kMaxFaceNumber);
  AddMeasureFlag(command, &flags->measure,
                 ", none (pictures and sound alone) [sample]");
  command->add_option("--report", flags->report,
                      "write the report, JSON and one HTML page: beside "
                      "(talk.report.html beside talk.mp4), a file, a directory "
                      "or none [none]");
  command->add_flag("--force", flags->force,
                    "replace files there that are no reports");
  command->add_flag("--strict", flags->strict,
                    "exit code 3 when a figure fails");
  command->add_option(
      "--models", flags->models_dir,
      "directory of the networks [<binary>/../share/longtake/models]");
  AddCommonFlags(command, line);
  command->footer(
      "\nWhat the figures mean and where their limits are: "
      "docs/quality_report.md\n\nExamples:\n"
      "  longtake inspect talk.mp4\n"
      "  longtake inspect talk.mp4 --portrait me.jpg --report beside\n"
      "  longtake inspect talk.mp4 --measure all --strict --json");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunInspect(*flags, line); };
  });
}

}  // namespace longtake::client
