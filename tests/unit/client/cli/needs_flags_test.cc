#include "client/cli/needs_flags.h"

#include <gtest/gtest.h>

namespace longtake::client {
namespace {

TEST(ParseMemorySizeTest, TakesWholeNumbersWithTheirUnit) {
  EXPECT_EQ(*ParseMemorySize("24GiB"), int64_t{24} << 30);
  EXPECT_EQ(*ParseMemorySize("512MiB"), int64_t{512} << 20);
  EXPECT_EQ(*ParseMemorySize("16GB"), 16'000'000'000);
  EXPECT_EQ(*ParseMemorySize("0B"), 0);
  for (const char* text : {"", "24", "GiB", "-1GiB", "1.5GiB", "24gib",
                           "24 GiB", "9999999999TiB", "0x10GiB"}) {
    const Status status = ParseMemorySize(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_NE(Message(status).find("24GiB or 512MiB"), std::string::npos);
  }
}

TEST(NeedsFlagsTest, BothKindsOfTasksHaveTheirOwn) {
  CLI::App app;
  NeedsFlags draws;
  NeedsFlags others;
  AddNeedsFlags(&app, "", &draws);
  AddNeedsFlags(&app, "support-", &others);
  app.parse(
      "--pool gpu --gpu-memory 24GiB --capability a --capability b "
      "--support-pool cpu");
  const StatusOr<TaskNeeds> needs = ParseNeeds(draws);
  ASSERT_TRUE(needs.ok()) << needs.status();
  EXPECT_EQ(*needs, (TaskNeeds{"gpu", int64_t{24} << 30, {"a", "b"}}));
  EXPECT_EQ(*ParseNeeds(others), (TaskNeeds{"cpu", 0, {}}));
  EXPECT_TRUE(ParseNeeds({})->empty());
}

}  // namespace
}  // namespace longtake::client
