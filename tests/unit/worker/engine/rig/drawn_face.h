#pragma once
// A face drawn from formulas, with the landmarks that belong to it: ground
// truth for the rig fit. Deterministic; sizes in face units (see face_rig.h).

#include <array>
#include <cmath>
#include <cstdint>

#include "worker/engine/image.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

enum class DrawnGap { kClosed, kDark, kTeeth };

struct DrawnFace {
  int width = 512, height = 512;
  double iod_px = 84, origin_x = 256, origin_y = 210;
  DrawnGap gap = DrawnGap::kClosed;
  bool eyes_open = true;
  double opening = kOpening;
  // Teeth reach this far (in half mouths); the gap is dark beyond.
  double teeth_reach = 1;
  // Where the picture differs from the landmarks: only a fit that looks at the
  // pixels finds these.
  double seam_below_landmarks = 0.02;
  double iris_aside = 0.04;

  static constexpr double kMouthY = .9, kMouthHalf = .345;
  static constexpr double kOpening = .16;
  static constexpr double kEyeHalf = .17, kLidHeight = .075;
  static constexpr double kIrisRadius = .092;

  // y of the drawn edge of the upper / lower lip at x.
  double UpperEdge(double x) const { return Edge(x, -1); }
  double LowerEdge(double x) const { return Edge(x, 1); }
  double IrisY() const { return kLidHeight - .006 - kIrisRadius; }

  Image Draw() const {
    Image out(width, height);
    size_t i = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (const double v : Pixel(x, y)) {
          out.rgb[i++] = static_cast<uint8_t>(std::lround(v));
        }
      }
    }
    return out;
  }

  std::array<Vec2, 68> Landmarks() const {
    std::array<Vec2, 68> m;
    for (int i = 0; i < 17; ++i) {
      const double a = M_PI * (16 - i) / 16;
      m[i] = Px(.95 * std::cos(a), .2 + 1.1 * std::sin(a));
    }
    for (int i = 0; i < 5; ++i) {
      m[17 + i] = Px(-.75 + .12 * i, -.32);
      m[22 + i] = Px(.27 + .12 * i, -.32);
      m[31 + i] = Px(-.16 + .08 * i, .55);
    }
    for (int i = 0; i < 4; ++i) m[27 + i] = Px(0, .1 + .13 * i);
    EyeMarks(-.5, &m[36]);
    EyeMarks(.5, &m[42]);
    MouthMarks(&m);
    return m;
  }

  Vec2 Px(double x, double y) const {
    return {static_cast<float>(origin_x + iod_px * x),
            static_cast<float>(origin_y + iod_px * y)};
  }

 private:
  using Colour = std::array<double, 3>;

  double Edge(double x, int side) const {
    const double u = x / kMouthHalf;
    const double arch = std::max(0.0, 1 - u * u);
    if (gap == DrawnGap::kClosed) return kMouthY + seam_below_landmarks * arch;
    return kMouthY + side * opening / 2 * arch;
  }

  static double Lid(double u) { return kLidHeight * (1 - u * u); }

  void EyeMarks(double cx, Vec2* m) const {
    const double u = .4, x = u * kEyeHalf;
    m[0] = Px(cx - kEyeHalf, 0);
    m[1] = Px(cx - x, -Lid(u));
    m[2] = Px(cx + x, -Lid(u));
    m[3] = Px(cx + kEyeHalf, 0);
    m[4] = Px(cx + x, Lid(u));
    m[5] = Px(cx - x, Lid(u));
  }

  void MouthMarks(std::array<Vec2, 68>* m) const {
    const double open = gap == DrawnGap::kClosed ? 0 : opening / 2;
    for (int i = 0; i < 7; ++i) {
      const double x = -.36 + .12 * i;
      const double arch = 1 - x * x / (.36 * .36);
      (*m)[48 + i] = Px(x, kMouthY - (.10 + open) * arch);
      if (i > 0 && i < 6) {
        (*m)[60 - i] = Px(x, kMouthY + (.12 + open) * arch);
      }
    }
    (*m)[60] = Px(-.30, kMouthY);
    (*m)[64] = Px(.30, kMouthY);
    for (int i = 0; i < 3; ++i) {
      const double x = -.15 + .15 * i, u = x / kMouthHalf;
      (*m)[61 + i] = Px(x, kMouthY - open * (1 - u * u));
      (*m)[67 - i] = Px(x, kMouthY + open * (1 - u * u));
    }
  }

  // Mean of 3 x 3 samples, plus a fixed grain of a few levels.
  Colour Pixel(int px, int py) const {
    Colour sum = {};
    for (int j = -1; j <= 1; ++j) {
      for (int i = -1; i <= 1; ++i) {
        const Colour c = At((px + i / 3.0 - origin_x) / iod_px,
                            (py + j / 3.0 - origin_y) / iod_px);
        for (int k = 0; k < 3; ++k) sum[k] += c[k] / 9;
      }
    }
    uint32_t h = static_cast<uint32_t>(px) * 73856093u ^
                 static_cast<uint32_t>(py) * 19349663u;
    h = (h ^ (h >> 13)) * 1274126177u;
    const double grain = ((h >> 16) % 7) - 3.0;
    for (double& v : sum) v = std::min(255.0, std::max(0.0, v + grain));
    return sum;
  }

  static bool Ellipse(double x, double y, double cy, double a, double b) {
    return x * x / (a * a) + (y - cy) * (y - cy) / (b * b) < 1;
  }

  Colour At(double x, double y) const {
    Colour c = {150 + 10 * x, 165 + 8 * y, 160};
    if (y > 1.75 && std::abs(x) < 1.7) c = {45, 60, 120};
    if (Ellipse(x, y, -.1, 1.12, 1.4)) c = {70, 45, 30};
    if (y > .9 && y < 1.85 && std::abs(x) < .5) c = {185, 145, 120};
    if (Ellipse(x, y, .2, .97, 1.12)) c = {205, 165, 140};
    if (std::abs(std::abs(x) - .51) < .25 && std::abs(y + .32) < .03) {
      c = {80, 55, 40};
    }
    if (Ellipse(std::abs(x) - .07, y, .57, .04, .02)) c = {130, 85, 75};
    if (eyes_open) AddEye(x, y, &c);
    AddMouth(x, y, &c);
    return c;
  }

  void AddEye(double x, double y, Colour* c) const {
    const double cx = x < 0 ? -.5 : .5, u = (x - cx) / kEyeHalf;
    if (std::abs(u) > 1 || y > Lid(u) || y < -Lid(u) - .03) return;
    *c = {228, 224, 220};
    if (std::hypot(x - cx - iris_aside, y - IrisY()) < kIrisRadius) {
      *c = {60, 45, 35};
    }
    if (y < -Lid(u)) *c = {35, 25, 22};  // lashes
  }

  void AddMouth(double x, double y, Colour* c) const {
    const double open = gap == DrawnGap::kClosed ? 0 : opening / 2;
    const double arch = 1 - x * x / (.36 * .36);
    if (arch <= 0 || y < kMouthY - (.10 + open) * arch ||
        y > kMouthY + (.12 + open) * arch) {
      return;
    }
    *c = {172, 82, 84};
    if (std::abs(x) > kMouthHalf) return;
    if (gap == DrawnGap::kClosed) {
      if (std::abs(y - UpperEdge(x)) < .012) *c = {80, 30, 32};
    } else if (y > UpperEdge(x) && y < LowerEdge(x)) {
      const bool tooth =
          gap == DrawnGap::kTeeth && std::abs(x) < teeth_reach * kMouthHalf;
      *c = tooth ? Colour{232, 226, 212} : Colour{38, 20, 20};
    }
  }
};

}  // namespace longtake::worker
