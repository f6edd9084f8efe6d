#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/artifact/artifact_store.h"
#include "common/artifact/store_identity.h"
#include "common/digest/sha256.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

class DirectoryStoreTest : public testing::Test {
 protected:
  void SetUp() override { store_ = Open(); }

  std::unique_ptr<ArtifactStore> Open() {
    DirectoryStoreOptions options;
    options.root = dir_.Join("store");
    StatusOr<std::unique_ptr<ArtifactStore>> store =
        OpenDirectoryStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return std::move(store).value();
  }

  std::string PathOf(const BlobRef& blob) {
    return dir_.Join("store/blobs/" + blob.sha256.substr(0, 2) + "/" +
                     blob.sha256);
  }

  int FilesBelow(const std::string& name) {
    int files = 0;
    for (const auto& entry :
         fs::recursive_directory_iterator(dir_.Join("store/" + name))) {
      if (entry.is_regular_file()) ++files;
    }
    return files;
  }

  const TempDir dir_;
  std::unique_ptr<ArtifactStore> store_;
};

TEST_F(DirectoryStoreTest, BlobsAreNamedByTheirContent) {
  const StatusOr<BlobRef> blob = PutBlob(*store_, "hello");
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_EQ(blob->sha256, Sha256Hex("hello"));
  EXPECT_EQ(blob->size_bytes, 5);
  EXPECT_TRUE(store_->HasBlob(*blob));
  EXPECT_EQ(*ReadWholeBlob(*store_, *blob), "hello");
  EXPECT_TRUE(store_->VerifyBlob(*blob).ok());
  EXPECT_TRUE(fs::exists(PathOf(*blob)));
}

TEST_F(DirectoryStoreTest, EmptyBlobsAreBlobsToo) {
  const StatusOr<BlobRef> blob = PutBlob(*store_, "");
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_EQ(*ReadWholeBlob(*store_, *blob), "");
}

TEST_F(DirectoryStoreTest, PartsOfABlobCanBeRead) {
  const BlobRef blob = *PutBlob(*store_, "0123456789");
  EXPECT_EQ(*store_->ReadBlob(blob, 3, 4), "3456");
  EXPECT_EQ(*store_->ReadBlob(blob, 8, 100), "89");
  EXPECT_EQ(*store_->ReadBlob(blob, 10, 1), "");
  EXPECT_EQ(store_->ReadBlob(blob, 11, 1).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(store_->ReadBlob(blob, -1, 1).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(store_->ReadBlob(blob, 0, -1).status().code(),
            StatusCode::kOutOfRange);
}

TEST_F(DirectoryStoreTest, SizeIsPartOfTheName) {
  BlobRef blob = *PutBlob(*store_, "hello");
  blob.size_bytes = 6;
  EXPECT_FALSE(store_->HasBlob(blob));
  EXPECT_EQ(store_->OpenBlob(blob).status().code(), StatusCode::kNotFound);
}

TEST_F(DirectoryStoreTest, NamesThatAreNotDigestsAreRefused) {
  for (const char* name : {"", "..", "../../x", "ABC"}) {
    EXPECT_EQ(store_->OpenBlob({name, 1}).status().code(),
              StatusCode::kInvalidArgument);
    EXPECT_FALSE(store_->HasBlob({name, 1}));
  }
}

TEST_F(DirectoryStoreTest, AbandonedWriterLeavesNothing) {
  {
    std::unique_ptr<BlobWriter> writer = *store_->CreateBlob();
    ASSERT_TRUE(writer->Append("half", 4).ok());
  }
  EXPECT_EQ(FilesBelow("blobs"), 0);
  EXPECT_EQ(FilesBelow("tmp"), 1);  // this store's lock
}

TEST_F(DirectoryStoreTest, WriterCommitsOnce) {
  std::unique_ptr<BlobWriter> writer = *store_->CreateBlob();
  ASSERT_TRUE(writer->Append("ab", 2).ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_FALSE(writer->Append("c", 1).ok());
  EXPECT_FALSE(writer->Commit().ok());
}

TEST_F(DirectoryStoreTest, AdoptedFileBecomesABlob) {
  const std::string path = *store_->TemporaryPath(".mp4");
  EXPECT_EQ(fs::path(path).extension(), ".mp4");
  std::ofstream(path) << "movie";
  const StatusOr<BlobRef> blob = store_->AdoptFile(path);
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_EQ(*ReadWholeBlob(*store_, *blob), "movie");
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(DirectoryStoreTest, OnlyOwnTemporaryFilesAreAdopted) {
  std::ofstream(dir_.Join("mine")) << "keep me";
  EXPECT_EQ(store_->AdoptFile(dir_.Join("mine")).status().code(),
            StatusCode::kInvalidArgument);
  const std::string path = *store_->TemporaryPath("");
  fs::create_symlink(dir_.Join("mine"), path);
  EXPECT_FALSE(store_->AdoptFile(path).ok());
  EXPECT_TRUE(fs::exists(dir_.Join("mine")));
}

TEST_F(DirectoryStoreTest, TemporarySuffixCannotLeaveTheDirectory) {
  EXPECT_FALSE(store_->TemporaryPath("/../../x").ok());
  EXPECT_FALSE(store_->TemporaryPath("a b").ok());
}

TEST_F(DirectoryStoreTest, VerifyFindsDamageAndRemovesIt) {
  const BlobRef blob = *PutBlob(*store_, "hello");
  std::ofstream(PathOf(blob)) << "jello";
  EXPECT_TRUE(store_->HasBlob(blob));
  EXPECT_EQ(store_->VerifyBlob(blob).code(), StatusCode::kDataLoss);
  EXPECT_FALSE(store_->HasBlob(blob));
  EXPECT_EQ(store_->VerifyBlob(blob).code(), StatusCode::kNotFound);
  EXPECT_EQ(*PutBlob(*store_, "hello"), blob);
  EXPECT_TRUE(store_->VerifyBlob(blob).ok());
}

TEST_F(DirectoryStoreTest, CutOffBlobIsNotThereAndIsMadeAgain) {
  const BlobRef blob = *PutBlob(*store_, "hello");
  fs::resize_file(PathOf(blob), 2);
  EXPECT_FALSE(store_->HasBlob(blob));
  EXPECT_EQ(store_->VerifyBlob(blob).code(), StatusCode::kDataLoss);
  EXPECT_FALSE(fs::exists(PathOf(blob)));
  EXPECT_EQ(store_->VerifyBlob(blob).code(), StatusCode::kNotFound);
  EXPECT_EQ(*PutBlob(*store_, "hello"), blob);
  EXPECT_EQ(*ReadWholeBlob(*store_, blob), "hello");
}

// Who has the size wrong does no harm to what is whole.
TEST_F(DirectoryStoreTest, AWrongSizeInTheAskersHandIsNoDamage) {
  const BlobRef blob = *PutBlob(*store_, "hello");
  EXPECT_EQ(store_->VerifyBlob({blob.sha256, 4}).code(), StatusCode::kNotFound);
  EXPECT_TRUE(store_->VerifyBlob(blob).ok());
}

TEST_F(DirectoryStoreTest, ObjectsAreCreatedOnceOrReplaced) {
  EXPECT_TRUE(*store_->PutIfAbsent("jobs/a/manifest", "one"));
  EXPECT_FALSE(*store_->PutIfAbsent("jobs/a/manifest", "two"));
  EXPECT_EQ(*store_->Get("jobs/a/manifest"), "one");
  EXPECT_TRUE(store_->Put("jobs/a/manifest", "three").ok());
  EXPECT_EQ(*store_->Get("jobs/a/manifest"), "three");
  EXPECT_EQ(FilesBelow("tmp"), 1);
}

TEST_F(DirectoryStoreTest, AbsentObjectsAreNotFoundAndDeletable) {
  EXPECT_EQ(store_->Get("none").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->Get("no/such/place").status().code(),
            StatusCode::kNotFound);
  EXPECT_TRUE(store_->Delete("no/such/place").ok());
  ASSERT_TRUE(store_->Put("x", "1").ok());
  EXPECT_TRUE(store_->Delete("x").ok());
  EXPECT_EQ(store_->Get("x").status().code(), StatusCode::kNotFound);
}

TEST_F(DirectoryStoreTest, ListIsSortedAndByPrefix) {
  for (const char* name :
       {"results/b", "results/a", "jobs/1/manifest", "results/ab"}) {
    ASSERT_TRUE(store_->Put(name, "x").ok());
  }
  EXPECT_EQ(*store_->List(""),
            (std::vector<std::string>{"jobs/1/manifest", "results/a",
                                      "results/ab", "results/b"}));
  EXPECT_EQ(*store_->List("results/a"),
            (std::vector<std::string>{"results/a", "results/ab"}));
  EXPECT_EQ(store_->List("none/")->size(), 0u);
  EXPECT_FALSE(store_->List("../").ok());
}

// Of legal parts, longer than a name may be.
std::string LongName() {
  std::string name = "a";
  while (name.size() <= 1024) name += "/" + std::string(199, 'b');
  return name;
}

TEST_F(DirectoryStoreTest, IllegalObjectNamesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("/abs"), std::string("a/../b"),
        std::string("a//b"), std::string("a/"), std::string(".hidden"),
        std::string("a/.b"), std::string("a b"), std::string("a\nb"),
        std::string("a\0b", 3), std::string(2000, 'a'), std::string("ü"),
        std::string("..") + "/x", LongName()}) {
    EXPECT_EQ(store_->Put(name, "x").code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(store_->PutIfAbsent(name, "x").status().code(),
              StatusCode::kInvalidArgument);
    EXPECT_EQ(store_->Get(name).status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(store_->Delete(name).code(), StatusCode::kInvalidArgument);
  }
}

TEST_F(DirectoryStoreTest, SymbolicLinksLeadNowhere) {
  ASSERT_TRUE(store_->Put("a/x", "1").ok());
  fs::create_directory(dir_.Join("outside"));
  std::ofstream(dir_.Join("outside/secret")) << "s";
  fs::create_directory_symlink(dir_.Join("outside"),
                               dir_.Join("store/objects/link"));
  fs::create_symlink(dir_.Join("outside/secret"),
                     dir_.Join("store/objects/file"));
  // Not even to what lies in the store.
  fs::create_symlink("a/x", dir_.Join("store/objects/alias"));
  EXPECT_FALSE(store_->Get("alias").ok());
  EXPECT_FALSE(store_->Get("link/secret").ok());
  EXPECT_FALSE(store_->Get("file").ok());
  EXPECT_FALSE(store_->Put("link/new", "x").ok());
  EXPECT_FALSE(fs::exists(dir_.Join("outside/new")));
  EXPECT_EQ(*store_->List(""), (std::vector<std::string>{"a/x"}));
  EXPECT_EQ(store_->List("link/")->size(), 0u);
}

TEST_F(DirectoryStoreTest, ObjectAndDirectoryCannotShareAName) {
  ASSERT_TRUE(store_->Put("a", "1").ok());
  EXPECT_FALSE(store_->Put("a/b", "1").ok());
  EXPECT_EQ(FilesBelow("tmp"), 1);
}

TEST_F(DirectoryStoreTest, TooLargeObjectsAreRefused) {
  EXPECT_EQ(store_->Put("big", std::string(kMaxObjectBytes + 1, 'x')).code(),
            StatusCode::kInvalidArgument);
}

TEST_F(DirectoryStoreTest, SecondStoreSeesTheSameBytes) {
  const BlobRef blob = *PutBlob(*store_, "shared");
  std::unique_ptr<ArtifactStore> other = Open();
  EXPECT_EQ(*ReadWholeBlob(*other, blob), "shared");
  ASSERT_TRUE(other->Put("k", "v").ok());
  EXPECT_EQ(*store_->Get("k"), "v");
}

TEST_F(DirectoryStoreTest, WhatIsNoFileIsMadeAgain) {
  const BlobRef blob = *PutBlob(*store_, "hello");
  fs::remove(PathOf(blob));
  ASSERT_EQ(::mkfifo(PathOf(blob).c_str(), 0600), 0);
  EXPECT_FALSE(store_->HasBlob(blob));
  EXPECT_EQ(store_->VerifyBlob(blob).code(), StatusCode::kNotFound);
  EXPECT_EQ(*PutBlob(*store_, "hello"), blob);
  EXPECT_EQ(*ReadWholeBlob(*store_, blob), "hello");
  ASSERT_TRUE(store_->Put("first", "1").ok());
  ASSERT_EQ(::mkfifo(dir_.Join("store/objects/pipe").c_str(), 0600), 0);
  EXPECT_EQ(store_->Get("pipe").status().code(), StatusCode::kInvalidArgument);
}

// A copy that is damaged must not win over the bytes that replace it.
TEST_F(DirectoryStoreTest, DamagedBlobIsReplacedByTheSameBytesWrittenAgain) {
  const BlobRef blob = *PutBlob(*store_, "hello");
  std::ofstream(PathOf(blob)) << "jello";
  EXPECT_EQ(*PutBlob(*store_, "hello"), blob);
  EXPECT_EQ(*ReadWholeBlob(*store_, blob), "hello");
}

TEST_F(DirectoryStoreTest, DamageAfterAVerificationIsFoundToo) {
  const BlobRef blob = *PutBlob(*store_, "hello");
  EXPECT_TRUE(store_->VerifyBlob(blob).ok());
  EXPECT_TRUE(store_->HasBlob(blob));
  EXPECT_TRUE(store_->VerifyBlob(blob).ok());
  std::ofstream(PathOf(blob)) << "jello";
  EXPECT_EQ(store_->VerifyBlob(blob).code(), StatusCode::kDataLoss);
}

// Damage behind the file's times: seen only by those who read it again.
TEST_F(DirectoryStoreTest, VerifiedBlobIsNotReadAgain) {
  const BlobRef blob = *PutBlob(*store_, "hello");
  ASSERT_TRUE(store_->VerifyBlob(blob).ok());
  struct stat before = {};
  ASSERT_EQ(::stat(PathOf(blob).c_str(), &before), 0);
  std::ofstream(PathOf(blob)) << "jello";
  const struct timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, PathOf(blob).c_str(), times, 0), 0);
  EXPECT_TRUE(store_->VerifyBlob(blob).ok());
  EXPECT_EQ(Open()->VerifyBlob(blob).code(), StatusCode::kDataLoss);
}

TEST_F(DirectoryStoreTest, HasRoomOnADiskThatHas) {
  EXPECT_TRUE(store_->CheckRoom().ok());
}

TEST(OpenDirectoryStoreTest, MistypedDirectoryIsRefusedAndNothingIsMade) {
  const TempDir dir;
  fs::create_directory(dir.Join("empty"));
  DirectoryStoreOptions options;
  options.create_if_missing = false;
  options.flag = "--artifacts";
  for (const char* name : {"typo", "empty"}) {
    options.root = dir.Join(name);
    const Status status = OpenDirectoryStore(options).status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
    EXPECT_NE(Message(status).find(options.root), std::string::npos);
    EXPECT_NE(Message(status).find("--artifacts"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(dir.Join("typo")));
  EXPECT_TRUE(fs::is_empty(dir.Join("empty")));
}

TEST(OpenDirectoryStoreTest, GuestLeavesOthersTemporaryFilesAlone) {
  const TempDir dir;
  ASSERT_TRUE(OpenDirectoryStore({.root = dir.path()}).ok());
  std::ofstream(dir.Join("tmp/1-dead.lock")) << "";
  DirectoryStoreOptions guest;
  guest.root = dir.path();
  guest.create_if_missing = false;
  ASSERT_TRUE(OpenDirectoryStore(guest).ok());
  EXPECT_TRUE(fs::exists(dir.Join("tmp/1-dead.lock")));
  ASSERT_TRUE(OpenDirectoryStore({.root = dir.path()}).ok());
  EXPECT_FALSE(fs::exists(dir.Join("tmp/1-dead.lock")));
}

TEST(StoreIdentityTest, EveryStoreHasItsOwnAndKeepsIt) {
  const TempDir one;
  const TempDir two;
  auto first = *OpenDirectoryStore({.root = one.path()});
  auto second = *OpenDirectoryStore({.root = two.path()});
  EXPECT_EQ(ReadStoreIdentity(*first).status().code(), StatusCode::kNotFound);
  const std::string id = *MakeStoreIdentity(*first);
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(*MakeStoreIdentity(*first), id);
  EXPECT_EQ(*ReadStoreIdentity(**OpenDirectoryStore({.root = one.path()})), id);
  EXPECT_NE(*MakeStoreIdentity(*second), id);
}

TEST(OpenDirectoryStoreTest, UnusableRootsGiveOneClearLine) {
  const TempDir dir;
  std::ofstream(dir.Join("file")) << "x";
  for (const std::string& root :
       {dir.Join("file"), dir.Join("file/below"), std::string()}) {
    const Status status = OpenDirectoryStore({.root = root}).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
    if (!root.empty()) {
      EXPECT_NE(Message(status).find(root), std::string::npos);
      EXPECT_NE(Message(status).find("--cache-dir"), std::string::npos);
    }
  }
}

TEST(OpenDirectoryStoreTest, PlaceWithoutDirectoriesIsAFailedPrecondition) {
  const Status status = OpenDirectoryStore({.root = "/proc/longtake"}).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  EXPECT_NE(Message(status).find("--cache-dir"), std::string::npos);
}

TEST(OpenDirectoryStoreTest, ReadOnlyRootIsAFailedPrecondition) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const TempDir dir;
  fs::create_directory(dir.Join("ro"));
  ::chmod(dir.Join("ro").c_str(), 0555);
  const Status status = OpenDirectoryStore({.root = dir.Join("ro")}).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  EXPECT_NE(Message(status).find("make it writable"), std::string::npos);
}

}  // namespace
}  // namespace longtake
