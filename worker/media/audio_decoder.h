#pragma once
// The samples of a sound file that are heard, one frame after another, with an
// account of what edit list, priming and padding hid. For media and mux.

#include <cstdint>
#include <memory>
#include <string>

#include "common/status/status.h"
#include "worker/media/av_handles.h"
#include "worker/media/input_file.h"

namespace longtake::worker {

// A sound file opened, and its best audio stream chosen.
struct AudioSource {
  std::unique_ptr<InputFile> file;
  AVStream* stream = nullptr;  // owned by file
};
StatusOr<AudioSource> OpenAudioSource(const std::string& path,
                                      const std::string& display_name);

// Samples that a packet stands for, by its codec's frame size or else by its
// container. 0: unknown.
int64_t PacketSamples(const AVStream& stream, const AVPacket& packet);

// One thread only.
class AudioDecoder {
 public:
  static StatusOr<std::unique_ptr<AudioDecoder>> Create(
      const std::string& path, const std::string& display_name);

  // The next frame of heard samples (never empty) or nullptr at the end. The
  // frame is valid until the next call. Its layout is always specified. Rate,
  // channels and sample format are the first frame's: InvalidArgument where
  // they change.
  StatusOr<AVFrame*> Next();

  const AVStream& stream() const { return *source_.stream; }
  const AVFormatContext* format() const { return source_.file->format(); }

  // Complete once Next has returned nullptr.
  struct Account {
    int sample_rate = 0;
    int channels = 0;
    int64_t heard = 0;
    int64_t leading = 0;   // hidden before the first heard sample
    int64_t hidden = 0;    // hidden inside
    int64_t trailing = 0;  // hidden after the last
    int64_t damaged_packets = 0;
    int64_t gaps = 0;  // places where timestamps jump ahead
    bool read_error = false;
    // Sound ends a quarter of a second or more before the end that the
    // container states for it.
    bool ends_early = false;
    // Each packet made as many samples as PacketSamples says (the last one
    // aside), so that times can be counted without decoding.
    bool packets_counted = true;
  };
  const Account& account() const { return account_; }

 private:
  // Samples [raw_begin, raw_begin + frame->nb_samples) of all that was decoded.
  struct Piece {
    AvFramePtr frame;
    int64_t raw_begin = 0;
    int64_t raw_frame_begin = 0;  // of the frame before hidden samples went
    int64_t packet_samples = 0;   // what its packet claims; 0: nothing
  };

  AudioDecoder() = default;
  // Decodes up to the next frame with something to hear, into next_.
  Status Advance();
  // The next raw frame into next_; false at the end.
  StatusOr<bool> DecodeRaw();
  Status FeedPacket();
  // Takes hidden samples off next_; how many are left.
  int TrimHidden();
  Status CheckUnchanged();
  void TrackTimestamps(const AVFrame& frame);
  // Takes off the last frame what the container says lies past the end.
  void TrimLast(Piece* last) const;
  bool EndsEarly() const;
  void Finish();

  std::string what_;
  AudioSource source_;
  AvCodecContextPtr decoder_;
  AvPacketPtr packet_;
  Piece current_, next_;  // next_ waits: the last frame is trimmed
  bool started_ = false;
  bool flushing_ = false;
  bool ended_ = false;
  int sample_format_ = AV_SAMPLE_FMT_NONE;  // of the first frame
  int64_t pending_skip_ = 0;
  int64_t raw_position_ = 0;
  int64_t raw_heard_end_ = 0;
  int64_t expected_pts_ = AV_NOPTS_VALUE;  // in samples
  // Sums over all packets or frames but the latest.
  int64_t packet_samples_ = 0, last_packet_samples_ = 0;
  int64_t frame_samples_ = 0, last_frame_samples_ = 0;
  Account account_;
};

}  // namespace longtake::worker
