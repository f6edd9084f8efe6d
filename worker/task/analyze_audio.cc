#include "worker/task/analyze_audio.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "worker/engine/audio/loudness.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"
#include "worker/task/blob_input.h"
#include "worker/task/pcm_levels.h"

namespace longtake::worker {
namespace {

constexpr int64_t kLoudnessBlockFrames = 4096;

StatusOr<std::string> LoudnessBytes(const PcmReader& pcm, FrameRate rate,
                                    int64_t total_frames,
                                    const TaskContext& context) {
  std::string bytes;
  bytes.reserve(total_frames);
  std::vector<uint8_t> block;
  for (FrameIndex at = 0; at < total_frames; at += kLoudnessBlockFrames) {
    if (context.stop.stop_requested()) return Cancelled("analysis stopped");
    const FrameRange range{at,
                           std::min(at + kLoudnessBlockFrames, total_frames)};
    LT_RETURN_IF_ERROR(ComputeLoudness(pcm, rate, range, &block));
    bytes.append(block.begin(), block.end());
  }
  return bytes;
}

}  // namespace

StatusOr<TaskResult> RunAnalyzeAudio(const AnalyzeAudioTask& task,
                                     TaskContext& context) {
  const std::string& name = task.audio.name;
  LT_ASSIGN_OR_RETURN(
      const std::unique_ptr<LocalBlob> audio,
      OpenInput(context.store, task.audio.blob, "audio " + name));
  LT_ASSIGN_OR_RETURN(ScratchFile pcm_file,
                      ScratchFile::Create(context.store, ".pcm"));
  LT_ASSIGN_OR_RETURN(
      const worker::AudioFacts facts,
      worker::AnalyzeAudio(audio->path(), name, pcm_file.path(),
                           task.max_millis > 0
                               ? std::min(task.max_millis, kMaxAudioMillis)
                               : kMaxAudioMillis));
  if (context.stop.stop_requested()) return Cancelled("analysis stopped");

  AnalyzeAudioResult result;
  result.facts = {facts.codec,   facts.sample_rate_hz,  facts.channels,
                  facts.samples, facts.copyable_to_mp4, facts.leading_samples};
  result.total_frames =
      FramesForSamples(facts.samples, facts.sample_rate_hz, task.rate);

  TaskResult done;
  for (const std::string& warning : facts.warnings) {
    done.warnings.push_back(fmt::format("audio {}: {}", name, warning));
  }
  {
    LT_ASSIGN_OR_RETURN(const std::unique_ptr<PcmFile> pcm,
                        PcmFile::Open(pcm_file.path()));
    LT_ASSIGN_OR_RETURN(
        const std::string loudness,
        LoudnessBytes(*pcm, task.rate, result.total_frames, context));
    LT_ASSIGN_OR_RETURN(result.loudness, PutBlob(context.store, loudness));
    LT_ASSIGN_OR_RETURN(const std::vector<std::string> levels,
                        WarnAboutLevels(*pcm, name));
    done.warnings.insert(done.warnings.end(), levels.begin(), levels.end());
  }
  LT_ASSIGN_OR_RETURN(result.pcm, pcm_file.Adopt());
  done.result = std::move(result);
  return done;
}

}  // namespace longtake::worker
