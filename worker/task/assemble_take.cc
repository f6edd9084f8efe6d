#include "worker/task/assemble_take.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "worker/mux/audio_packets.h"
#include "worker/mux/take_muxer.h"
#include "worker/stitch/evidence.h"
#include "worker/stitch/seam_check.h"
#include "worker/task/blob_input.h"
#include "worker/task/candidate_choice.h"

namespace longtake::worker {
namespace {

// The evidence of the two segments at a join; moves on with the joins.
class EvidenceWindow {
 public:
  EvidenceWindow(ArtifactStore& store, const AssembleTask& task)
      : store_(store), task_(task) {}

  StatusOr<SeamScore> Score(int join, int left, int right) {
    LT_RETURN_IF_ERROR(MoveTo(join));
    return CompareAt(task_.segments[join + 1].range.begin, *left_[left],
                     *right_[right]);
  }

 private:
  using Evidences = std::vector<std::shared_ptr<const SegmentEvidence>>;

  Status MoveTo(int join) {
    if (join == join_) return OkStatus();
    if (join == join_ + 1 && join > 0) {
      left_ = std::move(right_);
    } else {
      left_.clear();
      LT_ASSIGN_OR_RETURN(left_, Load(join));
    }
    right_.clear();
    LT_ASSIGN_OR_RETURN(right_, Load(join + 1));
    join_ = join;
    return OkStatus();
  }

  StatusOr<Evidences> Load(int segment) {
    const auto& candidates = task_.segments[segment].candidates;
    Evidences loaded;
    for (size_t c = 0; c < candidates.size(); ++c) {
      // Renders that agree are the common case of a repair.
      size_t same = 0;
      while (candidates[same].evidence != candidates[c].evidence) ++same;
      if (same < c) {
        loaded.push_back(loaded[same]);
        continue;
      }
      const std::string what = fmt::format("evidence of segment {}", segment);
      LT_ASSIGN_OR_RETURN(const std::string bytes,
                          ReadInput(store_, candidates[c].evidence, what));
      StatusOr<SegmentEvidence> evidence = ParseEvidence(bytes);
      if (!evidence.ok()) return Annotate(evidence.status(), what);
      loaded.push_back(
          std::make_shared<const SegmentEvidence>(*std::move(evidence)));
    }
    return loaded;
  }

  ArtifactStore& store_;
  const AssembleTask& task_;
  int join_ = -1;
  Evidences left_, right_;  // by candidate
};

StatusOr<CandidateChoice> Choose(const AssembleTask& task,
                                 TaskContext& context) {
  std::vector<int> counts;
  for (const SegmentInput& segment : task.segments) {
    counts.push_back(static_cast<int>(segment.candidates.size()));
  }
  EvidenceWindow window(context.store, task);
  return ChooseCandidates(
      counts, [&](int join, int left, int right) -> StatusOr<SeamScore> {
        if (context.stop.stop_requested()) return Cancelled("assembly stopped");
        return window.Score(join, left, right);
      });
}

// The first seam that fails, with its numbers, and how many others do.
Status SeamFailure(const std::vector<SeamScore>& seams, FrameRate rate) {
  const SeamScore* first = nullptr;
  int others = 0;
  for (const SeamScore& seam : seams) {
    if (seam.verdict != SeamVerdict::kFail) continue;
    if (first == nullptr) {
      first = &seam;
    } else {
      ++others;
    }
  }
  const int64_t millis = MicrosAtFrame(first->frame, rate) / 1000;
  return DataLoss(fmt::format(
      "the seam at frame {} ({}.{:03} s) fails, also after rendering both "
      "sides again: ratio {:.2f} (limit {:.1f}), overlap PSNR {:.1f} dB (limit "
      "{:.1f}), motion distance {:.4g}{}",
      first->frame, millis / 1000, millis % 1000, first->ratio, kFailRatio,
      first->psnr_db, kFailPsnrDb, first->motion_distance,
      others == 0 ? "" : fmt::format("; {} more seams fail", others)));
}

int64_t FramesOf(const AssembleTask& task) {
  return task.segments.back().range.end - task.segments.front().range.begin;
}

// All that the muxer needs but the chunks. `audio` is the sound's file.
TakeInputs InputsOf(const AssembleTask& task, const LocalBlob& audio) {
  TakeInputs inputs;
  inputs.first_frame = task.segments.front().range.begin;
  inputs.total_frames = FramesOf(task);
  inputs.rate = task.output.rate;
  inputs.audio_path = audio.path();
  inputs.audio_name = task.audio.name;
  const ::longtake::AudioFacts& facts = task.audio_facts;
  inputs.audio.codec = facts.codec;
  inputs.audio.sample_rate_hz = facts.sample_rate_hz;
  inputs.audio.channels = facts.channels;
  inputs.audio.samples = facts.samples;
  inputs.audio.leading_samples = facts.leading_samples;
  inputs.audio.copyable_to_mp4 = facts.copyable_to_mp4;
  inputs.tag = task.inputs_digest;
  inputs.digital_source_type = task.digital_source_type;
  return inputs;
}

StatusOr<BlobRef> WriteTake(const AssembleTask& task,
                            const std::vector<int>& chosen, TakeInputs* inputs,
                            PacketSource& sound, TaskContext& context) {
  std::vector<std::unique_ptr<LocalBlob>> chunks;  // pinned while they are read
  for (size_t i = 0; i < task.segments.size(); ++i) {
    const SegmentInput& segment = task.segments[i];
    LT_ASSIGN_OR_RETURN(
        auto chunk,
        OpenInput(context.store, segment.candidates[chosen[i]].chunk,
                  fmt::format("chunk of segment {}", i)));
    inputs->chunks.push_back({chunk->path(), segment.range});
    chunks.push_back(std::move(chunk));
  }
  LT_ASSIGN_OR_RETURN(ScratchFile file,
                      ScratchFile::Create(context.store, ".mp4"));
  if (context.stop.stop_requested()) return Cancelled("assembly stopped");
  LT_RETURN_IF_ERROR(MuxTake(*inputs, sound, file.path()).status());
  return file.Adopt();
}

}  // namespace

StatusOr<TaskResult> RunAssembleTake(const AssembleTask& task,
                                     TaskContext& context) {
  if (task.segments.empty()) {
    return InvalidArgument("assembly: there are no segments");
  }
  LT_ASSIGN_OR_RETURN(
      const std::unique_ptr<LocalBlob> audio,
      OpenInput(context.store, task.audio.blob, "audio " + task.audio.name));
  TakeInputs inputs = InputsOf(task, *audio);
  // Opened first: it is encoded while the seams are compared. Seams that fail
  // are told before a sound that does.
  const auto sound = OpenAudioPackets(inputs);
  LT_ASSIGN_OR_RETURN(CandidateChoice choice, Choose(task, context));
  AssembleResult result;
  if (choice.failing_segments.empty()) {
    LT_RETURN_IF_ERROR(sound.status());
    LT_ASSIGN_OR_RETURN(
        result.take, WriteTake(task, choice.chosen, &inputs, **sound, context));
    result.frames = FramesOf(task);
  } else if (!task.may_repair) {
    return SeamFailure(choice.seams, task.output.rate);
  }
  result.seams = std::move(choice.seams);
  result.repair_segments = std::move(choice.failing_segments);
  result.chosen = std::move(choice.chosen);
  TaskResult done;
  done.result = std::move(result);
  return done;
}

}  // namespace longtake::worker
