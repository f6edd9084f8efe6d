#include "worker/app/offer.h"

#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

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
