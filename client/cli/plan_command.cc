// longtake plan: what a render would do, without doing it.

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/job_flags.h"
#include "client/cli/local_farm.h"
#include "client/files/stated_length.h"
#include "client/plan/measured_stage.h"
#include "client/plan/plan_report.h"
#include "client/plan/render_rates.h"
#include "client/report/print.h"
#include "common/rpc/security_flags.h"

namespace longtake::client {
namespace {

struct PlanFlags {
  JobFlags job;
  LocalFarmFlags local;
  FarmFlags farm;  // an empty address: here
};

// The rate that earlier renders left, else one that is tried out now.
struct KnownRate {
  std::optional<RenderRate> rate;
  std::string basis;
};
StatusOr<KnownRate> FindOutRate(const PlanFlags& flags, const LocalFarm& local,
                                const JobSpec& spec, std::stop_token stop) {
  const std::string setup =
      fmt::format("at {}x{} with {} worker(s) here", spec.output.width,
                  spec.output.height, local.workers);
  KnownRate known;
  known.rate = FindRate(local.cache_dir, RateSetupOf(local, spec));
  if (known.rate) {
    known.basis =
        fmt::format("rendering and assembly, as fast as the last {} frames {}",
                    known.rate->frames, setup);
    return known;
  }
  StageOptions stage;
  for (const auto& engine : local.engines) {
    if (engine->Describe().name == spec.engine) stage.engine = engine;
  }
  stage.portrait_path = flags.job.portrait;
  stage.audio_path = flags.job.audio;
  stage.spec = spec;
  stage.workers = local.workers;
  stage.stop = stop;
  LT_ASSIGN_OR_RETURN(known.rate, MeasureStage(stage));
  if (known.rate) {
    known.basis =
        fmt::format("rendering alone, as fast as {} frames just now {}",
                    known.rate->frames, setup);
  }
  return known;
}

StatusOr<std::optional<TimeEstimate>> Estimate(const PlanFlags& flags,
                                               const LocalFarm& local,
                                               const PlanReport& report,
                                               std::stop_token stop) {
  std::vector<int64_t> to_render;
  for (const TaskView& render : report.renders) {
    if (!render.from_cache) to_render.push_back(render.range.size());
  }
  if (to_render.empty()) {
    return std::optional(TimeEstimate{0, "nothing is to be rendered"});
  }
  LT_ASSIGN_OR_RETURN(const KnownRate known,
                      FindOutRate(flags, local, report.job.spec, stop));
  if (!known.rate) return std::optional<TimeEstimate>();
  return std::optional(
      TimeEstimate{EstimateSeconds(*known.rate, to_render, local.workers,
                                   report.job.progress.frames_total),
                   known.basis});
}

StatusOr<PlanReport> PlanOn(FarmConnection& farm, const PreparedJob& prepared,
                            std::stop_token stop, ProgressPrinter& printer) {
  PlanReport report;
  LT_ASSIGN_OR_RETURN(report.job,
                      RunJobAndWait(farm, prepared, stop, printer, nullptr));
  LT_ASSIGN_OR_RETURN(SegmentList list,
                      farm.ListSegments(report.job.job_id, false));
  report.renders = std::move(list.tasks);
  return report;
}

StatusOr<PlanReport> Plan(const PlanFlags& flags, std::stop_token stop,
                          ProgressPrinter& printer) {
  LT_ASSIGN_OR_RETURN(const coordinator::FarmLimits limits,
                      ParseLimits(flags.local.limits));
  LT_RETURN_IF_ERROR(CheckStatedLength(flags.job.audio, limits.max_job_length));
  LT_ASSIGN_OR_RETURN(PreparedJob prepared,
                      PrepareJob(flags.job, limits.inputs));
  prepared.spec.dry_run = true;
  if (stop.stop_requested()) return Interrupted();
  if (!flags.farm.address.empty()) {
    LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                        OpenFarm(flags.farm));
    LT_ASSIGN_OR_RETURN(PlanReport report,
                        PlanOn(*farm, prepared, stop, printer));
    report.why_no_time = kFarmUnmeasured;
    return report;
  }
  LT_ASSIGN_OR_RETURN(const LocalFarm local,
                      OpenLocalFarm(flags.local, limits, prepared.spec));
  LT_ASSIGN_OR_RETURN(PlanReport report,
                      PlanOn(*local.connection, prepared, stop, printer));
  LT_ASSIGN_OR_RETURN(report.time, Estimate(flags, local, report, stop));
  report.why_no_time = kNothingMeasured;
  return report;
}

Status RunPlan(const PlanFlags& flags, CommandLine* line) {
  ProgressPrinter::Options printing;
  printing.terminal = IsTerminal(stderr);
  printing.rate = ParseFrameRate(flags.job.fps).value_or(FrameRate{});
  StatusOr<PlanReport> report = Internal("not planned");
  {
    ProgressPrinter printer(printing);
    Interrupts interrupts([&printer] {
      printer.Say("stopping; press Ctrl-C again to end at once");
    });
    report = Plan(flags, interrupts.token(), printer);
    line->interrupted = interrupts.requested() && !report.ok();
  }
  if (line->interrupted) return Interrupted();
  LT_RETURN_IF_ERROR(report.status());
  Print(stdout, line->json ? PlanJson(*report) + "\n" : PlanText(*report));
  return OkStatus();
}

}  // namespace

void AddPlanCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<PlanFlags>();
  CLI::App* command = app.add_subcommand(
      "plan",
      "Tell what a render would do: which segments, from where, how "
      "long");
  AddJobFlags(command, &flags->job);
  AddLocalFarmFlags(command, &flags->local);
  // Not $LONGTAKE_FARM: plan is of a render unless it is told otherwise.
  flags->farm.address.clear();
  command->add_option("--farm", flags->farm.address,
                      "plan what submit would do on this farm (host:port, with "
                      "commas between) instead");
  AddSecurityFlags(*command, &flags->farm.security);
  AddCommonFlags(command, line);
  command->footer(
      "\nTakes the flags of render that shape the job. The sound and the "
      "portrait are\nanalysed and the motion is planned, as render would, and "
      "kept; nothing of the\ntake is rendered.\n\nExamples:\n"
      "  longtake plan --portrait me.jpg --audio talk2.wav\n"
      "  longtake plan --portrait me.jpg --audio talk2.wav --in 00:21:07 "
      "--out 00:21:31 --json");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunPlan(*flags, line); };
  });
}

}  // namespace longtake::client
