// longtake batch: many jobs at once, as often as one likes.

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "client/batch/batch_file.h"
#include "client/batch/batch_prepare.h"
#include "client/batch/batch_report.h"
#include "client/batch/batch_run.h"
#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/quality_flags.h"
#include "client/report/print.h"
#include "client/report/report.h"
#include "worker/mux/take_muxer.h"

namespace longtake::client {
namespace {

struct BatchFlags {
  FarmFlags farm;
  std::string file;
  bool dry_run = false;
  bool retry_failed = false;
  bool wait = false;
  bool force = false;
  QualityFlags quality;  // of what is fetched
  std::string models_dir;
};

StatusOr<std::vector<BatchItem>> Prepare(const BatchFlags& flags,
                                         std::stop_token stop,
                                         ProgressPrinter& printer,
                                         std::string* name) {
  LT_ASSIGN_OR_RETURN(const std::string text, ReadBatchText(flags.file));
  Mistakes mistakes(flags.file);
  LT_ASSIGN_OR_RETURN(Batch batch, ReadBatch(text, flags.file, &mistakes));
  *name = batch.name;
  BatchPrepareOptions options;
  options.force = flags.force;
  options.read_tag = worker::ReadTakeTag;
  options.stop = stop;
  options.on_input = [&printer](size_t index, size_t count) {
    JobProgress progress;
    progress.stage = fmt::format("reading input {}/{}", index + 1, count);
    printer.Show(progress, absl::Now());
  };
  StatusOr<std::vector<BatchItem>> items =
      PrepareBatch(std::move(batch), options, &mistakes);
  LT_RETURN_IF_ERROR(items.status());
  LT_RETURN_IF_ERROR(mistakes.ToStatus());
  return items;
}

FrameRate RateOf(const std::vector<BatchItem>& items) {
  return items.empty() ? FrameRate{} : items[0].job.spec.output.rate;
}

// A report that can't be written where it should is a warning, like all else
// that can't be found out.
StatusOr<TakeFindings> FindOutAbout(FarmConnection& farm, const JobView& job,
                                    const std::string& path,
                                    const BatchFlags& flags,
                                    std::stop_token stop) {
  LT_ASSIGN_OR_RETURN(FindingOptions options,
                      ToFindingOptions(flags.quality, QualityUse::kBatch, path,
                                       flags.models_dir, std::move(stop)));
  const Status place = CheckReportPlace(options.report, flags.force);
  if (!place.ok()) options.report = {};
  LT_ASSIGN_OR_RETURN(TakeFindings findings, FindOut(farm, job, path, options));
  if (!place.ok()) findings.warnings.push_back(Message(place));
  return findings;
}

// The films that are not as good as they have to be.
std::string BreachOf(const std::vector<BatchItem>& items) {
  std::string text;
  for (const BatchItem& item : items) {
    if (item.findings.breach.empty()) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : " | ", item.job.output,
                        item.findings.breach);
  }
  return text;
}

Status Run(const BatchFlags& flags, std::stop_token stop,
           std::vector<BatchItem>& items, BatchReport* report) {
  ProgressPrinter::Options printing;
  printing.terminal = IsTerminal(stderr);
  printing.rate = RateOf(items);
  ProgressPrinter printer(printing);
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  BatchRunOptions options;
  options.retry_failed = flags.retry_failed;
  options.dry_run = flags.dry_run;
  options.stop = stop;
  options.printer = &printer;
  options.find_out = [&](const JobView& job, const std::string& path) {
    return FindOutAbout(*farm, job, path, flags, stop);
  };
  BatchRun run(*farm, items, options);
  LT_RETURN_IF_ERROR(run.Submit());
  if (flags.dry_run) {
    LT_ASSIGN_OR_RETURN(report->missing_inputs, run.MissingInputs());
  } else if (flags.wait) {
    LT_RETURN_IF_ERROR(run.Follow());
  }
  run.RefuseWaiting();
  return OkStatus();
}

Status RunBatchFile(const BatchFlags& flags, std::stop_token stop,
                    CommandLine* line) {
  LT_RETURN_IF_ERROR(ToFindingOptions(flags.quality, QualityUse::kBatch, "",
                                      flags.models_dir, {})
                         .status());
  if (AsksForQuality(flags.quality) && !flags.wait) {
    return InvalidArgument(
        "--measure, --report and --strict look at the films: it needs --wait");
  }
  BatchReport report;
  report.dry_run = flags.dry_run;
  std::vector<BatchItem> items;
  {
    ProgressPrinter::Options printing;
    printing.terminal = IsTerminal(stderr);
    ProgressPrinter printer(printing);
    LT_ASSIGN_OR_RETURN(items, Prepare(flags, stop, printer, &report.name));
  }
  LT_RETURN_IF_ERROR(Run(flags, stop, items, &report));
  Print(stdout, line->json ? BatchJson(report, items) + "\n"
                           : BatchTable(report, items));
  line->answered = true;  // the errors of jobs are in the object
  TellBreach(flags.file, BreachOf(items), line);
  return BatchStatus(items);
}

constexpr char kHelp[] = R"(
night-run.yaml:
  batch: night-run
  defaults:
    portrait: host.jpg
    fps: 25
    output: out/{name}.mp4
  jobs:
    - audio: episodes/*.wav        # a job for each file, named after it
    - name: trailer
      audio: trailer.wav
      priority: 10
      needs: {pool: gpu, gpu_memory: 16GiB}

A job has the settings of longtake submit: name, portrait, audio, motion, output,
size, fps, crf, preset, segment_seconds, seed, engine, in, out, controls, labels,
priority, tenant, needs, support_needs, provenance; lip, expression, pose, emotion, gaze, blink_rate,
language, emotion_track, pose_track, transcript. Texts may hold {name}, {batch}, {audio_stem} and
{portrait_stem}; paths are seen from the file's directory.

Everything is checked before anything is submitted. Run it again as often as you
like: only what is missing is submitted, and with --wait fetched. Changed inputs
make a new job.

Exit codes: 0 all is well, 1 a job failed, 2 something is to be put right first,
3 all is done, but with --strict a film is not as good as it has to be.

Examples:
  longtake batch night-run.yaml --dry-run
  longtake batch night-run.yaml --wait --farm host:7400
  longtake batch night-run.yaml --wait --retry-failed)";

}  // namespace

void AddBatchCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<BatchFlags>();
  CLI::App* command = app.add_subcommand(
      "batch", "Submit many jobs at once; again, only what is missing");
  command->add_option("FILE", flags->file, "the batch, YAML")->required();
  AddFarmFlags(command, &flags->farm);
  command->add_flag("--dry-run", flags->dry_run,
                    "tell what would happen; change nothing");
  command->add_flag("--wait", flags->wait,
                    "wait for all jobs' ends and write the outputs as they "
                    "come");
  command->add_flag("--retry-failed", flags->retry_failed,
                    "put failed and cancelled jobs back to work");
  command->add_flag("--force", flags->force,
                    "replace outputs that are not the jobs' results");
  AddQualityFlags(command, QualityUse::kBatch, &flags->quality);
  AddMeasuringModels(command, &flags->models_dir);
  AddCommonFlags(command, line);
  command->footer(kHelp);
  command->callback([flags, line] {
    line->run = [flags, line] {
      Interrupts interrupts([] {});
      const Status status = RunBatchFile(*flags, interrupts.token(), line);
      line->interrupted = interrupts.requested() && !status.ok();
      return status;
    };
  });
}

}  // namespace longtake::client
