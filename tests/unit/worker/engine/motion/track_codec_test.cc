#include "worker/engine/motion/track_codec.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "common/digest/sha256.h"

namespace longtake::worker {
namespace {

MotionTrack Ramp(int64_t begin, int64_t frames) {
  MotionTrack track{{30000, 1001}, {begin, begin + frames}, {}};
  for (int64_t f = 0; f < frames; ++f) {
    MotionFrame& m = track.frames.emplace_back();
    for (int c = 0; c < kMotionChannels; ++c) {
      m[c] = static_cast<float>(f) * 0.001f + 0.01f * c;
    }
  }
  return track;
}

TEST(TrackCodecTest, ComesBackAsItWent) {
  for (int64_t frames : {0, 1, 97}) {
    const MotionTrack track = Ramp(5, frames);
    const std::string bytes = SerializeMotionTrack(track);
    EXPECT_EQ(bytes.size(), 32u + 244u * static_cast<size_t>(frames));
    const auto back = ParseMotionTrack(bytes);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->rate, track.rate);
    EXPECT_EQ(back->range, track.range);
    EXPECT_EQ(back->frames, track.frames);
  }
}

TEST(TrackCodecTest, DamageIsDataLoss) {
  const std::string bytes = SerializeMotionTrack(Ramp(0, 3));
  const auto refused = [](const std::string& b) {
    return ParseMotionTrack(b).status().code() == StatusCode::kDataLoss;
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused(bytes.substr(0, 20)));
  EXPECT_TRUE(refused(bytes.substr(0, bytes.size() - 4)));
  EXPECT_TRUE(refused(bytes + std::string(244, '\0')));
  std::string broken = bytes;
  broken[0] = 'X';
  EXPECT_TRUE(refused(broken));
  broken = bytes;
  broken[8] = broken[9] = broken[10] = broken[11] = 0;  // 0 frames a second
  EXPECT_TRUE(refused(broken));
  broken = bytes;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(&broken[40], &nan, sizeof nan);
  EXPECT_TRUE(refused(broken));
}

TEST(TrackCodecTest, DigestCoversTheRangeAndNothingElse) {
  const MotionTrack track = Ramp(0, 50);
  MotionTrack edited = track;
  edited.frames[20][kJawOpen] += 0.1f;
  const auto digest = [](const MotionTrack& t, FrameRange range) {
    auto hex = ImportedMotionDigest(t, range);
    EXPECT_TRUE(hex.ok());
    return *std::move(hex);
  };
  EXPECT_TRUE(IsSha256Hex(digest(track, {0, 20})));
  EXPECT_EQ(digest(track, {0, 20}), digest(edited, {0, 20}));
  EXPECT_NE(digest(track, {0, 21}), digest(edited, {0, 21}));
  EXPECT_EQ(digest(track, {21, 60}), digest(edited, {21, 60}));
  // Past the end the last frame is held, so that frame counts.
  edited = track;
  edited.frames[49][kHeadYaw] += 0.1f;
  EXPECT_NE(digest(track, {60, 70}), digest(edited, {60, 70}));
}

}  // namespace
}  // namespace longtake::worker
