#include "worker/engine/speech/mouth_manifold.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "worker/engine/motion/philox.h"
#include "worker/engine/motion/smoothing.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/engine/phonetics/teacher_curves.h"

namespace longtake::worker {
namespace {

constexpr int kFramesKept = 400;
constexpr int kNeighbours = 8;

// What the teacher says to fill the codebook: every phone beside every other,
// for it is shapes that count, not words.
constexpr uint64_t kSeed = 20231;
constexpr int kPhones = 1600;
constexpr double kSilentShare = 0.1;
constexpr double kMedianPhoneSeconds = 0.08, kSpread = 0.45;
constexpr double kFrameSeconds = 0.02;

// Of the mean squared distance, added to the diagonal: neighbours in one line
// leave the weights undetermined.
constexpr double kRidge = 1e-3;

std::vector<PhoneSegment> DrawPhones() {
  const KeyedRandom random(kSeed, RandomPurpose::kMouthCodebook);
  std::vector<PhoneSegment> segments;
  double at = 0;
  for (int i = 0; i < kPhones; ++i) {
    const bool silent = random.Uniform(i, 0) < kSilentShare;
    const int spoken =
        1 + static_cast<int>(random.Uniform(i, 1) * (kPhoneClasses - 1));
    const double seconds =
        kMedianPhoneSeconds * std::exp(kSpread * random.Normal(i, 2));
    segments.push_back({at, at + seconds, silent ? kSilence : spoken});
    at += seconds;
  }
  return segments;
}

double SquaredDistance(const MouthCurves& a, const MouthCurves& b) {
  double sum = 0;
  for (int c = 0; c < kMouthCurves; ++c) {
    const double d = static_cast<double>(a[c]) - static_cast<double>(b[c]);
    sum += d * d;
  }
  return sum;
}

// The mouth at rest, then always the frame furthest from all kept before
// (Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985).
std::vector<MouthCurves> KeepFarApart(const std::vector<MouthCurves>& all) {
  std::vector<MouthCurves> kept = {MouthCurves{}};
  std::vector<double> nearest(all.size(),
                              std::numeric_limits<double>::infinity());
  while (kept.size() < kFramesKept) {
    size_t furthest = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      nearest[i] = std::min(nearest[i], SquaredDistance(all[i], kept.back()));
      if (nearest[i] > nearest[furthest]) furthest = i;
    }
    kept.push_back(all[furthest]);
  }
  return kept;
}

// The first `count` of these are in use.
using Neighbours = std::array<const MouthCurves*, kNeighbours>;
using Weights = std::array<double, kNeighbours>;

Neighbours Nearest(const std::vector<MouthCurves>& frames,
                   const MouthCurves& curves) {
  std::array<double, kNeighbours> distance;
  distance.fill(std::numeric_limits<double>::infinity());
  Neighbours nearest{};
  for (const MouthCurves& frame : frames) {
    const double d = SquaredDistance(frame, curves);
    if (d >= distance.back()) continue;
    int at = kNeighbours - 1;
    for (; at > 0 && distance[at - 1] > d; --at) {
      distance[at] = distance[at - 1];
      nearest[at] = nearest[at - 1];
    }
    distance[at] = d;
    nearest[at] = &frame;
  }
  return nearest;
}

// Weights of sum 1 that come closest to `curves`: G w = 1 with G the inner
// products of the neighbours' differences, by Cholesky's decomposition.
Weights Solve(const Neighbours& nearest, int count, const MouthCurves& curves) {
  std::array<std::array<double, kNeighbours>, kNeighbours> g{};
  double trace = 0;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j <= i; ++j) {
      for (int c = 0; c < kMouthCurves; ++c) {
        g[i][j] += (static_cast<double>((*nearest[i])[c]) - curves[c]) *
                   (static_cast<double>((*nearest[j])[c]) - curves[c]);
      }
    }
    trace += g[i][i];
  }
  for (int i = 0; i < count; ++i) g[i][i] += kRidge * trace / count + 1e-9;
  Weights w{};
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j <= i; ++j) {
      for (int k = 0; k < j; ++k) g[i][j] -= g[i][k] * g[j][k];
      g[i][j] = i == j ? std::sqrt(g[i][i]) : g[i][j] / g[j][j];
    }
    w[i] = 1;
    for (int k = 0; k < i; ++k) w[i] -= g[i][k] * w[k];
    w[i] /= g[i][i];
  }
  double sum = 0;
  for (int i = count - 1; i >= 0; --i) {
    for (int k = i + 1; k < count; ++k) w[i] -= g[k][i] * w[k];
    w[i] /= g[i][i];
    sum += w[i];
  }
  for (int i = 0; i < count; ++i) w[i] /= sum;
  return w;
}

}  // namespace

MouthManifold::MouthManifold() {
  const std::vector<PhoneSegment> phones = DrawPhones();
  std::vector<MouthCurves> all;
  for (double at = 0; at < phones.back().end; at += kFrameSeconds) {
    all.push_back(TeacherCurvesAt(phones, at));
  }
  frames_ = KeepFarApart(all);
}

MouthCurves MouthManifold::Reconstruct(const MouthCurves& curves) const {
  Neighbours nearest = Nearest(frames_, curves);
  int count = kNeighbours;
  Weights w = Solve(nearest, count, curves);
  // A frame with a negative weight would be left behind, not approached: the
  // worst is given up until all pull.
  for (;;) {
    const int worst = static_cast<int>(
        std::min_element(w.begin(), w.begin() + count) - w.begin());
    if (count == 1 || w[worst] >= 0) break;
    std::copy(nearest.begin() + worst + 1, nearest.begin() + count,
              nearest.begin() + worst);
    w = Solve(nearest, --count, curves);
  }
  MouthCurves result{};
  for (int c = 0; c < kMouthCurves; ++c) {
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += w[i] * (*nearest[i])[c];
    result[c] = static_cast<float>(sum);
  }
  return result;
}

void MouthManifold::Pull(MouthCurves* curves) const {
  const MouthCurves near = Reconstruct(*curves);
  const double away = std::sqrt(SquaredDistance(*curves, near));
  const double share =
      SmoothStep5((away - kManifoldFree) / (kManifoldFar - kManifoldFree));
  if (share <= 0) return;
  for (int c = 0; c < kMouthCurves; ++c) {
    if (c == kCurveLipClose) continue;
    (*curves)[c] =
        static_cast<float>((1 - share) * (*curves)[c] + share * near[c]);
  }
}

}  // namespace longtake::worker
