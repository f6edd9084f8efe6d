#include "worker/engine/render/mouth_tables.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/smooth_step.h"
#include "worker/engine/render/warp_grid.h"

namespace longtake::worker {
namespace {

// Borders of the upper teeth from the middle: incisors, canine, premolar.
constexpr std::array<float, 5> kUpperBorders = {0, 0.132f, 0.232f, 0.322f,
                                                0.39f};
constexpr std::array<float, 4> kLowerBorders = {0, 0.083f, 0.17f, 0.25f};
constexpr float kUpperEnd = 0.43f, kLowerEnd = 0.24f;

float Bell(float x, float width) {
  return std::exp(-(x / width) * (x / width));
}

}  // namespace

std::vector<float> MakeToothTable() {
  std::vector<float> table(static_cast<size_t>(kToothRows) * kToothSamples);
  for (int i = 0; i < kToothSamples; ++i) {
    const float x = kToothReach * i / (kToothSamples - 1);
    const auto put = [&](ToothRow row, float value) {
      table[static_cast<size_t>(row) * kToothSamples + i] = value;
    };
    int tooth = 0;
    while (tooth < 3 && x >= kUpperBorders[tooth + 1]) ++tooth;
    const float a = kUpperBorders[tooth], b = kUpperBorders[tooth + 1];
    // 0 in the middle of a tooth, 1 at its borders.
    const float off =
        std::clamp(std::abs(x - (a + b) / 2) / ((b - a) / 2), 0.f, 1.f);
    float edge = -0.32f * x * x - 0.010f * std::pow(off, 4.f);
    if (tooth == 1) edge -= 0.007f;
    if (tooth == 2) edge += 0.002f;
    put(kUpperEdge, edge);
    put(kUpperWindow, SmoothStep(0, 0.20f, kUpperEnd - x));
    put(kUpperGap, std::min(1.f, Bell(x - a, 0.0055f) + Bell(x - b, 0.0055f)));
    put(kUpperShade, 1 - 0.42f * std::pow(std::min(x / 0.40f, 1.f), 1.8f));
    put(kGumArc, 0.02f * off * off);
    float gap = 0;
    for (const float border : kLowerBorders) gap += Bell(x - border, 0.006f);
    put(kLowerEdge, 0.30f * x * x);
    put(kLowerWindow, SmoothStep(0, 0.09f, kLowerEnd - x));
    put(kLowerShade, (0.64f - 2.2f * x * x) * (1 - 0.22f * gap));
  }
  return table;
}

Plane TeethAlpha(const FaceRig& rig) {
  constexpr float kBehindUpper = 0.075f, kBehindLower = 0.022f;  // IOD
  Plane alpha(rig.width, rig.height, 1);
  for (int y = 0; y < rig.height; ++y) {
    for (int x = 0; x < rig.width; ++x) {
      const float inside =
          std::min(kBehindUpper * rig.iod_px - rig.phi_upper.at(x, y),
                   kBehindLower * rig.iod_px - rig.phi_lower.at(x, y));
      const float s = MouthPoint(rig, FacePoint(rig, static_cast<float>(x),
                                                static_cast<float>(y)))
                          .x;
      alpha.at(x, y) = std::clamp((inside - 0.3f) / 1.8f, 0.f, 1.f) *
                       std::clamp((1 - std::abs(s)) / 0.12f, 0.f, 1.f);
    }
  }
  return alpha;
}

std::vector<float> BlurTaps(float sigma) {
  const int radius = static_cast<int>(std::ceil(2.5f * sigma));
  std::vector<float> taps;
  float sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    taps.push_back(std::exp(-0.5f * i * i / (sigma * sigma)));
    sum += taps.back();
  }
  for (float& tap : taps) tap /= sum;
  return taps;
}

}  // namespace longtake::worker
