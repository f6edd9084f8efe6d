#include "worker/task/run_task.h"

#include <chrono>
#include <variant>

#include "worker/task/analyze_audio.h"
#include "worker/task/analyze_portrait.h"
#include "worker/task/assemble_take.h"
#include "worker/task/plan_motion.h"
#include "worker/task/render_segment.h"

namespace longtake::worker {
namespace {

struct Runner {
  TaskContext& context;
  StatusOr<TaskResult> operator()(const AnalyzeAudioTask& task) const {
    return RunAnalyzeAudio(task, context);
  }
  StatusOr<TaskResult> operator()(const AnalyzePortraitTask& task) const {
    return RunAnalyzePortrait(task, context);
  }
  StatusOr<TaskResult> operator()(const PlanTask& task) const {
    return RunPlanMotion(task, context);
  }
  StatusOr<TaskResult> operator()(const RenderTask& task) const {
    return RunRenderSegment(task, context);
  }
  StatusOr<TaskResult> operator()(const AssembleTask& task) const {
    return RunAssembleTake(task, context);
  }
};

}  // namespace

StatusOr<TaskResult> RunTask(const TaskSpec& spec, TaskContext& context) {
  if (context.stop.stop_requested()) return Cancelled("task stopped");
  const auto began = std::chrono::steady_clock::now();
  StatusOr<TaskResult> result = std::visit(Runner{context}, spec.task);
  if (result.ok()) {
    result->timings.total_micros =
        std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - began)
            .count();
  }
  return result;
}

}  // namespace longtake::worker
