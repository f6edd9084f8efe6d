#include "coordinator/schedule/job_log.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "common/testing/temp_dir.h"

namespace longtake::coordinator {
namespace {

class JobLogTest : public ::testing::Test {
 protected:
  JobLogTest() {
    DirectoryStoreOptions options;
    options.root = directory_.path();
    artifacts_ = OpenDirectoryStore(options).value();
  }
  static JobChange Change(JobChange::Kind kind) {
    JobChange change;
    change.kind = kind;
    change.at_micros = 1700000000000000;
    return change;
  }

  TempDir directory_;
  std::unique_ptr<ArtifactStore> artifacts_;
};

TEST_F(JobLogTest, ChangesComeBackInTheirOrder) {
  JobLog log(*artifacts_);
  JobChange priority = Change(JobChange::Kind::kPriority);
  priority.priority = -7;
  ASSERT_TRUE(log.Append("a", priority).ok());
  JobChange bound = Change(JobChange::Kind::kBound);
  bound.binding = EngineBinding{"hilm", "2", "class", 3, 4};
  ASSERT_TRUE(log.Append("a", bound).ok());
  JobChange ended = Change(JobChange::Kind::kEnded);
  ended.state = JobState::kFailed;
  ended.error = DataLoss("damaged \"x\"");
  ended.take = {std::string(64, 'a'), 12};
  ASSERT_TRUE(log.Append("a", ended).ok());
  ASSERT_TRUE(log.Append("b", Change(JobChange::Kind::kPaused)).ok());

  const auto changes = log.Read("a");
  ASSERT_TRUE(changes.ok()) << changes.status().ToString();
  ASSERT_EQ(changes->size(), 3u);
  JobRecord job;
  for (const JobChange& change : *changes) ApplyChange(change, &job);
  EXPECT_EQ(job.spec.priority, -7);
  EXPECT_EQ(job.binding, bound.binding);
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.error, ended.error);
  EXPECT_EQ(job.take, ended.take);
  EXPECT_EQ(job.ended_at, absl::FromUnixMicros(ended.at_micros));
  EXPECT_TRUE(log.Read("c")->empty());
}

TEST_F(JobLogTest, TheLastWordCounts) {
  JobRecord job;
  using Kind = JobChange::Kind;
  for (const Kind kind : {Kind::kPaused, Kind::kCancelled, Kind::kRetried,
                          Kind::kPaused, Kind::kResumed}) {
    ApplyChange(Change(kind), &job);
  }
  EXPECT_FALSE(job.paused);
  EXPECT_EQ(job.state, JobState::kQueued);
  EXPECT_EQ(job.ended_at, absl::InfiniteFuture());
  JobChange unbound = Change(Kind::kBound);
  job.binding = EngineBinding{};
  ApplyChange(*JobChangeFromJson(JobChangeToJson(unbound)), &job);
  EXPECT_FALSE(job.binding);
}

TEST_F(JobLogTest, FiguresOfAnEndAreKeptUntilARetry) {
  using Kind = JobChange::Kind;
  for (const Kind kind : {Kind::kEnded, Kind::kCancelled}) {
    JobChange end = Change(kind);
    end.progress = {900, 300, 3, 2, 1, ""};
    const auto read = JobChangeFromJson(JobChangeToJson(end));
    ASSERT_TRUE(read.ok()) << read.status();
    JobRecord job;
    ApplyChange(*read, &job);
    EXPECT_EQ(job.progress, end.progress);
    ApplyChange(Change(Kind::kRetried), &job);
    EXPECT_EQ(job.progress, JobProgress());
  }
}

TEST_F(JobLogTest, EndsOfEarlierBuildsHaveNoFigures) {
  for (const std::string text :
       {R"({"at_micros":7,"error":null,"format":"longtake-change-1",)"
        R"("kind":"ended","state":"succeeded","take":null})",
        R"({"at_micros":7,"format":"longtake-change-1","kind":"cancelled"})"}) {
    const auto end = JobChangeFromJson(text);
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_EQ(end->progress, JobProgress());
  }
}

TEST_F(JobLogTest, SeveralMayAppendAtOnceAndNothingIsLost) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      JobLog log(*artifacts_);
      for (int k = 0; k < 5; ++k) {
        JobChange change = Change(JobChange::Kind::kPriority);
        change.priority = 10 * i + k;
        EXPECT_TRUE(log.Append("a", change).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(JobLog(*artifacts_).Read("a")->size(), 20u);
}

TEST_F(JobLogTest, DamagedChangeIsNamed) {
  ASSERT_TRUE(artifacts_->Put("jobs/a/changes/000001", "{}").ok());
  const auto changes = JobLog(*artifacts_).Read("a");
  EXPECT_EQ(changes.status().code(), StatusCode::kDataLoss);
  EXPECT_NE(Message(changes.status()).find("jobs/a/changes/000001"),
            std::string::npos);
}

}  // namespace
}  // namespace longtake::coordinator
