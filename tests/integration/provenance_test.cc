// Marks of origin as a user meets them: a take of the demo photograph, what
// ffmpeg makes of it, and longtake verify.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr int kSoundRate = 16000;
constexpr double kSeconds = 13;      // two changes of the watermark's sign
constexpr double kShortSeconds = 7;  // one

double Babble(int64_t i) {
  const double t = static_cast<double>(i) / kSoundRate;
  const double phrase = std::fmod(t, 2.0) < 1.4 ? 1 : 0;
  return 0.4 * phrase * std::pow(std::sin(std::numbers::pi * t * 4.3), 2) *
         std::sin(2 * std::numbers::pi * 140 * t);
}

class ProvenanceTest : public testing::Test {
 protected:
  // One marked take for all tests of this file.
  static void SetUpTestSuite() {
    dir_ = new worker::TempDir;
    worker::SoundSpec sound;
    sound.muxer = "wav";
    sound.rate = kSoundRate;
    sound.samples = static_cast<int64_t>(kSeconds * kSoundRate);
    sound.wave = Babble;
    ASSERT_TRUE(worker::WriteSound(sound, Path("talk.wav")));
    sound.samples = static_cast<int64_t>(kShortSeconds * kSoundRate);
    ASSERT_TRUE(worker::WriteSound(sound, Path("short.wav")));
    std::ofstream(Path("farm.key")) << std::string(64, '5') << "\n";
    std::ofstream(Path("farm.yaml")) << "provenance:\n"
                                        "  watermark_key: farm.key\n"
                                        "  farm: 12\n"
                                        "  digital_source_type: "
                                        "compositeWithTrainedAlgorithmicMedia\n"
                                        "  allow_off: true\n";
    const ProcessResult rendered = Render("talk.wav", "take.mp4", {});
    ASSERT_EQ(rendered.code, 0) << rendered.err;
  }
  static void TearDownTestSuite() { delete dir_; }

  static std::string Path(const std::string& name) { return dir_->Path(name); }
  static ProcessResult Run(const std::vector<std::string>& args) {
    return RunProcess(args, Path("process"));
  }
  static ProcessResult Render(const std::string& sound, const std::string& name,
                              std::vector<std::string> more,
                              const std::string& cache = "cache") {
    std::vector<std::string> args = {
        kLongtake,   "render", "--portrait", kPortrait,     "--audio",
        Path(sound), "-o",     Path(name),   "--cache-dir", Path(cache),
        "--size",    "384",    "--measure",  "none"};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  }
  static void Ffmpeg(const std::string& from, std::vector<std::string> change,
                     const std::string& to) {
    std::vector<std::string> args = {
        "/usr/bin/env", "ffmpeg", "-v", "error", "-y", "-i", Path(from)};
    args.insert(args.end(), change.begin(), change.end());
    args.push_back(Path(to));
    const ProcessResult done = Run(args);
    ASSERT_EQ(done.code, 0) << done.err;
  }
  static json Verify(const std::string& name, int code,
                     std::vector<std::string> more = {}) {
    std::vector<std::string> args = {kLongtake, "verify", Path(name), "--json"};
    args.insert(args.end(), more.begin(), more.end());
    const ProcessResult result = Run(args);
    EXPECT_EQ(result.code, code) << result.err;
    return json::parse(result.out, nullptr, false);
  }
  // Re-encoded coarsely without its metadata, after `filter`.
  static void Spoil(const std::string& filter, const std::string& to) {
    std::vector<std::string> change = {"-map_metadata", "-1", "-an"};
    if (!filter.empty()) change.insert(change.end(), {"-vf", filter});
    change.insert(change.end(),
                  {"-c:v", "libx264", "-preset", "veryfast", "-crf", "28"});
    Ffmpeg("take.mp4", change, to);
  }
  static void ExpectOnlyTheWatermark(const json& found) {
    ASSERT_TRUE(found.is_object());
    EXPECT_TRUE(found["marks_found"].get<bool>());
    EXPECT_TRUE(found["metadata"]["digital_source_type"].is_null());
    EXPECT_TRUE(found["metadata"]["inputs_digest"]["tag"].is_null());
    EXPECT_TRUE(found["metadata"]["inputs_digest"]["sei"].is_null());
    EXPECT_TRUE(found["watermark"]["found"].get<bool>())
        << found["watermark"].dump();
    EXPECT_EQ(found["watermark"]["key_id"], "public");
    EXPECT_EQ(found["watermark"]["farm"], 0);
    EXPECT_EQ(found["watermark"]["tenant"], 0);
  }

  static worker::TempDir* dir_;
};

worker::TempDir* ProvenanceTest::dir_ = nullptr;

TEST_F(ProvenanceTest, ATakeSaysWhereItComesFrom) {
  const json found = Verify("take.mp4", 0);
  ASSERT_TRUE(found.is_object());
  const json& metadata = found["metadata"];
  EXPECT_EQ(metadata["digital_source_type"],
            "http://cv.iptc.org/newscodes/digitalsourcetype/"
            "trainedAlgorithmicMedia");
  EXPECT_EQ(metadata["software"], "Longtake");
  const json& digest = metadata["inputs_digest"];
  EXPECT_EQ(digest["tag"].get<std::string>().size(), 64u);
  EXPECT_EQ(digest["tag"], digest["xmp"]);
  EXPECT_EQ(digest["tag"], digest["sei"]);
  EXPECT_TRUE(found["watermark"]["found"].get<bool>());
  EXPECT_GT(found["watermark"]["confidence"].get<double>(), 20);
  EXPECT_EQ(found["watermark"]["farm"], 0);
  const ProcessResult text = Run({kLongtake, "verify", Path("take.mp4")});
  EXPECT_EQ(text.code, 0);
  EXPECT_THAT(text.out, HasSubstr("farm 0, tenant 0; key public"));
}

TEST_F(ProvenanceTest, StrippedOfAllMetadataTheWatermarkIsLeft) {
  Ffmpeg("take.mp4",
         {"-map_metadata", "-1", "-c", "copy", "-bsf:v",
          "filter_units=remove_types=6"},
         "stripped.mp4");
  ExpectOnlyTheWatermark(Verify("stripped.mp4", 0));
}

TEST_F(ProvenanceTest, TheWatermarkOutlivesCoarseEncoding) {
  Spoil("", "coarse.mp4");
  ExpectOnlyTheWatermark(Verify("coarse.mp4", 0));
}

TEST_F(ProvenanceTest, TheWatermarkOutlivesAScaleAndBack) {
  Spoil("scale=270:270,scale=384:384", "scaled.mp4");
  ExpectOnlyTheWatermark(Verify("scaled.mp4", 0));
}

TEST_F(ProvenanceTest, TheWatermarkOutlivesACrop) {
  Spoil("crop=364:364:9:5", "cropped.mp4");
  ExpectOnlyTheWatermark(Verify("cropped.mp4", 0));
}

TEST_F(ProvenanceTest, NoMarksIsExitCodeOne) {
  Ffmpeg("take.mp4",
         {"-map_metadata", "-1", "-an", "-vf", "hflip", "-c:v", "libx264",
          "-preset", "veryfast"},
         "mirrored.mp4");
  const json found = Verify("mirrored.mp4", 1);
  ASSERT_TRUE(found.is_object());
  EXPECT_FALSE(found["marks_found"].get<bool>());
  EXPECT_FALSE(found["watermark"]["found"].get<bool>());
}

TEST_F(ProvenanceTest, AFarmsKeyIsNeededToFindItsMark) {
  const std::vector<std::string> farm = {"--provenance", Path("farm.yaml"),
                                         "--workers", "1"};
  ASSERT_EQ(Render("short.wav", "keyed.mp4", farm).code, 0);
  const json with = Verify("keyed.mp4", 0, {"--key", Path("farm.key")});
  EXPECT_TRUE(with["watermark"]["found"].get<bool>());
  EXPECT_EQ(with["watermark"]["farm"], 12);
  EXPECT_NE(with["watermark"]["key_id"], "public");
  EXPECT_THAT(with["metadata"]["digital_source_type"].get<std::string>(),
              HasSubstr("compositeWithTrainedAlgorithmicMedia"));
  EXPECT_FALSE(Verify("keyed.mp4", 0)["watermark"]["found"].get<bool>());
  EXPECT_THAT(worker::ReadBytes(Path("keyed.mp4")),
              testing::Not(HasSubstr("5555555555555555")));
  // Other workers, another cache: the same bytes.
  ASSERT_EQ(
      Render("short.wav", "again.mp4",
             {"--provenance", Path("farm.yaml"), "--workers", "2"}, "cache2")
          .code,
      0);
  EXPECT_TRUE(worker::ReadBytes(Path("again.mp4")) ==
              worker::ReadBytes(Path("keyed.mp4")));
}

TEST_F(ProvenanceTest, OffOnlyWhereTheConfigurationAllowsIt) {
  const ProcessResult refused =
      Render("short.wav", "off.mp4", {"--no-provenance"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("allow_off"));
  EXPECT_FALSE(std::ifstream(Path("off.mp4")).good());
  ASSERT_EQ(Render("short.wav", "off.mp4",
                   {"--no-provenance", "--provenance", Path("farm.yaml")})
                .code,
            0);
  // The tag by which the client knows its own result stays.
  const json found = Verify("off.mp4", 0, {"--key", Path("farm.key")});
  EXPECT_TRUE(found["metadata"]["digital_source_type"].is_null());
  EXPECT_TRUE(found["metadata"]["inputs_digest"]["sei"].is_null());
  EXPECT_FALSE(found["watermark"]["found"].get<bool>());
}

TEST_F(ProvenanceTest, BadInputIsExitCodeTwo) {
  worker::WriteBytes(Path("text.mp4"), "no film at all");
  worker::WriteBytes(Path("bad.key"), "secret");
  for (const auto& args : std::vector<std::vector<std::string>>{
           {Path("absent.mp4")},
           {Path("text.mp4")},
           {Path("talk.wav")},
           {Path("take.mp4"), "--key", Path("bad.key")},
           {Path("take.mp4"), "--key", Path("absent.key")}}) {
    std::vector<std::string> all = {kLongtake, "verify"};
    all.insert(all.end(), args.begin(), args.end());
    const ProcessResult result = Run(all);
    EXPECT_EQ(result.code, 2) << args.back();
    EXPECT_THAT(result.err, HasSubstr("longtake: "));
    EXPECT_THAT(result.err, testing::Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace longtake
