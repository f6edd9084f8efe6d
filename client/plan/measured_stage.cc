#include "client/plan/measured_stage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/clock.h"
#include "client/files/scratch_directory.h"
#include "common/artifact/artifact_store.h"
#include "worker/media/audio_file.h"
#include "worker/task/analyze_portrait.h"
#include "worker/task/plan_motion.h"
#include "worker/task/render_segment.h"

namespace longtake::client {
namespace {

// Frames that each worker draws twice: once to open what it needs, once to be
// measured. As a segment they cost a little more a frame than longer ones, for
// the frames around them.
constexpr int64_t kStageFrames = 75;
constexpr int kSampleBytes = 2;

// The portrait, the beginning of the sound and its motion, in a store aside.
class Stage {
 public:
  explicit Stage(const StageOptions& options) : options_(options) {}

  Status Prepare() {
    LT_ASSIGN_OR_RETURN(scratch_, ScratchDirectory::Create());
    DirectoryStoreOptions store;
    store.root = scratch_->Join("store");
    LT_ASSIGN_OR_RETURN(store_, OpenDirectoryStore(store));
    LT_RETURN_IF_ERROR(ReadSound());
    if (frames_ == 0) return OkStatus();
    LT_RETURN_IF_ERROR(FitPortrait());
    return PlanMotion();
  }

  // Of each segment; 0: the sound is too short.
  int64_t frames() const { return frames_; }

  // Draws and encodes segment 0 or 1; how long it took.
  StatusOr<absl::Duration> Draw(int segment,
                                worker::RendererCache* renderers) const {
    RenderTask task = render_;
    task.range = {segment * frames_, (segment + 1) * frames_};
    task.rendered = task.range;
    task.segment = segment;
    worker::TaskContext context = Context(renderers);
    const absl::Time start = absl::Now();
    LT_RETURN_IF_ERROR(worker::RunRenderSegment(task, context).status());
    return absl::Now() - start;
  }

 private:
  worker::TaskContext Context(worker::RendererCache* renderers) const {
    return {*store_, *options_.engine, *renderers, options_.stop, {}};
  }

  Status ReadSound() {
    const std::string path = scratch_->Join("pcm");
    LT_ASSIGN_OR_RETURN(
        const worker::AudioFacts facts,
        worker::AnalyzeAudio(options_.audio_path, options_.audio_path, path));
    const FrameRate rate = options_.spec.output.rate;
    const int64_t all =
        FramesForSamples(facts.samples, facts.sample_rate_hz, rate);
    if (all < kLeastRateFrames) return OkStatus();
    frames_ = std::min(kStageFrames, all / 2);
    const int64_t samples = std::min(
        facts.pcm_samples,
        SampleAtFrame(2 * frames_, worker::kAnalysisSampleRateHz, rate));
    std::error_code error;
    std::filesystem::resize_file(
        path, static_cast<uintmax_t>(samples * kSampleBytes), error);
    if (error) return FailedPrecondition(path + ": " + error.message());
    LT_ASSIGN_OR_RETURN(render_.pcm, PutFile(path));
    render_.total_frames = 2 * frames_;
    render_.output = options_.spec.output;
    render_.controls = options_.spec.controls;
    render_.seed = options_.spec.seed;
    return OkStatus();
  }

  Status FitPortrait() {
    AnalyzePortraitTask task;
    LT_ASSIGN_OR_RETURN(task.portrait.blob, PutFile(options_.portrait_path));
    task.portrait.name = options_.portrait_path;
    task.width = options_.spec.output.width;
    task.height = options_.spec.output.height;
    task.face = options_.spec.face;
    worker::RendererCache renderers;
    worker::TaskContext context = Context(&renderers);
    LT_ASSIGN_OR_RETURN(const TaskResult done,
                        worker::RunAnalyzePortrait(task, context));
    render_.identity = std::get<AnalyzePortraitResult>(done.result).identity;
    return OkStatus();
  }

  Status PlanMotion() {
    PlanTask task;
    task.pcm = render_.pcm;
    task.total_frames = render_.total_frames;
    task.rate = render_.output.rate;
    task.seed = render_.seed;
    task.controls = render_.controls;
    worker::RendererCache renderers;
    worker::TaskContext context = Context(&renderers);
    LT_ASSIGN_OR_RETURN(const TaskResult done,
                        worker::RunPlanMotion(task, context));
    render_.key_motions = std::get<PlanResult>(done.result).key_motions;
    return OkStatus();
  }

  StatusOr<BlobRef> PutFile(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return FailedPrecondition(path + ": cannot be read");
    return PutBlob(*store_, {std::istreambuf_iterator<char>(in), {}});
  }

  const StageOptions& options_;
  std::unique_ptr<ScratchDirectory> scratch_;
  std::shared_ptr<ArtifactStore> store_;
  RenderTask render_;  // of both segments
  int64_t frames_ = 0;
};

}  // namespace

StatusOr<std::optional<RenderRate>> MeasureStage(const StageOptions& options) {
  Stage stage(options);
  LT_RETURN_IF_ERROR(stage.Prepare());
  if (stage.frames() == 0) return std::optional<RenderRate>();
  std::vector<StatusOr<absl::Duration>> took(
      static_cast<size_t>(options.workers), absl::ZeroDuration());
  {
    std::vector<std::jthread> threads;
    for (StatusOr<absl::Duration>& mine : took) {
      threads.emplace_back([&stage, &mine] {
        worker::RendererCache renderers;
        mine = stage.Draw(0, &renderers);
        if (mine.ok()) mine = stage.Draw(1, &renderers);
      });
    }
  }
  RenderRate rate;
  for (const StatusOr<absl::Duration>& one : took) {
    LT_RETURN_IF_ERROR(one.status());
    rate.frames += stage.frames();
    rate.render_micros += absl::ToInt64Microseconds(*one);
  }
  return std::optional<RenderRate>(rate);
}

}  // namespace longtake::client
