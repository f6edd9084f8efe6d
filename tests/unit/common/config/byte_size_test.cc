#include "common/config/byte_size.h"

#include <gtest/gtest.h>

namespace longtake {
namespace {

TEST(ByteSizeTest, PowersOfAThousandAndOf1024AreDifferentUnits) {
  const struct {
    const char* text;
    int64_t bytes;
  } kSizes[] = {{"0", 0},
                {"0B", 0},
                {"7B", 7},
                {"10KB", 10'000},
                {"10KiB", 10'240},
                {"64 KiB", 65'536},
                {"512MB", 512'000'000},
                {"512MiB", int64_t{512} << 20},
                {"24GB", 24'000'000'000},
                {"24GiB", int64_t{24} << 30},
                {"2TB", 2'000'000'000'000},
                {"2TiB", int64_t{2} << 40}};
  for (const auto& size : kSizes) {
    const StatusOr<int64_t> bytes = ParseByteSize(size.text);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(*bytes, size.bytes) << size.text;
  }
}

TEST(ByteSizeTest, WhatIsNoSizeIsToldWhatWouldBe) {
  for (const char* text :
       {"", "20", "GiB", "24G", "-1", "-1GiB", "1.5GiB", "24gib", "24gigs",
        "1e99", "inf", "nan", "9999999999TiB", "0x10GiB"}) {
    const Status status = ParseByteSize(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_NE(Message(status).find("20GiB"), std::string::npos);
  }
}

}  // namespace
}  // namespace longtake
