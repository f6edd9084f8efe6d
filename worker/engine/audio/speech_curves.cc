#include "worker/engine/audio/speech_curves.h"

#include <algorithm>
#include <vector>

namespace longtake::worker {
namespace {

constexpr size_t kHissMarginHops = 5;
constexpr size_t kFaintHissMarginHops = 2;
constexpr float kClosureDropDb = 10.f;

float Unit(float x) { return std::clamp(x, 0.f, 1.f); }

// A hop with what only its neighbours' closures need.
struct WideHop {
  SpeechHop speech;
  float upper_db = kSilenceDb;
  float faint_hiss = 0;  // z and th: more above 4.5 kHz than below
};

WideHop Normalize(const HopSpectrum& h, const SpeechLevel& level) {
  WideHop wide;
  SpeechHop& s = wide.speech;
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
  wide.upper_db = h.upper_db;
  wide.faint_hiss = audible * Unit((h.high_db - h.upper_db + 4.f) / 8.f);
  return wide;
}

// What surrounds hop i of `all`: the most of each, before it and after it.
struct Surroundings {
  float loud_before = 0, loud_after = 0;
  float upper_before = kSilenceDb, upper_after = kSilenceDb;
  float hiss = 0;        // within kCurveMarginHops
  float near_hiss = 0;   // within kHissMarginHops
  float faint_hiss = 0;  // within kFaintHissMarginHops
};

Surroundings LookAround(const std::vector<WideHop>& all, size_t i) {
  Surroundings around;
  around.hiss = around.near_hiss = all[i].speech.fricative;
  around.faint_hiss = all[i].faint_hiss;
  for (size_t d = 1; d <= kCurveMarginHops; ++d) {
    const WideHop& a = all[i - d];
    const WideHop& b = all[i + d];
    around.loud_before = std::max(around.loud_before, a.speech.loudness);
    around.loud_after = std::max(around.loud_after, b.speech.loudness);
    around.upper_before = std::max(around.upper_before, a.upper_db);
    around.upper_after = std::max(around.upper_after, b.upper_db);
    const float hiss = std::max(a.speech.fricative, b.speech.fricative);
    around.hiss = std::max(around.hiss, hiss);
    if (d <= kHissMarginHops) around.near_hiss = around.hiss;
    if (d <= kFaintHissMarginHops) {
      around.faint_hiss =
          std::max({around.faint_hiss, a.faint_hiss, b.faint_hiss});
    }
  }
  return around;
}

void MarkQuiet(const std::vector<WideHop>& all, size_t i, SpeechHop* out) {
  const Surroundings around = LookAround(all, i);
  const float anything = std::max({all[i].speech.loudness, around.loud_before,
                                   around.loud_after, 0.6f * around.hiss});
  out->silence = Unit((0.32f - anything) / 0.10f);
  // Shut lips keep the voice's hum of b and m but nothing above 600 Hz. t, d, k
  // and s leave a hiss beside their dip; lips don't meet for those.
  const float drop_db =
      std::min(around.upper_before, around.upper_after) - all[i].upper_db;
  out->closure =
      Unit((drop_db - kClosureDropDb) / 6.f) *
      Unit((std::min(around.loud_before, around.loud_after) - 0.3f) / 0.2f) *
      (1.f - 0.8f * around.near_hiss) * (1.f - 0.8f * around.faint_hiss);
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

  std::vector<WideHop> all(static_cast<size_t>(wide.size()));
  for (int64_t h = wide.begin; h < wide.end; ++h) {
    const int64_t point = FloorDiv(h, kLevelStrideHops);
    const size_t at = static_cast<size_t>(point - first_point);
    const float fraction = static_cast<float>(h - point * kLevelStrideHops) /
                           static_cast<float>(kLevelStrideHops);
    all[h - wide.begin] =
        Normalize(hops[h - raw.begin],
                  InterpolateLevel(levels[at], levels[at + 1], fraction));
  }
  curves.values.reserve(static_cast<size_t>(range.size()));
  for (size_t i = kCurveMarginHops; i + kCurveMarginHops < all.size(); ++i) {
    SpeechHop& hop = curves.values.emplace_back(all[i].speech);
    MarkQuiet(all, i, &hop);
  }
  return curves;
}

}  // namespace longtake::worker
