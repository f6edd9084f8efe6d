// longtake render and longtake motion render: the embedded farm, from two files
// to one.

#include <fmt/format.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/job_flags.h"
#include "client/cli/local_farm.h"
#include "client/cli/motion_commands.h"
#include "client/cli/quality_flags.h"
#include "client/farm/fetch.h"
#include "client/files/input_files.h"
#include "client/files/output_file.h"
#include "client/files/scratch_directory.h"
#include "client/files/stated_length.h"
#include "client/motion/silent_wave.h"
#include "client/plan/render_rates.h"
#include "client/preview/preview_directory.h"
#include "client/quality/take_findings.h"
#include "client/report/print.h"
#include "client/report/report.h"
#include "common/job/job_json.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/mux/take_muxer.h"

namespace longtake::client {
namespace {

struct RenderFlags {
  JobFlags job;
  std::string output;
  LocalFarmFlags farm;
  std::string preview;  // directory; empty: none
  bool force = false;
  bool silent = false;  // the sound is silence on purpose
  QualityFlags quality;
};

int64_t PeakRssBytes() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;  // Linux counts KiB
}

// A preview that broke off is told; the take is as good as without it.
void TellOfPreview(const PreviewSummary& preview, absl::Time start,
                   RenderReport* report) {
  report->preview.emplace();
  report->preview->playlist = preview.playlist;
  report->preview->segments = preview.segments;
  if (!preview.playlist.empty()) {
    report->preview->ready_seconds =
        absl::ToDoubleSeconds(preview.ready - start);
  }
  if (preview.trouble.ok()) return;
  report->job.warnings.push_back(
      fmt::format("the preview broke off: {}", Message(preview.trouble)));
}

StatusOr<RenderReport> Render(const RenderFlags& flags, std::stop_token stop,
                              ProgressPrinter& printer) {
  const absl::Time start = absl::Now();
  LT_RETURN_IF_ERROR(CheckTakeName(flags.output));
  LT_RETURN_IF_ERROR(CheckOutputPlace(flags.output));
  if (!flags.preview.empty()) {
    LT_RETURN_IF_ERROR(CheckPreviewPlace(flags.preview));
  }
  LT_ASSIGN_OR_RETURN(
      const FindingOptions finding,
      ToFindingOptions(flags.quality, QualityUse::kRender, flags.output,
                       flags.farm.models_dir, stop));
  LT_RETURN_IF_ERROR(CheckReportPlace(finding.report, flags.force));
  LT_ASSIGN_OR_RETURN(const coordinator::FarmLimits limits,
                      ParseLimits(flags.farm.limits));
  LT_RETURN_IF_ERROR(CheckStatedLength(flags.job.audio, limits.max_job_length));
  LT_ASSIGN_OR_RETURN(PreparedJob prepared,
                      PrepareJob(flags.job, limits.inputs));
  prepared.spec.in_order = !flags.preview.empty();
  for (const std::string& path :
       {flags.output, finding.report.json, finding.report.html}) {
    LT_RETURN_IF_ERROR(CheckOutputIsNoInput(path, flags.job));
  }
  LT_RETURN_IF_ERROR(CheckOutput(flags.output, flags.force,
                                 InputsDigest(prepared.spec),
                                 worker::ReadTakeTag));
  if (stop.stop_requested()) return Interrupted();
  LT_ASSIGN_OR_RETURN(std::optional<KeptPreview> preview,
                      OpenPreview(flags.preview, flags.job, prepared.spec));
  LT_ASSIGN_OR_RETURN(const LocalFarm local,
                      OpenLocalFarm(flags.farm, limits, prepared.spec));
  FarmConnection& farm = *local.connection;
  RenderReport report;
  LT_ASSIGN_OR_RETURN(report.job, RunJobAndWait(farm, prepared, stop, printer,
                                                preview ? &*preview : nullptr));
  LT_RETURN_IF_ERROR(FetchBlob(farm, report.job.take, flags.output, stop));
  if (flags.silent) {
    const std::string name =
        std::filesystem::path(flags.job.audio).filename().string();
    std::erase_if(report.job.warnings, [&name](const std::string& warning) {
      return warning.find(name) != std::string::npos;
    });
  }
  if (const int64_t damaged = local.embedded->damaged_blobs(); damaged > 0) {
    report.job.warnings.push_back(
        fmt::format("{} file(s) of the cache were damaged or cut off and were "
                    "made again: see to its disk if it happens often",
                    damaged));
  }
  report.output = flags.output;
  report.wall_seconds = absl::ToDoubleSeconds(absl::Now() - start);
  LT_ASSIGN_OR_RETURN(report.findings,
                      FindOut(farm, report.job, flags.output, finding));
  KeepRates(local, report.job);
  if (preview) TellOfPreview(preview->summary, start, &report);
  report.peak_rss_bytes = PeakRssBytes();
  return report;
}

Status RunRender(const RenderFlags& flags, CommandLine* line) {
  ProgressPrinter::Options printing;
  printing.terminal = IsTerminal(stderr);
  // A wrong rate is reported by PrepareJob; speed needs one that is right.
  printing.rate = ParseFrameRate(flags.job.fps).value_or(FrameRate{});
  StatusOr<RenderReport> report = Internal("not rendered");
  {
    ProgressPrinter printer(printing);
    Interrupts interrupts([&printer] {
      printer.Say("stopping; press Ctrl-C again to end at once");
    });
    report = Render(flags, interrupts.token(), printer);
    line->interrupted = interrupts.requested() && !report.ok();
  }
  if (line->interrupted) return Interrupted();
  LT_RETURN_IF_ERROR(report.status());
  Print(stdout, fmt::format("{}", line->json ? RenderReportJson(*report) + "\n"
                                             : RenderSummary(*report)));
  TellBreach(flags.output, report->findings.breach, line);
  return OkStatus();
}

// A take that follows a motion file and has no sound of its own gets silence as
// long as the motion.
StatusOr<std::unique_ptr<ScratchDirectory>> AddSilence(RenderFlags* flags) {
  const std::string what = "motion " + flags->job.motion;
  worker::LiveLinkImportOptions options;
  LT_ASSIGN_OR_RETURN(options.rate, ParseFrameRate(flags->job.fps));
  LT_RETURN_IF_ERROR(CheckInput({"motion", flags->job.motion}));
  std::ifstream in(flags->job.motion, std::ios::binary);
  const StatusOr<worker::MotionTrack> track =
      worker::ImportLiveLinkCsv(in, options);
  if (!track.ok()) return Annotate(track.status(), what);
  LT_ASSIGN_OR_RETURN(auto scratch, ScratchDirectory::Create());
  flags->job.audio = scratch->Join("silence.wav");
  LT_RETURN_IF_ERROR(
      WriteSilentWave(track->range.size(), options.rate, flags->job.audio));
  return scratch;
}

Status RunMotionRender(RenderFlags flags, CommandLine* line) {
  if (!flags.job.audio.empty()) return RunRender(flags, line);
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchDirectory> scratch,
                      AddSilence(&flags));
  flags.silent = true;
  return RunRender(flags, line);
}

void AddMachineFlags(CLI::App* command, RenderFlags* flags, CommandLine* line) {
  command->add_option("-o,--output", flags->output, "the MP4 to write")
      ->required();
  AddLocalFarmFlags(command, &flags->farm);
  command->add_flag("--force", flags->force,
                    "replace an output that is not this job's result");
  AddQualityFlags(command, QualityUse::kRender, &flags->quality);
  AddCommonFlags(command, line);
}

}  // namespace

void AddRenderCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<RenderFlags>();
  CLI::App* command = app.add_subcommand(
      "render", "Render a take on this machine: portrait + audio -> MP4");
  AddJobFlags(command, &flags->job);
  AddPreviewFlag(command, &flags->preview);
  AddMachineFlags(command, flags.get(), line);
  command->footer(
      "\nWhat is finished is kept: after Ctrl-C or a crash the same command "
      "goes on, and\nthe same job again renders nothing.\n\nExamples:\n"
      "  longtake render --portrait me.jpg --audio talk.wav -o talk.mp4\n"
      "  longtake render --portrait me.jpg --audio talk.wav -o talk.mp4 "
      "--emotion happy:0.4\n"
      "  longtake render --portrait me.jpg --audio talk.wav -o talk.mp4 "
      "--preview watch\n"
      "  longtake render --portrait me.jpg --audio talk.wav -o line.mp4 "
      "--in 00:21:07 --out 00:21:31\n"
      "  longtake render --portrait me.jpg --audio talk.wav -o talk.mp4 "
      "--emotion-track cues.csv\n"
      "    --gaze camera --blink-rate 20 --pose 0.5 --json");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunRender(*flags, line); };
  });
}

void AddMotionRender(CLI::App* motion, CommandLine* line) {
  const auto flags = std::make_shared<RenderFlags>();
  CLI::App* command = motion->add_subcommand(
      "render", "Render a take that follows a Live Link Face CSV");
  AddPortraitFlag(command, &flags->job);
  command
      ->add_option("--motion", flags->job.motion,
                   "the CSV, from motion export or a capture")
      ->required();
  command->add_option("--audio", flags->job.audio,
                      "the take's sound [silence, as long as the motion]");
  AddVideoFlags(command, &flags->job);
  AddMachineFlags(command, flags.get(), line);
  command->footer(
      "\nExample:\n"
      "  longtake motion render --portrait me.jpg --motion talk.csv --audio "
      "talk.wav -o talk.mp4");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunMotionRender(*flags, line); };
  });
}

}  // namespace longtake::client
