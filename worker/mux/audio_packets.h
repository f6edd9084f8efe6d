#pragma once
// The take's sound: packets copied from the source, or one AAC encoding of it.
// Times count samples; the first sample heard is 0, priming lies before it, and
// the last packet's duration ends at the last sample heard.

#include <cstdint>
#include <memory>

#include "worker/media/audio_decoder.h"
#include "worker/mux/packet_source.h"
#include "worker/mux/take_muxer.h"

namespace longtake::worker {

// Copies where inputs.audio.copyable_to_mp4, else encodes. `inputs` is borrowed
// for the object's life.
StatusOr<std::unique_ptr<PacketSource>> OpenAudioPackets(
    const TakeInputs& inputs);

// The rate that AAC is made at for a source of `rate_hz`.
int AacSampleRate(int rate_hz);
// Bits a second for `channels` at `rate_hz`: transparent for speech.
int64_t AacBitRate(int channels, int rate_hz);

}  // namespace longtake::worker
