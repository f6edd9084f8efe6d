#pragma once
// Fragmented MP4 in memory, for HLS: an init segment, then media segments of a
// moof and an mdat each, both tracks in both. Times are those of the packets:
// where frames are reordered, the init segment's edit list takes their delay
// off. (Negative composition offsets would too, but libavformat shows such
// video late.)

#include <memory>
#include <string>

#include "common/status/status.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {

// One thread only.
class FragmentMuxer {
 public:
  struct Track {
    const AVCodecParameters* parameters = nullptr;  // borrowed for Create
    AVRational time_base = {0, 1};
  };
  static StatusOr<std::unique_ptr<FragmentMuxer>> Create(const Track& video,
                                                         const Track& audio);
  ~FragmentMuxer();
  FragmentMuxer(const FragmentMuxer&) = delete;
  FragmentMuxer& operator=(const FragmentMuxer&) = delete;

  // In order of decoding, each track apart; times and durations in the track's
  // time base, the first at 0 or, of a video that is reordered, before.
  // Consumes the packet.
  Status AddVideo(AVPacket* packet) { return Add(packet, 0); }
  Status AddAudio(AVPacket* packet) { return Add(packet, 1); }

  // What was added since the last cut, as a media segment: a packet of each
  // track at least the first time, when the init segment (ftyp and moov) comes
  // before it.
  struct Fragment {
    std::string init;  // empty but for the first
    std::string media;
  };
  StatusOr<Fragment> Cut();

 private:
  FragmentMuxer() = default;
  Status Add(AVPacket* packet, int track);
  Status Begin();
  // Ends what the muxer holds; the bytes written since the last call.
  StatusOr<std::string> Flush();

  AVFormatContext* context_ = nullptr;  // owned, and its buffer
  AVRational time_bases_[2] = {};
  bool began_ = false;  // the init segment is out
};

}  // namespace longtake::worker
