#include "coordinator/planner/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "coordinator/planner/cuts.h"

namespace longtake::coordinator {
namespace {

constexpr char kAnalyzeAudioId[] = "analyze-audio";
constexpr char kAnalyzePortraitId[] = "analyze-portrait";
constexpr char kPlanId[] = "plan";

// One planning of one job: tasks by id, what is done, what is added.
class Planning {
 public:
  explicit Planning(const JobSnapshot& snapshot)
      : snapshot_(snapshot), job_(snapshot.job), segments_(job_.segments) {
    for (const TaskRecord& task : snapshot.tasks) tasks_[task.task_id] = &task;
  }

  StatusOr<JobPlan> Run() {
    AddAnalyses();
    LT_RETURN_IF_ERROR(AddPlan());
    if (job_.spec.dry_run) {
      plan_.finished = IsPlanned();
      return std::move(plan_);
    }
    LT_RETURN_IF_ERROR(AddRenders());
    AddAssemblies();
    return std::move(plan_);
  }

  StatusOr<std::vector<TaskRecord>> Renders() {
    LT_RETURN_IF_ERROR(AddRenders());
    return std::move(plan_.tasks);
  }

 private:
  template <typename T>
  const T* Result(const std::string& id) const {
    const auto it = tasks_.find(id);
    if (it == tasks_.end() || it->second->state != TaskState::kSucceeded) {
      return nullptr;
    }
    return std::get_if<T>(&it->second->result->result);
  }

  TaskRecord* Add(const std::string& id, TaskKind kind) {
    TaskRecord task;
    task.task_id = id;
    task.kind = kind;
    task.needs = Draws(kind) ? job_.spec.needs : job_.spec.support_needs;
    plan_.tasks.push_back(std::move(task));
    return &plan_.tasks.back();
  }

  template <typename T>
  void SetSpec(T task, TaskRecord* record) const {
    auto spec = std::make_shared<TaskSpec>();
    spec->engine = job_.spec.engine;
    spec->task = std::move(task);
    record->spec = std::move(spec);
  }

  void AddAnalyses() {
    if (!tasks_.contains(kAnalyzeAudioId)) {
      SetSpec(AnalyzeAudioTask{job_.spec.audio, job_.spec.output.rate,
                               snapshot_.limits.audio_millis},
              Add(kAnalyzeAudioId, TaskKind::kAnalyzeAudio));
    }
    if (!tasks_.contains(kAnalyzePortraitId)) {
      SetSpec(AnalyzePortraitTask{job_.spec.portrait, job_.spec.output.width,
                                  job_.spec.output.height, job_.spec.face,
                                  snapshot_.limits.portrait_pixels,
                                  snapshot_.limits.portrait_faces},
              Add(kAnalyzePortraitId, TaskKind::kAnalyzePortrait));
    }
  }

  Status Cut(const AnalyzeAudioResult& audio) {
    if (!snapshot_.loudness ||
        static_cast<int64_t>(snapshot_.loudness->size()) !=
            audio.total_frames) {
      return DataLoss(fmt::format(
          "plan: the loudness blob has {} bytes, the audio {} frames",
          snapshot_.loudness ? snapshot_.loudness->size() : 0,
          audio.total_frames));
    }
    LT_ASSIGN_OR_RETURN(segments_,
                        CutSegments(*snapshot_.loudness, job_.spec.output.rate,
                                    job_.spec.segment_millis));
    LT_ASSIGN_OR_RETURN(segments_,
                        SegmentsWithin(std::move(segments_), job_.spec.range,
                                       job_.spec.output.rate));
    plan_.segments = segments_;
    plan_.total_frames = segments_.back().end - segments_.front().begin;
    return OkStatus();
  }

  // Renders that repair a seam may begin earlier: an engine with state needs
  // more run-up than it was given.
  int overlap(int generation = 0) const {
    if (!job_.binding) return 0;
    return generation > 0 ? std::max(job_.binding->overlap_frames,
                                     job_.binding->repair_overlap_frames)
                          : job_.binding->overlap_frames;
  }

  Status AddPlan() {
    const auto* audio = Result<AnalyzeAudioResult>(kAnalyzeAudioId);
    if (audio == nullptr || tasks_.contains(kPlanId)) return OkStatus();
    if (segments_.empty()) LT_RETURN_IF_ERROR(Cut(*audio));
    PlanTask plan;
    plan.pcm = audio->pcm;
    plan.total_frames = audio->total_frames;
    plan.rate = job_.spec.output.rate;
    plan.seed = job_.spec.seed;
    plan.controls = job_.spec.controls;
    plan.motion = job_.spec.motion;
    plan.guides = job_.spec.guides;
    for (const FrameRange& range : segments_) {
      plan.rendered.push_back(
          WithOverlap(range, overlap(), audio->total_frames));
    }
    SetSpec(std::move(plan), Add(kPlanId, TaskKind::kPlan));
    return OkStatus();
  }

  void AddRender(int segment, int generation) {
    const auto& audio = *Result<AnalyzeAudioResult>(kAnalyzeAudioId);
    const auto& plan = *Result<PlanResult>(kPlanId);
    RenderTask render;
    render.identity =
        Result<AnalyzePortraitResult>(kAnalyzePortraitId)->identity;
    render.range = segments_[static_cast<size_t>(segment)];
    render.rendered =
        WithOverlap(render.range, overlap(generation), audio.total_frames);
    render.motion_digest = plan.motion_digests[static_cast<size_t>(segment)];
    render.seed = job_.spec.seed;
    render.output = job_.spec.output;
    render.controls = job_.spec.controls;
    render.watermark = job_.spec.provenance.watermark;
    render.pcm = audio.pcm;
    render.key_motions = plan.key_motions;
    render.motion_csv = job_.spec.motion.blob;
    render.total_frames = audio.total_frames;
    render.segment = segment;
    TaskRecord* task =
        Add(RenderTaskId(segment, generation), TaskKind::kRender);
    task->segment = segment;
    task->generation = generation;
    task->range = render.range;
    task->past_cache = generation > 0;
    if (generation > 0) {
      const TaskRecord& earlier =
          *tasks_.at(RenderTaskId(segment, generation - 1));
      if (!earlier.worker_id.empty()) {
        task->avoid_workers.push_back(earlier.worker_id);
      }
    }
    SetSpec(std::move(render), task);
  }

  bool IsPlanned() const {
    return Result<PlanResult>(kPlanId) != nullptr &&
           Result<AnalyzeAudioResult>(kAnalyzeAudioId) != nullptr &&
           Result<AnalyzePortraitResult>(kAnalyzePortraitId) != nullptr;
  }

  Status AddRenders() {
    if (!IsPlanned()) return OkStatus();
    const auto* plan = Result<PlanResult>(kPlanId);
    if (plan->motion_digests.size() != segments_.size()) {
      return DataLoss(fmt::format("plan: {} motion digests for {} segments",
                                  plan->motion_digests.size(),
                                  segments_.size()));
    }
    can_render_ = true;
    for (int i = 0; i < static_cast<int>(segments_.size()); ++i) {
      if (!tasks_.contains(RenderTaskId(i, 0))) AddRender(i, 0);
    }
    return OkStatus();
  }

  // Every render of `generation` among `wanted` is done.
  bool AllRendered(const std::vector<int>& wanted, int generation) const {
    for (int segment : wanted) {
      if (Result<RenderResult>(RenderTaskId(segment, generation)) == nullptr) {
        return false;
      }
    }
    return true;
  }

  void AddAssembly(int round) {
    const std::string id = AssembleTaskId(round);
    if (tasks_.contains(id)) return;
    AssembleTask assemble;
    for (int i = 0; i < static_cast<int>(segments_.size()); ++i) {
      SegmentInput input;
      input.range = segments_[static_cast<size_t>(i)];
      for (int generation = 0; generation <= round; ++generation) {
        const auto* render = Result<RenderResult>(RenderTaskId(i, generation));
        if (render == nullptr) continue;
        input.candidates.push_back({render->chunk, render->evidence});
      }
      assemble.segments.push_back(std::move(input));
    }
    assemble.audio = job_.spec.audio;
    assemble.audio_facts = Result<AnalyzeAudioResult>(kAnalyzeAudioId)->facts;
    assemble.output = job_.spec.output;
    assemble.inputs_digest = job_.inputs_digest;
    assemble.may_repair = round == 0;
    assemble.digital_source_type = job_.spec.provenance.digital_source_type;
    SetSpec(std::move(assemble), Add(id, TaskKind::kAssemble));
  }

  void AddAssemblies() {
    if (!can_render_) return;
    std::vector<int> all(segments_.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
    if (!AllRendered(all, 0)) return;
    AddAssembly(0);
    const auto* first = Result<AssembleResult>(AssembleTaskId(0));
    if (first == nullptr || first->repair_segments.empty()) return;
    for (int segment : first->repair_segments) {
      if (!tasks_.contains(RenderTaskId(segment, 1))) AddRender(segment, 1);
    }
    if (AllRendered(first->repair_segments, 1)) AddAssembly(1);
  }

  const JobSnapshot& snapshot_;
  const JobRecord& job_;
  std::vector<FrameRange> segments_;
  std::map<std::string, const TaskRecord*> tasks_;
  JobPlan plan_;
  bool can_render_ = false;
};

}  // namespace

std::string RenderTaskId(int segment, int generation) {
  return fmt::format("render-{:05}-g{}", segment, generation);
}

std::string AssembleTaskId(int round) {
  return fmt::format("assemble-{}", round);
}

std::optional<BlobRef> NeedsLoudness(const JobRecord& job,
                                     const std::vector<TaskRecord>& tasks) {
  if (!job.segments.empty()) return std::nullopt;
  for (const TaskRecord& task : tasks) {
    if (task.kind == TaskKind::kAnalyzeAudio &&
        task.state == TaskState::kSucceeded) {
      return std::get<AnalyzeAudioResult>(task.result->result).loudness;
    }
  }
  return std::nullopt;
}

StatusOr<JobPlan> PlanJob(const JobSnapshot& snapshot) {
  return Planning(snapshot).Run();
}

StatusOr<std::vector<TaskRecord>> RendersOf(const JobSnapshot& snapshot) {
  return Planning(snapshot).Renders();
}

}  // namespace longtake::coordinator
