#include "worker/engine/audio/speech_curves.h"

#include <algorithm>

namespace longtake::worker {
namespace {

constexpr int64_t kFricativeMarginHops = 5;

float Unit(float x) { return std::clamp(x, 0.f, 1.f); }

SpeechHop Normalize(const HopSpectrum& h, const SpeechLevel& level) {
  SpeechHop s;
  s.loudness =
      Unit((h.speech_db - level.quiet_db) / (level.loud_db - level.quiet_db));
  const float audible = Unit((h.high_db - level.high_floor_db - 5.f) / 12.f);
  s.fricative = audible * Unit((h.high_db - h.speech_db + 2.f) / 10.f);
  const float voiced = Unit(s.loudness * 4.f) * (1.f - s.fricative);
  s.openness =
      voiced *
      std::clamp((h.openness_db - level.openness_mean_db) / 14.f, -1.f, 1.f);
  s.frontness =
      voiced *
      std::clamp((h.frontness_db - level.frontness_mean_db) / 16.f, -1.f, 1.f);
  return s;
}

// Closure and silence of hop i, from loudness and fricative around it.
void MarkQuiet(const std::vector<SpeechHop>& all, int64_t i, SpeechHop* out) {
  float before = 0, after = 0, near_fricative = 0;
  const float here = all[i].loudness;
  float anything = std::max(here, 0.6f * all[i].fricative);
  for (int64_t d = 1; d <= kCurveMarginHops; ++d) {
    before = std::max(before, all[i - d].loudness);
    after = std::max(after, all[i + d].loudness);
    const float hiss = std::max(all[i - d].fricative, all[i + d].fricative);
    anything = std::max(anything, 0.6f * hiss);
    if (d <= kFricativeMarginHops) {
      near_fricative = std::max(near_fricative, hiss);
    }
  }
  near_fricative = std::max(near_fricative, all[i].fricative);
  anything = std::max({anything, before, after});
  out->silence = Unit((0.32f - anything) / 0.10f);
  // t, d, k and s leave a hiss beside their dip; lips don't meet for those.
  out->closure = Unit((std::min(before, after) - here - 0.2f) / 0.25f) *
                 Unit((0.45f - here) / 0.2f) * (1.f - 0.8f * near_fricative);
}

}  // namespace

StatusOr<SpeechCurves> AnalyzeSpeech(const PcmReader& pcm, HopRange range) {
  SpeechCurves curves{range.begin, {}};
  if (range.size() == 0) return curves;
  const HopRange wide{range.begin - kCurveMarginHops,
                      range.end + kCurveMarginHops};
  const int64_t first_point = FloorDiv(wide.begin, kLevelStrideHops);
  const int64_t last_point = FloorDiv(wide.end - 1, kLevelStrideHops) + 1;
  const HopRange raw{first_point * kLevelStrideHops - kLevelHalfWindowHops,
                     last_point * kLevelStrideHops + kLevelHalfWindowHops + 1};
  LT_ASSIGN_OR_RETURN(const std::vector<HopSpectrum> hops,
                      AnalyzeHops(pcm, raw));
  const int64_t audio_hops =
      (pcm.size_samples() + kHopSamples - 1) / kHopSamples;
  const std::vector<SpeechLevel> levels = ComputeSpeechLevels(
      hops, raw.begin, audio_hops, first_point, last_point - first_point + 1);

  std::vector<SpeechHop> all(static_cast<size_t>(wide.size()));
  for (int64_t h = wide.begin; h < wide.end; ++h) {
    const int64_t point = FloorDiv(h, kLevelStrideHops);
    const size_t at = static_cast<size_t>(point - first_point);
    const float fraction = static_cast<float>(h - point * kLevelStrideHops) /
                           static_cast<float>(kLevelStrideHops);
    all[h - wide.begin] =
        Normalize(hops[h - raw.begin],
                  InterpolateLevel(levels[at], levels[at + 1], fraction));
  }
  curves.values.assign(all.begin() + kCurveMarginHops,
                       all.end() - kCurveMarginHops);
  for (int64_t i = 0; i < range.size(); ++i) {
    MarkQuiet(all, i + kCurveMarginHops, &curves.values[i]);
  }
  return curves;
}

}  // namespace longtake::worker
