#pragma once
// A job of moving pictures without a renderer: frame f shows a square that has
// walked with the motion, and a picture may be changed where a test plants a
// fault.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "worker/stitch/evidence.h"

namespace longtake::worker {

inline constexpr int kTestWidth = 64, kTestHeight = 48;

using Spoil = std::function<void(FrameIndex, MotionFrame*, YuvFrame*)>;

inline MotionFrame MotionAt(FrameIndex f) {
  MotionFrame motion{};
  motion[kJawOpen] = static_cast<float>(f % 7) / 7;
  motion[kHeadYaw] = static_cast<float>(f) * 0.001f;
  return motion;
}

// A bright square on grey; `speed` pixels a frame.
inline YuvFrame PictureAt(FrameIndex f, int speed = 1) {
  YuvFrame frame(kTestWidth, kTestHeight);
  std::fill(frame.y.begin(), frame.y.end(), uint8_t{100});
  std::fill(frame.u.begin(), frame.u.end(), uint8_t{120});
  std::fill(frame.v.begin(), frame.v.end(), uint8_t{130});
  const int x0 = static_cast<int>(f * speed % (kTestWidth - 12));
  for (int y = 10; y < 26; ++y) {
    for (int x = x0; x < x0 + 12; ++x) {
      frame.y[static_cast<size_t>(y * kTestWidth + x)] = 200;
    }
  }
  return frame;
}

inline std::string BlobOf(FrameRange range, FrameRange rendered,
                          const Spoil& spoil = nullptr, int speed = 1) {
  EvidenceBuilder builder(range, rendered, kTestWidth, kTestHeight);
  for (FrameIndex f = rendered.begin; f < rendered.end; ++f) {
    MotionFrame motion = MotionAt(f);
    YuvFrame picture = PictureAt(f, speed);
    if (spoil) spoil(f, &motion, &picture);
    EXPECT_TRUE(builder.Add(f, motion, &picture).ok());
  }
  auto blob = builder.Finish();
  EXPECT_TRUE(blob.ok()) << blob.status();
  return *std::move(blob);
}

inline SegmentEvidence EvidenceOf(FrameRange range, FrameRange rendered,
                                  const Spoil& spoil = nullptr, int speed = 1) {
  auto evidence = ParseEvidence(BlobOf(range, rendered, spoil, speed));
  EXPECT_TRUE(evidence.ok()) << evidence.status();
  return *std::move(evidence);
}

}  // namespace longtake::worker
