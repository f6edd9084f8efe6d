#include "worker/quality/loudness_meter.h"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace longtake::worker {
namespace {

// libebur128's own bounds (EBUR128_MAX_*).
constexpr int32_t kMostChannels = 64;
constexpr int32_t kLeastRateHz = 16, kMostRateHz = 2822400;
// Of the short-term loudness.
constexpr int kWindowSeconds = 3;

struct Destroy {
  void operator()(ebur128_state* s) const { ebur128_destroy(&s); }
};

}  // namespace

struct LoudnessMeter::State {
  std::unique_ptr<ebur128_state, Destroy> meter;
  size_t channels = 1;
  int64_t rate = 1;
  int64_t heard = 0;  // samples a channel
  std::vector<LoudnessPoint> short_term;
};

LoudnessMeter::LoudnessMeter() : state_(std::make_unique<State>()) {}
LoudnessMeter::~LoudnessMeter() = default;

Status LoudnessMeter::Begin(int32_t sample_rate_hz, int32_t channels) {
  if (channels < 1 || channels > kMostChannels ||
      sample_rate_hz < kLeastRateHz || sample_rate_hz > kMostRateHz) {
    return OkStatus();
  }
  // Gating by a histogram: else its memory grows with the sound.
  state_->meter.reset(ebur128_init(static_cast<unsigned>(channels),
                                   static_cast<unsigned long>(sample_rate_hz),
                                   EBUR128_MODE_I | EBUR128_MODE_S |
                                       EBUR128_MODE_SAMPLE_PEAK |
                                       EBUR128_MODE_HISTOGRAM));
  if (state_->meter == nullptr) return ResourceExhausted("out of memory");
  state_->channels = static_cast<size_t>(channels);
  state_->rate = sample_rate_hz;
  return OkStatus();
}

Status LoudnessMeter::Add(std::span<const float> samples) {
  State& s = *state_;
  if (s.meter == nullptr) return OkStatus();
  while (!samples.empty()) {
    // Up to the next whole second.
    const int64_t left = s.rate - s.heard % s.rate;
    const size_t count =
        std::min(samples.size() / s.channels, static_cast<size_t>(left));
    if (count == 0) break;
    if (ebur128_add_frames_float(s.meter.get(), samples.data(), count) !=
        EBUR128_SUCCESS) {
      return ResourceExhausted("out of memory");
    }
    s.heard += static_cast<int64_t>(count);
    samples = samples.subspan(count * s.channels);
    const int64_t second = s.heard / s.rate;
    if (s.heard % s.rate != 0 || second < kWindowSeconds) continue;
    double lufs = kLeastLufs;
    ebur128_loudness_shortterm(s.meter.get(), &lufs);
    s.short_term.push_back(
        {static_cast<double>(second) - kWindowSeconds / 2.0,
         std::isfinite(lufs) ? std::max(lufs, kLeastLufs) : kLeastLufs});
  }
  return OkStatus();
}

std::optional<LoudnessFigures> LoudnessMeter::Finish() const {
  const State& s = *state_;
  if (s.meter == nullptr || s.heard == 0) return std::nullopt;
  LoudnessFigures figures;
  double lufs = 0;
  if (ebur128_loudness_global(s.meter.get(), &lufs) == EBUR128_SUCCESS &&
      std::isfinite(lufs) && lufs > kLeastLufs) {
    figures.integrated_lufs = lufs;
  }
  double peak = 0;
  for (size_t c = 0; c < s.channels; ++c) {
    double own = 0;
    if (ebur128_sample_peak(s.meter.get(), static_cast<unsigned>(c), &own) ==
        EBUR128_SUCCESS) {
      peak = std::max(peak, own);
    }
  }
  if (peak > 0) figures.sample_peak_dbfs = 20 * std::log10(peak);
  figures.short_term = s.short_term;
  return figures;
}

}  // namespace longtake::worker
