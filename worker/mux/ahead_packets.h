#pragma once
// A track whose packets are made on a thread of its own, before they are asked
// for.

#include <memory>

#include "worker/mux/packet_source.h"

namespace longtake::worker {

// As many packets may wait: of AAC at 48 kHz six minutes, in stereo some 10 MB.
inline constexpr int kPacketsAhead = 16384;

// Begins at once. The packets, the end and an error come as from `source`
// itself, whose parameters and time base must not change after it was opened.
std::unique_ptr<PacketSource> MakeAhead(std::unique_ptr<PacketSource> source);

}  // namespace longtake::worker
