#include "worker/engine/motion/philox.h"

#include <gtest/gtest.h>

#include <cmath>

namespace longtake::worker {
namespace {

using Counter = std::array<uint32_t, 4>;
using Key = std::array<uint32_t, 2>;

// Random123's kat_vectors, lines "philox4x32 10".
TEST(PhiloxTest, PublishedVectors) {
  EXPECT_EQ(Philox4x32(Counter{0, 0, 0, 0}, Key{0, 0}),
            (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t f = 0xffffffff;
  EXPECT_EQ(Philox4x32(Counter{f, f, f, f}, Key{f, f}),
            (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32(Counter{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       Key{0xa4093822, 0x299f31d0}),
            (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(KeyedRandomTest, EveryPartOfTheKeyCounts) {
  const KeyedRandom a(1, RandomPurpose::kBlink);
  const double base = a.Uniform(5, 0);
  EXPECT_EQ(base, KeyedRandom(1, RandomPurpose::kBlink).Uniform(5, 0));
  EXPECT_NE(base, a.Uniform(6, 0));
  EXPECT_NE(base, a.Uniform(5, 1));
  EXPECT_NE(base, a.Uniform(-5, 0));
  EXPECT_NE(base, a.Uniform(5 + (int64_t{1} << 32), 0));
  EXPECT_NE(base, KeyedRandom(1, RandomPurpose::kGlance).Uniform(5, 0));
  EXPECT_NE(base, KeyedRandom(1 + (uint64_t{1} << 32), RandomPurpose::kBlink)
                      .Uniform(5, 0));
}

TEST(KeyedRandomTest, UniformAndNormalHaveTheirMoments) {
  const KeyedRandom random(42, RandomPurpose::kFrameNoise);
  constexpr int kCount = 200000;
  double u = 0, n = 0, n2 = 0, n4 = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = random.Uniform(i, 7);
    ASSERT_GT(x, 0);
    ASSERT_LT(x, 1);
    u += x;
    const double z = random.Normal(i);
    n += z;
    n2 += z * z;
    n4 += z * z * z * z;
  }
  EXPECT_NEAR(u / kCount, 0.5, 0.004);
  EXPECT_NEAR(n / kCount, 0, 0.01);
  EXPECT_NEAR(n2 / kCount, 1, 0.02);
  EXPECT_NEAR(n4 / kCount, 3, 0.15);
}

}  // namespace
}  // namespace longtake::worker
