#include "common/rpc/coordinator_address.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace longtake {
namespace {

using Parts = std::vector<std::string>;

TEST(CoordinatorAddressTest, NamesAndAddressesOfBothKindsAreTaken) {
  EXPECT_EQ(*ParseCoordinatorAddresses("a:7400", "--farm"), Parts{"a:7400"});
  EXPECT_EQ(*ParseCoordinatorAddresses(
                "Render-1.studio:7400,10.0.0.2:65535,[fd00::3]:1", "--farm"),
            (Parts{"render-1.studio:7400", "10.0.0.2:65535", "[fd00::3]:1"}));
}

TEST(CoordinatorAddressTest, WhatIsWrongIsSaidWithTheFlagAndThePart) {
  const struct {
    const char* list;
    const char* said;
  } kWrong[] = {
      {"", "part 1 \"\" is empty"},
      {"a:7400,", "part 2 \"\" is empty"},
      {"a:7400,,b:7400", "part 2 \"\" is empty"},
      {"a", "\"a\" has no port"},
      {"a:", "\"a:\" has no port"},
      {"a:7400,b", "part 2 \"b\" has no port"},
      {":7400", "has no host name"},
      {"a:0", "1-65535"},
      {"a:65536", "1-65535"},
      {"a:-1", "1-65535"},
      {"a:74x", "1-65535"},
      {"a:7400, b:7400", "part 2 \" b:7400\" has no host name"},
      {"http://a:7400", "has a scheme"},
      {"fd00::3:7400", "without brackets"},
      {"[fd00::3]", "has no port"},
      {"[fd00::g]:7400", "not an IPv6 address"},
      {"[]:7400", "not an IPv6 address"},
      {"[", "not an IPv6 address"},
      {"a:7400,A:7400", "A:7400 is there twice"},
  };
  for (const auto& wrong : kWrong) {
    const Status status =
        ParseCoordinatorAddresses(wrong.list, "--farm").status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << wrong.list;
    EXPECT_NE(Message(status).find("--farm"), std::string::npos) << status;
    EXPECT_NE(Message(status).find(wrong.said), std::string::npos) << status;
  }
}

TEST(CoordinatorAddressTest, EndlessListIsRefused) {
  std::string list = "host:1";
  for (int i = 2; i < 100; ++i) list += fmt::format(",host:{}", i);
  EXPECT_FALSE(ParseCoordinatorAddresses(list, "--farm").ok());
}

}  // namespace
}  // namespace longtake
