#include "client/cli/needs_flags.h"

#include <gtest/gtest.h>

namespace longtake::client {
namespace {

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

TEST(NeedsFlagsTest, CapabilitiesMayBeRepeatedOrGivenWithCommas) {
  CLI::App app;
  NeedsFlags flags;
  AddNeedsFlags(&app, "", &flags);
  app.parse("--capability a,b --capability c");
  EXPECT_EQ(ParseNeeds(flags)->capabilities,
            (std::set<std::string>{"a", "b", "c"}));
}

TEST(NeedsFlagsTest, GigabytesAreNoGibibytes) {
  NeedsFlags flags;
  flags.gpu_memory = "24GB";
  EXPECT_EQ(ParseNeeds(flags)->gpu_memory_bytes, 24'000'000'000);
  flags.gpu_memory = "24";
  EXPECT_EQ(ParseNeeds(flags).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::client
