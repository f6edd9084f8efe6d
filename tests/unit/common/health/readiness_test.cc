#include "common/health/readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ReadinessTest, WithoutConditionsAProcessIsReady) {
  EXPECT_TRUE(Readiness().IsReady());
}

TEST(ReadinessTest, EveryConditionMustHold) {
  Readiness readiness;
  readiness.Fail("redis", "can't be reached");
  readiness.Fail("recovered", "");
  EXPECT_FALSE(readiness.IsReady());
  EXPECT_THAT(readiness.Failing(),
              ElementsAre("recovered: not ready", "redis: can't be reached"));
  readiness.Hold("redis");
  EXPECT_FALSE(readiness.IsReady());
  readiness.Hold("recovered");
  EXPECT_TRUE(readiness.IsReady());
  EXPECT_THAT(readiness.Failing(), IsEmpty());
}

TEST(ReadinessTest, ChangesAreToldOnceAndWithoutALock) {
  Readiness readiness;
  std::vector<bool> seen;
  readiness.OnChange([&] { seen.push_back(readiness.IsReady()); });
  readiness.Fail("redis", "gone");
  readiness.Fail("redis", "gone");
  readiness.Hold("redis");
  readiness.Hold("redis");
  EXPECT_THAT(seen, ElementsAre(false, true));
}

}  // namespace
}  // namespace longtake
