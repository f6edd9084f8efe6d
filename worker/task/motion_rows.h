#pragma once
// A whole job's motion as a file of rows: what the plan makes of an imported
// CSV, so that each segment reads its own rows and nothing else.
//
// Format, little-endian: "LTMROWS1", int32 rate numerator, int32 rate
// denominator, int64 frames, then frames x 61 float32 in MotionChannel order.

#include <cstdint>
#include <memory>
#include <string>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Reads by pread. Thread-safe.
class MotionRows {
 public:
  // DataLoss: not such a file, or cut short.
  static StatusOr<std::unique_ptr<MotionRows>> Open(const std::string& path);
  ~MotionRows();
  MotionRows(const MotionRows&) = delete;
  MotionRows& operator=(const MotionRows&) = delete;

  FrameRate rate() const { return rate_; }
  int64_t frames() const { return frames_; }
  // OutOfRange for frames that are not there.
  StatusOr<MotionTrack> Read(FrameRange range) const;

 private:
  MotionRows(int fd, FrameRate rate, int64_t frames)
      : fd_(fd), rate_(rate), frames_(frames) {}

  const int fd_;
  const FrameRate rate_;
  const int64_t frames_;
};

// Writes the rows in order. One thread only.
class MotionRowsWriter {
 public:
  static StatusOr<std::unique_ptr<MotionRowsWriter>> Create(
      ArtifactStore& store, FrameRate rate, int64_t frames);
  // Tracks follow each other from frame 0 without a gap; else Internal.
  Status Append(const MotionTrack& track);
  // Internal unless all frames were appended.
  StatusOr<BlobRef> Commit();

 private:
  MotionRowsWriter(std::unique_ptr<BlobWriter> blob, int64_t frames)
      : blob_(std::move(blob)), frames_(frames) {}

  const std::unique_ptr<BlobWriter> blob_;
  const int64_t frames_;
  int64_t written_ = 0;
};

}  // namespace longtake::worker
