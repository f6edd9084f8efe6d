#pragma once
// The jobs that tests render: small, quick, with a voice made from numbers.

#include <cstdint>

#include "common/artifact/artifact_store.h"
#include "common/job/job.h"
#include "common/media_time/media_time.h"

namespace longtake {

// A small job: 64 x 64 and lossless unless the test says otherwise.
struct SmallJob {
  int64_t audio_samples = 16000 * 10;
  int audio_rate_hz = 16000;
  FrameRate rate = {30, 1};
  int crf = 0;
  int64_t segment_millis = 2000;
  uint64_t seed = 7;
  // Samples [begin, end) that sound different: one replaced line.
  int64_t replaced_begin = 0, replaced_end = 0;
};

// Puts the job's inputs into the store.
JobSpec MakeSmallSpec(ArtifactStore& artifacts, const SmallJob& job);

}  // namespace longtake
