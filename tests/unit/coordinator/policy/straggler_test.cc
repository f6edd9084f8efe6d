#include "coordinator/policy/straggler.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace longtake::coordinator {
namespace {

constexpr int kFrames = 300;
const absl::Time kNow = absl::FromUnixSeconds(100000);

TaskRecord Render(int segment, TaskState state) {
  TaskRecord task;
  task.task_id = fmt::format("render-{:05}-g0", segment);
  task.kind = TaskKind::kRender;
  task.segment = segment;
  task.range = {segment * kFrames, (segment + 1) * kFrames};
  task.state = state;
  return task;
}

TaskRecord Finished(int segment, absl::Duration took) {
  TaskRecord task = Render(segment, TaskState::kSucceeded);
  ClosedAttempt closed;
  closed.attempt = 1;
  closed.worker_id = "w1";
  closed.leased_at = kNow - absl::Hours(1);
  closed.ended_at = closed.leased_at + took;
  closed.end = AttemptEnd::kCompleted;
  task.closed.push_back(closed);
  return task;
}

TaskRecord Running(int segment, absl::Duration age, int64_t frames_done) {
  TaskRecord task = Render(segment, TaskState::kLeased);
  TaskLease lease;
  lease.attempt = 1;
  lease.worker_id = "slow";
  lease.leased_at = kNow - age;
  lease.frames_done = frames_done;
  task.leases.push_back(lease);
  return task;
}

// Ten renders of 10 s each, and then `open`.
std::vector<TaskRecord> JobWith(const std::vector<TaskRecord>& open) {
  std::vector<TaskRecord> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(Finished(i, absl::Seconds(10)));
  tasks.insert(tasks.end(), open.begin(), open.end());
  return tasks;
}

std::string Picked(const std::vector<TaskRecord>& tasks,
                   const std::string& worker = "idle") {
  return PickStraggler(tasks, worker, kNow, {}).value_or("none");
}

TEST(StragglerTest, AgeAndProgressDecide) {
  struct Case {
    double age_s;
    int64_t frames_done;
    bool picked;
    const char* why;
  };
  const Case cases[] = {
      {9, 0, false, "not late yet"},
      {14.9, 10, false, "not yet 1.5 times the median"},
      {15.1, 10, true, "would take 437 s more"},
      {16, 0, true, "nothing is known of it"},
      {20, 201, false, "9.9 s more: a fresh run takes 10"},
      {20, 199, true, "10.2 s more"},
      {29, 299, false, "as good as done"},
      {30.1, 299, true, "hangs at its last frame"},
      {30.1, 300, true, "hangs behind its last frame"},
  };
  for (const Case& c : cases) {
    const auto tasks =
        JobWith({Running(10, absl::Seconds(c.age_s), c.frames_done)});
    EXPECT_EQ(Picked(tasks), c.picked ? "render-00010-g0" : "none") << c.why;
  }
}

TEST(StragglerTest, TheOneThatEndsLastIsPicked) {
  EXPECT_EQ(Picked(JobWith({Running(10, absl::Seconds(20), 150),
                            Running(11, absl::Seconds(20), 50)})),
            "render-00011-g0");
  EXPECT_EQ(Picked(JobWith({Running(10, absl::Seconds(21), 0),
                            Running(11, absl::Seconds(20), 0)})),
            "render-00010-g0");
}

TEST(StragglerTest, ExpectationsScaleWithTheSegment) {
  TaskRecord twice = Running(10, absl::Seconds(20), 0);
  twice.range.end += kFrames;
  EXPECT_EQ(Picked(JobWith({twice})), "none");
  twice.leases[0].leased_at = kNow - absl::Seconds(31);
  EXPECT_EQ(Picked(JobWith({twice})), twice.task_id);
}

TEST(StragglerTest, TheMedianIgnoresAFewExtremes) {
  auto tasks = JobWith({Running(10, absl::Seconds(16), 0)});
  tasks[0] = Finished(0, absl::Hours(1));
  tasks[1] = Finished(1, absl::Hours(1));
  tasks[2] = Finished(2, absl::Milliseconds(1));
  EXPECT_EQ(Picked(tasks), "render-00010-g0");
}

TEST(StragglerTest, ShortRendersGetFiveSeconds) {
  for (const double age_s : {4.9, 5.1}) {
    auto tasks = JobWith({});
    for (auto& task : tasks) task = Finished(task.segment, absl::Seconds(0.1));
    tasks.push_back(Running(10, absl::Seconds(age_s), 0));
    EXPECT_EQ(Picked(tasks), age_s > 5 ? "render-00010-g0" : "none");
  }
}

TEST(StragglerTest, ThreeMeasuredRendersAreNeeded) {
  auto tasks = JobWith({Running(10, absl::Minutes(10), 0)});
  for (int i = 3; i < 10; ++i) {
    tasks[i].from_cache = true;
    tasks[i].closed.clear();
  }
  EXPECT_EQ(Picked(tasks), "render-00010-g0");
  tasks[2].closed[0].end = AttemptEnd::kExpired;
  EXPECT_EQ(Picked(tasks), "none");
}

TEST(StragglerTest, OnlyNearTheEndOfAJob) {
  const TaskRecord slow = Running(10, absl::Minutes(10), 0);
  const TaskRecord young = Running(11, absl::Seconds(1), 0);
  EXPECT_EQ(Picked(JobWith({slow, young})), slow.task_id);
  EXPECT_EQ(Picked(JobWith({slow, young, young})), "none")
      << "3 of 13 are open";
  EXPECT_EQ(Picked(JobWith({slow, Render(11, TaskState::kReady)})), "none")
      << "there is other work";
  EXPECT_EQ(Picked(JobWith({slow, Render(11, TaskState::kWaitingRetry)})),
            slow.task_id);
  // 3 of 30 are a tenth.
  auto tasks = JobWith({slow, young, young});
  for (int i = 13; i < 30; ++i) {
    tasks.push_back(Finished(i, absl::Seconds(10)));
  }
  EXPECT_EQ(Picked(tasks), slow.task_id);
}

TEST(StragglerTest, NotTwiceNorByTheSameWorkerNorWhereItFailed) {
  const TaskRecord slow = Running(10, absl::Minutes(10), 0);
  EXPECT_EQ(Picked(JobWith({slow}), "slow"), "none");
  TaskRecord backed_up = slow;
  backed_up.leases.push_back(slow.leases[0]);
  backed_up.leases[1].worker_id = "other";
  EXPECT_EQ(Picked(JobWith({backed_up})), "none");
  TaskRecord failed_here = slow;
  failed_here.failed_workers = {"idle"};
  EXPECT_EQ(Picked(JobWith({failed_here})), "none");
  EXPECT_EQ(Picked(JobWith({failed_here}), "third"), slow.task_id);
  TaskRecord avoids = slow;
  avoids.avoid_workers = {"idle"};
  EXPECT_EQ(Picked(JobWith({avoids})), "none");
}

TEST(StragglerTest, OnlyRendersAreBackedUp) {
  TaskRecord assembly = Running(10, absl::Minutes(10), 0);
  assembly.kind = TaskKind::kAssemble;
  EXPECT_EQ(Picked(JobWith({assembly})), "none");
  EXPECT_EQ(Picked({}), "none");
}

}  // namespace
}  // namespace longtake::coordinator
