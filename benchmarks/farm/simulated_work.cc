#include "benchmarks/farm/simulated_work.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <variant>

#include "common/digest/sha256.h"

namespace longtake::bench {
namespace {

constexpr int kSamplesPerFrame = 1600;  // 48 kHz at 30 frames a second
constexpr char kQuiet = '\x40';

// False when the task was stopped meanwhile.
bool WaitUnlessStopped(absl::Duration time, std::stop_token stop) {
  if (time <= absl::ZeroDuration()) return !stop.stop_requested();
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, absl::ToChronoNanoseconds(time),
                [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

StatusOr<std::unique_ptr<SimulatedWork>> SimulatedWork::Create(
    std::shared_ptr<ArtifactStore> artifacts, Options options) {
  std::unique_ptr<SimulatedWork> work(
      new SimulatedWork(std::move(artifacts), std::move(options)));
  LT_RETURN_IF_ERROR(work->WriteBlobs());
  return work;
}

Status SimulatedWork::WriteBlobs() {
  const auto write = [this](const std::string& bytes) {
    return PutBlob(*artifacts_, bytes);
  };
  for (int job = 0; job < options_.jobs; ++job) {
    LT_ASSIGN_OR_RETURN(portraits_.emplace_back(),
                        write(fmt::format("portrait {}", job)));
    LT_ASSIGN_OR_RETURN(audios_.emplace_back(),
                        write(fmt::format("audio {}", job)));
    LT_ASSIGN_OR_RETURN(identities_.emplace_back(),
                        write(fmt::format("identity {}", job)));
    LT_ASSIGN_OR_RETURN(pcms_.emplace_back(),
                        write(fmt::format("pcm {}", job)));
    job_of_[portraits_.back().sha256] = job;
    job_of_[audios_.back().sha256] = job;
    job_of_[identities_.back().sha256] = job;
  }
  const auto frames =
      static_cast<size_t>(options_.segments) * size_t{kSegmentFrames};
  LT_ASSIGN_OR_RETURN(loudness_, write(std::string(frames, kQuiet)));
  LT_ASSIGN_OR_RETURN(keys_, write("key motions"));
  LT_ASSIGN_OR_RETURN(chunk_, write("chunk"));
  LT_ASSIGN_OR_RETURN(evidence_, write("evidence"));
  LT_ASSIGN_OR_RETURN(take_, write("take"));
  return OkStatus();
}

JobSpec SimulatedWork::Job(int job) const {
  const auto at = static_cast<size_t>(job);
  JobSpec spec;
  spec.engine = "synthetic";
  spec.portrait = {portraits_[at], "portrait.jpg"};
  spec.audio = {audios_[at], "talk.wav"};
  // As many frames a segment as usual, but too short a time for the first one
  // to be cut once more.
  spec.output.rate = {100, 1};
  spec.segment_millis = kSegmentFrames * 1000 / 100;
  return spec;
}

int SimulatedWork::assemblies() const {
  absl::MutexLock lock(&mutex_);
  return assemblies_;
}

int64_t SimulatedWork::renders() const {
  absl::MutexLock lock(&mutex_);
  return renders_;
}

std::vector<RenderStart> SimulatedWork::Starts() const {
  absl::MutexLock lock(&mutex_);
  return starts_;
}

void SimulatedWork::NoteStart(const RenderTask& task,
                              const std::string& worker_id) {
  RenderStart start{job_of_.at(task.identity.sha256), task.segment, worker_id,
                    absl::ToUnixMicros(absl::Now())};
  absl::MutexLock lock(&mutex_);
  starts_.push_back(std::move(start));
}

StatusOr<TaskResult> SimulatedWork::Run(const std::string& worker_id,
                                        const TaskSpec& spec,
                                        worker::TaskContext& context) {
  if (const auto* render = std::get_if<RenderTask>(&spec.task)) {
    NoteStart(*render, worker_id);
    const absl::Duration time =
        options_.render_time(render->segment, worker_id);
    if (!WaitUnlessStopped(time, context.stop)) {
      return Cancelled("the simulated render was stopped");
    }
  }
  return std::visit([this](const auto& task) { return Make(task); }, spec.task);
}

StatusOr<TaskResult> SimulatedWork::Make(const AnalyzeAudioTask& task) {
  const int64_t frames = int64_t{options_.segments} * kSegmentFrames;
  AnalyzeAudioResult result;
  result.facts = {"pcm_s16le", 48000, 1, frames * kSamplesPerFrame, false};
  result.pcm = pcms_[static_cast<size_t>(job_of_.at(task.audio.blob.sha256))];
  result.loudness = loudness_;
  result.total_frames = frames;
  return TaskResult{result, {}, {}};
}

StatusOr<TaskResult> SimulatedWork::Make(const AnalyzePortraitTask& task) {
  const int job = job_of_.at(task.portrait.blob.sha256);
  return TaskResult{
      AnalyzePortraitResult{identities_[static_cast<size_t>(job)]}, {}, {}};
}

StatusOr<TaskResult> SimulatedWork::Make(const PlanTask& task) {
  PlanResult result;
  result.key_motions = keys_;
  for (const FrameRange& range : task.rendered) {
    result.motion_digests.push_back(Sha256Hex(
        fmt::format("{} {} {}", range.begin, range.end, task.pcm.sha256)));
  }
  return TaskResult{std::move(result), {}, {}};
}

StatusOr<TaskResult> SimulatedWork::Make(const RenderTask& task) {
  absl::MutexLock lock(&mutex_);
  ++renders_;
  return TaskResult{RenderResult{chunk_, evidence_, task.range.size()}, {}, {}};
}

StatusOr<TaskResult> SimulatedWork::Make(const AssembleTask& task) {
  AssembleResult result;
  result.take = take_;
  for (const SegmentInput& segment : task.segments) {
    result.chosen.push_back(static_cast<int>(segment.candidates.size()) - 1);
    if (segment.range.begin == 0) continue;
    SeamScore seam;
    seam.frame = segment.range.begin;
    seam.ratio = 1;
    seam.psnr_db = 99;
    result.seams.push_back(seam);
  }
  result.frames = task.segments.back().range.end;
  absl::MutexLock lock(&mutex_);
  ++assemblies_;
  return TaskResult{std::move(result), {}, {}};
}

}  // namespace longtake::bench
