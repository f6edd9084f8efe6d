#pragma once
// The take's video: the packets of all chunks on one absolute timeline.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "worker/media/input_file.h"
#include "worker/mux/packet_source.h"
#include "worker/mux/take_muxer.h"

namespace longtake::worker {

class ChunkPackets : public PacketSource {
 public:
  // Opens the first chunk. `inputs` is borrowed for the object's life. DataLoss
  // where the ranges don't cover the take's frames in order.
  static StatusOr<std::unique_ptr<ChunkPackets>> Open(const TakeInputs& inputs);

  StatusOr<bool> Next(AVPacket* packet) override;
  const AVCodecParameters& parameters() const override { return *parameters_; }
  AVRational time_base() const override { return {1, inputs_.rate.num}; }

 private:
  explicit ChunkPackets(const TakeInputs& inputs) : inputs_(inputs) {}
  Status OpenChunk();
  Status CheckSame(const AVStream& stream) const;
  Status CheckComplete() const;
  Status Place(AVPacket* packet);
  // Keyframes say where the take comes from, where it is to.
  Status Mark(AVPacket* packet) const;

  const ChunkFile& chunk() const { return inputs_.chunks[chunk_]; }

  const TakeInputs& inputs_;
  AvCodecParametersPtr parameters_;  // the first chunk's
  std::unique_ptr<InputFile> file_;  // the current chunk; null past the last
  size_t chunk_ = 0;
  int64_t in_chunk_ = 0;    // packets of this chunk so far
  int64_t reorder_ = 0;     // pts - dts of a chunk's first packet, frames
  std::vector<bool> seen_;  // frames of this chunk
};

}  // namespace longtake::worker
