// The quality report as a user meets it: of a take of the demo photograph and
// of films spoiled by ffmpeg in a way that is known.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/image_file.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr char kText[] =
    "Good morning, and welcome. Please watch my lips on maps, bread and "
    "butter. Bob Brown bumped my big mum. Remember me, baby.";

class QualityReportTest : public testing::Test {
 protected:
  // One take for all tests of this file, in segments of 3 s.
  static void SetUpTestSuite() {
    dir_ = new worker::TempDir;
    const ProcessResult said = Run({"/usr/bin/env", "espeak-ng", "-s", "150",
                                    "-w", Path("talk.wav"), kText});
    ASSERT_EQ(said.code, 0) << said.err;
    rendered_ = new json(Render({}, 0));
  }
  static void TearDownTestSuite() {
    delete rendered_;
    delete dir_;
  }

  static std::string Path(const std::string& name) { return dir_->Path(name); }
  static ProcessResult Run(const std::vector<std::string>& args) {
    return RunProcess(args, dir_->Path("process"));
  }
  static json Render(const std::vector<std::string>& more, int code,
                     std::string* err = nullptr) {
    std::vector<std::string> args = {
        kLongtake,  "render",         "--portrait",
        kPortrait,  "--audio",        Path("talk.wav"),
        "--output", Path("take.mp4"), "--segment-seconds",
        "3",        "--cache-dir",    Path("cache"),
        "--json"};
    args.insert(args.end(), more.begin(), more.end());
    const ProcessResult result = Run(args);
    EXPECT_EQ(result.code, code) << result.err;
    if (err != nullptr) *err = result.err;
    return json::parse(result.out, nullptr, false);
  }
  // The take, spoiled; `how` are ffmpeg's arguments between it and the result.
  static std::string Spoiled(const std::string& name,
                             const std::vector<std::string>& how) {
    std::vector<std::string> args = {
        "/usr/bin/env", "ffmpeg", "-v", "error", "-y", "-i", Path("take.mp4")};
    args.insert(args.end(), how.begin(), how.end());
    args.insert(args.end(), {"-preset", "veryfast", "-crf", "16", Path(name)});
    const ProcessResult made = Run(args);
    EXPECT_EQ(made.code, 0) << made.err;
    return Path(name);
  }
  static json Inspect(const std::string& film, std::vector<std::string> more,
                      int code = 0, std::string* err = nullptr) {
    more.insert(more.begin(), {kLongtake, "inspect", film, "--json"});
    const ProcessResult result = Run(more);
    EXPECT_EQ(result.code, code) << result.err;
    if (err != nullptr) *err = result.err;
    return json::parse(result.out, nullptr, false);
  }
  static json Figure(const json& report, const std::string& name) {
    for (const json& figure : report["figures"]) {
      if (figure["name"] == name) return figure;
    }
    ADD_FAILURE() << name << " of " << report.dump().substr(0, 200);
    return {{"verdict", ""}, {"value", 0}};
  }
  static std::string VerdictOf(const json& report, const std::string& name) {
    return Figure(report, name)["verdict"];
  }

  static worker::TempDir* dir_;
  static json* rendered_;
};
worker::TempDir* QualityReportTest::dir_ = nullptr;
json* QualityReportTest::rendered_ = nullptr;

TEST_F(QualityReportTest, ATakeHasAReportBesideItThatPasses) {
  const json& told = *rendered_;
  EXPECT_EQ(told["quality"], "pass") << told;
  EXPECT_EQ(told["report"], Path("take.report.json"));
  EXPECT_EQ(told["report_html"], Path("take.report.html"));
  EXPECT_GT(told["identity"]["mean"].get<double>(), 0.95);
  EXPECT_GT(told["identity"]["min"].get<double>(), 0.92);
  EXPECT_LT(told["identity"]["max_distance"].get<double>(), 0.5);
  EXPECT_TRUE(told["identity"]["slope_per_minute"].is_number());
  EXPECT_LT(std::abs(told["av_offset_ms"].get<double>()), 10);
  EXPECT_TRUE(told["av_drift_ppm"].is_null());  // shorter than a minute
  EXPECT_TRUE(told["lip_sync"].is_object());

  const json report =
      json::parse(worker::ReadBytes(Path("take.report.json")), nullptr, false);
  EXPECT_EQ(report["format"], "longtake-quality-report");
  EXPECT_EQ(report["verdict"], "pass");
  EXPECT_EQ(report["video"]["frames"], told["frames"]);
  EXPECT_EQ(report["video"]["frames_expected"], told["frames"]);
  EXPECT_EQ(report["seams"]["known_by"], "job");
  EXPECT_EQ(report["seams"]["seams"].size(), told["seams"].size());
  EXPECT_GE(told["seams"].size(), 2u);
  EXPECT_EQ(report["identity"]["reference"], "portrait");
  EXPECT_EQ(report["av_offset_ms"], told["av_offset_ms"]);
  EXPECT_EQ(report["lip_sync"]["opening_r"], told["lip_sync"]["opening_r"]);

  const std::string page = worker::ReadBytes(Path("take.report.html"));
  EXPECT_THAT(page, HasSubstr("Passed"));
  EXPECT_THAT(page, HasSubstr("data:image/jpeg;base64,"));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, HasSubstr("</html>"));
}

// The loudness that ffmpeg's own meter reads.
TEST_F(QualityReportTest, LoudnessIsThatOfFfmpeg) {
  const ProcessResult meter =
      Run({"/usr/bin/env", "ffmpeg", "-nostats", "-i", Path("take.mp4"), "-af",
           "ebur128", "-f", "null", "-"});
  const size_t at = meter.err.rfind("I:");
  ASSERT_NE(at, std::string::npos) << meter.err;
  const double lufs = std::stod(meter.err.substr(at + 2));
  const json report = json::parse(worker::ReadBytes(Path("take.report.json")));
  EXPECT_NEAR(report["sound"]["loudness_lufs"].get<double>(), lufs, 0.15);
}

TEST_F(QualityReportTest, AFileThatIsNoReportIsNotReplaced) {
  std::ofstream(Path("mine.html")) << "<p>my own page</p>";
  std::string err;
  Render({"--report", Path("mine.html")}, 2, &err);
  EXPECT_THAT(err, HasSubstr("mine.html: exists and is no quality report"));
  EXPECT_EQ(worker::ReadBytes(Path("mine.html")), "<p>my own page</p>");
  EXPECT_FALSE(fs::exists(Path("mine.json")));
  for (const char* asked : {"--strict", "--report=x"}) {
    Render({"--measure", "none", asked}, 2, &err);
    EXPECT_THAT(err, HasSubstr("sample or all")) << asked;
  }
}

// Of the same film the same bytes; and a good take passes its gate.
TEST_F(QualityReportTest, AnotherReportOfATakeIsTheSame) {
  const json strict =
      Render({"--strict", "--force", "--report", Path("again")}, 0);
  EXPECT_EQ(strict["quality"], "pass");
  for (const char* ending : {".json", ".html"}) {
    EXPECT_TRUE(worker::ReadBytes(Path("take.report") + ending) ==
                worker::ReadBytes(Path("again") + ending))
        << ending;
  }
}

TEST_F(QualityReportTest, InspectJudgesATakeOfOursByItsKeyframes) {
  const json report = Inspect(Path("take.mp4"), {"--portrait", kPortrait});
  EXPECT_EQ(report["verdict"], "pass") << report["figures"];
  EXPECT_EQ(report["seams"]["known_by"], "keyframes");
  EXPECT_GE(report["seams"]["seams"].size(), (*rendered_)["seams"].size());
  EXPECT_EQ(VerdictOf(report, "frames_beyond_job"), "not measured");
}

// Faults of the picture need no networks.
const std::vector<std::string> kPicturesAlone = {"--measure", "none"};

TEST_F(QualityReportTest, PictureFaultsAreFoundWhereTheyAre) {
  // 45 pictures from 2 s on are one, three at 5 s black, and one is left out,
  // while the mouth moves, for which the one before comes twice.
  const std::string film = Spoiled(
      "faults.mp4",
      {"-vf",
       "loop=loop=44:size=1:start=60,setpts=N/30/TB,drawbox=c=black:t=fill:"
       "enable='between(n,150,152)',select='not(eq(n,22))',"
       "setpts='(N+gte(N\\,22))/30/TB'",
       "-vsync", "cfr", "-r", "30", "-map_metadata", "-1", "-c:a", "copy",
       "-shortest"});
  std::string err;
  std::vector<std::string> flags = kPicturesAlone;
  flags.push_back("--strict");
  const json report = Inspect(film, flags, 3, &err);
  const json& pictures = report["pictures"];
  EXPECT_NEAR(pictures["frozen_seconds"].get<double>(), 1.5, 0.1) << pictures;
  EXPECT_NEAR(pictures["frozen_spans"][0][0].get<double>(), 2, 0.05);
  EXPECT_EQ(pictures["black"], 3);
  EXPECT_NEAR(pictures["black_spans"][0][0].get<double>(), 5, 0.02);
  ASSERT_EQ(pictures["duplicates"], 1) << pictures;
  EXPECT_NEAR(pictures["duplicate_seconds"][0].get<double>(), 22 / 30., 0.04);
  EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
  EXPECT_THAT(err, HasSubstr("Black pictures: 3"));
  EXPECT_THAT(err, HasSubstr("Frozen while something is heard: 1."));
  EXPECT_TRUE(report["seams"]["known_by"].is_null());
  EXPECT_TRUE(report["identity"].is_null());
}

TEST_F(QualityReportTest, MissingPicturesAreFound) {
  const std::string film =
      Spoiled("gap.mp4", {"-vf", "select='not(between(n,100,104))'", "-vsync",
                          "vfr", "-c:a", "copy"});
  const json video = Inspect(film, kPicturesAlone)["video"];
  EXPECT_EQ(video["missing"], 5) << video;
  EXPECT_NEAR(video["gap_seconds"][0].get<double>(), 100 / 30., 0.01);
  EXPECT_EQ(video["off_grid"], 0);
}

TEST_F(QualityReportTest, AColourThatShiftsIsRead) {
  const std::string film = Spoiled(
      "colour.mp4", {"-vf", "hue=h=40:enable='gte(t,5)'", "-c:a", "copy"});
  const json report = Inspect(film, kPicturesAlone);
  EXPECT_EQ(VerdictOf(report, "colour_delta_e_max"), "fail")
      << report["colour"]["delta_e_max"];
  EXPECT_EQ(VerdictOf(report, "colour_drift_delta_e"), "fail");
}

TEST_F(QualityReportTest, ALateSoundIsReadAndStrictEndsWithThree) {
  const std::string late =
      Spoiled("late.mp4", {"-af", "adelay=80:all=1", "-c:v", "copy"});
  std::string err;
  const json report =
      Inspect(late, {"--strict", "--report", "beside"}, 3, &err);
  EXPECT_NEAR(report["av_offset_ms"].get<double>() -
                  (*rendered_)["av_offset_ms"].get<double>(),
              80, 4);
  EXPECT_EQ(VerdictOf(report, "av_offset_ms"), "fail");
  EXPECT_NEAR(Figure(report, "sound_end_ms")["value"].get<double>(), 80, 35);
  EXPECT_THAT(err, HasSubstr("late.mp4: not as good as it has to be"));
  EXPECT_THAT(err, HasSubstr("Sound after the lips by: "));
  EXPECT_TRUE(fs::exists(Path("late.report.json")));
  EXPECT_TRUE(fs::exists(Path("late.report.html")));
}

// The demo's machine has one person only; her negative is another one to the
// network.
TEST_F(QualityReportTest, AnotherFaceIsNotThePortraits) {
  auto photo = worker::DecodeImage(kPortrait, "photo");
  ASSERT_TRUE(photo.ok());
  for (uint8_t& v : photo->rgb) v = static_cast<uint8_t>(255 - v);
  ASSERT_TRUE(worker::WritePng(*photo, Path("other.png")).ok());
  const std::string film = Spoiled("few.mp4", {"-t", "2", "-c", "copy"});
  const json report = Inspect(film, {"--portrait", Path("other.png")});
  EXPECT_EQ(VerdictOf(report, "identity_max_distance"), "fail");
  EXPECT_GT(report["identity"]["mean_distance"].get<double>(), 0.6);
}

TEST_F(QualityReportTest, AFilmWithoutFaceOrSoundHasAReportAllTheSame) {
  const std::string grey =
      Spoiled("grey.mp4", {"-t", "3", "-vf", "drawbox=c=gray:t=fill", "-an"});
  std::string err;
  const json report =
      Inspect(grey, {"--portrait", kPortrait, "--strict"}, 3, &err);
  EXPECT_EQ(report["not_measured"]["sound"],
            "no sound in the film that can be decoded");
  EXPECT_EQ(VerdictOf(report, "opening_r"), "not measured");
  EXPECT_EQ(VerdictOf(report, "loudness_lufs"), "not measured");
  EXPECT_EQ(VerdictOf(report, "frozen_seconds"), "not measured");
  EXPECT_EQ(VerdictOf(report, "face_missing_percent"), "fail");
  EXPECT_THAT(err, HasSubstr("Pictures without the face: 100.0%"));
}

// The motion of `csv`, standing still in its first row.
void StandStill(const std::string& csv, const std::string& out) {
  std::ifstream in(csv);
  std::ofstream still(out);
  std::string header, line, first;
  std::getline(in, header);
  still << header << "\n";
  while (std::getline(in, line)) {
    // Timecode, number of shapes; then what moves.
    const size_t moves = line.find(',', line.find(',') + 1);
    if (first.empty()) first = line.substr(moves);
    still << line.substr(0, moves) << first << "\n";
  }
}

TEST_F(QualityReportTest, StrictWritesTheFilesAndEndsWithThree) {
  ASSERT_EQ(Run({"/usr/bin/env", "ffmpeg", "-v", "error", "-i",
                 Path("talk.wav"), "-t", "3", Path("words.wav")})
                .code,
            0);
  const ProcessResult exported =
      Run({kLongtake, "motion", "export", "--audio", Path("words.wav"), "-o",
           Path("talk.csv")});
  ASSERT_EQ(exported.code, 0) << exported.err;
  StandStill(Path("talk.csv"), Path("still.csv"));
  // A face that stands still while somebody speaks.
  std::vector<std::string> args = {
      kLongtake,         "motion",   "render",          "--portrait",
      kPortrait,         "--motion", Path("still.csv"), "--audio",
      Path("words.wav"), "-o",       Path("still.mp4"), "--cache-dir",
      Path("cache"),     "--json",   "--strict"};
  const ProcessResult breach = Run(args);
  EXPECT_EQ(breach.code, 3) << breach.err;
  EXPECT_THAT(breach.err, HasSubstr("still.mp4: not as good as it has to be: "
                                    "Frozen while something is heard"));
  const json told = json::parse(breach.out, nullptr, false);
  EXPECT_EQ(told["quality"], "fail");
  for (const char* name :
       {"still.mp4", "still.report.json", "still.report.html"}) {
    EXPECT_TRUE(fs::exists(Path(name))) << name;
  }
}

}  // namespace
}  // namespace longtake
