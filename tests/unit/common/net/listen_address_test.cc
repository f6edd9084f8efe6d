#include "common/net/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake {
namespace {

TEST(ListenAddressTest, HostAndPortAreTakenApart) {
  const auto address = ParseListenAddress("10.0.0.5:7400", "--listen");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->host, "10.0.0.5");
  EXPECT_EQ(address->port, 7400);
  EXPECT_FALSE(address->is_loopback);
}

TEST(ListenAddressTest, OnlyThisMachinesAddressesAreLoopback) {
  for (const char* text :
       {"localhost:0", "127.0.0.1:1", "127.9.9.9:1", "[::1]:1"}) {
    const auto address = ParseListenAddress(text, "--listen");
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_TRUE(address->is_loopback) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "localhost.example:1"}) {
    const auto address = ParseListenAddress(text, "--listen");
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_FALSE(address->is_loopback) << text;
  }
}

TEST(ListenAddressTest, WhatIsNoAddressIsRefusedWithFlagAndExample) {
  for (const char* text : {"", ":", ":80", "host", "host:", "host:x",
                           "host:65536", "host:-1", "::1:80", "host:80x"}) {
    const auto address = ParseListenAddress(text, "--metrics-listen");
    ASSERT_EQ(address.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Message(address.status()),
                testing::HasSubstr("--metrics-listen"));
    EXPECT_THAT(Message(address.status()), testing::HasSubstr("127.0.0.1:"));
  }
}

}  // namespace
}  // namespace longtake
