#include "common/rpc/bearer_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kInterval = absl::Milliseconds(50);
constexpr std::chrono::milliseconds kBeyondIt(60);

class BearerTokenTest : public ::testing::Test {
 protected:
  // Renamed into its place, as a token is replaced on a running machine.
  void Write(const std::string& token) {
    const std::string next = directory_.Join("next");
    std::ofstream(next) << token << "\n";
    std::filesystem::rename(next, path_);
  }

  const TempDir directory_;
  const std::string path_ = directory_.Join("token");
};

TEST_F(BearerTokenTest, ANewTokenInItsFileIsSentOnceTheIntervalIsOver) {
  Write("the-first-secret-token");
  const auto token = BearerToken::FromFile(path_, kInterval);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ((*token)->Get(), "the-first-secret-token");
  Write("the-second-secret-token");
  std::this_thread::sleep_for(kBeyondIt);
  EXPECT_EQ((*token)->Get(), "the-second-secret-token");
}

TEST_F(BearerTokenTest, TheFileIsNotReadForEveryCall) {
  Write("the-first-secret-token");
  const auto token = BearerToken::FromFile(path_);
  ASSERT_TRUE(token.ok()) << token.status();
  Write("the-second-secret-token");
  EXPECT_EQ((*token)->Get(), "the-first-secret-token");
}

TEST_F(BearerTokenTest, WhileTheFileHoldsNoTokenTheLastOneStays) {
  Write("the-first-secret-token");
  const auto token = BearerToken::FromFile(path_, kInterval);
  ASSERT_TRUE(token.ok()) << token.status();
  std::filesystem::remove(path_);
  std::this_thread::sleep_for(kBeyondIt);
  EXPECT_EQ((*token)->Get(), "the-first-secret-token");
  Write("short");
  std::this_thread::sleep_for(kBeyondIt);
  EXPECT_EQ((*token)->Get(), "the-first-secret-token");
  Write("the-second-secret-token");
  std::this_thread::sleep_for(kBeyondIt);
  EXPECT_EQ((*token)->Get(), "the-second-secret-token");
}

TEST_F(BearerTokenTest, ABadFileIsNamedAndItsTextIsNot) {
  Write("not-a token of ours");
  const Status bad = BearerToken::FromFile(path_).status();
  EXPECT_EQ(bad.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(bad), HasSubstr(path_));
  EXPECT_THAT(Message(bad), Not(HasSubstr("not-a")));
}

}  // namespace
}  // namespace longtake
