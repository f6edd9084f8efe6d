#include "worker/app/offer.h"

#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

TEST(ParseBytesTest, SizesAsPeopleWriteThem) {
  const struct {
    const char* text;
    int64_t bytes;
  } kSizes[] = {{"0", 0},
                {"123456789", 123456789},
                {"512MiB", int64_t{512} << 20},
                {"24GiB", int64_t{24} << 30},
                {"24G", int64_t{24} << 30},
                {"1.5TiB", int64_t{3} << 39},
                {"10KiB", 10240},
                {"7B", 7}};
  for (const auto& size : kSizes) {
    const StatusOr<int64_t> bytes = ParseBytes(size.text, "--gpu-memory");
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(*bytes, size.bytes) << size.text;
  }
}

TEST(ParseBytesTest, WhatIsNoSizeIsRefusedWithItsFlag) {
  for (const char* text : {"", "G", "-1", "24 GiB", "24gigs", "1e99", "inf",
                           "nan", "99999999999TiB", "0x10"}) {
    const Status status = ParseBytes(text, "--gpu-memory").status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_NE(Message(status).find("--gpu-memory"), std::string::npos);
    EXPECT_NE(Message(status).find("24GiB"), std::string::npos);
  }
}

TEST(CheckNamesTest, NamesAreShortPlainAndDifferent) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(*CheckNames({"gpu", "a-1.b_2"}, "--pool"),
            (Names{"gpu", "a-1.b_2"}));
  EXPECT_TRUE(CheckNames({}, "--pool").ok());
  for (const Names& wrong :
       {Names{""}, Names{"a b"}, Names{"GPU"}, Names{"a/b"}, Names{"a", "a"},
        Names{std::string(65, 'a')}, Names(17, "a")}) {
    const Status status = CheckNames(wrong, "--pool").status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_NE(Message(status).find("--pool"), std::string::npos);
  }
}

}  // namespace
}  // namespace longtake::worker
