#include "worker/engine/audio/loudness.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/audio/audio_features.h"
#include "worker/engine/audio/hop_spectrum.h"

namespace longtake::worker {
namespace {

constexpr int64_t kFramesPerPiece = 1800;

HopRange HopsOfFrames(FrameRange frames, FrameRate rate) {
  const int64_t begin =
      SampleAtFrame(frames.begin, kAnalysisSampleRateHz, rate);
  const int64_t end = SampleAtFrame(frames.end, kAnalysisSampleRateHz, rate);
  // The nearest hops at or outside both ends: never empty, also at 120/s.
  return {FloorDiv(begin, kHopSamples),
          FloorDiv(std::max(begin, end - 1), kHopSamples) + 2};
}

uint8_t Quantize(float db) {
  const float steps = std::round((db - kSilenceDb) / kLoudnessStepDb);
  return static_cast<uint8_t>(std::clamp(steps, 0.f, 255.f));
}

}  // namespace

Status ComputeLoudness(const PcmReader& pcm, FrameRate rate, FrameRange range,
                       std::vector<uint8_t>* out) {
  out->clear();
  if (range.empty()) return OkStatus();
  out->reserve(static_cast<size_t>(range.size()));
  for (FrameIndex begin = range.begin; begin < range.end;
       begin += kFramesPerPiece) {
    const FrameIndex end = std::min(begin + kFramesPerPiece, range.end);
    const HopRange needed = HopsOfFrames({begin, end}, rate);
    LT_ASSIGN_OR_RETURN(const std::vector<HopSpectrum> hops,
                        AnalyzeHops(pcm, needed));
    for (FrameIndex f = begin; f < end; ++f) {
      const HopRange frame = HopsOfFrames({f, f + 1}, rate);
      float loudest = kSilenceDb;
      for (int64_t h = frame.begin; h < frame.end; ++h) {
        loudest = std::max(loudest, hops[h - needed.begin].full_db);
      }
      out->push_back(Quantize(loudest));
    }
  }
  return OkStatus();
}

}  // namespace longtake::worker
