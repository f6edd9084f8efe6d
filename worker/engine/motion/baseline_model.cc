#include "worker/engine/motion/baseline_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "worker/engine/motion/expression.h"
#include "worker/engine/motion/set_channels.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

// Standard deviations of the smoothing. The jaw is emphasised against its
// surroundings (a narrow Gaussian less a part of a wide one), then rounded off:
// loudness alone mumbles.
constexpr int64_t kNarrowMicros = 20000;
constexpr int64_t kWideMicros = 120000;
constexpr int64_t kRoundMicros = 26000;
constexpr int64_t kShapeMicros = 45000;

double Unit(double x) { return std::clamp(x, 0.0, 1.0); }

// `outer` sums to 1 like its parts but may have negative taps.
FirKernel Emphasis(FrameRate rate) {
  const FirKernel narrow = GaussianKernel(kNarrowMicros, rate);
  FirKernel wide = GaussianKernel(kWideMicros, rate);
  for (double& tap : wide.taps) tap *= -0.3;
  for (int d = -narrow.radius(); d <= narrow.radius(); ++d) {
    wide.taps[d + wide.radius()] += 1.3 * narrow.taps[d + narrow.radius()];
  }
  return wide;
}

// Curves over the window plus context, before smoothing.
struct RawCurves {
  std::vector<double> jaw, seal, press, stretch, round, narrow, hiss;
};

void Append(const AudioFeatures& a, RawCurves* raw) {
  const double loud = Unit((a.loudness - 0.26) / 0.74);
  const double open = a.openness, front = a.frontness, hiss = a.fricative;
  const double jaw = 0.74 * std::pow(loud, 1.15) * (1 - 0.5 * hiss) *
                     (1 + 0.35 * open) * (1 - 0.8 * a.closure);
  raw->jaw.push_back(std::max(jaw, 0.10 * hiss));
  // Lips meet where hardly anything sounds, unless it hisses.
  const double hush = Unit((0.27 - a.loudness) / 0.13) * (1 - Unit(2 * hiss));
  raw->seal.push_back(std::max<double>(a.closure, hush));
  raw->press.push_back(a.closure);
  raw->stretch.push_back(loud * std::max(front, 0.0));
  raw->round.push_back(loud * std::max(-front, 0.0));
  raw->narrow.push_back(loud * std::max(-front, 0.0) * std::max(-open, 0.0));
  raw->hiss.push_back(hiss);
}

// `in` has `context` frames more than needed on both sides; smoothed values of
// the 96 frames.
std::vector<double> Smooth(const std::vector<double>& in, int context,
                           const FirKernel& kernel) {
  const int margin = context - kernel.radius();
  return Convolve({in.begin() + margin, in.end() - margin}, kernel);
}

struct Mouth {
  double jaw, seal, press, stretch, round, narrow, hiss;
};

// Leaves small openings alone and bends large ones: loud speech opened fully
// looks like shouting. Slope 1 at the knee.
double SoftLimit(double jaw) {
  constexpr double kKnee = 0.3, kRoom = 0.38;
  if (jaw <= kKnee) return jaw;
  return kKnee + kRoom * (1 - std::exp((kKnee - jaw) / kRoom));
}

void ShapeMouth(const Mouth& m, const Drift& drift, double activity,
                MotionFrame* f) {
  const double jaw = SoftLimit(std::max(m.jaw * (1 + 0.08 * drift.jaw), 0.0)) *
                     (1 - 0.6 * m.seal);
  Set(kJawOpen, jaw, f);
  Set(kMouthClose, m.seal, f);
  Set(kMouthFunnel, 0.55 * m.round, f);
  Set(kMouthPucker, 0.22 * m.round + 0.45 * m.narrow, f);
  SetBoth(kMouthStretchLeft, kMouthStretchRight, 0.5 * m.stretch, f);
  SetBoth(kMouthUpperUpLeft, kMouthUpperUpRight,
          0.12 * jaw + 0.10 * m.stretch + 0.20 * m.hiss, f);
  SetBoth(kMouthLowerDownLeft, kMouthLowerDownRight,
          0.16 * jaw + 0.18 * m.stretch + 0.30 * m.hiss, f);
  Set(kMouthRollLower, 0.22 * m.press, f);
  SetBoth(kMouthPressLeft, kMouthPressRight, 0.35 * m.press, f);
  const double aside = 0.035 * activity * drift.aside;
  Set(kMouthLeft, std::max(aside, 0.0), f);
  Set(kMouthRight, std::max(-aside, 0.0), f);
}

}  // namespace

FineMotionReach BaselineMotionModel::Reach(FrameRate rate) const {
  FineMotionReach reach;
  reach.audio_context = std::max(
      Emphasis(rate).radius() + GaussianKernel(kRoundMicros, rate).radius(),
      GaussianKernel(kShapeMicros, rate).radius());
  reach.noise_context = DriftReach(rate);
  reach.frames = reach.audio_context;
  return reach;
}

Status BaselineMotionModel::SampleWindow(const FineMotionWindow& window,
                                         FineMotion* out) const {
  const FineMotionReach reach = Reach(window.rate);
  const auto length = [](int context) {
    return static_cast<size_t>(kWindowFrames + 2 * context);
  };
  if (window.audio_context != reach.audio_context ||
      window.noise_context != reach.noise_context ||
      window.audio.size() != length(reach.audio_context) ||
      window.noise.size() != length(reach.noise_context) ||
      window.keys.size() != length(0)) {
    return Internal(
        fmt::format("motion window {} has the wrong shape", window.index));
  }
  RawCurves raw;
  for (const AudioFeatures& a : window.audio) Append(a, &raw);
  const FirKernel round_off = GaussianKernel(kRoundMicros, window.rate);
  const FirKernel shape = GaussianKernel(kShapeMicros, window.rate);
  std::vector<double> jaw = Convolve(raw.jaw, Emphasis(window.rate));
  for (double& v : jaw) v = std::clamp(v, 0.0, 0.9);
  const int context = reach.audio_context;
  jaw = Smooth(jaw, round_off.radius(), round_off);
  const std::vector<double> seal = Smooth(raw.seal, context, round_off);
  const std::vector<double> press = Smooth(raw.press, context, round_off);
  const std::vector<double> hiss = Smooth(raw.hiss, context, round_off);
  const std::vector<double> stretch = Smooth(raw.stretch, context, shape);
  const std::vector<double> round = Smooth(raw.round, context, shape);
  const std::vector<double> narrow = Smooth(raw.narrow, context, shape);
  const std::vector<Drift> drift = DriftOf(window);

  out->spoken.clear();
  out->frames.assign(kWindowFrames, MotionFrame{});
  for (int i = 0; i < kWindowFrames; ++i) {
    const Mouth m = {jaw[i],   Unit(1.2 * seal[i]), press[i], stretch[i],
                     round[i], narrow[i],           hiss[i]};
    ShapeMouth(m, drift[i], window.keys[i].activity, &out->frames[i]);
    ShapeExpression(0.14 * m.stretch, window.keys[i], drift[i],
                    &out->frames[i]);
  }
  return OkStatus();
}

}  // namespace longtake::worker
