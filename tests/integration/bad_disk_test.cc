// Disks that fill up, and caches that somebody or something has changed:
// nothing half-written, one line, and the same command goes on afterwards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/forked_command.h"
#include "tests/support/odd_media.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// 40 MB: some more than a cache needs to begin at all.
class TinyDisk {
 public:
  TinyDisk() {
    fs::create_directory(path());
    mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=40m") == 0;
  }
  ~TinyDisk() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string path() const { return dir_.Path("disk"); }
  // All but a few KB.
  void Fill() const {
    std::ofstream file(path() + "/filler", std::ios::binary);
    const std::string block(1 << 14, 'x');
    while (file.write(block.data(), std::ssize(block)).flush()) {
    }
  }
  void Free() const { fs::remove(path() + "/filler"); }

 private:
  worker::TempDir dir_;
  bool mounted_ = false;
};

std::vector<std::string> FilesBelow(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class BadDiskTest : public testing::Test {
 protected:
  BadDiskTest() {
    WriteBabble({.rate_hz = 16000, .samples = 24000}, dir_.Path("voice.wav"));
  }

  std::vector<std::string> Render(const std::string& output,
                                  const std::string& cache) const {
    return {"render",
            "--portrait",
            LONGTAKE_SHARE_DIR "/demo/astronaut.png",
            "--audio",
            audio_.empty() ? dir_.Path("voice.wav") : audio_,
            "-o",
            output,
            "--size",
            "128",
            "--segment-seconds",
            "0.5",
            "--measure",
            "none",
            "--cache-dir",
            cache};
  }
  ProcessResult Run(const std::vector<std::string>& args) {
    return RunForkedCommand(args, dir_.Path("process"));
  }
  json RunJson(std::vector<std::string> args) {
    args.push_back("--json");
    const ProcessResult result = Run(args);
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }
  static void ExpectOneLine(const ProcessResult& result, int code,
                            const std::string& says) {
    EXPECT_EQ(result.code, code) << result.err;
    const size_t start = result.err.find("longtake: ");
    ASSERT_NE(start, std::string::npos) << result.err;
    // Progress may have been told before.
    const std::string line = result.err.substr(start);
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
    EXPECT_THAT(line, HasSubstr(says));
  }

  worker::TempDir dir_;
  std::string audio_;
};

TEST_F(BadDiskTest, AFullOutputDiskLeavesNothingAndResumes) {
  const TinyDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount";
  const std::string out = disk.path() + "/talk.mp4";
  const auto args = Render(out, dir_.Path("cache"));
  disk.Fill();
  ExpectOneLine(Run(args), 1, "talk.mp4: no space left: free some");
  EXPECT_THAT(FilesBelow(disk.path()), testing::SizeIs(1)) << "the filler";
  disk.Free();
  const json done = RunJson(args);
  EXPECT_EQ(done["segments_rendered"], 0) << "all was in the cache";
  EXPECT_EQ(worker::DecodeVideo(out).frames.size(), 45u);
}

TEST_F(BadDiskTest, AFullCacheDiskLeavesNoOutputAndResumes) {
  const TinyDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount";
  fs::create_directory(dir_.Path("out"));
  const auto args = Render(dir_.Path("out/talk.mp4"), disk.path() + "/cache");
  disk.Fill();
  ExpectOneLine(Run(args), 1, disk.path());
  EXPECT_THAT(FilesBelow(dir_.Path("out")), IsEmpty());
  disk.Free();
  EXPECT_TRUE(RunJson(args).is_object());
  EXPECT_EQ(worker::DecodeVideo(dir_.Path("out/talk.mp4")).frames.size(), 45u);
}

// The disk has room to begin with, and none in the middle of a file.
TEST_F(BadDiskTest, ACacheThatFillsUpInTheMiddleKeepsNoHalfFiles) {
  const TinyDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount";
  fs::create_directory(dir_.Path("out"));
  audio_ = dir_.Path("large.wav");
  WriteBabble({.rate_hz = 16000, .samples = 24000}, audio_);
  // Behind its samples the file goes on with nothing: more than the disk.
  fs::resize_file(audio_, 60 << 20);
  const auto args = Render(dir_.Path("out/talk.mp4"), disk.path() + "/cache");
  ExpectOneLine(Run(args), 1, disk.path());
  EXPECT_THAT(FilesBelow(dir_.Path("out")), IsEmpty());
  for (const std::string& file : FilesBelow(disk.path() + "/cache")) {
    EXPECT_LT(fs::file_size(file), size_t{8} << 20) << file;
  }
}

TEST_F(BadDiskTest, DamagedFilesOfTheCacheAreMadeAgainAndToldOf) {
  const std::string out = dir_.Path("talk.mp4"), cache = dir_.Path("cache");
  const auto args = Render(out, cache);
  RunJson(args);
  const std::string bytes = worker::ReadBytes(out);
  // One bit of every blob; then half of every blob.
  for (const bool cut : {false, true}) {
    SCOPED_TRACE(cut ? "cut off" : "changed");
    const auto blobs = FilesBelow(cache + "/blobs");
    ASSERT_GE(blobs.size(), 8u);
    for (const std::string& blob : blobs) {
      std::string content = worker::ReadBytes(blob);
      if (content.size() < 2) continue;
      if (cut) {
        content.resize(content.size() / 2);
      } else {
        content[content.size() / 2] ^= 1;
      }
      worker::WriteBytes(blob, content);
    }
    const json again = RunJson(args);
    ASSERT_TRUE(again.is_object());
    EXPECT_EQ(again["segments_rendered"], again["segments"]);
    EXPECT_TRUE(worker::ReadBytes(out) == bytes);
    EXPECT_THAT(again["warnings"].get<std::vector<std::string>>(),
                Contains(AllOf(HasSubstr("of the cache were damaged"),
                               HasSubstr("made again"))));
  }
  EXPECT_THAT(RunJson(args)["warnings"].get<std::vector<std::string>>(),
              testing::Not(Contains(HasSubstr("damaged"))));
}

// Records are no truth either: what can't be read is as if it were not there.
TEST_F(BadDiskTest, DamagedRecordsOfTheCacheAreMadeAgain) {
  const std::string out = dir_.Path("talk.mp4"), cache = dir_.Path("cache");
  const auto args = Render(out, cache);
  RunJson(args);
  const std::string bytes = worker::ReadBytes(out);
  int changed = 0;
  for (const std::string& record : FilesBelow(cache + "/objects/results")) {
    const char* kInstead[] = {"", "{", "null", "\xFF\xFE"};
    worker::WriteBytes(record, kInstead[changed++ % 4]);
  }
  EXPECT_GE(changed, 6);
  EXPECT_EQ(RunJson(args)["segments_rendered"], 3);
  EXPECT_TRUE(worker::ReadBytes(out) == bytes);
}

TEST_F(BadDiskTest, ALinkInTheCacheLeadsNowhere) {
  const std::string out = dir_.Path("out.mp4"), cache = dir_.Path("cache");
  RunJson(Render(out, cache));
  fs::remove(out);
  // Every blob's directory is somewhere else now.
  fs::rename(cache + "/blobs", dir_.Path("elsewhere"));
  fs::create_directory_symlink(dir_.Path("elsewhere"), cache + "/blobs");
  const auto before = FilesBelow(dir_.Path("elsewhere"));
  ExpectOneLine(Run(Render(out, cache)), 2,
                "a symbolic link in the store: choose another artifact "
                "directory (--cache-dir)");
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(FilesBelow(dir_.Path("elsewhere")), before);
}

}  // namespace
}  // namespace longtake
