// longtake motion export: the plan's motion of a whole audio file as CSV.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "client/cli/command_line.h"
#include "client/cli/interrupts.h"
#include "client/cli/job_flags.h"
#include "client/cli/motion_commands.h"
#include "client/farm/fetch.h"
#include "client/files/guide_files.h"
#include "client/files/input_files.h"
#include "client/files/output_file.h"
#include "client/files/scratch_directory.h"
#include "client/report/print.h"
#include "common/job/job.h"
#include "worker/engine/hilm/hilm_engine.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::client {
namespace {

// Frames sampled at a time: memory does not grow with the audio.
constexpr int64_t kFramesAtOnce = 512;

struct ExportFlags {
  std::string audio;
  std::string job_id;  // instead of audio
  FarmFlags farm;
  std::string fps = "30";
  uint64_t seed = 0;
  DialFlags dials;
  std::string models_dir;
  std::string output;
  bool force = false;
};

// What the motion depends on.
struct MotionSource {
  std::string audio_path;
  std::string audio_name;
  FrameRate rate;
  uint64_t seed = 0;
  Controls controls;
  worker::Guides guides;
};

StatusOr<MotionSource> SourceFromFlags(const ExportFlags& flags) {
  MotionSource source;
  LT_RETURN_IF_ERROR(CheckInput({"audio", flags.audio}));
  source.audio_path = flags.audio;
  source.audio_name = flags.audio;
  LT_ASSIGN_OR_RETURN(source.rate, ParseFrameRate(flags.fps));
  source.seed = flags.seed;
  LT_ASSIGN_OR_RETURN(source.controls, ControlsOf(flags.dials));
  const GuidePaths paths = GuidePathsOf(flags.dials);
  LT_RETURN_IF_ERROR(CheckDials(kDefaultEngine, source.controls, paths,
                                /*follows_motion=*/false));
  LT_ASSIGN_OR_RETURN(source.guides, ReadGuideFiles(paths));
  return source;
}

StatusOr<MotionSource> SourceFromJob(const ExportFlags& flags,
                                     const ScratchDirectory& scratch,
                                     std::stop_token stop) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const JobView job, farm->GetJob(flags.job_id));
  if (!job.spec.motion.blob.empty()) {
    return FailedPrecondition(
        fmt::format("job {} follows the motion file {}: it is the motion",
                    flags.job_id, job.spec.motion.name));
  }
  MotionSource source;
  source.audio_path = scratch.Join("audio");
  source.audio_name = job.spec.audio.name;
  source.rate = job.spec.output.rate;
  source.seed = job.spec.seed;
  source.controls = job.spec.controls;
  LT_RETURN_IF_ERROR(
      FetchBlob(*farm, job.spec.audio.blob, source.audio_path, stop));
  GuidePaths paths;
  for (const auto& [role, file] : job.spec.guides) {
    paths[role] = scratch.Join(role);
    LT_RETURN_IF_ERROR(FetchBlob(*farm, file.blob, paths[role], stop));
  }
  LT_ASSIGN_OR_RETURN(source.guides, ReadGuideFiles(paths));
  for (const auto& [role, file] : job.spec.guides) {
    source.guides[role].name = file.name;
  }
  return source;
}

// Samples the whole motion in bounded pieces and writes each.
Status WriteMotion(const worker::Engine& engine,
                   const worker::MotionRequest& request, std::stop_token stop,
                   OutputFile& file) {
  LT_ASSIGN_OR_RETURN(const worker::MotionPlan plan,
                      engine.PlanMotion(request));
  const std::string& keys = plan.key_motions;
  std::ostringstream text;
  worker::LiveLinkCsvWriter csv(text, request.rate);
  for (int64_t begin = 0; begin < request.total_frames;
       begin += kFramesAtOnce) {
    if (stop.stop_requested()) return Cancelled("interrupted");
    const FrameRange range = {
        begin, std::min(begin + kFramesAtOnce, request.total_frames)};
    LT_ASSIGN_OR_RETURN(const worker::MotionTrack track,
                        engine.SampleMotion(request, keys, range));
    for (FrameIndex f = range.begin; f < range.end; ++f) {
      LT_RETURN_IF_ERROR(csv.Append(f, track.frames[f - range.begin]));
    }
    LT_RETURN_IF_ERROR(file.Append(text.str()));
    text.str("");
  }
  LT_RETURN_IF_ERROR(csv.Finish());
  LT_RETURN_IF_ERROR(file.Append(text.str()));
  return file.Commit();
}

StatusOr<int64_t> Export(const ExportFlags& flags, std::stop_token stop) {
  LT_RETURN_IF_ERROR(CheckOutput(flags.output, flags.force, "",
                                 [](const std::string&) { return ""; }));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchDirectory> scratch,
                      ScratchDirectory::Create());
  LT_ASSIGN_OR_RETURN(const MotionSource source,
                      flags.job_id.empty()
                          ? SourceFromFlags(flags)
                          : SourceFromJob(flags, *scratch, stop));
  const std::string pcm_path = scratch->Join("pcm");
  LT_ASSIGN_OR_RETURN(
      const worker::AudioFacts facts,
      worker::AnalyzeAudio(source.audio_path, source.audio_name, pcm_path));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::PcmFile> pcm,
                      worker::PcmFile::Open(pcm_path));
  LT_ASSIGN_OR_RETURN(const std::shared_ptr<const worker::Engine> engine,
                      worker::CreateHilmMotionEngine(flags.models_dir));
  const worker::MotionRequest request = {
      *pcm,
      FramesForSamples(facts.samples, facts.sample_rate_hz, source.rate),
      source.rate,
      source.seed,
      source.controls,
      &source.guides};
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                      OutputFile::Create(flags.output));
  LT_RETURN_IF_ERROR(WriteMotion(*engine, request, stop, *file));
  return request.total_frames;
}

Status RunExport(const ExportFlags& flags, CommandLine* line) {
  if (flags.audio.empty() == flags.job_id.empty()) {
    return InvalidArgument("give --audio FILE or --job JOB, one of both");
  }
  Interrupts interrupts([] {});
  const StatusOr<int64_t> frames = Export(flags, interrupts.token());
  line->interrupted = interrupts.requested() && !frames.ok();
  LT_RETURN_IF_ERROR(frames.status());
  if (line->json) {
    const nlohmann::json answer = {{"output", flags.output},
                                   {"frames", *frames}};
    Print(stdout,
          fmt::format("{}\n",
                      answer.dump(-1, ' ', false,
                                  nlohmann::json::error_handler_t::replace)));
  } else {
    Print(stdout, fmt::format("{}: {} frames\n", flags.output, *frames));
  }
  return OkStatus();
}

}  // namespace

void AddMotionExport(CLI::App* motion, CommandLine* line) {
  const auto flags = std::make_shared<ExportFlags>();
  CLI::App* command = motion->add_subcommand(
      "export",
      "Write the motion planned for an audio file as Live Link Face "
      "CSV");
  command->add_option("--audio", flags->audio, "speech: any sound file");
  command->add_option("--job", flags->job_id,
                      "instead of --audio: the motion of this job of the farm");
  AddFarmFlags(command, &flags->farm);
  command->add_option("--fps", flags->fps, "frames a second")
      ->capture_default_str();
  AddSeedFlag(command, &flags->seed, "as given to render");
  AddDialFlags(command, &flags->dials);
  command->add_option("--models", flags->models_dir,
                      "folder with hilm/motion.safetensors, other weights than "
                      "the built-in ones");
  command->add_option("-o,--output", flags->output, "the CSV to write")
      ->required();
  command->add_flag("--force", flags->force, "replace an existing output");
  AddCommonFlags(command, line);
  command->footer(
      "\nEdit the CSV and render it:\n"
      "  longtake motion export --audio talk.wav --emotion happy:0.4 -o "
      "talk.csv\n"
      "  longtake motion render --portrait me.jpg --audio talk.wav --motion "
      "talk.csv -o talk.mp4");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunExport(*flags, line); };
  });
}

}  // namespace longtake::client
