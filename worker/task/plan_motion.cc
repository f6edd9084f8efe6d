#include "worker/task/plan_motion.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/digest/sha256.h"
#include "fmt/format.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/media/pcm_file.h"
#include "worker/task/blob_input.h"
#include "worker/task/motion_rows.h"

namespace longtake::worker {
namespace {

constexpr int64_t kRowsBlockFrames = 4096;
// Enters each digest of imported rows: rises when rows would be read otherwise.
constexpr char kRowsDigestTag[] = "imported motion rows 1\n";

Status CheckRanges(const PlanTask& task) {
  for (const FrameRange& range : task.rendered) {
    if (range.begin < 0 || range.end > task.total_frames || range.empty()) {
      return InvalidArgument(
          fmt::format("plan: frames [{}, {}) are not within the job's {}",
                      range.begin, range.end, task.total_frames));
    }
  }
  return OkStatus();
}

StatusOr<Guides> ReadGuides(const PlanTask& task, const TaskContext& context) {
  Guides guides;
  for (const auto& [role, file] : task.guides) {
    const std::string what = GuideTitle(role) + " " + file.name;
    LT_ASSIGN_OR_RETURN(std::string text,
                        ReadInput(context.store, file.blob, what));
    guides[role] = {std::move(text), file.name};
  }
  return guides;
}

// One warning that names what is not believed.
void WarnAboutTranscript(const PlanTask& task,
                         const std::vector<TranscriptClause>& clauses,
                         std::vector<std::string>* warnings) {
  const auto guide = task.guides.find(kTranscriptRole);
  const std::string warning = TranscriptWarning(
      guide == task.guides.end() ? "" : guide->second.name, clauses);
  if (!warning.empty()) warnings->push_back(warning);
}

StatusOr<PlanResult> PlanFromAudio(const PlanTask& task,
                                   const TaskContext& context,
                                   std::vector<std::string>* warnings) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<LocalBlob> blob,
                      OpenInput(context.store, task.pcm, "analysis audio"));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<PcmFile> pcm,
                      PcmFile::Open(blob->path()));
  LT_ASSIGN_OR_RETURN(const Guides guides, ReadGuides(task, context));
  const MotionRequest request{*pcm,      task.total_frames, task.rate,
                              task.seed, task.controls,     &guides};
  LT_ASSIGN_OR_RETURN(const MotionPlan plan,
                      context.engine.PlanMotion(request));
  const std::string& keys = plan.key_motions;
  PlanResult result;
  for (const FrameRange& range : task.rendered) {
    if (context.stop.stop_requested()) return Cancelled("plan stopped");
    LT_ASSIGN_OR_RETURN(std::string digest,
                        context.engine.MotionInputDigest(request, keys, range));
    result.motion_digests.push_back(std::move(digest));
  }
  LT_ASSIGN_OR_RETURN(result.key_motions, PutBlob(context.store, keys));
  if (!plan.transcript.empty()) {
    LT_ASSIGN_OR_RETURN(
        result.transcript_report,
        PutBlob(context.store, TranscriptReportToJson(plan.transcript)));
    WarnAboutTranscript(task, plan.transcript, warnings);
  }
  return result;
}

StatusOr<MotionTrack> Import(const PlanTask& task, const TaskContext& context) {
  const std::string what = "motion " + task.motion.name;
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<LocalBlob> blob,
                      OpenInput(context.store, task.motion.blob, what));
  std::ifstream in(blob->path(), std::ios::binary);
  if (!in) return Unavailable(what + ": cannot be opened");
  LiveLinkImportOptions options;
  options.rate = task.rate;
  StatusOr<MotionTrack> track = ImportLiveLinkCsv(in, options);
  if (!track.ok()) return Annotate(track.status(), what);
  return track;
}

StatusOr<PlanResult> PlanFromCsv(const PlanTask& task,
                                 const TaskContext& context,
                                 std::vector<std::string>* warnings) {
  LT_ASSIGN_OR_RETURN(const MotionTrack track, Import(task, context));
  if (track.range.end < task.total_frames) {
    warnings->push_back(fmt::format(
        "motion {} ends at frame {} of {}: its last frame is held from there, "
        "the mouth shut",
        task.motion.name, track.range.end, task.total_frames));
  }
  LT_ASSIGN_OR_RETURN(
      const std::unique_ptr<MotionRowsWriter> rows,
      MotionRowsWriter::Create(context.store, task.rate, task.total_frames));
  for (FrameIndex at = 0; at < task.total_frames; at += kRowsBlockFrames) {
    if (context.stop.stop_requested()) return Cancelled("plan stopped");
    LT_ASSIGN_OR_RETURN(
        const MotionTrack block,
        SampleImportedMotion(
            track, {at, std::min(at + kRowsBlockFrames, task.total_frames)}));
    LT_RETURN_IF_ERROR(rows->Append(block));
  }
  PlanResult result;
  for (const FrameRange& range : task.rendered) {
    LT_ASSIGN_OR_RETURN(const MotionTrack part,
                        SampleImportedMotion(track, range));
    Sha256 hash;
    hash.Update(kRowsDigestTag);
    hash.Update(part.frames.data(), part.frames.size() * sizeof(MotionFrame));
    result.motion_digests.push_back(hash.Hex());
  }
  LT_ASSIGN_OR_RETURN(result.key_motions, rows->Commit());
  return result;
}

}  // namespace

StatusOr<TaskResult> RunPlanMotion(const PlanTask& task, TaskContext& context) {
  LT_RETURN_IF_ERROR(CheckRanges(task));
  TaskResult done;
  StatusOr<PlanResult> result =
      task.motion.blob.empty() ? PlanFromAudio(task, context, &done.warnings)
                               : PlanFromCsv(task, context, &done.warnings);
  LT_RETURN_IF_ERROR(result.status());
  done.result = *std::move(result);
  return done;
}

}  // namespace longtake::worker
