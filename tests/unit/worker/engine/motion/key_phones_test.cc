#include <gtest/gtest.h>

#include "worker/engine/motion/key_motions.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {
namespace {

KeyMotions SomePhones() {
  KeyMotions keys;
  for (int i = 0; i < 100; ++i) {
    keys.phones.push_back(
        {i * int64_t{100000}, 80000, static_cast<uint8_t>(1 + i % 40), 200});
  }
  return keys;
}

TEST(KeyPhonesTest, ComeBackAsTheyWent) {
  const auto parsed = ParseKeyMotions(SerializeKeyMotions(SomePhones()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, SomePhones());
}

TEST(KeyPhonesTest, WhatNobodyWroteIsDataLoss) {
  const auto refused = [](const KeyMotions& keys) {
    return ParseKeyMotions(SerializeKeyMotions(keys)).status().code() ==
           StatusCode::kDataLoss;
  };
  KeyMotions keys = SomePhones();
  keys.phones[3].phone = kPhoneClasses;
  EXPECT_TRUE(refused(keys));
  keys = SomePhones();
  keys.phones[3].length_us = 100001;  // into the next
  EXPECT_TRUE(refused(keys));
  keys = SomePhones();
  keys.phones[3].start_us = 0;
  EXPECT_TRUE(refused(keys));
}

TEST(KeyPhonesTest, ASliceHoldsThoseWithinReach) {
  const FrameRate rate = {25, 1};
  const KeyMotions keys = SomePhones();
  const KeyMotions slice = SliceKeyMotions(keys, {100, 126}, rate);
  // 4 s to 5 s, and 0.6 s to both sides.
  ASSERT_FALSE(slice.phones.empty());
  EXPECT_EQ(slice.phones.front().start_us, 3400000);
  EXPECT_EQ(slice.phones.back().start_us, 5600000);
}

}  // namespace
}  // namespace longtake::worker
