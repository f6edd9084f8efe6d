#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/artifact/artifact_store.h"
#include "common/job/job_json.h"
#include "common/testing/temp_dir.h"
#include "coordinator/schedule/epoch.h"
#include "coordinator/schedule/manifest.h"
#include "coordinator/schedule/result_cache.h"

// What the coordinator writes into the artifact store.

namespace longtake::coordinator {
namespace {

class RecordsTest : public ::testing::Test {
 protected:
  RecordsTest() : artifacts_(*OpenDirectoryStore({directory_.path(), 0})) {}

  TaskResult Render(const std::string& chunk) {
    TaskResult result;
    result.result = RenderResult{*PutBlob(*artifacts_, chunk),
                                 *PutBlob(*artifacts_, "evidence"), 300};
    result.warnings = {"a warning"};
    result.timings.total_micros = 1234;
    return result;
  }

  std::string ChunkOf(const std::optional<TaskResult>& result) {
    if (!result) return "none";
    return *ReadWholeBlob(*artifacts_,
                          std::get<RenderResult>(result->result).chunk);
  }

  const std::string key_ = std::string(64, '5');
  TempDir directory_;
  std::unique_ptr<ArtifactStore> artifacts_;
};

TEST_F(RecordsTest, FirstPublishedResultStays) {
  ResultCache cache(*artifacts_);
  EXPECT_FALSE(cache.Find(key_));
  ASSERT_TRUE(cache.Publish(key_, Render("one")).ok());
  ASSERT_TRUE(cache.Publish(key_, Render("one")).ok());
  EXPECT_EQ(cache.conflicts(), 0);
  ASSERT_TRUE(cache.Publish(key_, Render("two")).ok());
  EXPECT_EQ(cache.conflicts(), 1);
  const auto found = cache.Find(key_);
  EXPECT_EQ(ChunkOf(found), "one");
  EXPECT_EQ(found->timings.total_micros, 0);
  EXPECT_EQ(found->warnings, std::vector<std::string>{"a warning"});
}

TEST_F(RecordsTest, ChosenRepairReplacesThePublishedOne) {
  ResultCache cache(*artifacts_);
  ASSERT_TRUE(cache.Publish(key_, Render("one")).ok());
  ASSERT_TRUE(cache.Replace(key_, Render("two")).ok());
  EXPECT_EQ(ChunkOf(cache.Find(key_)), "two");
}

TEST_F(RecordsTest, RecordThatNoLongerHoldsIsAMissAndIsReplaced) {
  ResultCache cache(*artifacts_);
  ASSERT_TRUE(artifacts_->Put("results/" + key_, "{\"not\":1").ok());
  EXPECT_FALSE(cache.Find(key_));
  ASSERT_TRUE(cache.Publish(key_, Render("one")).ok());
  EXPECT_EQ(ChunkOf(cache.Find(key_)), "one");
  TaskResult gone = Render("one");
  std::get<RenderResult>(gone.result).chunk.sha256 = std::string(64, 'f');
  ASSERT_TRUE(cache.Replace(key_, gone).ok());
  EXPECT_FALSE(cache.Find(key_));
  ASSERT_TRUE(cache.Publish(key_, Render("two")).ok());
  EXPECT_EQ(ChunkOf(cache.Find(key_)), "two");
  EXPECT_EQ(cache.conflicts(), 0);
}

TEST_F(RecordsTest, EpochRisesAtEachStart) {
  int64_t last = 0;
  for (int start = 0; start < 200; ++start) {
    const auto epoch = TakeNextEpoch(*artifacts_, "server");
    ASSERT_TRUE(epoch.ok()) << epoch.status().ToString();
    EXPECT_GT(*epoch, last);
    last = *epoch;
  }
  EXPECT_LE(artifacts_->List("epochs/")->size(), 65u);
  EXPECT_EQ(*InstanceOfEpoch(*artifacts_, last), "server");
}

TEST(ManifestTest, RoundTripsAndRefusesOthers) {
  JobManifest manifest;
  manifest.job_id = MakeJobId("t", "k");
  manifest.tenant = "t";
  manifest.idempotency_key = "k \"quoted\" \xc3\xbc";
  manifest.spec.portrait = {{std::string(64, 'a'), 5}, "p.jpg"};
  manifest.spec.audio = {{std::string(64, 'b'), 6}, "a.wav"};
  manifest.spec.seed = UINT64_MAX;
  manifest.submitted_at_micros = 1767225600000000;
  const std::string json = ManifestToJson(manifest);
  const auto read = ManifestFromJson(json);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->spec, manifest.spec);
  EXPECT_EQ(read->idempotency_key, manifest.idempotency_key);
  EXPECT_EQ(read->submitted_at_micros, manifest.submitted_at_micros);
  EXPECT_EQ(ManifestToJson(*read), json);
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("[1]"),
        json.substr(0, json.size() / 2),
        std::string("{\"format\":\"other\"}")}) {
    EXPECT_EQ(ManifestFromJson(bad).status().code(), StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace longtake::coordinator
