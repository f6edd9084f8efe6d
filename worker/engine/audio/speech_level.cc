#include "worker/engine/audio/speech_level.h"

#include <algorithm>

namespace longtake::worker {
namespace {

constexpr double kFloorQuantile = 0.10;
constexpr double kPeakQuantile = 0.97;

// Sorts part of `values`; the empty window is silent.
float Quantile(std::vector<float>* values, double q) {
  if (values->empty()) return kSilenceDb;
  const auto nth =
      values->begin() + static_cast<ptrdiff_t>(q * (values->size() - 1) + 0.5);
  std::nth_element(values->begin(), nth, values->end());
  return *nth;
}

SpeechLevel LevelOf(std::span<const HopSpectrum> window,
                    std::vector<float>* scratch) {
  SpeechLevel level;
  scratch->clear();
  for (const HopSpectrum& h : window) scratch->push_back(h.speech_db);
  const float floor = std::max(Quantile(scratch, kFloorQuantile), kInaudibleDb);
  const float peak = std::max(Quantile(scratch, kPeakQuantile), kInaudibleDb);
  level.quiet_db = std::max(floor + 2.f, peak - kMaxLevelRangeDb);
  level.loud_db = std::max(peak + 1.f, level.quiet_db + kMinLevelRangeDb);

  scratch->clear();
  for (const HopSpectrum& h : window) scratch->push_back(h.high_db);
  level.high_floor_db =
      std::max(Quantile(scratch, kFloorQuantile), kInaudibleDb);

  // A constant prior of one weak hop keeps the mean defined in silence.
  double weight = 0.05, openness = 0, frontness = 0;
  for (const HopSpectrum& h : window) {
    const double w =
        std::clamp((h.speech_db - (level.loud_db - 16.0)) / 16.0, 0.0, 1.0) *
        std::clamp((h.speech_db - h.high_db) / 10.0, 0.0, 1.0);
    weight += w;
    openness += w * h.openness_db;
    frontness += w * h.frontness_db;
  }
  level.openness_mean_db = static_cast<float>(openness / weight);
  level.frontness_mean_db = static_cast<float>(frontness / weight);
  return level;
}

}  // namespace

std::vector<SpeechLevel> ComputeSpeechLevels(std::span<const HopSpectrum> hops,
                                             int64_t hops_begin,
                                             int64_t audio_hops,
                                             int64_t first_point,
                                             int64_t count) {
  std::vector<SpeechLevel> levels;
  levels.reserve(static_cast<size_t>(std::max<int64_t>(count, 0)));
  std::vector<float> scratch;
  for (int64_t p = first_point; p < first_point + count; ++p) {
    const int64_t centre = p * kLevelStrideHops;
    const int64_t begin = std::max<int64_t>(centre - kLevelHalfWindowHops, 0);
    const int64_t end = std::min(centre + kLevelHalfWindowHops + 1, audio_hops);
    levels.push_back(
        begin < end
            ? LevelOf(hops.subspan(static_cast<size_t>(begin - hops_begin),
                                   static_cast<size_t>(end - begin)),
                      &scratch)
            : LevelOf({}, &scratch));
  }
  return levels;
}

SpeechLevel InterpolateLevel(const SpeechLevel& a, const SpeechLevel& b,
                             float fraction) {
  const auto mix = [fraction](float x, float y) {
    return x + (y - x) * fraction;
  };
  return {mix(a.quiet_db, b.quiet_db), mix(a.loud_db, b.loud_db),
          mix(a.high_floor_db, b.high_floor_db),
          mix(a.openness_mean_db, b.openness_mean_db),
          mix(a.frontness_mean_db, b.frontness_mean_db)};
}

}  // namespace longtake::worker
