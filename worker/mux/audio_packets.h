#pragma once
// The take's sound: packets copied from the source, or one AAC encoding of it.
// Times count samples; the first sample heard is 0, priming lies before it, and
// the last packet's duration ends at the last sample heard.

#include <cstdint>
#include <memory>
#include <string>

#include "worker/media/audio_decoder.h"
#include "worker/mux/packet_source.h"
#include "worker/mux/take_muxer.h"

namespace longtake::worker {

// The samples of the source, at its own rate, that a take's frames last for.
struct SampleCut {
  int64_t begin = 0, end = 0;
};
SampleCut SamplesOf(const TakeInputs& inputs);

// Copies where inputs.audio.copyable_to_mp4, else encodes, on a thread of its
// own from now on; SamplesOf(inputs) alone are heard. `inputs` is borrowed for
// the object's life. InvalidArgument: a sound without samples.
StatusOr<std::unique_ptr<PacketSource>> OpenAudioPackets(
    const TakeInputs& inputs);

// A part of a sound file as AAC, without a look at the whole file before.
struct AacOptions {
  std::string path;
  std::string name;        // for messages
  int sample_rate_hz = 0;  // as decoded
  int channels = 0;
  SampleCut cut;  // an end past the file's: to its end
  // DataLoss unless the file has so many; 0: as many as it has.
  int64_t samples = 0;
};
StatusOr<std::unique_ptr<PacketSource>> OpenAacPackets(AacOptions options);

// The rate that AAC is made at for a source of `rate_hz`.
int AacSampleRate(int rate_hz);
// Bits a second for `channels` at `rate_hz`: transparent for speech.
int64_t AacBitRate(int channels, int rate_hz);

}  // namespace longtake::worker
