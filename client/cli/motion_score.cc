// longtake motion score: the planned mouth against phones whose times are
// known, so that anybody can repeat the evaluation on data of their own.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "client/cli/dial_flags.h"
#include "client/cli/interrupts.h"
#include "client/cli/job_flags.h"
#include "client/cli/motion_commands.h"
#include "client/files/guide_files.h"
#include "client/files/input_files.h"
#include "client/files/scratch_directory.h"
#include "client/report/print.h"
#include "common/job/job.h"
#include "worker/engine/evaluate/motion_scorer.h"
#include "worker/engine/hilm/hilm_engine.h"
#include "worker/engine/phonetics/phone_segments.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::client {
namespace {

// Frames sampled at a time: the motion itself is not kept.
constexpr int64_t kFramesAtOnce = 512;

struct ScoreFlags {
  std::string audio, phones;
  std::string fps = "50";
  uint64_t seed = 0;
  DialFlags dials;
  std::string models_dir;
};

// The mouth of every frame of the job.
StatusOr<std::vector<worker::MouthCurves>> SampleMouth(
    const worker::Engine& engine, const worker::MotionRequest& request,
    std::stop_token stop) {
  LT_ASSIGN_OR_RETURN(const worker::MotionPlan plan,
                      engine.PlanMotion(request));
  const std::string& keys = plan.key_motions;
  std::vector<worker::MouthCurves> curves;
  for (int64_t begin = 0; begin < request.total_frames;
       begin += kFramesAtOnce) {
    if (stop.stop_requested()) return Cancelled("interrupted");
    const FrameRange range = {
        begin, std::min(begin + kFramesAtOnce, request.total_frames)};
    LT_ASSIGN_OR_RETURN(const worker::MotionTrack track,
                        engine.SampleMotion(request, keys, range));
    for (const worker::MotionFrame& frame : track.frames) {
      curves.push_back(worker::CurvesOf(frame));
    }
  }
  return curves;
}

StatusOr<worker::MotionScore> Score(const ScoreFlags& flags,
                                    std::stop_token stop) {
  LT_RETURN_IF_ERROR(CheckInput({"audio", flags.audio}));
  LT_RETURN_IF_ERROR(CheckInput({"phones", flags.phones}));
  LT_ASSIGN_OR_RETURN(const auto phones, worker::ReadPhones(flags.phones));
  LT_ASSIGN_OR_RETURN(const FrameRate rate, ParseFrameRate(flags.fps));
  LT_ASSIGN_OR_RETURN(const Controls controls, ControlsOf(flags.dials));
  const GuidePaths paths = GuidePathsOf(flags.dials);
  LT_RETURN_IF_ERROR(CheckDials(kDefaultEngine, controls, paths,
                                /*follows_motion=*/false));
  LT_ASSIGN_OR_RETURN(const worker::Guides guides, ReadGuideFiles(paths));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchDirectory> scratch,
                      ScratchDirectory::Create());
  const std::string pcm_path = scratch->Join("pcm");
  LT_ASSIGN_OR_RETURN(const worker::AudioFacts facts,
                      worker::AnalyzeAudio(flags.audio, flags.audio, pcm_path));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<worker::PcmFile> pcm,
                      worker::PcmFile::Open(pcm_path));
  LT_ASSIGN_OR_RETURN(const std::shared_ptr<const worker::Engine> engine,
                      worker::CreateHilmMotionEngine(flags.models_dir));
  const worker::MotionRequest request = {
      *pcm,     FramesForSamples(facts.samples, facts.sample_rate_hz, rate),
      rate,     flags.seed,
      controls, &guides};
  LT_ASSIGN_OR_RETURN(const std::vector<worker::MouthCurves> curves,
                      SampleMouth(*engine, request, stop));
  worker::MotionScorer scorer;
  scorer.Add(rate, curves, phones);
  return scorer.Score();
}

std::string AsJson(const worker::MotionScore& s) {
  const nlohmann::json json = {{"r", s.mean_r},
                               {"jaw_r", s.r[worker::kCurveJaw]},
                               {"closure_f1", s.closure_f1},
                               {"closure_recall", s.closure_recall},
                               {"closure_precision", s.closure_precision},
                               {"closures", s.closures},
                               {"std_ratio", s.mean_std_ratio},
                               {"lag_ms", s.lag_ms},
                               {"rest_jaw_open", s.rest_jaw},
                               {"seconds", s.seconds}};
  return json.dump() + "\n";
}

std::string AsText(const worker::MotionScore& s) {
  return fmt::format(
      "correlation of the mouth's 11 curves   {:.3f}\n"
      "correlation of the jaw                 {:.3f}\n"
      "p, b, m within 67 ms                   F1 {:.3f} (of {}: recall {:.2f}, "
      "precision {:.2f})\n"
      "deviation against the reference        {:.2f}\n"
      "lag of the jaw                         {:+.0f} ms\n"
      "jaw where nothing is said              {:.3f}\n",
      s.mean_r, s.r[worker::kCurveJaw], s.closure_f1, s.closures,
      s.closure_recall, s.closure_precision, s.mean_std_ratio, s.lag_ms,
      s.rest_jaw);
}

Status RunScore(const ScoreFlags& flags, CommandLine* line) {
  Interrupts interrupts([] {});
  const StatusOr<worker::MotionScore> score = Score(flags, interrupts.token());
  line->interrupted = interrupts.requested() && !score.ok();
  LT_RETURN_IF_ERROR(score.status());
  Print(stdout, line->json ? AsJson(*score) : AsText(*score));
  return OkStatus();
}

}  // namespace

void AddMotionScore(CLI::App* motion, CommandLine* line) {
  const auto flags = std::make_shared<ScoreFlags>();
  CLI::App* command = motion->add_subcommand(
      "score",
      "Measure the planned mouth against phones whose times are known");
  command->add_option("--audio", flags->audio, "speech: any sound file")
      ->required();
  command
      ->add_option("--phones", flags->phones,
                   "a line \"start end ipa\" for each phone, in seconds; "
                   "silence is _")
      ->required();
  command->add_option("--fps", flags->fps, "frames a second of the motion")
      ->capture_default_str();
  AddSeedFlag(command, &flags->seed, "as given to render");
  AddDialFlags(command, &flags->dials);
  command->add_option("--models", flags->models_dir,
                      "folder with hilm/motion.safetensors, other weights than "
                      "the built-in ones");
  AddCommonFlags(command, line);
  command->footer(
      "\nThe reference is the dominance model of docs/model_card.md over the "
      "phones given.\n"
      "  longtake motion score --audio talk.wav --phones talk.phones");
  command->callback([flags, line] {
    line->run = [flags, line] { return RunScore(*flags, line); };
  });
}

}  // namespace longtake::client
