#pragma once
// The three stages of a render, side by side: motion is sampled ahead in
// blocks, one thread draws (some frames at once, where that is quicker),
// another takes the drawn frames (encoder, evidence). Queues between them are
// bounded, so memory does not depend on the length, and short: what waits in
// them takes the caches' room from the stages.

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/encode/yuv_frame.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Frames sampled at once. An engine samples whole windows beyond both ends of
// what it is asked for, so small blocks waste work; 512 rows are 122 KiB.
inline constexpr int64_t kMotionBlockFrames = 512;
// Drawn frames that may wait for the last stage; a batch, where that is more:
// so the last stage has work while the next batch is drawn.
inline constexpr int kDrawnFramesQueued = 4;

struct DrawnFrame {
  FrameIndex index = 0;
  MotionFrame motion{};
  YuvFrame planes;
};

// Each is called from one thread at a time, in rising frame order; `sample` and
// `take` from threads of the pipeline's own, `draw` from the caller's.
struct RenderStages {
  std::function<StatusOr<MotionTrack>(FrameRange block)> sample;
  // The frames first, first + 1, ... into planes whose memory is used again: as
  // many as there are motions, at most batch_frames.
  std::function<Status(std::span<const MotionFrame> motions, FrameIndex first,
                       std::span<YuvFrame> planes)>
      draw;
  // What it leaves in the frame's planes goes back to `draw`.
  std::function<Status(DrawnFrame*)> take;
  int batch_frames = 1;  // at least 1
};

// Time each stage worked, waits left out.
struct StageTimes {
  int64_t motion_micros = 0;
  int64_t draw_micros = 0;
  int64_t take_micros = 0;
};

// Runs the stages over `frames`. Returns after all of them have ended: OK once
// every frame was taken; else the error of the stage that failed first;
// Cancelled when `stop` was requested before the end. An exception in a stage
// is Internal (ResourceExhausted for memory).
StatusOr<StageTimes> RunRenderPipeline(FrameRange frames,
                                       const RenderStages& stages,
                                       std::stop_token stop);

}  // namespace longtake::worker
