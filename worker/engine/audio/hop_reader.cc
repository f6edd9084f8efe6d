#include "worker/engine/audio/hop_reader.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace longtake::worker {
namespace {

constexpr int64_t kHopsPerRead = 3000;

}  // namespace

Status VisitHops(const PcmReader& pcm, HopRange range, int64_t half,
                 const std::function<void(std::span<const float>)>& visit) {
  std::vector<float> samples;
  for (int64_t h = range.begin; h < range.end; h += kHopsPerRead) {
    const int64_t count = std::min(kHopsPerRead, range.end - h);
    samples.resize(static_cast<size_t>((count - 1) * kHopSamples + 2 * half));
    LT_RETURN_IF_ERROR(pcm.Read(h * kHopSamples - half, samples));
    for (float& s : samples) {
      if (!std::isfinite(s)) s = 0;
    }
    for (int64_t i = 0; i < count; ++i) {
      visit({samples.data() + i * kHopSamples, static_cast<size_t>(2 * half)});
    }
  }
  return OkStatus();
}

}  // namespace longtake::worker
