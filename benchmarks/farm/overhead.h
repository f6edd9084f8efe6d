#pragma once
// What the farm costs a real job: the same take rendered by `longtake render`
// and through Redis, a coordinator and a worker, one segment at a time in both.

#include "benchmarks/farm/figures.h"
#include "common/status/status.h"

namespace longtake::bench {

struct OverheadOptions {
  int speech_seconds = 24;
  int pairs = 3;
};

// Runs the binaries of this build. NotFound without espeak-ng, ffmpeg or the
// demo photograph (./dev setup).
Status MeasureOverhead(const OverheadOptions& options, Figures* figures);

}  // namespace longtake::bench
