#pragma once
// Joins rendered chunks and the job's sound into the finished MP4. Video
// packets are copied, never encoded again; their times are made from absolute
// frame indices: timescale rate.num, rate.den ticks a frame. The sound's
// packets are copied where AudioFacts say so, else encoded once to AAC at the
// source's rate where AAC has it. Priming is in the edit list, so that the
// first sample heard is at 0, and the sound's length is exact: AudioFacts::
// samples, or of a take of a part of the job, the samples of its frames. What a
// copied part begins with for its decoder's sake is hidden like priming. moov
// comes first. Same inputs -> same bytes: no time of creation, no
// name of a tool, host or path.

#include <cstdint>
#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/media/audio_file.h"
#include "worker/mux/packet_source.h"

namespace longtake::worker {

struct ChunkFile {
  std::string path;  // written by SegmentEncoder
  FrameRange range;
};

struct TakeInputs {
  // In order, without a gap, from first_frame on. Frame indices are those of
  // the whole job; the take begins with first_frame.
  std::vector<ChunkFile> chunks;
  FrameIndex first_frame = 0;
  int64_t total_frames = 0;  // of the take
  FrameRate rate;
  std::string audio_path;
  std::string audio_name;  // for messages
  AudioFacts audio;        // of audio_path, by AnalyzeAudio
  std::string tag;         // digest of the job's inputs; see ReadTakeTag
  // IPTC's code (common/job/provenance.h) of the marks of origin: MP4 tags, an
  // XMP packet, an SEI message with the tag in each IDR. Empty = none of them.
  std::string digital_source_type = {};
};

struct MuxedTake {
  int64_t frames = 0;
  int64_t bytes = 0;
  std::string audio_codec;  // in the take: "aac"
  bool audio_copied = false;
};

// Writes `out_path`, atomically. Memory grows only with the index of packets
// (about 100 bytes each). Thread-safe. Errors leave out_path as it was:
//   DataLoss, with the numbers: chunks that miss or repeat frames, differ in
//     size, rate or parameter sets, or are damaged; sound that isn't what
//     `audio` states.
//   InvalidArgument: unwritable place. ResourceExhausted: the disk is full.
StatusOr<MuxedTake> MuxTake(const TakeInputs& inputs,
                            const std::string& out_path);
// The same with the sound opened before: OpenAudioPackets(inputs).
StatusOr<MuxedTake> MuxTake(const TakeInputs& inputs, PacketSource& audio,
                            const std::string& out_path);

// The tag of a take that MuxTake wrote; empty for any other file. NotFound
// where there is no file. Thread-safe.
StatusOr<std::string> ReadTakeTag(const std::string& path);

}  // namespace longtake::worker
