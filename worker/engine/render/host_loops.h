#pragma once
// The loops behind torch_ops.h on the CPU, over raw memory. No LibTorch. One
// thread; any number of threads may call at once. Internal to render.

#include <cstdint>

namespace longtake::worker {

// Planes to sample linearly, borders replicated. Strides in floats.
struct SampleSource {
  const float* data = nullptr;
  int channels = 0, height = 0, width = 0;
  int64_t channel_stride = 0, row_stride = 0, column_stride = 0;
};

// One row of samples: `out + c * out_channel_stride` gets channel c at the
// `count` positions (x, y), -1 .. 1 from the first to the last sample's centre.
void SampleRow(const SampleSource& source, const float* x, const float* y,
               int64_t count, int64_t out_channel_stride, float* out);

// Linear in between of nodes [nh, nw] that lie `step` pixels apart: the first
// [h, w] pixels. h <= (nh - 1) * step + 1, w likewise; step > 0.
void UpsamplePlane(const float* nodes, int nh, int nw, int step, int h, int w,
                   float* out);

// out[i] = in[i] * scale + offset.
void AffineLoop(const float* in, int64_t count, float scale, float offset,
                float* out);
// The same, clamped to [0, 1].
void RampLoop(const float* in, int64_t count, float scale, float offset,
              float* out);
// With t as RampLoop gives it: t * t * (3 - 2 t) * gain + base.
void SmoothRampLoop(const float* in, int64_t count, float scale, float offset,
                    float gain, float base, float* out);

// Red, green and blue planes `plane_stride` apart to interleaved bytes: rounded
// half up, clamped to [0, 255].
void StorePixels(const float* planes, int64_t plane_stride, int64_t count,
                 uint8_t* out);

}  // namespace longtake::worker
