#pragma once
// A whole job run task by task on one thread, as a farm would.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/worker/task/task_fixture.h"

namespace longtake::worker {

inline constexpr int kJobSide = 64;

// A rendered segment and what it was rendered from.
struct RenderedSegment {
  FrameRange range;
  RenderResult result;
};

class JobTest : public TaskTest {
 protected:
  // Analyses once. `frames` at 30 a second.
  void Prepare(const Engine& engine, int64_t frames) {
    AnalyzeAudioTask audio;
    audio.audio = Put(WavBytes(Tone(frames * kWavRateHz / 30)), "talk.wav");
    audio.rate = {30, 1};
    auto analysed = Run<AnalyzeAudioResult>(engine, audio);
    ASSERT_TRUE(analysed.ok()) << analysed.status();
    ASSERT_EQ(analysed->total_frames, frames);
    audio_ = *std::move(analysed);
    audio_file_ = audio.audio;

    AnalyzePortraitTask portrait;
    portrait.portrait = PutPortrait();
    portrait.width = kJobSide;
    portrait.height = kJobSide;
    auto identity = Run<AnalyzePortraitResult>(engine, portrait);
    ASSERT_TRUE(identity.ok()) << identity.status();
    identity_ = identity->identity;

    output_.width = kJobSide;
    output_.height = kJobSide;
    output_.rate = {30, 1};
    output_.crf = 0;
    output_.preset = "ultrafast";
  }

  FrameRange WithOverlap(FrameRange range, int overlap = 2) const {
    return {std::max<int64_t>(0, range.begin - overlap),
            std::min(audio_.total_frames, range.end + overlap)};
  }
  std::vector<FrameRange> Cut(int segments) const {
    std::vector<FrameRange> ranges;
    for (int i = 0; i < segments; ++i) {
      ranges.push_back({audio_.total_frames * i / segments,
                        audio_.total_frames * (i + 1) / segments});
    }
    return ranges;
  }
  PlanTask MakePlan(const std::vector<FrameRange>& ranges) const {
    PlanTask plan;
    plan.pcm = audio_.pcm;
    plan.total_frames = audio_.total_frames;
    plan.rate = output_.rate;
    plan.seed = 7;
    for (const FrameRange& range : ranges) {
      plan.rendered.push_back(WithOverlap(range));
    }
    return plan;
  }
  RenderTask MakeRender(FrameRange range, const BlobRef& key_motions) const {
    RenderTask task;
    task.identity = identity_;
    task.range = range;
    task.rendered = WithOverlap(range);
    task.seed = 7;
    task.output = output_;
    task.pcm = audio_.pcm;
    task.key_motions = key_motions;
    task.total_frames = audio_.total_frames;
    task.watermark = watermark_;
    return task;
  }

  StatusOr<RenderResult> Render(const Engine& engine, FrameRange range) {
    LT_ASSIGN_OR_RETURN(const PlanResult plan,
                        Run<PlanResult>(engine, MakePlan({range})));
    return Run<RenderResult>(engine, MakeRender(range, plan.key_motions));
  }
  // Plans and renders every segment.
  StatusOr<std::vector<RenderedSegment>> RenderAll(const Engine& engine,
                                                   int segments) {
    const std::vector<FrameRange> ranges = Cut(segments);
    LT_ASSIGN_OR_RETURN(const PlanResult plan,
                        Run<PlanResult>(engine, MakePlan(ranges)));
    std::vector<RenderedSegment> rendered;
    for (const FrameRange& range : ranges) {
      LT_ASSIGN_OR_RETURN(
          RenderResult result,
          Run<RenderResult>(engine, MakeRender(range, plan.key_motions)));
      rendered.push_back({range, std::move(result)});
    }
    return rendered;
  }

  AssembleTask MakeAssemble(const std::vector<RenderedSegment>& segments) {
    AssembleTask task;
    for (const RenderedSegment& segment : segments) {
      SegmentCandidate candidate;
      candidate.chunk = segment.result.chunk;
      candidate.evidence = segment.result.evidence;
      SegmentInput& input = task.segments.emplace_back();
      input.range = segment.range;
      input.candidates.push_back(candidate);
    }
    task.audio = audio_file_;
    task.audio_facts = audio_.facts;
    task.output = output_;
    task.inputs_digest = std::string(64, 'e');
    return task;
  }

  AnalyzeAudioResult audio_;
  InputFile audio_file_;
  BlobRef identity_;
  OutputSpec output_;
  WatermarkSpec watermark_;  // of what is rendered
};

}  // namespace longtake::worker
