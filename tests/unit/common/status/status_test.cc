#include "common/status/status.h"

#include <gtest/gtest.h>

#include <memory>

namespace longtake {
namespace {

StatusOr<std::unique_ptr<int>> Make(bool good) {
  if (!good) return NotFound("no int");
  return std::make_unique<int>(4);
}

StatusOr<int> Twice(bool good) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<int> value, Make(good));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<int> again, Make(good));
  return *value + *again;
}

TEST(StatusTest, AssignOrReturnMovesTheValueOrReturnsTheError) {
  EXPECT_EQ(*Twice(true), 8);
  EXPECT_EQ(Twice(false).status(), NotFound("no int"));
}

TEST(StatusTest, AnnotateKeepsTheCodeAndAddsContext) {
  const Status status = Annotate(DataLoss("bad bytes"), "read x");
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(Message(status), "read x: bad bytes");
  EXPECT_TRUE(Annotate(OkStatus(), "read x").ok());
}

}  // namespace
}  // namespace longtake
