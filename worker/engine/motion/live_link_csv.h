#pragma once
// Live Link Face CSV: one header line, then a line a frame of
//   Timecode,BlendShapeCount,EyeBlinkLeft,…,RightEyeRoll
// in the order of MotionChannelNames(). Timecode is HH:MM:SS:FF.sub with
// non-drop frame numbers; sub is a decimal fraction of a frame. Blendshapes are
// 0..1, angles radians, signs as in motion_track.h.
//
// MouthClose has two meanings. Ours: 1 seals whatever gap the other channels
// leave. ARKit's, in captures from a phone: the lips' share of closing that
// undoes JawOpen, so it is about JawOpen where the lips meet and never much
// more. Files written here carry ours; the import converts the other.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Writes a track frame by frame. Borrows the stream. One thread only.
class LiveLinkCsvWriter {
 public:
  // Writes nothing yet; the header goes with the first frame.
  LiveLinkCsvWriter(std::ostream& out, FrameRate rate)
      : out_(out), rate_(rate) {}
  // Frames may begin anywhere and skip; 0 is timecode 00:00:00:00.000.
  // InvalidArgument for a frame before 0 or past 99 hours; DataLoss where the
  // stream failed.
  Status Append(FrameIndex frame, const MotionFrame& motion);
  // Writes the header of a track without frames, flushes, and reports failures.
  Status Finish();

 private:
  void WriteHeaderOnce();
  std::ostream& out_;
  FrameRate rate_;
  bool header_written_ = false;
};

Status WriteLiveLinkCsv(const MotionTrack& track, std::ostream& out);

struct LiveLinkRow {
  // Timecode, from midnight, in the file's own frame numbers; HH:MM:SS kept
  // apart because the file doesn't say how many frames make a second.
  int64_t seconds = 0;
  int64_t frame_micros = 0;  // FF.sub in millionths of a frame
  int64_t line = 0;          // line number in the file, from 1
  MotionFrame motion{};
};

// Reads a file row by row. Columns are found by name in any case and order;
// others are ignored. Borrows the stream. One thread only.
class LiveLinkCsvReader {
 public:
  explicit LiveLinkCsvReader(std::istream& in) : in_(in) {}
  // InvalidArgument names the missing columns.
  Status ReadHeader();
  // False at the end of the file. InvalidArgument names the line, the column
  // and the remedy. Call ReadHeader first.
  StatusOr<bool> ReadRow(LiveLinkRow* row);

 private:
  bool NextLine(std::string* text);
  std::istream& in_;
  int64_t line_ = 0;
  size_t column_count_ = 0;
  size_t timecode_column_ = 0;
  std::vector<size_t> channel_columns_;  // [61]
};

enum class MouthCloseMeaning {
  kDetect,  // ARKit's where no frame's MouthClose exceeds JawOpen by 0.15
  kSeal,    // ours
  kArkit,
};

struct LiveLinkImportOptions {
  FrameRate rate;  // of the job
  // Frames a second that the timecode counts; 0 finds it out: the next of 24,
  // 25, 30, 48, 50, 60, 120 above the highest FF. Where that is the job's
  // nominal rate, the job's exact rate is taken (so 29.97 comes back as it
  // went). Files under a second can't tell; they are read at the job's rate
  // when their FF allow it.
  int timecode_frames_per_second = 0;
  MouthCloseMeaning mouth_close = MouthCloseMeaning::kDetect;
};

// The whole file at the job's rate, by linear interpolation between rows: the
// first row is frame 0, the last whole frame before or at the last row ends the
// track. Memory: the file's rows, 250 bytes each. InvalidArgument, naming the
// line and the remedy, for missing columns, cells that are not finite numbers
// or out of range by more than 0.001, time that doesn't rise, and gaps over
// kMaxCsvGapMillis.
StatusOr<MotionTrack> ImportLiveLinkCsv(std::istream& in,
                                        const LiveLinkImportOptions& options);

inline constexpr int64_t kMaxCsvGapMillis = 1000;

// Frames of `range` from an imported track that begins at frame 0. Past its end
// the last frame is held with the mouth shut, eased in over 6 frames; before 0
// the first frame is held. InvalidArgument for a track without frames.
StatusOr<MotionTrack> SampleImportedMotion(const MotionTrack& track,
                                           FrameRange range);

}  // namespace longtake::worker
