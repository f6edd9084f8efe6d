// longtake trace: a job's timeline for chrome://tracing and ui.perfetto.dev.

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "client/cli/command_line.h"
#include "client/farm/job_ids.h"
#include "client/files/output_file.h"
#include "client/report/print.h"
#include "client/trace/job_trace.h"

namespace longtake::client {
namespace {

struct TraceFlags {
  FarmFlags farm;
  std::string job_id;
  std::string output;  // empty: standard output
};

Status Trace(const TraceFlags& flags, bool json) {
  if (!flags.output.empty()) {
    LT_RETURN_IF_ERROR(CheckOutputPlace(flags.output));
  }
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(*farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const SegmentList tasks, farm->ListSegments(id, true));
  LT_ASSIGN_OR_RETURN(const JobView job, farm->GetJob(id));
  const std::string text =
      JobTraceJson(job, tasks, absl::ToUnixMicros(absl::Now())) + "\n";
  if (flags.output.empty()) {
    Print(stdout, text);
    return OkStatus();
  }
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                      OutputFile::Create(flags.output));
  LT_RETURN_IF_ERROR(file->Append(text));
  LT_RETURN_IF_ERROR(file->Commit());
  const nlohmann::json answer = {{"output", flags.output}};
  Print(stdout, json ? answer.dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace) +
                           "\n"
                     : flags.output + "\n");
  return OkStatus();
}

}  // namespace

void AddTraceCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<TraceFlags>();
  CLI::App* command = app.add_subcommand(
      "trace", "A job's timeline: who did what when, queue waits included");
  command->add_option("JOB", flags->job_id, kJobHelp)->required();
  command->add_option("-o,--output", flags->output,
                      "the file to write [standard output]");
  AddFarmFlags(command, &flags->farm);
  AddCommonFlags(command, line);
  command->footer(
      "\nThe trace is in the Chrome trace event format: open it in "
      "https://ui.perfetto.dev\nor chrome://tracing.\n\nExamples:\n"
      "  longtake trace JOB > trace.json\n"
      "  longtake trace JOB -o trace.json --farm host:7400");
  command->callback([flags, line] {
    line->run = [flags, line] { return Trace(*flags, line->json); };
  });
}

}  // namespace longtake::client
