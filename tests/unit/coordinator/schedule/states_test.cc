#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "coordinator/store/job_state.h"
#include "coordinator/store/task_state.h"

namespace longtake::coordinator {
namespace {

TEST(JobStateTest, OnlyTheseStepsAreLegal) {
  using S = JobState;
  const std::set<std::pair<S, S>> legal = {
      {S::kQueued, S::kRunning},   {S::kQueued, S::kFailed},
      {S::kQueued, S::kCancelled}, {S::kRunning, S::kSucceeded},
      {S::kRunning, S::kFailed},   {S::kRunning, S::kCancelled},
      {S::kFailed, S::kQueued},    {S::kCancelled, S::kQueued}};
  const S all[] = {S::kQueued, S::kRunning, S::kSucceeded, S::kFailed,
                   S::kCancelled};
  for (const S from : all) {
    for (const S to : all) {
      EXPECT_EQ(IsLegalJobStep(from, to), legal.contains({from, to}))
          << JobStateName(from) << " -> " << JobStateName(to);
    }
    EXPECT_EQ(IsLive(from), !HasEnded(from));
  }
}

TEST(TaskStateTest, OnlyTheseStepsAreLegal) {
  using S = TaskState;
  const std::set<std::pair<S, S>> legal = {
      {S::kReady, S::kLeased},        {S::kReady, S::kSucceeded},
      {S::kReady, S::kCancelled},     {S::kLeased, S::kSucceeded},
      {S::kLeased, S::kWaitingRetry}, {S::kLeased, S::kReady},
      {S::kLeased, S::kFailed},       {S::kLeased, S::kCancelled},
      {S::kWaitingRetry, S::kReady},  {S::kWaitingRetry, S::kCancelled},
      {S::kSucceeded, S::kReady},     {S::kFailed, S::kReady},
      {S::kCancelled, S::kReady}};
  const S all[] = {S::kReady,     S::kLeased, S::kWaitingRetry,
                   S::kSucceeded, S::kFailed, S::kCancelled};
  for (const S from : all) {
    for (const S to : all) {
      EXPECT_EQ(IsLegalTaskStep(from, to), legal.contains({from, to}))
          << TaskStateName(from) << " -> " << TaskStateName(to);
    }
    // What is open can be cancelled, and nothing else can.
    EXPECT_EQ(IsOpen(from), IsLegalTaskStep(from, S::kCancelled));
  }
}

}  // namespace
}  // namespace longtake::coordinator
