// longtake watch, fetch, cancel, retry: one job of a farm.

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/quality_flags.h"
#include "client/farm/fetch.h"
#include "client/farm/job_ids.h"
#include "client/files/output_file.h"
#include "client/progress/job_wait.h"
#include "client/quality/take_findings.h"
#include "client/report/print.h"
#include "client/report/report.h"
#include "worker/mux/take_muxer.h"

namespace longtake::client {
namespace {

struct JobFlagsOnFarm {
  FarmFlags farm;
  std::string job_id;
  std::string output;
  bool force = false;
  QualityFlags quality;  // of what is fetched
  std::string models_dir;
};

CLI::App* DeclareJobCommand(CLI::App& app, const char* name,
                            const char* description, const char* example,
                            JobFlagsOnFarm* flags, CommandLine* line) {
  CLI::App* command = app.add_subcommand(name, description);
  command->add_option("JOB", flags->job_id, kJobHelp)->required();
  AddFarmFlags(command, &flags->farm);
  AddCommonFlags(command, line);
  SetExample(command, example);
  return command;
}

// Declares when `command` is chosen what runs: the function with the flags, in
// a scope where Ctrl-C asks it to stop.
template <typename Run>
void RunsInterruptibly(CLI::App* command, std::shared_ptr<JobFlagsOnFarm> flags,
                       CommandLine* line, Run run) {
  command->callback([flags, line, run] {
    line->run = [flags, line, run] {
      Interrupts interrupts([] {});
      const Status status = run(*flags, interrupts.token(), line);
      line->interrupted = interrupts.requested() && !status.ok();
      return status;
    };
  });
}

Status Watch(const JobFlagsOnFarm& flags, std::stop_token stop,
             CommandLine* line) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(*farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView start, farm->GetJob(id));
  ProgressPrinter::Options printing;
  printing.terminal = IsTerminal(stderr);
  printing.rate = start.spec.output.rate;
  StatusOr<JobView> job = Internal("not watched");
  {
    ProgressPrinter printer(printing);
    WaitOptions wait;
    wait.job_id = id;
    wait.stop = stop;
    wait.printer = &printer;
    if (line->json) {
      wait.on_event = [](const JobEvent& event) {
        Print(stdout, fmt::format("{}\n", EventJson(event)));
        std::fflush(stdout);
      };
    } else {
      wait.on_event = [&printer](const JobEvent& event) {
        printer.Say(event.text);
      };
    }
    job = WaitForJob(*farm, wait);
  }
  LT_RETURN_IF_ERROR(job.status());
  return StatusOfJob(*job);
}

Status Fetch(const JobFlagsOnFarm& flags, std::stop_token stop,
             CommandLine* line) {
  LT_RETURN_IF_ERROR(CheckTakeName(flags.output));
  LT_RETURN_IF_ERROR(CheckOutputPlace(flags.output));
  LT_ASSIGN_OR_RETURN(const FindingOptions finding,
                      ToFindingOptions(flags.quality, QualityUse::kFetch,
                                       flags.output, flags.models_dir, stop));
  LT_RETURN_IF_ERROR(CheckReportPlace(finding.report, flags.force));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(*farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView job, farm->GetJob(id));
  LT_RETURN_IF_ERROR(StatusOfJob(job));
  if (job.spec.dry_run) {
    return FailedPrecondition(fmt::format(
        "job {} was a dry run: it has no take; submit it to have one", id));
  }
  LT_RETURN_IF_ERROR(CheckOutput(flags.output, flags.force, job.inputs_digest,
                                 worker::ReadTakeTag));
  LT_RETURN_IF_ERROR(FetchBlob(*farm, job.take, flags.output, stop));
  LT_ASSIGN_OR_RETURN(const TakeFindings findings,
                      FindOut(*farm, job, flags.output, finding));
  Print(stdout, line->json ? FetchedJson(job, findings) + "\n"
                           : FetchedText(flags.output, findings));
  TellBreach(flags.output, findings.breach, line);
  return OkStatus();
}

Status Cancel(const JobFlagsOnFarm& flags, std::stop_token, CommandLine* line) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(*farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView job, farm->CancelJob(id));
  Print(stdout, fmt::format("{}\n", line->json ? JobJson(job)
                                               : JobStateName(job.state)));
  return OkStatus();
}

Status Retry(const JobFlagsOnFarm& flags, std::stop_token, CommandLine* line) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(*farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView job, farm->RetryJob(id));
  Print(stdout, fmt::format("{}\n", line->json ? JobJson(job)
                                               : JobStateName(job.state)));
  return OkStatus();
}

}  // namespace

void AddWatchCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<JobFlagsOnFarm>();
  CLI::App* command = DeclareJobCommand(
      app, "watch", "Follow a job to its end; --json: one event a line",
      "longtake watch JOB --farm host:7400", flags.get(), line);
  RunsInterruptibly(command, flags, line, Watch);
}

void AddFetchCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<JobFlagsOnFarm>();
  CLI::App* command =
      DeclareJobCommand(app, "fetch", "Write a finished job's MP4",
                        "longtake fetch JOB -o talk.mp4", flags.get(), line);
  command->add_option("-o,--output", flags->output, "the MP4 to write")
      ->required();
  command->add_flag("--force", flags->force,
                    "replace an output that is not this job's result");
  AddQualityFlags(command, QualityUse::kFetch, &flags->quality);
  AddMeasuringModels(command, &flags->models_dir);
  RunsInterruptibly(command, flags, line, Fetch);
}

void AddCancelCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<JobFlagsOnFarm>();
  CLI::App* command =
      DeclareJobCommand(app, "cancel", "Stop a job; what was finished is kept",
                        "longtake cancel JOB", flags.get(), line);
  RunsInterruptibly(command, flags, line, Cancel);
}

void AddRetryCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<JobFlagsOnFarm>();
  CLI::App* command = DeclareJobCommand(
      app, "retry", "Put a failed or cancelled job back to work",
      "longtake retry JOB", flags.get(), line);
  RunsInterruptibly(command, flags, line, Retry);
}

}  // namespace longtake::client
