#include "worker/engine/evaluate/motion_scorer.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/phonetics/teacher_curves.h"

namespace longtake::worker {
namespace {

// Two p, b or m with less than this between them close the lips once, seconds.
constexpr double kSameClosureSeconds = 0.03;
// Shorter recordings say nothing about a lag.
constexpr double kLeastLagSeconds = 1.2;

double SecondsAt(FrameIndex frame, FrameRate rate) {
  return (static_cast<double>(frame) + 0.5) * static_cast<double>(rate.den) /
         static_cast<double>(rate.num);
}

PhoneClass PhoneAt(std::span<const PhoneSegment> phones, double seconds) {
  const auto after = std::upper_bound(
      phones.begin(), phones.end(), seconds,
      [](double t, const PhoneSegment& s) { return t < s.begin; });
  if (after == phones.begin()) return kSilence;
  const PhoneSegment& segment = *std::prev(after);
  return seconds < segment.end ? segment.phone : kSilence;
}

struct Span {
  double begin, end;
};

std::vector<Span> Closures(std::span<const PhoneSegment> phones) {
  std::vector<Span> spans;
  for (const PhoneSegment& s : phones) {
    if (!ClosesLips(s.phone)) continue;
    if (!spans.empty() && s.begin - spans.back().end < kSameClosureSeconds) {
      spans.back().end = s.end;
    } else {
      spans.push_back({s.begin, s.end});
    }
  }
  return spans;
}

// Times of the peaks of the lips' seal.
std::vector<double> Peaks(FrameRate rate, std::span<const MouthCurves> curves) {
  std::vector<size_t> kept;
  const auto seal = [&](size_t i) { return curves[i][kCurveLipClose]; };
  for (size_t i = 0; i < curves.size(); ++i) {
    const bool rises = i == 0 || seal(i) > seal(i - 1);
    const bool falls = i + 1 == curves.size() || seal(i) >= seal(i + 1);
    if (seal(i) < kClosureLevel || !rises || !falls) continue;
    // A plateau counts where it ends in a fall, at its middle.
    size_t last = i;
    while (last + 1 < curves.size() && seal(last + 1) == seal(i)) ++last;
    if (last + 1 < curves.size() && seal(last + 1) > seal(i)) continue;
    const size_t middle = (i + last) / 2;
    if (!kept.empty()) {
      float valley = seal(middle);
      for (size_t k = kept.back(); k <= middle; ++k) {
        valley = std::min(valley, seal(k));
      }
      const float lower = std::min(seal(kept.back()), seal(middle));
      if (valley > lower - kClosureProminence) {
        if (seal(middle) > seal(kept.back())) kept.back() = middle;
        continue;
      }
    }
    kept.push_back(middle);
  }
  std::vector<double> times;
  for (size_t i : kept) {
    times.push_back(SecondsAt(static_cast<FrameIndex>(i), rate));
  }
  return times;
}

double Deviation(double n, double sum, double squares) {
  return std::sqrt(std::max(squares / n - (sum / n) * (sum / n), 0.0));
}

}  // namespace

MouthCurves CurvesOf(const MotionFrame& f) {
  const auto mean = [&f](MotionChannel a, MotionChannel b) {
    return (f[a] + f[b]) / 2;
  };
  MouthCurves curves;
  curves[kCurveJaw] = f[kJawOpen];
  curves[kCurveLipClose] = f[kMouthClose];
  curves[kCurveFunnel] = f[kMouthFunnel];
  curves[kCurvePucker] = f[kMouthPucker];
  curves[kCurveStretch] = mean(kMouthStretchLeft, kMouthStretchRight);
  curves[kCurveSmile] = mean(kMouthSmileLeft, kMouthSmileRight);
  curves[kCurveRollLower] = f[kMouthRollLower];
  curves[kCurvePress] = mean(kMouthPressLeft, kMouthPressRight);
  curves[kCurveUpperUp] = mean(kMouthUpperUpLeft, kMouthUpperUpRight);
  curves[kCurveLowerDown] = mean(kMouthLowerDownLeft, kMouthLowerDownRight);
  curves[kCurveTongue] = f[kTongueOut];
  return curves;
}

void MotionScorer::Add(FrameRate rate, std::span<const MouthCurves> curves,
                       std::span<const PhoneSegment> phones) {
  for (size_t i = 0; i < curves.size(); ++i) {
    const double t = SecondsAt(static_cast<FrameIndex>(i), rate);
    if (PhoneAt(phones, t) == kSilence) {
      ++rest_frames_;
      rest_jaw_ += curves[i][kCurveJaw];
      continue;
    }
    ++frames_;
    const MouthCurves teacher = TeacherCurvesAt(phones, t);
    for (int c = 0; c < kMouthCurves; ++c) {
      const double x = teacher[c], y = curves[i][c];
      Sums& s = sums_[c];
      s.x += x;
      s.y += y;
      s.xx += x * x;
      s.yy += y * y;
      s.xy += x * y;
    }
  }
  seconds_ += SecondsAt(static_cast<FrameIndex>(curves.size()), rate);
  AddClosures(rate, curves, phones);
  AddLag(rate, curves, phones);
}

void MotionScorer::AddClosures(FrameRate rate,
                               std::span<const MouthCurves> curves,
                               std::span<const PhoneSegment> phones) {
  const std::vector<Span> closures = Closures(phones);
  std::vector<double> peaks = Peaks(rate, curves);
  // Lips that rest in silence are no mistake.
  std::erase_if(peaks, [&](double t) {
    return PhoneAt(phones, t) == kSilence &&
           std::none_of(closures.begin(), closures.end(), [t](const Span& s) {
             return t >= s.begin - kClosureTolerance &&
                    t <= s.end + kClosureTolerance;
           });
  });
  std::vector<bool> used(peaks.size());
  for (const Span& s : closures) {
    const double middle = (s.begin + s.end) / 2;
    int best = -1;
    for (size_t i = 0; i < peaks.size(); ++i) {
      const bool near = peaks[i] >= s.begin - kClosureTolerance &&
                        peaks[i] <= s.end + kClosureTolerance;
      if (used[i] || !near) continue;
      if (best < 0 ||
          std::abs(peaks[i] - middle) < std::abs(peaks[best] - middle)) {
        best = static_cast<int>(i);
      }
    }
    ++closures_;
    if (best < 0) continue;
    used[best] = true;
    ++found_;
  }
  peaks_ += static_cast<int64_t>(peaks.size());
  true_peaks_ += std::count(used.begin(), used.end(), true);
}

void MotionScorer::AddLag(FrameRate rate, std::span<const MouthCurves> curves,
                          std::span<const PhoneSegment> phones) {
  const double seconds =
      SecondsAt(static_cast<FrameIndex>(curves.size()), rate);
  if (seconds < kLeastLagSeconds) return;
  const int64_t steps = static_cast<int64_t>(seconds / kLagStepSeconds);
  std::vector<double> x, y;
  double mean_x = 0, mean_y = 0;
  for (int64_t k = 0; k < steps; ++k) {
    const double t = (static_cast<double>(k) + 0.5) * kLagStepSeconds;
    x.push_back(TeacherCurvesAt(phones, t)[kCurveJaw]);
    // Linear between frames.
    const double at = std::clamp(
        t * static_cast<double>(rate.num) / static_cast<double>(rate.den) - 0.5,
        0.0, static_cast<double>(curves.size() - 1));
    const size_t i = static_cast<size_t>(at);
    const size_t j = std::min(i + 1, curves.size() - 1);
    const double part = at - static_cast<double>(i);
    y.push_back((1 - part) * curves[i][kCurveJaw] +
                part * curves[j][kCurveJaw]);
    mean_x += x.back();
    mean_y += y.back();
  }
  mean_x /= static_cast<double>(steps);
  mean_y /= static_cast<double>(steps);
  for (int lag = -kLagSteps; lag <= kLagSteps; ++lag) {
    double sum = 0;
    for (int64_t k = std::max(0, -lag); k < steps - std::max(0, lag); ++k) {
      sum += (x[k] - mean_x) * (y[k + lag] - mean_y);
    }
    lag_[lag + kLagSteps] += sum;
  }
}

MotionScore MotionScorer::Score() const {
  MotionScore score;
  score.seconds = seconds_;
  score.closures = closures_;
  const double n = static_cast<double>(std::max<int64_t>(frames_, 1));
  for (int c = 0; c < kMouthCurves; ++c) {
    const Sums& s = sums_[c];
    const double dx = Deviation(n, s.x, s.xx), dy = Deviation(n, s.y, s.yy);
    if (dx > 1e-6 && dy > 1e-6) {
      score.r[c] = (s.xy / n - s.x / n * s.y / n) / (dx * dy);
    }
    if (dx > 1e-6) score.std_ratio[c] = dy / dx;
    score.mean_r += score.r[c] / kMouthCurves;
    score.mean_std_ratio += score.std_ratio[c] / kMouthCurves;
  }
  const auto share = [](int64_t part, int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                     : 0.0;
  };
  score.closure_recall = share(found_, closures_);
  score.closure_precision = share(true_peaks_, peaks_);
  const double sum = score.closure_recall + score.closure_precision;
  if (sum > 0) {
    score.closure_f1 = 2 * score.closure_recall * score.closure_precision / sum;
  }
  score.rest_jaw =
      rest_frames_ > 0 ? rest_jaw_ / static_cast<double>(rest_frames_) : 0;
  const auto peak = std::max_element(lag_.begin(), lag_.end());
  double at = static_cast<double>(peak - lag_.begin()) - kLagSteps;
  if (peak != lag_.begin() && peak + 1 != lag_.end()) {
    const double before = *(peak - 1), after = *(peak + 1);
    const double bend = before - 2 * *peak + after;
    if (bend < 0) at += 0.5 * (before - after) / bend;
  }
  score.lag_ms = 1000 * kLagStepSeconds * at;
  return score;
}

}  // namespace longtake::worker
