#include "worker/engine/render/mouth_tables.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {
namespace {

// Borders of the upper teeth from the middle: incisors, canine, premolar.
constexpr std::array<float, 5> kUpperBorders = {0, 0.132f, 0.232f, 0.322f,
                                                0.39f};
constexpr std::array<float, 4> kLowerBorders = {0, 0.083f, 0.17f, 0.25f};
constexpr float kUpperEnd = 0.43f, kLowerEnd = 0.24f;

float SmoothStep(float a, float b, float x) {
  const float t = std::clamp((x - a) / (b - a), 0.f, 1.f);
  return t * t * (3 - 2 * t);
}

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

}  // namespace longtake::worker
