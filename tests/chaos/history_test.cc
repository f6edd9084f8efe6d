// The audit of histories: what it must reject, each in a history written by
// hand that is good but for one thing.

#include "tests/chaos/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::chaos {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LogEvent Event(const std::string& event, int attempt, const std::string& worker,
               int epoch = 1, int era = 0) {
  LogEvent e;
  e.process = "coordinator-0";
  e.coordinator = true;
  e.era = era;
  e.event = event;
  e.fields = {{"job", "j"},
              {"task", "render-0"},
              {"attempt", std::to_string(attempt)},
              {"worker", worker},
              {"epoch", std::to_string(epoch)}};
  return e;
}

LogEvent CoordinatorEvent(const std::string& event, int epoch,
                          const std::string& process = "coordinator-0") {
  LogEvent e;
  e.process = process;
  e.coordinator = true;
  e.event = event;
  e.fields = {{"epoch", std::to_string(epoch)}};
  return e;
}

// One job of two segments, done once and well.
History Good() {
  History history;
  history.events = {Event("task leased", 1, "a"),
                    Event("task completed", 1, "a")};
  JobHistory job;
  job.job_id = "j";
  job.found = true;
  job.view.state = JobState::kSucceeded;
  for (int i = 0; i < 2; ++i) {
    TaskView task;
    task.task_id = "render-" + std::to_string(i);
    task.kind = TaskKind::kRender;
    task.state = TaskState::kSucceeded;
    task.segment = i;
    task.range = {i * 15, i * 15 + 15};
    AttemptView attempt;
    attempt.attempt = 1;
    attempt.outcome = "completed";
    task.attempts = {attempt};
    job.tasks.push_back(task);
  }
  job.take_sha256 = job.expected_sha256 = "00ff";
  job.decoded_frames = job.expected_frames = 30;
  job.record_names = {"results/k"};
  history.jobs = {job};
  history.records["results/k"] = {"12"};
  history.queues = {{"lt:queue:{q}:0", 0, 0}};
  StateAudit state;
  state.job_id = "j";
  state.stored = state.counted = {{"leased_3", 0}};
  history.states = {state};
  return history;
}

TEST(HistoryTest, AGoodHistoryPasses) { EXPECT_THAT(Audit(Good()), IsEmpty()); }

TEST(HistoryTest, ASegmentPublishedTwiceIsRejected) {
  History history = Good();
  history.events.push_back(Event("task leased", 2, "b"));
  history.events.push_back(Event("task completed", 2, "b"));
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("published twice")));
  history.artifacts_damaged = true;
  EXPECT_THAT(Audit(history), IsEmpty());
}

TEST(HistoryTest, ARepeatedReportOfOneAttemptIsNoSecondPublication) {
  History history = Good();
  history.events.push_back(Event("task completed", 1, "a"));
  EXPECT_THAT(Audit(history), IsEmpty());
}

TEST(HistoryTest, AStaleReportThatWasAcceptedIsRejected) {
  for (const char* end : {"lease expired", "task failed", "task given back"}) {
    History history = Good();
    history.events.insert(history.events.begin() + 1, Event(end, 1, "a"));
    EXPECT_THAT(Audit(history), ElementsAre(HasSubstr(end)));
  }
}

TEST(HistoryTest, ACompletionWithoutALeaseIsRejected) {
  History history = Good();
  history.events.erase(history.events.begin());
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("held no such lease")));
}

TEST(HistoryTest, ACompletionByAnotherWorkerIsRejected) {
  History history = Good();
  history.events[1].fields["worker"] = "b";
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("held no such lease")));
}

TEST(HistoryTest, ALeaseThatOnlyItsWorkerLoggedCounts) {
  History history = Good();
  history.events[0].coordinator = false;
  history.events[0].process = "a";
  EXPECT_THAT(Audit(history), IsEmpty());
}

TEST(HistoryTest, AContradictionAcrossALossOfStateIsForgiven) {
  History history = Good();
  history.events.push_back(Event("lease expired", 1, "a", 1, 1));
  EXPECT_THAT(Audit(history), IsEmpty());
}

TEST(HistoryTest, OneTokenForTwoWorkersIsRejected) {
  History history = Good();
  history.events.push_back(Event("task leased", 1, "b"));
  EXPECT_THAT(Audit(history),
              ElementsAre(HasSubstr("was given to a and to b")));
}

TEST(HistoryTest, AttemptsThatFallAreRejected) {
  History history = Good();
  history.events.insert(history.events.begin(), Event("task leased", 2, "b"));
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("came after attempt 2")));
}

TEST(HistoryTest, WorkDoneAgainAfterItsPublicationIsRejected) {
  History history = Good();
  history.events.push_back(Event("task leased", 1, "b", 2, 1));
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("leased again")));
  history.artifacts_damaged = true;
  EXPECT_THAT(Audit(history), IsEmpty());
}

TEST(HistoryTest, EpochsThatFallOrAreSharedAreRejected) {
  History history = Good();
  history.events.push_back(CoordinatorEvent("coordinator started", 3));
  history.events.push_back(CoordinatorEvent("state rebuilt", 2));
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("came after epoch 3")));
  history = Good();
  history.events.push_back(CoordinatorEvent("state rebuilt", 2));
  history.events.push_back(
      CoordinatorEvent("state rebuilt", 2, "coordinator-1"));
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("rebuilt by")));
}

TEST(HistoryTest, ALostSegmentIsRejected) {
  History history = Good();
  history.jobs[0].tasks[1].state = TaskState::kReady;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("lost, it is ready")));
  history = Good();
  history.jobs[0].tasks.erase(history.jobs[0].tasks.begin());
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("no segment covers")));
  history = Good();
  history.jobs[0].tasks.pop_back();
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("segments end at")));
}

TEST(HistoryTest, ALostJobIsRejected) {
  History history = Good();
  history.jobs[0].found = false;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("acknowledged, and lost")));
}

TEST(HistoryTest, AcknowledgedChangesThatAreGoneAreRejected) {
  History history = Good();
  history.jobs[0].acknowledged.cancelled = true;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("cancelled, and yet")));
  history = Good();
  history.jobs[0].acknowledged.paused = true;
  history.jobs[0].view.state = JobState::kRunning;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("a pause")));
  history = Good();
  history.jobs[0].acknowledged.has_priority = true;
  history.jobs[0].acknowledged.priority = 4;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("priority 4")));
}

TEST(HistoryTest, AFailedJobIsRejected) {
  History history = Good();
  history.jobs[0].view.state = JobState::kFailed;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("it is failed")));
}

TEST(HistoryTest, ChangedBytesAreRejected) {
  History history = Good();
  history.jobs[0].take_sha256 = "11";
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("bytes differ")));
  history = Good();
  history.jobs[0].decoded_frames = 29;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("29 frames, not 30")));
  history = Good();
  history.records["results/k"].insert("13");
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("bytes changed")));
  history = Good();
  history.records.clear();
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("is missing")));
}

TEST(HistoryTest, EventsOutOfOrderAreRejected) {
  History history = Good();
  history.jobs[0].events.resize(2);
  history.jobs[0].events[0].sequence = 2;
  history.jobs[0].events[1].sequence = 2;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("event 2 came after")));
}

TEST(HistoryTest, TwoCompletedAttemptsInTheJobsListAreRejected) {
  History history = Good();
  AttemptView second;
  second.attempt = 2;
  second.outcome = "completed";
  history.jobs[0].tasks[0].attempts.push_back(second);
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("listed as completed")));
  history.jobs[0].tasks[0].attempts[1].outcome = "superseded";
  history.jobs[0].tasks[0].attempts[1].attempt = 1;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("is listed after")));
}

TEST(HistoryTest, DriftedCountersAreRejected) {
  History history = Good();
  history.states[0].stored["leased_3"] = 1;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("stored as 1")));
}

TEST(HistoryTest, OnlyAnEndThatWasRebuiltMayHaveFiguresWithoutTasks) {
  History history = Good();
  history.jobs[0].tasks.clear();
  history.states[0].stored["segments_done"] = 2;
  history.states[0].counted["segments_done"] = 0;
  EXPECT_THAT(Audit(history), Contains(HasSubstr("segments_done is stored")));
  history.losses = 1;
  EXPECT_THAT(Audit(history), IsEmpty());
  history.states[0].stored["leased_3"] = 1;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("stored as 1")));
}

TEST(HistoryTest, LeftoversAreRejected) {
  History history = Good();
  history.queues[0].pending = 1;
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("1 pending")));
  history = Good();
  history.states[0].leftovers = {"timer 1:render-0"};
  EXPECT_THAT(Audit(history), ElementsAre(HasSubstr("timer 1:render-0")));
}

TEST(LogEventsTest, LinesAreReadBack) {
  const auto event = ParseLogLine(
      "2026-01-02T03:04:05.678Z warning stale report refused job=ab "
      "task=render-3 attempt=2 error=\"UNAVAILABLE: a \\\"b\\\" c\"");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->level, "warning");
  EXPECT_EQ(event->event, "stale report refused");
  EXPECT_EQ(event->Field("job"), "ab");
  EXPECT_EQ(event->Number("attempt"), 2);
  EXPECT_EQ(event->Field("error"), "UNAVAILABLE: a \"b\" c");
  EXPECT_FALSE(ParseLogLine("listening on 127.0.0.1:1").has_value());
}

TEST(LogEventsTest, AnUnfinishedLineIsLeftForLater) {
  const std::string whole = "2026-01-02T03:04:05.678Z info a k=v\n";
  size_t consumed = 0;
  EXPECT_EQ(ParseLog(whole + "2026-01-02T03:04:05", &consumed).size(), 1u);
  EXPECT_EQ(consumed, whole.size());
}

}  // namespace
}  // namespace longtake::chaos
