#include "worker/task/render_pipeline.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/concurrency/bounded_queue.h"
#include "fmt/format.h"

namespace longtake::worker {
namespace {

constexpr int kMotionBlocksQueued = 2;

// Adds the time of its life to a count of microseconds.
class Stopwatch {
 public:
  explicit Stopwatch(int64_t* micros)
      : micros_(micros), began_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() {
    *micros_ += std::chrono::duration_cast<std::chrono::microseconds>(
                    std::chrono::steady_clock::now() - began_)
                    .count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  int64_t* const micros_;
  const std::chrono::steady_clock::time_point began_;
};

template <typename Stage>
Status Guarded(Stage stage) {
  try {
    return stage();
  } catch (const std::bad_alloc&) {
    return ResourceExhausted("render: out of memory");
  } catch (const std::exception& e) {
    return Internal(fmt::format("render: {}", e.what()));
  }
}

class Pipeline {
 public:
  Pipeline(FrameRange frames, const RenderStages& stages)
      : frames_(frames),
        stages_(stages),
        batch_(static_cast<size_t>(std::max(1, stages.batch_frames))),
        drawn_(std::max(kDrawnFramesQueued, stages.batch_frames)) {}

  StatusOr<StageTimes> Run(std::stop_token stop) {
    const std::stop_callback forward(stop, [this] { stop_.request_stop(); });
    {
      std::jthread motion(
          [this] { EndStage(Guarded([this] { return Sample(); })); });
      std::jthread take(
          [this] { EndStage(Guarded([this] { return Take(); })); });
      EndStage(Guarded([this] { return Draw(); }));
    }
    absl::MutexLock lock(&mutex_);
    if (!first_error_.ok()) return first_error_;
    if (taken_ == frames_.size()) return times_;
    return Cancelled(fmt::format("render stopped after {} of {} frames", taken_,
                                 frames_.size()));
  }

 private:
  void EndStage(const Status& status) {
    if (status.ok()) return;
    {
      absl::MutexLock lock(&mutex_);
      if (first_error_.ok()) first_error_ = status;
    }
    stop_.request_stop();
  }

  Status Sample() {
    const std::stop_token stop = stop_.get_token();
    for (FrameIndex at = frames_.begin; at < frames_.end;
         at += kMotionBlockFrames) {
      const FrameRange block{at,
                             std::min(at + kMotionBlockFrames, frames_.end)};
      StatusOr<MotionTrack> track = Internal("motion was not sampled");
      {
        const Stopwatch watch(&times_.motion_micros);
        track = stages_.sample(block);
      }
      LT_RETURN_IF_ERROR(track.status());
      if (track->range != block ||
          static_cast<int64_t>(track->frames.size()) != block.size()) {
        return Internal(
            fmt::format("motion of frames [{}, {}) was asked for, {} rows came",
                        block.begin, block.end, track->frames.size()));
      }
      if (!motions_.Push(*std::move(track), stop)) return OkStatus();
    }
    motions_.Close();
    return OkStatus();
  }

  Status Draw() {
    const std::stop_token stop = stop_.get_token();
    std::vector<YuvFrame> planes;
    while (std::optional<MotionTrack> track = motions_.Pop(stop)) {
      std::span<const MotionFrame> left = track->frames;
      for (FrameIndex f = track->range.begin; !left.empty();) {
        if (stop.stop_requested()) return OkStatus();
        const auto batch = left.first(std::min(batch_, left.size()));
        left = left.subspan(batch.size());
        TakeSparePlanes(batch.size(), &planes);
        {
          const Stopwatch watch(&times_.draw_micros);
          LT_RETURN_IF_ERROR(stages_.draw(batch, f, planes));
        }
        for (size_t i = 0; i < batch.size(); ++i, ++f) {
          if (!drawn_.Push({f, batch[i], std::move(planes[i])}, stop)) {
            return OkStatus();
          }
        }
      }
    }
    drawn_.Close();
    return OkStatus();
  }

  Status Take() {
    const std::stop_token stop = stop_.get_token();
    while (std::optional<DrawnFrame> frame = drawn_.Pop(stop)) {
      {
        const Stopwatch watch(&times_.take_micros);
        LT_RETURN_IF_ERROR(stages_.take(&*frame));
      }
      absl::MutexLock lock(&mutex_);
      ++taken_;
      spare_.push_back(std::move(frame->planes));
    }
    return OkStatus();
  }

  // Planes go round: no allocation a frame.
  void TakeSparePlanes(size_t count, std::vector<YuvFrame>* planes) {
    planes->clear();
    absl::MutexLock lock(&mutex_);
    while (planes->size() < count && !spare_.empty()) {
      planes->push_back(std::move(spare_.back()));
      spare_.pop_back();
    }
    planes->resize(count);
  }

  const FrameRange frames_;
  const RenderStages& stages_;
  const size_t batch_;
  std::stop_source stop_;
  BoundedQueue<MotionTrack> motions_{kMotionBlocksQueued};
  BoundedQueue<DrawnFrame> drawn_;
  StageTimes times_;  // each field written by its own stage, read after joining

  absl::Mutex mutex_;
  Status first_error_ ABSL_GUARDED_BY(mutex_);
  int64_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<YuvFrame> spare_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

StatusOr<StageTimes> RunRenderPipeline(FrameRange frames,
                                       const RenderStages& stages,
                                       std::stop_token stop) {
  return Pipeline(frames, stages).Run(stop);
}

}  // namespace longtake::worker
