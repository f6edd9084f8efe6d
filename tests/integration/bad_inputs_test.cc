// Bad input gets one clear line, exit code 2, and nothing half-written.

#include "tests/integration/bad_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "tests/support/forked_command.h"
#include "tests/support/odd_media.h"

namespace longtake {

namespace fs = std::filesystem;

BadPlaces::BadPlaces() {
  fs::create_directory(dir_.Path("in"));
  fs::create_directory(dir_.Path("out"));
  WriteBabble({.rate_hz = 16000, .samples = 8000}, GoodSound());
}

std::string BadPlaces::File(const std::string& name,
                            const std::string& bytes) const {
  worker::WriteBytes(In(name), bytes);
  return In(name);
}

std::string BadPlaces::GoodPortrait() {
  return LONGTAKE_SHARE_DIR "/demo/astronaut.png";
}

std::vector<std::string> BadPlaces::Render(
    const std::string& portrait, const std::string& audio,
    std::vector<std::string> more) const {
  std::vector<std::string> args = {"render", "--portrait", portrait, "--audio",
                                   audio,    "-o",         Out()};
  // Those that choose a size or a cache themselves.
  const auto given = [&more](const char* flag) {
    return std::find(more.begin(), more.end(), flag) != more.end();
  };
  if (!given("--size")) args.insert(args.end(), {"--size", "128"});
  if (!given("--cache-dir")) args.insert(args.end(), {"--cache-dir", Cache()});
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

namespace {

using Snapshot = std::map<std::string, uintmax_t>;

class BadInputsTest : public testing::Test {
 protected:
  // What is there, whatever its kind.
  Snapshot Look(const std::string& directory) const {
    Snapshot seen;
    for (const auto& entry : fs::directory_iterator(directory)) {
      std::error_code none;
      const uintmax_t size =
          entry.is_regular_file(none) ? entry.file_size(none) : 0;
      seen[entry.path().filename().string()] = size;
    }
    return seen;
  }

  void ExpectRefused(const BadCase& c) {
    SCOPED_TRACE(c.name);
    const Snapshot outputs = Look(at_.Out("")), inputs = Look(at_.In(""));
    const ProcessResult result =
        RunForkedCommand(c.args, scratch_.Path("process"));
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
    EXPECT_TRUE(result.err.starts_with("longtake: ")) << result.err;
    for (const std::string& part : c.says) {
      EXPECT_THAT(result.err, testing::HasSubstr(part));
    }
    EXPECT_EQ(Look(at_.Out("")), outputs) << "something was left behind";
    EXPECT_EQ(Look(at_.In("")), inputs) << "something was left behind";
  }

  void ExpectAllRefused(const std::vector<BadCase>& cases) {
    for (const BadCase& c : cases) ExpectRefused(c);
  }

  const BadPlaces at_;
  const worker::TempDir scratch_;
};

TEST_F(BadInputsTest, Portraits) { ExpectAllRefused(BadPortraits(at_)); }
TEST_F(BadInputsTest, Sounds) { ExpectAllRefused(BadSounds(at_)); }
TEST_F(BadInputsTest, Guides) { ExpectAllRefused(BadGuides(at_)); }
TEST_F(BadInputsTest, Flags) { ExpectAllRefused(BadFlags(at_)); }
TEST_F(BadInputsTest, Outputs) { ExpectAllRefused(BadOutputs(at_)); }
TEST_F(BadInputsTest, Limits) {
  (void)BadPortraits(at_);  // makes the pictures
  ExpectAllRefused(BadLimits(at_));
}
TEST_F(BadInputsTest, OtherCommands) { ExpectAllRefused(BadCommands(at_)); }

}  // namespace
}  // namespace longtake
