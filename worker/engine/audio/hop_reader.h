#pragma once
// The sound about each hop of the absolute grid, read in pieces.

#include <cstdint>
#include <functional>
#include <span>

#include "common/status/status.h"
#include "worker/engine/audio/hop_spectrum.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// Calls `visit` for the hops of `range`, in order, with the 2 `half` samples
// about each hop's centre, valid for the call. Samples that are not finite
// count as 0. Memory is a constant. Errors are the reader's.
Status VisitHops(const PcmReader& pcm, HopRange range, int64_t half,
                 const std::function<void(std::span<const float>)>& visit);

}  // namespace longtake::worker
