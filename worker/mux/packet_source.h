#pragma once
// One track of the take, packet by packet, with its final timestamps.

#include "common/status/status.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {

// One thread only.
class PacketSource {
 public:
  virtual ~PacketSource() = default;
  // The next packet in decoding order, pts, dts and duration in time_base();
  // false at the end. `packet` is blank on entry.
  virtual StatusOr<bool> Next(AVPacket* packet) = 0;
  // What the muxer's stream is declared as; valid while this lives.
  virtual const AVCodecParameters& parameters() const = 0;
  virtual AVRational time_base() const = 0;
};

}  // namespace longtake::worker
