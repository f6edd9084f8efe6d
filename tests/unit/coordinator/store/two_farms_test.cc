// Two farms, each with a Redis of its own, on one artifact store.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "coordinator/schedule/epoch.h"
#include "coordinator/schedule/recovery.h"
#include "tests/unit/coordinator/store/redis_fixture.h"

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;

class TwoFarmsTest : public ::testing::Test {
 protected:
  static std::unique_ptr<ArtifactStore> Open(const std::string& root) {
    DirectoryStoreOptions options;
    options.root = root;
    return OpenDirectoryStore(options).value();
  }
  StatusOr<int64_t> Look(Recovery& farm) {
    clock_.Advance(absl::Seconds(6));
    return farm.Ensure([this] { ++losses_; });
  }

  TempDir directory_;
  std::unique_ptr<ArtifactStore> artifacts_ = Open(directory_.path());
  FakeClock clock_;
  RedisServer server_one_, server_two_;
  RedisStore one_{RedisOptionsFor(server_one_.url())};
  RedisStore two_{RedisOptionsFor(server_two_.url())};
  Recovery first_{one_, *artifacts_, clock_, {.owner = "a", .limits = {}}};
  Recovery second_{two_, *artifacts_, clock_, {.owner = "b", .limits = {}}};
  int losses_ = 0;
};

TEST_F(TwoFarmsTest, TheEarlierOneStopsAndSaysWhy) {
  ASSERT_EQ(*Look(first_), 1);
  ASSERT_EQ(*Look(first_), 1);
  ASSERT_EQ(*Look(second_), 2);
  losses_ = 0;
  const auto stopped = Look(first_);
  ASSERT_EQ(stopped.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(stopped.status()), HasSubstr("share one Redis"));
  EXPECT_EQ(losses_, 1);  // nobody uses its state any longer
  // It does not take the directory back by itself, and the other one goes on.
  EXPECT_FALSE(Look(first_).ok());
  EXPECT_EQ(*Look(second_), 2);
}

TEST_F(TwoFarmsTest, AnEpochThatWasTakenAndNotUsedIsNobodyElses) {
  ASSERT_EQ(*Look(first_), 1);
  ASSERT_EQ(*TakeNextEpoch(*artifacts_, one_.Stamp()->instance), 2);
  EXPECT_EQ(*Look(first_), 1);
  // Whoever took it died before it had a state.
  ASSERT_EQ(*TakeNextEpoch(*artifacts_, two_.Stamp()->instance), 3);
  EXPECT_EQ(*Look(first_), 1);
}

}  // namespace
}  // namespace longtake::coordinator
