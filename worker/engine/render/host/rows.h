#pragma once
// Loops over one row of pixels that the mouth and the eyes are drawn with. No
// LibTorch; the same bits on every processor. Internal to render/host.

#include <cstdint>

#include "worker/engine/image.h"

namespace longtake::worker::host {

// out[i] = ax * x + ay * y + offset of [count, 2] positions: a coordinate of
// some frame of reference.
struct Axis {
  float x = 0, y = 0, offset = 0;
  float At(float px, float py) const { return px * x + offset + py * y; }
};
void Project(const Axis& axis, const float* at, int count, float* out);

// Linear samples of a plane of one channel at [count, 2] places, x then y in
// pixels; borders replicated.
void SampleAt(const Plane& plane, const float* at, int count, float* out);

// A lip's antialiased cover of `count` pixels, from its signed distances in
// three rows of count + 2; slopes by central differences.
void CoverRow(const float* above, const float* here, const float* below,
              int count, float* out);

// Against the skull [count, 2], px: the way of both lips together, and where
// either has moved at all, 0..1.
void Parted(const float* upper, const float* lower, const float* skull,
            int count, float* opened, float* shown);

// 1 where the interior can be seen: between the corners and under neither lip.
// `along` is s of the mouth frame. Says whether it is above 0 anywhere.
bool Uncovered(const float* along, const float* upper_cover,
               const float* lower_cover, int count, float* out);

// texels[count, 4] += (over - texels) * weight, weights [count] 0..1: all four
// values of a texel.
void MixTexels(const int16_t* over, const float* weight, int count,
               int16_t* texels);

// Levels rgb [3][count] to texels [count, 4]; the fourth value stays.
void FromPlanes(const float* const* rgb, int count, int16_t* texels);

// Texture [count, 4] to planes of levels: `channels` of them, out[c][count].
void ToPlanes(const int16_t* texels, int count, int channels,
              float* const* out);

// out[i] = sum of taps[k] * in[k][i].
void WeightRows(const float* const* in, const float* taps, int tap_count,
                int count, float* out);
// out[i] = sum of taps[k] * in[i + k].
void WeightAlong(const float* in, const float* taps, int tap_count, int count,
                 float* out);

}  // namespace longtake::worker::host
