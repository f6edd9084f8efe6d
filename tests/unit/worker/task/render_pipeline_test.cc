#include "worker/task/render_pipeline.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace longtake::worker {
namespace {

StatusOr<MotionTrack> CountingMotion(FrameRange block) {
  MotionTrack track{{30, 1}, block, {}};
  for (FrameIndex f = block.begin; f < block.end; ++f) {
    MotionFrame frame{};
    frame[kJawOpen] = static_cast<float>(f);
    track.frames.push_back(frame);
  }
  return track;
}

Status DrawIndex(const MotionFrame& motion, FrameIndex index, YuvFrame* out) {
  if (motion[kJawOpen] != static_cast<float>(index)) {
    return Internal("motion of another frame");
  }
  if (out->width != 2) *out = YuvFrame(2, 2);
  out->y.assign(4, static_cast<uint8_t>(index));
  return OkStatus();
}

TEST(RenderPipelineTest, TakesEveryFrameOnceInOrder) {
  for (const FrameRange frames :
       {FrameRange{0, 1}, FrameRange{7, 7 + kMotionBlockFrames},
        FrameRange{100, 100 + 2 * kMotionBlockFrames + 1},
        FrameRange{3, 1000}}) {
    std::vector<FrameIndex> taken;
    const RenderStages stages{
        CountingMotion, DrawIndex, [&](const DrawnFrame* frame) {
          EXPECT_EQ(frame->planes.y[3], static_cast<uint8_t>(frame->index));
          taken.push_back(frame->index);
          return OkStatus();
        }};
    ASSERT_TRUE(RunRenderPipeline(frames, stages, {}).ok());
    ASSERT_EQ(static_cast<int64_t>(taken.size()), frames.size());
    for (int64_t i = 0; i < frames.size(); ++i) {
      EXPECT_EQ(taken[i], frames.begin + i);
    }
  }
}

TEST(RenderPipelineTest, DrawingRunsAheadOfTakingByNoMoreThanTheQueue) {
  std::atomic<int64_t> drawn = 0;
  int64_t taken = 0;
  int64_t furthest = 0;
  const RenderStages stages{
      CountingMotion,
      [&](const MotionFrame& motion, FrameIndex index, YuvFrame* out) {
        ++drawn;
        return DrawIndex(motion, index, out);
      },
      [&](const DrawnFrame*) {
        furthest = std::max(furthest, drawn - taken);
        ++taken;
        return OkStatus();
      }};
  ASSERT_TRUE(RunRenderPipeline({0, 5000}, stages, {}).ok());
  // Queued, one being drawn or waiting for room, one being taken.
  EXPECT_LE(furthest, kDrawnFramesQueued + 2);
}

TEST(RenderPipelineTest, ErrorOfEachStageEndsItWithThatError) {
  const FrameRange frames{0, 2000};
  RenderStages good{CountingMotion, DrawIndex,
                    [](const DrawnFrame*) { return OkStatus(); }};
  RenderStages stages = good;
  stages.sample = [](FrameRange block) -> StatusOr<MotionTrack> {
    if (block.begin >= 512) return DataLoss("keys");
    return CountingMotion(block);
  };
  EXPECT_EQ(RunRenderPipeline(frames, stages, {}).status(), DataLoss("keys"));

  stages = good;
  stages.draw = [](const MotionFrame& motion, FrameIndex index, YuvFrame* out) {
    if (index == 333) return Unavailable("device");
    return DrawIndex(motion, index, out);
  };
  EXPECT_EQ(RunRenderPipeline(frames, stages, {}).status(),
            Unavailable("device"));

  stages = good;
  stages.take = [](const DrawnFrame* frame) {
    return frame->index == 444 ? ResourceExhausted("disk") : OkStatus();
  };
  EXPECT_EQ(RunRenderPipeline(frames, stages, {}).status(),
            ResourceExhausted("disk"));
}

TEST(RenderPipelineTest, ExceptionInAThreadOfItsOwnBecomesAStatus) {
  const RenderStages stages{[](FrameRange) -> StatusOr<MotionTrack> {
                              throw std::runtime_error("tensor");
                            },
                            DrawIndex,
                            [](const DrawnFrame*) { return OkStatus(); }};
  const auto result = RunRenderPipeline({0, 10}, stages, {});
  EXPECT_EQ(result.status(), Internal("render: tensor"));
}

TEST(RenderPipelineTest, ShortMotionIsAnErrorNotAnEndlessWait) {
  const RenderStages stages{
      [](FrameRange block) {
        return CountingMotion({block.begin, block.end - 1});
      },
      DrawIndex, [](const DrawnFrame*) { return OkStatus(); }};
  EXPECT_EQ(RunRenderPipeline({0, 10}, stages, {}).status().code(),
            StatusCode::kInternal);
}

TEST(RenderPipelineTest, StopEndsItWithinAFewFrames) {
  std::stop_source stop;
  std::atomic<FrameIndex> last_drawn = -1;
  const RenderStages stages{
      CountingMotion,
      [&](const MotionFrame& motion, FrameIndex index, YuvFrame* out) {
        last_drawn = index;
        return DrawIndex(motion, index, out);
      },
      [&](const DrawnFrame* frame) {
        if (frame->index == 50) stop.request_stop();
        return OkStatus();
      }};
  const auto result = RunRenderPipeline({0, 100000}, stages, stop.get_token());
  EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
  EXPECT_LE(last_drawn, 50 + kDrawnFramesQueued + 2);
}

TEST(RenderPipelineTest, StopBeforeTheStartDrawsNothing) {
  std::stop_source stop;
  stop.request_stop();
  int drawn = 0;
  const RenderStages stages{CountingMotion,
                            [&](const MotionFrame&, FrameIndex, YuvFrame*) {
                              ++drawn;
                              return OkStatus();
                            },
                            [](const DrawnFrame*) { return OkStatus(); }};
  EXPECT_EQ(
      RunRenderPipeline({0, 10}, stages, stop.get_token()).status().code(),
      StatusCode::kCancelled);
  EXPECT_EQ(drawn, 0);
}

}  // namespace
}  // namespace longtake::worker
