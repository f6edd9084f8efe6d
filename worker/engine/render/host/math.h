#pragma once
// What the formulas of docs/drawing.md are written in, for loops that the
// compiler turns into vectors: no branches, no calls into the C library, the
// same bits on every processor. Internal to render/host.

#include <bit>
#include <cmath>
#include <cstdint>

namespace longtake::worker::host {

inline float Least(float a, float b) { return a < b ? a : b; }
inline float Most(float a, float b) { return a > b ? a : b; }
inline float Unit(float v) { return Least(Most(v, 0.f), 1.f); }
inline float Mix(float from, float to, float weight) {
  return from + (to - from) * weight;
}
// 3 t^2 - 2 t^3.
inline float Eased(float t) { return t * t * (3 - 2 * t); }

// v * scale + offset, kept in [0, 1].
struct Ramp {
  float scale, offset;
  float operator()(float v) const { return Unit(v * scale + offset); }
};

// A smooth step from a to b; a > b falls.
struct Smooth {
  float scale, offset;
  Smooth(float a, float b) : scale(1 / (b - a)), offset(-a / (b - a)) {}
  float operator()(float v) const { return Eased(Unit(v * scale + offset)); }
};

// e^v for v <= 0, to a few units of the last place; e^-87 below that. 2^n times
// the Taylor series of e^r, -ln 2 < r <= 0.
inline float ExpOfNegative(float v) {
  constexpr float kLn2 = 0.69314718f;
  const float powers = Most(v, -87.f) * (1 / kLn2);
  const auto n = static_cast<int32_t>(powers);
  const float r = (powers - static_cast<float>(n)) * kLn2;
  float e = 1.f / 5040;
  e = e * r + 1.f / 720;
  e = e * r + 1.f / 120;
  e = e * r + 1.f / 24;
  e = e * r + 1.f / 6;
  e = e * r + 0.5f;
  e = e * r + 1;
  e = e * r + 1;
  return e * std::bit_cast<float>((n + 127) << 23);
}

// What is left of green and blue in light that has bounced off lips and gums.
inline float Warmed(float light) {
  return light * std::sqrt(std::sqrt(Most(light, 0.f)));
}

}  // namespace longtake::worker::host
