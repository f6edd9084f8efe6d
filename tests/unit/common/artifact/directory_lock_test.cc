#include "common/artifact/directory_lock.h"

#include <gtest/gtest.h>

#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

// Two locks of one process are as much in each other's way as those of two.
class DirectoryLockTest : public ::testing::Test {
 protected:
  StatusCode Try(DirectoryUse use) {
    return DirectoryLock::Take(directory_.path(), use).status().code();
  }

  TempDir directory_;
};

TEST_F(DirectoryLockTest, WhoIsAloneLetsNobodyIn) {
  auto lock = DirectoryLock::Take(directory_.path(), DirectoryUse::kAlone);
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_TRUE((*lock)->is_held());
  EXPECT_EQ(Try(DirectoryUse::kAlone), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Try(DirectoryUse::kShared), StatusCode::kFailedPrecondition);
  lock->reset();
  EXPECT_EQ(Try(DirectoryUse::kShared), StatusCode::kOk);
}

TEST_F(DirectoryLockTest, WhoSharesLetsInWhoSharesToo) {
  const auto lock =
      DirectoryLock::Take(directory_.path(), DirectoryUse::kShared);
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_EQ(Try(DirectoryUse::kShared), StatusCode::kOk);
  EXPECT_EQ(Try(DirectoryUse::kAlone), StatusCode::kFailedPrecondition);
}

TEST_F(DirectoryLockTest, ADirectoryThatIsNotThereIsAnError) {
  EXPECT_EQ(DirectoryLock::Take(directory_.Join("none"), DirectoryUse::kAlone)
                .status()
                .code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace longtake
