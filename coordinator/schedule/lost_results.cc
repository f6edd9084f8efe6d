#include "coordinator/schedule/lost_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace longtake::coordinator {
namespace {

// As many are named in an event.
constexpr size_t kNamed = 4;

// The planner makes a task of one kind from results of another.
bool IsMadeFrom(TaskKind kind, TaskKind source) {
  switch (kind) {
    case TaskKind::kAnalyzeAudio:
    case TaskKind::kAnalyzePortrait:
      return false;
    case TaskKind::kPlan:
      return source == TaskKind::kAnalyzeAudio;
    case TaskKind::kRender:
      return source == TaskKind::kAnalyzeAudio ||
             source == TaskKind::kAnalyzePortrait || source == TaskKind::kPlan;
    case TaskKind::kAssemble:
      return source == TaskKind::kRender;
  }
  return false;
}

void AddBlob(const BlobRef& blob, std::vector<BlobRef>* blobs) {
  if (!blob.empty()) blobs->push_back(blob);
}

}  // namespace

LostWork FindLostWork(const std::vector<TaskRecord>& tasks,
                      const std::function<bool(const TaskResult&)>& is_whole) {
  LostWork work;
  std::array<bool, kTaskKinds> missing = {};  // kinds of which some are
  // A kind is made from kinds before it.
  for (int k = 0; k < kTaskKinds; ++k) {
    const auto kind = static_cast<TaskKind>(k);
    bool source_missing = false;
    for (int s = 0; s < k; ++s) {
      source_missing = source_missing || (missing[static_cast<size_t>(s)] &&
                                          IsMadeFrom(kind, TaskKind(s)));
    }
    for (const TaskRecord& task : tasks) {
      if (task.kind != kind) continue;
      const bool finished = task.state == TaskState::kSucceeded;
      if (finished && is_whole(*task.result)) continue;
      if (source_missing) {
        work.drop.push_back(task.task_id);
      } else if (finished) {
        work.lost.push_back({task.task_id, task.times_lost});
      } else {
        continue;
      }
      missing[static_cast<size_t>(k)] = true;
    }
  }
  return work;
}

std::vector<BlobRef> MadeInputs(const TaskSpec& spec) {
  std::vector<BlobRef> blobs;
  if (const auto* plan = std::get_if<PlanTask>(&spec.task)) {
    AddBlob(plan->pcm, &blobs);
  } else if (const auto* render = std::get_if<RenderTask>(&spec.task)) {
    AddBlob(render->identity, &blobs);
    AddBlob(render->pcm, &blobs);
    AddBlob(render->key_motions, &blobs);
  } else if (const auto* assemble = std::get_if<AssembleTask>(&spec.task)) {
    for (const SegmentInput& segment : assemble->segments) {
      for (const SegmentCandidate& candidate : segment.candidates) {
        AddBlob(candidate.chunk, &blobs);
        AddBlob(candidate.evidence, &blobs);
      }
    }
  }
  return blobs;
}

std::vector<BlobRef> UploadedInputs(const TaskSpec& spec) {
  std::vector<BlobRef> blobs;
  if (const auto* audio = std::get_if<AnalyzeAudioTask>(&spec.task)) {
    AddBlob(audio->audio.blob, &blobs);
  } else if (const auto* face = std::get_if<AnalyzePortraitTask>(&spec.task)) {
    AddBlob(face->portrait.blob, &blobs);
  } else if (const auto* plan = std::get_if<PlanTask>(&spec.task)) {
    AddBlob(plan->motion.blob, &blobs);
    for (const auto& [role, guide] : plan->guides) {
      AddBlob(guide.blob, &blobs);
    }
  } else if (const auto* render = std::get_if<RenderTask>(&spec.task)) {
    AddBlob(render->motion_csv, &blobs);
  } else if (const auto* assemble = std::get_if<AssembleTask>(&spec.task)) {
    AddBlob(assemble->audio.blob, &blobs);
  }
  return blobs;
}

std::string HealingText(const std::vector<LostResult>& lost) {
  std::vector<std::string> names;
  bool renders = true;
  for (const LostResult& result : lost) {
    renders = renders && result.task_id.starts_with("render-");
    if (names.size() < kNamed) names.push_back(result.task_id);
  }
  std::string who = fmt::format("{}", fmt::join(names, ", "));
  if (lost.size() > kNamed) {
    who += fmt::format(" and {} more", lost.size() - kNamed);
  }
  return fmt::format("{}: {} damaged, {} again", who,
                     lost.size() == 1 ? "its result is" : "their results are",
                     renders ? "rendered" : "done");
}

}  // namespace longtake::coordinator
