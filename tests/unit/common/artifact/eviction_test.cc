#include "common/artifact/eviction.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "absl/time/clock.h"
#include "common/artifact/artifact_store.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

constexpr int kBlobBytes = 1000;

class EvictionTest : public testing::Test {
 protected:
  std::unique_ptr<ArtifactStore> Open(int64_t max_bytes,
                                      bool keep_used = false) {
    DirectoryStoreOptions options;
    options.root = dir_.path();
    options.max_bytes = max_bytes;
    options.keep_used_while_open = keep_used;
    StatusOr<std::unique_ptr<ArtifactStore>> store =
        OpenDirectoryStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return std::move(store).value();
  }

  BlobRef Put(ArtifactStore& store, char letter) {
    return *PutBlob(store, std::string(kBlobBytes, letter));
  }

  std::string PathOf(const BlobRef& blob) {
    return dir_.Join("blobs/" + blob.sha256.substr(0, 2) + "/" + blob.sha256);
  }
  bool Exists(const BlobRef& blob) {
    return std::filesystem::exists(PathOf(blob));
  }
  void SetUsed(const BlobRef& blob, absl::Time used) {
    const timespec t = absl::ToTimespec(used);
    const timespec times[2] = {t, t};
    ASSERT_EQ(::utimensat(AT_FDCWD, PathOf(blob).c_str(), times, 0), 0);
  }

  const TempDir dir_;
  const absl::Time long_ago_ = absl::Now() - absl::Hours(5);
};

TEST_F(EvictionTest, LeastRecentlyUsedBlobsGoFirst) {
  std::unique_ptr<ArtifactStore> store = Open(0);
  const BlobRef a = Put(*store, 'a');
  const BlobRef b = Put(*store, 'b');
  const BlobRef c = Put(*store, 'c');
  const BlobRef d = Put(*store, 'd');
  SetUsed(b, long_ago_);
  SetUsed(d, long_ago_ + absl::Minutes(1));
  SetUsed(a, long_ago_ + absl::Minutes(2));
  SetUsed(c, long_ago_ + absl::Minutes(3));
  const EvictionOptions options{dir_.path(), 2500, absl::Now()};
  EXPECT_EQ(*EvictBlobs(options), 2000);
  EXPECT_FALSE(Exists(b));
  EXPECT_FALSE(Exists(d));
  EXPECT_TRUE(Exists(a));
  EXPECT_TRUE(Exists(c));
}

TEST_F(EvictionTest, NothingGoesWhileAllFits) {
  std::unique_ptr<ArtifactStore> store = Open(0);
  const BlobRef a = Put(*store, 'a');
  SetUsed(a, long_ago_);
  EXPECT_EQ(*EvictBlobs({dir_.path(), kBlobBytes, absl::Now()}), kBlobBytes);
  EXPECT_TRUE(Exists(a));
}

TEST_F(EvictionTest, OpenBlobsStayUntilTheyAreClosed) {
  std::unique_ptr<ArtifactStore> store = Open(0);
  const BlobRef a = Put(*store, 'a');
  std::unique_ptr<LocalBlob> local = *store->OpenBlob(a);
  SetUsed(a, long_ago_);
  EXPECT_EQ(*EvictBlobs({dir_.path(), 1, absl::Now()}), kBlobBytes);
  EXPECT_TRUE(std::filesystem::exists(local->path()));
  local.reset();
  EXPECT_EQ(*EvictBlobs({dir_.path(), 1, absl::Now()}), 0);
  EXPECT_FALSE(Exists(a));
}

TEST_F(EvictionTest, RecentlyUsedBlobsStay) {
  std::unique_ptr<ArtifactStore> store = Open(0);
  const BlobRef a = Put(*store, 'a');
  EXPECT_EQ(*EvictBlobs({dir_.path(), 1, absl::Now() - absl::Minutes(10)}),
            kBlobBytes);
  EXPECT_TRUE(Exists(a));
}

TEST_F(EvictionTest, EachKindOfUseCounts) {
  std::unique_ptr<ArtifactStore> store = Open(0);
  const BlobRef a = Put(*store, 'a');
  const auto used = [&] {
    struct stat info = {};
    EXPECT_EQ(::stat(PathOf(a).c_str(), &info), 0);
    return absl::TimeFromTimespec(info.st_mtim);
  };
  const absl::Time before = absl::Now() - absl::Minutes(1);
  SetUsed(a, long_ago_);
  EXPECT_TRUE(store->HasBlob(a));
  EXPECT_GT(used(), before);
  SetUsed(a, long_ago_);
  EXPECT_TRUE(store->OpenBlob(a).ok());
  EXPECT_GT(used(), before);
  SetUsed(a, long_ago_);
  EXPECT_TRUE(store->ReadBlob(a, 0, 1).ok());
  EXPECT_GT(used(), before);
  SetUsed(a, long_ago_);
  Put(*store, 'a');
  EXPECT_GT(used(), before);
}

TEST_F(EvictionTest, StoreStaysBelowItsLimitAsItGrows) {
  std::unique_ptr<ArtifactStore> store = Open(5 * kBlobBytes);
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    const BlobRef blob = Put(*store, letter);
    EXPECT_TRUE(Exists(blob));
    SetUsed(blob, long_ago_ + absl::Seconds(letter));
  }
  EXPECT_LE(*MeasureBlobs(dir_.path()), 5 * kBlobBytes);
  EXPECT_GE(*MeasureBlobs(dir_.path()), 2 * kBlobBytes);
}

TEST_F(EvictionTest, LimitHoldsFromTheStart) {
  {
    std::unique_ptr<ArtifactStore> store = Open(0);
    for (char letter = 'a'; letter <= 'j'; ++letter) {
      SetUsed(Put(*store, letter), long_ago_);
    }
  }
  Open(3 * kBlobBytes);
  EXPECT_LE(*MeasureBlobs(dir_.path()), 3 * kBlobBytes);
}

TEST_F(EvictionTest, WhatAJobUsedStaysWhileItsStoreIsOpen) {
  std::unique_ptr<ArtifactStore> job = Open(0, /*keep_used=*/true);
  const BlobRef segment = Put(*job, 's');
  // An hour into the job: past every grace, yet its assembly will need it.
  std::unique_ptr<ArtifactStore> other = Open(0);
  const BlobRef old = Put(*other, 'o');
  SetUsed(old, long_ago_);
  DirectoryStoreOptions options;
  options.root = dir_.path();
  options.max_bytes = 1;
  options.eviction_grace = absl::ZeroDuration();
  ASSERT_TRUE(OpenDirectoryStore(options).ok());
  EXPECT_FALSE(Exists(old));
  EXPECT_TRUE(Exists(segment));
  job.reset();
  ASSERT_TRUE(OpenDirectoryStore(options).ok());
  EXPECT_FALSE(Exists(segment));
}

TEST_F(EvictionTest, ObjectsAreNeverEvicted) {
  std::unique_ptr<ArtifactStore> store = Open(1);
  ASSERT_TRUE(store->Put("results/x", std::string(5000, 'x')).ok());
  SetUsed(Put(*store, 'a'), long_ago_);
  SetUsed(Put(*store, 'b'), long_ago_);
  EXPECT_TRUE(store->Get("results/x").ok());
}

}  // namespace
}  // namespace longtake
