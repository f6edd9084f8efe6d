#include "client/trace/job_trace.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "client/trace/lanes.h"
#include "tests/unit/client/trace/trace_fixtures.h"

namespace longtake::client {
namespace {

using nlohmann::json;

json Trace(const JobView& job, const SegmentList& tasks,
           int64_t now = kBegin + 20'000'000) {
  return json::parse(JobTraceJson(job, tasks, now));
}

json SmallTrace() { return Trace(SmallJobView(), SmallJobTasks()); }

std::vector<json> Events(const json& trace, const std::string& phase,
                         const std::string& name = "") {
  std::vector<json> found;
  for (const json& event : trace.at("traceEvents")) {
    const bool fits =
        event.at("ph") == phase && (name.empty() || event.at("name") == name);
    if (fits) found.push_back(event);
  }
  return found;
}

std::string ThreadName(const json& trace, const json& event) {
  for (const json& name : Events(trace, "M", "thread_name")) {
    if (name.at("tid") == event.at("tid")) return name.at("args").at("name");
  }
  return "";
}

// What viewers ask of a trace; each breach is a failure.
void CheckStructure(const json& trace) {
  EXPECT_EQ(trace.at("displayTimeUnit"), "ms");
  std::map<int, int> process_of_thread;
  std::set<int> processes;
  for (const json& event : Events(trace, "M")) {
    if (event.at("name") == "process_name")
      processes.insert(event.at("pid").get<int>());
    if (event.at("name") != "thread_name") continue;
    EXPECT_TRUE(
        process_of_thread.emplace(event.at("tid"), event.at("pid")).second)
        << "two threads share a number: " << event;
    EXPECT_NE(event.at("tid"), event.at("pid"));
  }
  int64_t last = 0;
  std::map<int, std::vector<int64_t>> open;  // ends of slices, by thread
  std::map<int, std::set<std::string>> arrows;
  for (const json& event : trace.at("traceEvents")) {
    const std::string phase = event.at("ph");
    if (phase == "M") continue;
    const int64_t at = event.at("ts");
    EXPECT_GE(at, last) << event;
    last = at;
    EXPECT_TRUE(processes.count(event.at("pid"))) << event;
    if (phase == "C") continue;
    const int thread = event.at("tid");
    ASSERT_TRUE(process_of_thread.count(thread)) << event;
    EXPECT_EQ(process_of_thread[thread], event.at("pid")) << event;
    std::vector<int64_t>& stack = open[thread];
    while (!stack.empty() && stack.back() <= at) stack.pop_back();
    if (phase == "X") {
      const int64_t end = at + event.at("dur").get<int64_t>();
      EXPECT_GT(end, at) << event;
      if (!stack.empty()) {
        EXPECT_LE(end, stack.back()) << "overlaps: " << event;
      }
      stack.push_back(end);
    } else if (phase == "s" || phase == "f") {
      EXPECT_FALSE(stack.empty()) << "no slice is open: " << event;
      EXPECT_TRUE(arrows[event.at("id")].insert(phase).second) << event;
      if (phase == "f") {
        EXPECT_EQ(event.at("bp"), "e");
      }
    } else {
      EXPECT_EQ(phase, "i") << event;
      EXPECT_EQ(event.at("s"), "t");
    }
  }
  for (const auto& [id, ends] : arrows) EXPECT_EQ(ends.size(), 2u) << id;
}

TEST(JobTraceTest, SmallJobIsTheGoldenFile) {
  const std::string path = LONGTAKE_TRACE_GOLDEN;
  const std::string made = SmallTrace().dump(1) + "\n";
  if (std::getenv("LONGTAKE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << made;
  }
  std::ifstream file(path);
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(made, golden) << "LONGTAKE_UPDATE_GOLDEN=1 writes it anew";
}

TEST(JobTraceTest, ViewersCanReadIt) { CheckStructure(SmallTrace()); }

TEST(JobTraceTest, AttemptTellsWhatItDid) {
  const json trace = SmallTrace();
  const std::vector<json> backup = Events(trace, "X", "render 1 (backup)");
  ASSERT_EQ(backup.size(), 1u);
  const json args = backup[0].at("args");
  EXPECT_EQ(ThreadName(trace, backup[0]), "w2 #2");
  EXPECT_EQ(args.at("task"), "render-00001-g0");
  EXPECT_EQ(args.at("attempt"), 3);
  EXPECT_EQ(args.at("outcome"), "completed");
  EXPECT_EQ(args.at("backup"), true);
  EXPECT_EQ(args.at("frames"), 300);
  EXPECT_DOUBLE_EQ(args.at("fps"), 150);
  EXPECT_FALSE(args.contains("error"));
  const std::vector<json> runs = Events(trace, "X", "render 1");
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].at("args").at("error"), "device lost");
  EXPECT_FALSE(runs[1].at("args").contains("error"));
}

TEST(JobTraceTest, TroubleAndCacheHitsAreMarked) {
  const json trace = SmallTrace();
  const std::vector<json> failed = Events(trace, "i", "render 1 failed");
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].at("ts"), 2'000'000);
  EXPECT_EQ(ThreadName(trace, failed[0]), "w1");
  const std::vector<json> cached = Events(trace, "i", "render 0 from cache");
  ASSERT_EQ(cached.size(), 1u);
  EXPECT_EQ(ThreadName(trace, cached[0]), "from cache");
}

TEST(JobTraceTest, SeamIsWhereItsSecondSegmentWasRendered) {
  const json trace = SmallTrace();
  const std::vector<json> pass = Events(trace, "i", "seam 300 pass");
  ASSERT_EQ(pass.size(), 1u);
  EXPECT_EQ(pass[0].at("ts"), 6'000'000);
  EXPECT_EQ(ThreadName(trace, pass[0]), "w2 #2");
  const std::vector<json> warn = Events(trace, "i", "seam 600 warn");
  ASSERT_EQ(warn.size(), 1u);
  EXPECT_EQ(ThreadName(trace, warn[0]), "w2");
  EXPECT_EQ(warn[0].at("args").at("repaired"), true);
}

TEST(JobTraceTest, StagesThatWorkedAtOnceFitIntoTheirAttempt) {
  const std::vector<json> draws = Events(SmallTrace(), "X", "draw");
  ASSERT_EQ(draws.size(), 2u);
  EXPECT_EQ(draws[0].at("args").at("micros"), 3'000'000);
  EXPECT_EQ(draws[0].at("dur"), 1'500'000);
  EXPECT_EQ(draws[1].at("dur"), 1'200'000);
}

TEST(JobTraceTest, BackupsWaitForNothing) {
  const json trace = SmallTrace();
  EXPECT_EQ(Events(trace, "X", "render 1 waits").size(), 1u);
  EXPECT_EQ(Events(trace, "X", "render 2 waits").size(), 1u);
  EXPECT_EQ(Events(trace, "s").size(), 4u);
}

TEST(JobTraceTest, LoadEndsAtNothing) {
  const std::vector<json> load = Events(SmallTrace(), "C", "tasks");
  ASSERT_FALSE(load.empty());
  EXPECT_EQ(load.back().at("args").at("running"), 0);
  EXPECT_EQ(load.back().at("args").at("waiting"), 0);
  int most = 0;
  for (const json& event : load) {
    most = std::max<int>(most, event.at("args").at("running"));
  }
  EXPECT_EQ(most, 3);
}

TEST(JobTraceTest, RunningJobEndsNow) {
  JobView job = SmallJobView();
  job.state = JobState::kRunning;
  job.ended_at_micros = 0;
  job.seams.clear();
  SegmentList list = SmallJobTasks();
  TaskView& last = list.tasks.back();
  last.state = TaskState::kLeased;
  last.attempts[0].ended_at_micros = 0;
  last.attempts[0].outcome.clear();
  TaskView waiting =
      MakeTask("render-00003-g0", TaskKind::kRender, 3, {900, 1000}, {});
  waiting.state = TaskState::kReady;
  waiting.ready_at_micros = kBegin + 7'000'000;
  list.tasks.push_back(waiting);
  const json trace = Trace(job, list);
  CheckStructure(trace);
  const std::vector<json> run = Events(trace, "X", "assemble");
  ASSERT_EQ(run.size(), 1u);
  EXPECT_EQ(run[0].at("args").at("outcome"), "running");
  EXPECT_EQ(run[0].at("dur"), 13'900'000);
  const std::vector<json> wait = Events(trace, "X", "render 3 waits");
  ASSERT_EQ(wait.size(), 1u);
  EXPECT_EQ(wait[0].at("dur"), 13'000'000);
}

TEST(JobTraceTest, ClockOfThisMachineBehindTheFarmsMakesNoNegativeTimes) {
  JobView job = SmallJobView();
  job.state = JobState::kRunning;
  job.ended_at_micros = 0;
  SegmentList list = SmallJobTasks();
  list.tasks.back().attempts[0].ended_at_micros = 0;
  CheckStructure(Trace(job, list, kBegin - 5'000'000));
}

TEST(JobTraceTest, JobWithoutTasksIsATrace) {
  JobView job;
  job.job_id = "ab";
  job.submitted_at_micros = kBegin;
  CheckStructure(Trace(job, {}));
  CheckStructure(Trace(JobView(), {}));
}

TEST(PackLanesTest, TakesAsFewLanesAsOverlap) {
  EXPECT_EQ(PackLanes({{0, 10}, {5, 15}, {10, 20}, {12, 13}, {15, 16}}),
            (std::vector<int>{0, 1, 0, 2, 1}));
  EXPECT_EQ(PackLanes({}), std::vector<int>{});
  // In order of their begins, whatever the order in which they are given.
  EXPECT_EQ(PackLanes({{5, 6}, {0, 5}}), (std::vector<int>{0, 0}));
}

}  // namespace
}  // namespace longtake::client
