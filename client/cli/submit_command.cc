// longtake submit: a job for a farm elsewhere.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/job_flags.h"
#include "client/cli/local_farm.h"
#include "client/cli/needs_flags.h"
#include "client/cli/number_flags.h"
#include "client/cli/quality_flags.h"
#include "client/farm/fetch.h"
#include "client/files/output_file.h"
#include "client/preview/preview_directory.h"
#include "client/progress/job_wait.h"
#include "client/quality/take_findings.h"
#include "client/report/print.h"
#include "client/report/report.h"
#include "common/job/job_json.h"
#include "worker/mux/take_muxer.h"

namespace longtake::client {
namespace {

struct SubmitFlags {
  JobFlags job;
  FarmFlags farm;
  std::string idempotency_key;
  std::string tenant;  // empty = the token's, or "default"
  int priority = 0;
  std::vector<std::string> labels;
  NeedsFlags needs;
  NeedsFlags support_needs;
  bool wait = false;
  std::string output;  // with wait
  bool force = false;
  std::string preview;   // with wait: directory; empty: none
  QualityFlags quality;  // of what is fetched
  std::string models_dir;
};

StatusOr<FindingOptions> FindingOf(const SubmitFlags& flags,
                                   std::stop_token stop) {
  return ToFindingOptions(flags.quality, QualityUse::kFetch, flags.output,
                          flags.models_dir, std::move(stop));
}

StatusOr<PreparedJob> Prepare(const SubmitFlags& flags) {
  LT_ASSIGN_OR_RETURN(const FindingOptions finding, FindingOf(flags, {}));
  if (!flags.output.empty()) {
    LT_RETURN_IF_ERROR(CheckTakeName(flags.output));
    LT_RETURN_IF_ERROR(CheckOutputPlace(flags.output));
    LT_RETURN_IF_ERROR(CheckReportPlace(finding.report, flags.force));
  }
  if (!flags.preview.empty()) {
    LT_RETURN_IF_ERROR(CheckPreviewPlace(flags.preview));
  }
  LT_ASSIGN_OR_RETURN(PreparedJob prepared, PrepareJob(flags.job));
  prepared.spec.in_order = !flags.preview.empty();
  prepared.spec.priority = flags.priority;
  LT_ASSIGN_OR_RETURN(prepared.spec.labels, ParsePairs("label", flags.labels));
  LT_ASSIGN_OR_RETURN(prepared.spec.needs, ParseNeeds(flags.needs));
  LT_ASSIGN_OR_RETURN(prepared.spec.support_needs,
                      ParseNeeds(flags.support_needs));
  LT_RETURN_IF_ERROR(ValidateJobSpec(prepared.spec));
  if (!flags.output.empty()) {
    for (const std::string& path :
         {flags.output, finding.report.json, finding.report.html}) {
      LT_RETURN_IF_ERROR(CheckOutputIsNoInput(path, flags.job));
    }
    LT_RETURN_IF_ERROR(CheckOutput(flags.output, flags.force,
                                   InputsDigest(prepared.spec),
                                   worker::ReadTakeTag));
  }
  return prepared;
}

Status WaitAndFetch(FarmConnection& farm, const SubmitFlags& flags,
                    const JobView& submitted, std::stop_token stop,
                    CommandLine* line) {
  ProgressPrinter::Options printing;
  printing.terminal = IsTerminal(stderr);
  printing.rate = submitted.spec.output.rate;
  JobView job;
  LT_ASSIGN_OR_RETURN(std::optional<KeptPreview> preview,
                      OpenPreview(flags.preview, flags.job, submitted.spec));
  {
    ProgressPrinter printer(printing);
    std::unique_ptr<PreviewFeed> feed;
    if (preview) {
      feed = StartPreview(farm, submitted.job_id, printer, *preview);
    }
    WaitOptions wait;
    wait.job_id = submitted.job_id;
    wait.stop = stop;
    wait.printer = &printer;
    LT_ASSIGN_OR_RETURN(job, WaitForJob(farm, wait));
    if (feed != nullptr) preview->summary = feed->Finish();
    if (preview && !preview->summary.trouble.ok()) {
      printer.Say(fmt::format("the preview broke off: {}",
                              Message(preview->summary.trouble)));
    }
  }
  LT_RETURN_IF_ERROR(StatusOfJob(job));
  if (flags.output.empty()) {
    Print(stdout, fmt::format("{}\n", line->json ? JobJson(job) : job.job_id));
    return OkStatus();
  }
  LT_RETURN_IF_ERROR(FetchBlob(farm, job.take, flags.output, stop));
  LT_ASSIGN_OR_RETURN(const FindingOptions finding, FindingOf(flags, stop));
  LT_ASSIGN_OR_RETURN(const TakeFindings findings,
                      FindOut(farm, job, flags.output, finding));
  Print(stdout, line->json ? FetchedJson(job, findings) + "\n"
                           : FetchedText(flags.output, findings));
  TellBreach(flags.output, findings.breach, line);
  return OkStatus();
}

Status Submit(const SubmitFlags& flags, std::stop_token stop,
              CommandLine* line) {
  LT_ASSIGN_OR_RETURN(const PreparedJob prepared, Prepare(flags));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_RETURN_IF_ERROR(UploadInputs(*farm, prepared, stop));
  const std::string key = flags.idempotency_key.empty() ? NewIdempotencyKey()
                                                        : flags.idempotency_key;
  LT_ASSIGN_OR_RETURN(const SubmittedJob submitted,
                      farm->SubmitJob(flags.tenant, key, prepared.spec));
  if (flags.wait) {
    Print(stderr, fmt::format("job {}\n", submitted.job.job_id));
    return WaitAndFetch(*farm, flags, submitted.job, stop, line);
  }
  if (line->json) {
    const nlohmann::json answer = {{"job_id", submitted.job.job_id},
                                   {"created", submitted.created}};
    Print(stdout, fmt::format("{}\n", answer.dump()));
  } else {
    Print(stdout, fmt::format("{}\n", submitted.job.job_id));
  }
  return OkStatus();
}

Status CheckMeasuring(const SubmitFlags& flags) {
  LT_RETURN_IF_ERROR(FindingOf(flags, {}).status());
  if (!AsksForQuality(flags.quality) || !flags.output.empty()) {
    return OkStatus();
  }
  return InvalidArgument(
      "--measure, --report and --strict look at the film: they need --wait -o "
      "FILE");
}

Status RunSubmit(const SubmitFlags& flags, CommandLine* line) {
  if (!flags.output.empty() && !flags.wait) {
    return InvalidArgument(
        "-o needs --wait; or fetch later with longtake fetch JOB -o FILE");
  }
  if (!flags.preview.empty() && !flags.wait) {
    return InvalidArgument(
        "--preview is kept while the job runs: it needs "
        "--wait");
  }
  LT_RETURN_IF_ERROR(CheckMeasuring(flags));
  LT_RETURN_IF_ERROR(ValidateJobKey(
      flags.tenant.empty() ? kDefaultTenant : flags.tenant,
      flags.idempotency_key.empty() ? "generated" : flags.idempotency_key));
  Interrupts interrupts([] {});
  const Status status = Submit(flags, interrupts.token(), line);
  line->interrupted = interrupts.requested() && !status.ok();
  if (line->interrupted) {
    return Cancelled(
        "interrupted: a job that was submitted goes on; see longtake list");
  }
  return status;
}

}  // namespace

void AddSubmitCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<SubmitFlags>();
  CLI::App* command =
      app.add_subcommand("submit", "Send a job to a farm; prints its id");
  AddJobFlags(command, &flags->job);
  AddFarmFlags(command, &flags->farm);
  command->add_option("--idempotency-key", flags->idempotency_key,
                      "submitting again under the same key gives the same job "
                      "[a new one]");
  command->add_option("--tenant", flags->tenant,
                      "for whom [the token's tenant; without tokens: default]");
  AddWholeNumber(command, "--priority", &flags->priority, "higher goes first",
                 -kMaxPriority, kMaxPriority)
      ->capture_default_str();
  command->add_option("--label", flags->labels, "name=value, repeatable")
      ->take_all();
  AddNeedsFlags(command, "", &flags->needs);
  AddNeedsFlags(command, "support-", &flags->support_needs);
  command->add_flag("--wait", flags->wait, "wait for the job's end");
  command->add_option("-o,--output", flags->output,
                      "with --wait: the MP4 to write");
  command->add_flag("--force", flags->force,
                    "replace an output that is not this job's result");
  AddPreviewFlag(command, &flags->preview);
  AddQualityFlags(command, QualityUse::kFetch, &flags->quality);
  AddMeasuringModels(command, &flags->models_dir);
  AddCommonFlags(command, line);
  command->footer(
      "\nExamples:\n"
      "  longtake submit --portrait me.jpg --audio talk.wav --farm host:7400\n"
      "  longtake submit --portrait me.jpg --audio talk.wav --label episode=7 "
      "--wait -o talk.mp4\n"
      "  longtake submit --portrait me.jpg --audio talk.wav --pool gpu "
      "--gpu-memory 24GiB\n"
      "    --support-pool cpu --priority 10");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunSubmit(*flags, line); };
  });
}

}  // namespace longtake::client
