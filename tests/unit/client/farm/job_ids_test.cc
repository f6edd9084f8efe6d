// Against a real coordinator over a real in-process channel.

#include "client/farm/job_ids.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "common/artifact/artifact_store.h"
#include "common/testing/temp_dir.h"
#include "coordinator/app/coordinator_server.h"

namespace longtake::client {
namespace {

using testing::HasSubstr;

class JobIdsTest : public testing::Test {
 protected:
  JobIdsTest() {
    artifacts_ = *OpenDirectoryStore({.root = dir_.Join("store")});
    coordinator::CoordinatorServer::Options options;
    options.artifacts = artifacts_;
    server_ = *coordinator::CoordinatorServer::Start(std::move(options));
    FarmOptions farm;
    farm.channel = server_->InProcessChannel();
    farm.address = "the test's farm";
    farm_ = std::make_unique<FarmConnection>(std::move(farm));
    for (const char* bytes : {"portrait", "sound"}) {
      blobs_.push_back(*PutBlob(*artifacts_, bytes));
    }
  }
  ~JobIdsTest() override {
    farm_.reset();
    server_->Shutdown(absl::Seconds(1));
  }

  std::string Submit(const std::string& key) {
    JobSpec spec;
    spec.portrait = {blobs_[0], "me.jpg"};
    spec.audio = {blobs_[1], "talk.wav"};
    const StatusOr<SubmittedJob> job = farm_->SubmitJob("default", key, spec);
    EXPECT_TRUE(job.ok()) << job.status();
    return job->job.job_id;
  }

  // Two keys whose jobs' ids begin with the same kLeastPrefixDigits digits,
  // found by search: about 2^12 tries.
  static std::pair<std::string, std::string> CollidingKeys() {
    std::map<std::string, std::string> seen;
    for (int i = 0;; ++i) {
      const std::string key = fmt::format("k{}", i);
      const auto [other, fresh] = seen.emplace(
          MakeJobId("default", key).substr(0, kLeastPrefixDigits), key);
      if (!fresh) return {other->second, key};
    }
  }

  const TempDir dir_;
  std::shared_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<coordinator::CoordinatorServer> server_;
  std::unique_ptr<FarmConnection> farm_;
  std::vector<BlobRef> blobs_;
};

TEST_F(JobIdsTest, UniquePrefixIsTheJob) {
  const std::string id = Submit("one");
  Submit("two");
  EXPECT_EQ(*ResolveJobId(*farm_, id.substr(0, kLeastPrefixDigits)), id);
  EXPECT_EQ(*ResolveJobId(*farm_, id.substr(0, 31)), id);
  std::string upper = id.substr(0, 12);
  for (char& c : upper) c = absl::ascii_toupper(c);
  EXPECT_EQ(*ResolveJobId(*farm_, upper), id);
}

TEST_F(JobIdsTest, WholeIdIsNotLookedUp) {
  EXPECT_EQ(*ResolveJobId(*farm_, std::string(32, 'a')), std::string(32, 'a'));
}

TEST_F(JobIdsTest, AmbiguousPrefixListsTheJobs) {
  const auto [one, two] = CollidingKeys();
  const std::string first = Submit(one);
  const std::string second = Submit(two);
  const std::string prefix = first.substr(0, kLeastPrefixDigits);
  const Status status = ResolveJobId(*farm_, prefix).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(status), HasSubstr(first));
  EXPECT_THAT(Message(status), HasSubstr(second));
  EXPECT_THAT(Message(status), HasSubstr("give more digits"));
}

TEST_F(JobIdsTest, UnknownShortAndForeignTextsAreRefused) {
  Submit("one");
  EXPECT_EQ(ResolveJobId(*farm_, "000000").status().code(),
            StatusCode::kNotFound);
  for (const char* text : {"", "abcde", "nonsense", "../../etc"}) {
    const Status status = ResolveJobId(*farm_, text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Message(status), HasSubstr("first 6 or more"));
  }
  EXPECT_EQ(ResolveJobId(*farm_, std::string(33, 'a')).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::client
