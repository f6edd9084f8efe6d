#include <fmt/format.h>

#include <set>

#include "coordinator/planner/planner.h"

namespace longtake::coordinator {
namespace {

Status Misfit(const std::string& what) {
  return Internal(fmt::format("the worker's result does not fit: {}", what));
}

Status Check(const AnalyzeAudioTask&, const AnalyzeAudioResult& result) {
  if (result.total_frames < 1) return Misfit("audio of no frames");
  if (result.pcm.empty()) return Misfit("no analysis audio");
  if (result.loudness.empty() ||
      result.loudness.size_bytes != result.total_frames) {
    return Misfit(fmt::format("{} loudness bytes for {} frames",
                              result.loudness.size_bytes, result.total_frames));
  }
  return OkStatus();
}

Status Check(const AnalyzePortraitTask&, const AnalyzePortraitResult& result) {
  return result.identity.empty() ? Misfit("no identity") : OkStatus();
}

Status Check(const PlanTask& task, const PlanResult& result) {
  if (result.motion_digests.size() != task.rendered.size()) {
    return Misfit(fmt::format("{} motion digests for {} segments",
                              result.motion_digests.size(),
                              task.rendered.size()));
  }
  return result.key_motions.empty() ? Misfit("no key motions") : OkStatus();
}

Status Check(const RenderTask& task, const RenderResult& result) {
  if (result.frames != task.range.size()) {
    return Misfit(fmt::format("{} frames rendered of {}", result.frames,
                              task.range.size()));
  }
  if (result.chunk.empty() || result.evidence.empty()) {
    return Misfit("a render without chunk or evidence");
  }
  return OkStatus();
}

Status Check(const AssembleTask& task, const AssembleResult& result) {
  const auto segments = static_cast<int>(task.segments.size());
  if (!result.repair_segments.empty()) {
    if (!task.may_repair) return Misfit("a second repair was asked for");
    if (!result.take.empty()) return Misfit("a take that needs repair");
    std::set<int> seen;
    for (int segment : result.repair_segments) {
      if (segment < 0 || segment >= segments || !seen.insert(segment).second) {
        return Misfit(
            fmt::format("repair of segment {} of {}", segment, segments));
      }
    }
    return OkStatus();
  }
  if (result.take.empty()) return Misfit("no take");
  const int64_t frames =
      task.segments.back().range.end - task.segments.front().range.begin;
  if (result.frames != frames) {
    return Misfit(fmt::format("a take of {} frames instead of {}",
                              result.frames, frames));
  }
  if (static_cast<int>(result.chosen.size()) != segments) {
    return Misfit(fmt::format("{} chosen candidates for {} segments",
                              result.chosen.size(), segments));
  }
  for (int i = 0; i < segments; ++i) {
    const auto at = static_cast<size_t>(i);
    const auto candidates =
        static_cast<int>(task.segments[at].candidates.size());
    if (result.chosen[at] < 0 || result.chosen[at] >= candidates) {
      return Misfit(fmt::format("candidate {} of {} chosen for segment {}",
                                result.chosen[at], candidates, i));
    }
  }
  return OkStatus();
}

}  // namespace

Status CheckResult(const TaskRecord& task, const TaskResult& result) {
  if (result.kind() != task.kind) {
    return Misfit(fmt::format("{} for {}", TaskKindName(result.kind()),
                              TaskKindName(task.kind)));
  }
  return std::visit(
      [](const auto& spec, const auto& value) -> Status {
        if constexpr (requires { Check(spec, value); }) {
          return Check(spec, value);
        } else {
          return Misfit("another kind of task");
        }
      },
      task.spec->task, result.result);
}

}  // namespace longtake::coordinator
