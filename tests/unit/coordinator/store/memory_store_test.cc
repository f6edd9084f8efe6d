#include "coordinator/store/memory/memory_store.h"

#include <memory>

#include "tests/unit/coordinator/store/store_contract.h"

namespace longtake::coordinator {

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract,
                         ::testing::Values(StoreFactory([] {
                           return std::make_unique<MemoryStore>();
                         })));

TEST(MemoryStoreTest, ForgetsTheOldestEndedJobs) {
  MemoryStore store(MemoryStore::Options{2});
  const absl::Time now = absl::FromUnixSeconds(1767225600);
  for (const char* id : {"a", "b", "c", "d"}) {
    JobRecord job;
    job.job_id = id;
    job.submitted_at = now;
    ASSERT_TRUE(store.CreateJob(job, {}, "submitted").ok());
    if (*id == 'b') continue;  // lives on
    ASSERT_TRUE(
        store.EndJob(id, {JobState::kCancelled, OkStatus(), {}}, now, "").ok());
  }
  JobRecord last;
  last.job_id = "e";
  ASSERT_TRUE(store.CreateJob(last, {}, "submitted").ok());
  EXPECT_FALSE(store.GetJob("a").ok());
  for (const char* id : {"b", "c", "d", "e"}) {
    EXPECT_TRUE(store.GetJob(id).ok()) << id;
  }
}

}  // namespace longtake::coordinator
