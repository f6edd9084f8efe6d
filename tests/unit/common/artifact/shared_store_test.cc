// Several threads and several processes on one directory.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/digest/sha256.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<ArtifactStore> Open(const TempDir& dir) {
  StatusOr<std::unique_ptr<ArtifactStore>> store =
      OpenDirectoryStore({.root = dir.path()});
  EXPECT_TRUE(store.ok()) << store.status();
  return std::move(store).value();
}

int SessionsBelow(const TempDir& dir) {
  int sessions = 0;
  for (const auto& entry : fs::directory_iterator(dir.Join("tmp"))) {
    if (entry.is_directory()) ++sessions;
  }
  return sessions;
}

// A child that opens the store, leaves a half-written blob behind and dies.
void CrashWhileWriting(const TempDir& dir) {
  const pid_t child = ::fork();
  if (child == 0) {
    StatusOr<std::unique_ptr<ArtifactStore>> store =
        OpenDirectoryStore({.root = dir.path()});
    if (!store.ok()) ::_exit(1);
    StatusOr<std::unique_ptr<BlobWriter>> writer = (*store)->CreateBlob();
    if (!writer.ok() || !(*writer)->Append("half", 4).ok()) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(SharedStoreTest, LeftoversOfDeadProcessesGoWhenTheStoreIsOpened) {
  const TempDir dir;
  CrashWhileWriting(dir);
  EXPECT_EQ(SessionsBelow(dir), 1);
  std::unique_ptr<ArtifactStore> store = Open(dir);
  EXPECT_EQ(SessionsBelow(dir), 1);  // its own
  store.reset();
  EXPECT_EQ(SessionsBelow(dir), 0);
  EXPECT_TRUE(fs::is_empty(dir.Join("tmp")));
}

TEST(SharedStoreTest, LiveProcessesKeepTheirTemporaryFiles) {
  const TempDir dir;
  std::unique_ptr<ArtifactStore> store = Open(dir);
  std::unique_ptr<BlobWriter> writer = *store->CreateBlob();
  ASSERT_TRUE(writer->Append("ab", 2).ok());
  Open(dir);
  ASSERT_TRUE(writer->Append("c", 1).ok());
  const StatusOr<BlobRef> blob = writer->Commit();
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_EQ(*ReadWholeBlob(*store, *blob), "abc");
}

TEST(SharedStoreTest, OneOfManyThreadsCreatesAnObject) {
  const TempDir dir;
  std::unique_ptr<ArtifactStore> store = Open(dir);
  std::atomic<int> created{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) {
          const StatusOr<bool> put = store->PutIfAbsent(
              "results/" + std::to_string(i), std::to_string(t));
          ASSERT_TRUE(put.ok()) << put.status();
          created += *put ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(created, 20);
  EXPECT_EQ(store->List("results/")->size(), 20u);
}

TEST(SharedStoreTest, ProcessesWriteTheSameBlobsAtOnce) {
  constexpr int kProcesses = 4;
  constexpr int kBlobs = 30;
  const TempDir dir;
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = ::fork();
    if (child == 0) {
      StatusOr<std::unique_ptr<ArtifactStore>> store =
          OpenDirectoryStore({.root = dir.path()});
      bool good = store.ok();
      for (int i = 0; good && i < kBlobs; ++i) {
        const std::string bytes(5000 + i, static_cast<char>('a' + i % 26));
        const StatusOr<BlobRef> blob = PutBlob(**store, bytes);
        good = blob.ok() && (*store)->VerifyBlob(*blob).ok() &&
               (*store)->PutIfAbsent("r/" + blob->sha256, "x").ok();
      }
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  std::unique_ptr<ArtifactStore> store = Open(dir);
  EXPECT_EQ(store->List("r/")->size(), static_cast<size_t>(kBlobs));
}

TEST(SharedStoreTest, EvictionNeverTakesABlobFromUnderItsReader) {
  const TempDir dir;
  DirectoryStoreOptions options;
  options.root = dir.path();
  options.max_bytes = 20000;
  options.eviction_grace = absl::ZeroDuration();
  std::unique_ptr<ArtifactStore> store = *OpenDirectoryStore(options);
  std::atomic<int> opened{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 60; ++i) {
          const std::string bytes =
              std::to_string(i % 20 + t) + std::string(3000, 'x');
          const StatusOr<BlobRef> blob = PutBlob(*store, bytes);
          // Gone between Commit and here is fair; damaged never.
          if (!blob.ok()) continue;
          const StatusOr<std::unique_ptr<LocalBlob>> local =
              store->OpenBlob(*blob);
          if (!local.ok()) continue;
          ++opened;
          const StatusOr<std::string> digest = Sha256OfFile((*local)->path());
          ASSERT_TRUE(digest.ok()) << digest.status();
          EXPECT_EQ(*digest, blob->sha256);
        }
      });
    }
  }
  EXPECT_GT(opened, 100);
}

}  // namespace
}  // namespace longtake
