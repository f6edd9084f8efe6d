#include "worker/engine/motion/mouth_limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/mouth_channels.h"
#include "worker/engine/motion/philox.h"
#include "worker/engine/motion/windows.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRates[] = {{24000, 1001}, {25, 1}, {30, 1},
                                {50, 1},       {60, 1}, {120, 1}};

double Fps(FrameRate rate) {
  return static_cast<double>(rate.num) / static_cast<double>(rate.den);
}

// Motion that nobody could make: every channel drawn anew each frame, then
// held for some. Sealed lips bare no teeth.
std::vector<MotionFrame> Wild(int frames) {
  const KeyedRandom random(7, RandomPurpose::kFrameNoise);
  std::vector<MotionFrame> out;
  for (int i = 0; i < frames; ++i) {
    MotionFrame frame{};
    for (const MouthLimit& limit : MouthLimits()) {
      const uint32_t lane = static_cast<uint32_t>(limit.channel);
      const int held = 1 + static_cast<int>(limit.channel) % 5;
      frame[limit.channel] = static_cast<float>(random.Uniform(i / held, lane));
    }
    const double seal = random.Uniform(i / 4, 99);
    frame[kMouthClose] = static_cast<float>(seal < .6   ? 0
                                            : seal < .8 ? seal
                                                        : 1);
    for (MotionChannel c : kPartingChannels) frame[c] *= 1 - frame[kMouthClose];
    out.push_back(frame);
  }
  return out;
}

std::vector<MotionFrame> Limited(FrameRate rate, double strength,
                                 std::vector<MotionFrame> frames) {
  LimitMouth(rate, strength, &frames);
  return frames;
}

bool Parts(MotionChannel c) {
  return std::count(kPartingChannels.begin(), kPartingChannels.end(), c) > 0;
}

TEST(MouthLimitsTest, NothingMovesOrTurnsFasterThanItsLimit) {
  for (FrameRate rate : kRates) {
    for (double strength : {1.0, 1.7}) {
      const double fps = Fps(rate), scale = std::max(1.0, strength);
      const auto out = Limited(rate, strength, Wild(600));
      ASSERT_GT(out.size(), 300u);
      for (const MouthLimit& limit : MouthLimits()) {
        const MotionChannel c = limit.channel;
        for (size_t i = 1; i + 1 < out.size(); ++i) {
          const double step = out[i + 1][c] - out[i][c];
          const double turn = step - (out[i][c] - out[i - 1][c]);
          // What parts the lips stops with them, where they meet.
          const auto met = [&](size_t at) {
            return Parts(c) && out[at][c] > .999f - out[at][kMouthClose];
          };
          if (met(i - 1) || met(i) || met(i + 1)) continue;
          ASSERT_LE(step * fps, scale * limit.rise + 1e-3) << c << " " << i;
          ASSERT_GE(step * fps, -scale * limit.fall - 1e-3) << c << " " << i;
          if (limit.bend == 0) continue;
          ASSERT_LE(std::abs(turn) * fps * fps, scale * limit.bend + .05)
              << c << " " << i << " at " << FormatFrameRate(rate);
        }
      }
    }
  }
}

TEST(MouthLimitsTest, WhatKeepsToTheLimitsIsLeftAlone) {
  for (FrameRate rate : kRates) {
    const int reach = MouthLimitReach(rate);
    std::vector<MotionFrame> frames;
    for (int i = 0; i < 200; ++i) {
      // Syllables, four a second.
      const double swing = .5 - .5 * std::cos(2 * M_PI * 4 * i / Fps(rate));
      MotionFrame frame{};
      for (const MouthLimit& limit : MouthLimits()) {
        frame[limit.channel] = static_cast<float>(.4 * swing);
      }
      frame[kMouthClose] = static_cast<float>(.3 - .3 * swing);
      for (MotionChannel c : kPartingChannels) {
        frame[c] *= 1 - frame[kMouthClose];
      }
      frames.push_back(frame);
    }
    const auto out = Limited(rate, 1, frames);
    for (size_t i = 0; i < out.size(); ++i) {
      for (const MouthLimit& limit : MouthLimits()) {
        ASSERT_NEAR(out[i][limit.channel], frames[i + reach][limit.channel],
                    2e-7)
            << limit.channel << " " << i;
      }
    }
  }
}

TEST(MouthLimitsTest, ClosuresAreKept) {
  for (FrameRate rate : kRates) {
    const size_t reach = static_cast<size_t>(MouthLimitReach(rate));
    const std::vector<MotionFrame> frames = Wild(600);
    const auto out = Limited(rate, 1, frames);
    for (size_t i = 0; i < out.size(); ++i) {
      const MotionFrame& was = frames[i + reach];
      ASSERT_GE(out[i][kMouthClose], was[kMouthClose]);
      for (MotionChannel c : kPartingChannels) {
        ASSERT_LE(out[i][c], 1 - out[i][kMouthClose] + 1e-6f);
      }
    }
    // One closed frame amid an open mouth: still closed, the jaw still up.
    MotionFrame open{}, closed{};
    open[kJawOpen] = .6f;
    closed[kMouthClose] = 1;
    std::vector<MotionFrame> blow(2 * reach + 41, open);
    blow[reach + 20] = closed;
    const auto kept = Limited(rate, 1, blow);
    EXPECT_EQ(kept[20][kMouthClose], 1.f);
    // The jaw may turn only so fast, so it does not come all the way.
    EXPECT_LT(kept[20][kJawOpen], .15f) << FormatFrameRate(rate);
  }
}

TEST(MouthLimitsTest, OnlyTheDeclaredFramesCount) {
  for (FrameRate rate : kRates) {
    const size_t reach = static_cast<size_t>(MouthLimitReach(rate));
    const std::vector<MotionFrame> frames = Wild(400);
    const auto whole = Limited(rate, 1, frames);
    for (size_t at : {size_t{0}, size_t{31}, size_t{64}, size_t{97}}) {
      const auto part =
          Limited(rate, 1,
                  {frames.begin() + static_cast<int64_t>(at),
                   frames.begin() + static_cast<int64_t>(at + 2 * reach + 9)});
      ASSERT_EQ(part.size(), 9u);
      for (size_t i = 0; i < part.size(); ++i) {
        ASSERT_EQ(
            std::memcmp(part[i].data(), whole[at + i].data(), sizeof part[i]),
            0)
            << at << " " << i << " at " << FormatFrameRate(rate);
      }
    }
    EXPECT_TRUE(Limited(rate, 1, Wild(static_cast<int>(2 * reach))).empty());
  }
}

// Draws every channel anew in each frame.
class WildModel : public FineMotionModel {
 public:
  std::string_view version() const override { return "wild"; }
  FineMotionReach Reach(FrameRate) const override { return {}; }
  Status SampleWindow(const FineMotionWindow& window,
                      FineMotion* out) const override {
    out->frames = Wild(kWindowFrames + static_cast<int>(window.index % 7));
    out->frames.resize(kWindowFrames);
    return OkStatus();
  }
};

TEST(MouthLimitsTest, WhateverAModelDrawsObeysThem) {
  const std::map<std::string, std::string> controls;
  for (FrameRate rate : {FrameRate{30, 1}, FrameRate{60, 1}}) {
    const VectorPcm pcm = SyntheticSpeech(8);
    const MotionRequest request{
        pcm, FramesForSamples(pcm.size_samples(), 16000, rate), rate, 5,
        controls};
    const auto keys = PlanKeyMotions(request);
    ASSERT_TRUE(keys.ok());
    const auto track =
        SampleMotion(WildModel(), request, *keys, {0, request.total_frames});
    ASSERT_TRUE(track.ok());
    const double fps = Fps(rate);
    const auto& frames = track->frames;
    for (const MouthLimit& limit : MouthLimits()) {
      const MotionChannel c = limit.channel;
      if (Parts(c)) continue;
      for (size_t i = 1; i + 1 < frames.size(); ++i) {
        const double step = frames[i + 1][c] - frames[i][c];
        const double turn = step - (frames[i][c] - frames[i - 1][c]);
        ASSERT_LE(step * fps, limit.rise + 1e-3) << c << " " << i;
        ASSERT_GE(step * fps, -limit.fall - 1e-3) << c << " " << i;
        if (limit.bend == 0) continue;
        ASSERT_LE(std::abs(turn) * fps * fps, limit.bend + .05)
            << c << " " << i;
      }
    }
  }
}

TEST(MouthLimitsTest, OtherChannelsPass) {
  std::vector<MotionFrame> frames(200);
  for (size_t i = 0; i < frames.size(); ++i) {
    frames[i][kEyeBlinkLeft] = frames[i][kHeadYaw] = i % 2 ? 1.f : 0.f;
  }
  const size_t reach = static_cast<size_t>(MouthLimitReach({30, 1}));
  const auto out = Limited({30, 1}, 1, frames);
  for (size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], frames[i + reach]);
}

}  // namespace
}  // namespace longtake::worker
