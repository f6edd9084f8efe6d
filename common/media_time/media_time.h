#pragma once
// Media time is integers and rationals, never float seconds: int(29.97) put
// sound and lips 87 s apart after 45 minutes in other tools.

#include <compare>
#include <cstdint>
#include <string>

#include "common/status/status.h"

namespace longtake {

// Index of a video frame on the job's absolute timeline, from 0.
using FrameIndex = int64_t;

// Frames a second as num/den in lowest terms: 30/1, 30000/1001.
struct FrameRate {
  int32_t num = 30;
  int32_t den = 1;
  friend bool operator==(const FrameRate&, const FrameRate&) = default;
  double AsDouble() const { return static_cast<double>(num) / den; }
};

// [begin, end) in absolute frame indices.
struct FrameRange {
  FrameIndex begin = 0;
  FrameIndex end = 0;
  int64_t size() const { return end - begin; }
  bool empty() const { return end <= begin; }
  bool contains(FrameIndex f) const { return f >= begin && f < end; }
  friend bool operator==(const FrameRange&, const FrameRange&) = default;
};

inline constexpr int kMaxFramesPerSecond = 120;

// "25", "29.97", "23.976", "59.94", "30000/1001". The NTSC decimals mean the
// 1001 rates. InvalidArgument names what is accepted.
StatusOr<FrameRate> ParseFrameRate(const std::string& text);
std::string FormatFrameRate(FrameRate rate);  // "30" or "30000/1001"

// Frames that cover `samples` at `sample_rate`: ceil(samples / sr * rate), in
// integers. 0 samples -> 0 frames.
int64_t FramesForSamples(int64_t samples, int32_t sample_rate, FrameRate rate);

// First sample at or after the start of `frame`: ceil(frame * sr / rate).
int64_t SampleAtFrame(FrameIndex frame, int32_t sample_rate, FrameRate rate);

// Sample nearest to the centre of `frame` (frame + 1/2), rounded down.
int64_t SampleAtFrameCentre(FrameIndex frame, int32_t sample_rate,
                            FrameRate rate);

// Microseconds of the start of `frame`, rounded down. For display and for
// evaluating time curves: exact to 1 us at any length.
int64_t MicrosAtFrame(FrameIndex frame, FrameRate rate);

// floor(ms * rate / 1000), at least 1: a nominal segment length in frames.
int64_t FramesForMillis(int64_t ms, FrameRate rate);

}  // namespace longtake
