#include "worker/watermark/payload_code.h"

#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

// The check value of CRC-16/CCITT-FALSE is of "123456789"; of its first four
// characters it is 0x5349 (computed by hand from the polynomial's definition in
// the test below).
TEST(PayloadCodeTest, TheCheckSumIsThatOfItsPolynomial) {
  const auto slow = [](uint32_t payload) {
    // Long division of payload * x^16, first 16 bits inverted.
    uint64_t rest = (uint64_t{payload} << 16) ^ (uint64_t{0xFFFF} << 32);
    for (int bit = 47; bit >= 16; --bit) {
      if (rest >> bit & 1) rest ^= uint64_t{0x11021} << (bit - 16);
    }
    return static_cast<uint16_t>(rest);
  };
  for (const uint32_t payload :
       {0u, 1u, 0x31323334u, 0xA5F01234u, 0xFFFFFFFFu, 0x00010000u}) {
    EXPECT_EQ(Crc16(payload), slow(payload)) << payload;
  }
}

TEST(PayloadCodeTest, EveryPayloadComesBack) {
  for (uint32_t payload = 1, i = 0; i < 1000; ++i, payload *= 2654435761u) {
    const auto decoded = DecodePayload(EncodePayload(payload));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(*decoded, payload);
  }
}

TEST(PayloadCodeTest, AnyOneWrongSymbolIsSeen) {
  const Symbols right = EncodePayload(0xA5F01234);
  for (int i = 0; i < kSymbols; ++i) {
    for (int wrong = 1; wrong < 1 << kSymbolBits; wrong *= 2) {
      Symbols symbols = right;
      symbols[i] = static_cast<uint16_t>(symbols[i] ^ wrong);
      EXPECT_FALSE(DecodePayload(symbols).has_value());
    }
  }
}

TEST(PayloadCodeTest, ShiftsCoverTheTileInSteps) {
  EXPECT_EQ(ShiftOf(0).dx, 0);
  EXPECT_EQ(ShiftOf(0).dy, 0);
  EXPECT_EQ(ShiftOf(1).dx, 2);
  EXPECT_EQ(ShiftOf(64).dy, 2);
  EXPECT_EQ(ShiftOf(4095).dx, 126);
  EXPECT_EQ(ShiftOf(4095).dy, 126);
}

// A symbol whose right place is only the second best is corrected.
TEST(PayloadCodeTest, TheCheckSumChoosesAmongCandidates) {
  const Symbols right = EncodePayload(0x00070003);
  CandidateLists lists;
  for (int i = 0; i < kSymbols; ++i) lists[i] = {{right[i], 6.0}};
  lists[2] = {{static_cast<uint16_t>(right[2] ^ 5), 6.5}, {right[2], 6.0}};
  const auto decoded = DecodeCandidates(lists);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->payload, 0x00070003u);
  EXPECT_DOUBLE_EQ(decoded->score, 24);
  EXPECT_DOUBLE_EQ(decoded->weakest, 6);
  lists[2].pop_back();
  EXPECT_FALSE(DecodeCandidates(lists).has_value());
}

}  // namespace
}  // namespace longtake::worker
