#include "coordinator/schedule/retry_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace longtake::coordinator {
namespace {

TEST(RetryTableTest, EveryCodeHasItsAction) {
  const std::map<StatusCode, RetryAction> again = {
      {StatusCode::kUnavailable, RetryAction::kAgain},
      {StatusCode::kAborted, RetryAction::kAgain},
      {StatusCode::kDeadlineExceeded, RetryAction::kAgain},
      {StatusCode::kInternal, RetryAction::kAgain},
      {StatusCode::kUnknown, RetryAction::kAgain},
      {StatusCode::kCancelled, RetryAction::kAgain},
      {StatusCode::kResourceExhausted, RetryAction::kElsewhere}};
  for (int code = 1; code <= 16; ++code) {
    const auto status_code = static_cast<StatusCode>(code);
    const auto it = again.find(status_code);
    const RetryAction expected =
        it == again.end() ? RetryAction::kNever : it->second;
    EXPECT_EQ(RetryActionFor(status_code), expected) << code;
  }
}

TEST(RetryTableTest, PausesDoubleUpToALimitWithinTheJitter) {
  const RetryPolicy policy;
  for (int failures = 1; failures < 80; ++failures) {
    const absl::Duration pause =
        PauseBeforeRetry(policy, failures, "job", "task");
    absl::Duration nominal = policy.longest_pause;
    if (failures <= 5) nominal = absl::Seconds(1 << (failures - 1));
    EXPECT_GE(pause, nominal * 0.75) << failures;
    EXPECT_LT(pause, nominal * 1.25) << failures;
  }
}

TEST(RetryTableTest, PauseIsTheSameForTheSameNamesAndSpreadsOverOthers) {
  const RetryPolicy policy;
  std::set<absl::Duration> pauses;
  for (int i = 0; i < 100; ++i) {
    const std::string task = fmt::format("render-{:05}-g0", i);
    const absl::Duration pause = PauseBeforeRetry(policy, 1, "job", task);
    EXPECT_EQ(pause, PauseBeforeRetry(policy, 1, "job", task));
    pauses.insert(pause);
  }
  EXPECT_GT(pauses.size(), 50u);
}

}  // namespace
}  // namespace longtake::coordinator
