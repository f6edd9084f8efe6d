#include "worker/task/render_pipeline.h"

#include <algorithm>
#include <atomic>
#include <span>
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

Status DrawIndex(std::span<const MotionFrame> motions, FrameIndex first,
                 std::span<YuvFrame> planes) {
  if (motions.size() != planes.size()) return Internal("planes are missing");
  for (size_t i = 0; i < motions.size(); ++i) {
    const FrameIndex index = first + static_cast<FrameIndex>(i);
    if (motions[i][kJawOpen] != static_cast<float>(index)) {
      return Internal("motion of another frame");
    }
    if (planes[i].width != 2) planes[i] = YuvFrame(2, 2);
    planes[i].y.assign(4, static_cast<uint8_t>(index));
  }
  return OkStatus();
}

TEST(RenderPipelineTest, TakesEveryFrameOnceInOrder) {
  for (const FrameRange frames :
       {FrameRange{0, 1}, FrameRange{7, 7 + kMotionBlockFrames},
        FrameRange{100, 100 + 2 * kMotionBlockFrames + 1},
        FrameRange{3, 1000}}) {
    for (const int batch : {1, 7, 16}) {
      std::vector<FrameIndex> taken;
      const RenderStages stages{CountingMotion, DrawIndex,
                                [&](const DrawnFrame* frame) {
                                  EXPECT_EQ(frame->planes.y[3],
                                            static_cast<uint8_t>(frame->index));
                                  EXPECT_EQ(frame->motion[kJawOpen],
                                            static_cast<float>(frame->index));
                                  taken.push_back(frame->index);
                                  return OkStatus();
                                },
                                batch};
      ASSERT_TRUE(RunRenderPipeline(frames, stages, {}).ok());
      ASSERT_EQ(static_cast<int64_t>(taken.size()), frames.size());
      for (int64_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(taken[i], frames.begin + i);
      }
    }
  }
}

TEST(RenderPipelineTest, DrawsWholeBatchesAndWhatIsLeftOfABlock) {
  constexpr int kBatch = 16;
  static_assert(kMotionBlockFrames % kBatch == 0);
  std::vector<size_t> batches;
  const RenderStages stages{CountingMotion,
                            [&](std::span<const MotionFrame> motions,
                                FrameIndex first, std::span<YuvFrame> planes) {
                              batches.push_back(motions.size());
                              return DrawIndex(motions, first, planes);
                            },
                            [](const DrawnFrame*) { return OkStatus(); },
                            kBatch};
  ASSERT_TRUE(
      RunRenderPipeline({5, 5 + kMotionBlockFrames + 19}, stages, {}).ok());
  ASSERT_EQ(batches.size(), kMotionBlockFrames / kBatch + 2);
  EXPECT_EQ(batches.back(), 3u);
  batches.pop_back();
  for (const size_t batch : batches) EXPECT_EQ(batch, size_t{kBatch});
}

TEST(RenderPipelineTest, DrawingRunsAheadOfTakingByNoMoreThanTheQueue) {
  for (const int batch : {1, 16}) {
    std::atomic<int64_t> drawn = 0;
    int64_t taken = 0;
    int64_t furthest = 0;
    const RenderStages stages{
        CountingMotion,
        [&](std::span<const MotionFrame> motions, FrameIndex first,
            std::span<YuvFrame> planes) {
          drawn += static_cast<int64_t>(motions.size());
          return DrawIndex(motions, first, planes);
        },
        [&](const DrawnFrame*) {
          furthest = std::max(furthest, drawn - taken);
          ++taken;
          return OkStatus();
        },
        batch};
    ASSERT_TRUE(RunRenderPipeline({0, 5000}, stages, {}).ok());
    // Queued, a batch being drawn or waiting for room, one being taken.
    EXPECT_LE(furthest, std::max(kDrawnFramesQueued, batch) + batch + 1);
  }
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
  stages.draw = [](std::span<const MotionFrame> motions, FrameIndex first,
                   std::span<YuvFrame> planes) {
    if (first == 333) return Unavailable("device");
    return DrawIndex(motions, first, planes);
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
  const RenderStages stages{CountingMotion,
                            [&](std::span<const MotionFrame> motions,
                                FrameIndex first, std::span<YuvFrame> planes) {
                              last_drawn = first;
                              return DrawIndex(motions, first, planes);
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
  const RenderStages stages{
      CountingMotion,
      [&](std::span<const MotionFrame>, FrameIndex, std::span<YuvFrame>) {
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
