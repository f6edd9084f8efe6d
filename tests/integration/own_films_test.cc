// Films as training data: what longtake_own_speech measures in a take whose
// motion is known, and what it says of films that show no speaker. espeak-ng
// speaks, the product renders, ffmpeg spoils.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "tools/motion_model/curve_file.h"
#include "tools/motion_model/speech_data/speech_set.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/engine/phonetics/phone_segments.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;
using motion_tools::CurvesAt;
using ::testing::HasSubstr;
using ::testing::Not;
using worker::MouthCurves;

constexpr char kLongtake[] = LONGTAKE_BIN_DIR "/longtake";
constexpr char kOwnSpeech[] = LONGTAKE_BIN_DIR "/longtake_own_speech";
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr char kFaces[] = LONGTAKE_SHARE_DIR "/models/face-api";
constexpr char kText[] =
    "Good morning, and welcome. Please watch my lips on maps, bread and "
    "butter. Bob Brown bumped my big mum. Remember me, baby. Two blue moons "
    "are too few, but each of these teas is easy to keep.";
constexpr double kFps = 25;

// The channels of a Live Link track that the film shows, frame by frame.
struct KnownFrame {
  double jaw, close, wide;
};

double Correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    n += 1, a += x[i], b += y[i];
    aa += x[i] * x[i], bb += y[i] * y[i], ab += x[i] * y[i];
  }
  return (ab - a * b / n) / std::sqrt((aa - a * a / n) * (bb - b * b / n));
}

class OwnFilmsTest : public testing::Test {
 protected:
  // One take for all tests of this file.
  static void SetUpTestSuite() {
    dir_ = new worker::TempDir;
    known_ = new std::vector<KnownFrame>;
    Run({"/usr/bin/env", "espeak-ng", "-s", "145", "-w", dir_->Path("talk.wav"),
         kText});
    Run({kLongtake, "motion", "export", "--audio", dir_->Path("talk.wav"),
         "--fps", "25", "--gaze", "camera", "-o", dir_->Path("talk.csv")});
    Run({kLongtake, "motion", "render", "--portrait", kPortrait, "--motion",
         dir_->Path("talk.csv"), "--audio", dir_->Path("talk.wav"), "--fps",
         "25", "--measure", "none", "--cache-dir", dir_->Path("cache"), "-o",
         dir_->Path("take.mp4")});
    std::ifstream csv(dir_->Path("talk.csv"));
    worker::LiveLinkCsvReader reader(csv);
    ASSERT_TRUE(reader.ReadHeader().ok());
    worker::LiveLinkRow row;
    for (auto more = reader.ReadRow(&row); more.ok() && *more;
         more = reader.ReadRow(&row)) {
      const worker::MotionFrame& f = row.motion;
      known_->push_back(
          {f[worker::kJawOpen], f[worker::kMouthClose],
           f[worker::kMouthStretchLeft] + f[worker::kMouthSmileLeft] -
               f[worker::kMouthPucker] - .6 * f[worker::kMouthFunnel]});
    }
    ASSERT_GT(known_->size(), 10 * kFps);
  }
  static void TearDownTestSuite() {
    delete known_;
    delete dir_;
  }
  static void Run(const std::vector<std::string>& args) {
    const ProcessResult result = RunProcess(args, dir_->Path("process"));
    ASSERT_EQ(result.code, 0) << result.err;
  }

  OwnFilmsTest()
      : name_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::create_directories(In("bob"));
  }
  std::string In(const std::string& file) const {
    return dir_->Path(name_ + "/" + file);
  }
  std::string Out(const std::string& file) const {
    return dir_->Path(name_ + "_set/" + file);
  }
  void UseTake(const std::string& file) const {
    fs::copy_file(dir_->Path("take.mp4"), In(file));
  }
  // ffmpeg's arguments between the take and the new film.
  void Spoil(const std::string& file, std::vector<std::string> how) const {
    how.insert(how.begin(), {"/usr/bin/env", "ffmpeg", "-v", "error", "-i",
                             dir_->Path("take.mp4")});
    how.push_back(In(file));
    Run(how);
  }
  ProcessResult Make(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {
        kOwnSpeech,  "--recordings",   In(""),    "--out", Out(""),
        "--weights", LONGTAKE_WEIGHTS, "--faces", kFaces};
    args.insert(args.end(), more.begin(), more.end());
    return RunProcess(args, dir_->Path("own"));
  }
  std::vector<MouthCurves> Curves(const std::string& base) const {
    const std::string path = Out(base + ".curves");
    auto curves = motion_tools::ParseCurves(worker::ReadBytes(path), path);
    EXPECT_TRUE(curves.ok()) << curves.status();
    return curves.ok() ? *curves : std::vector<MouthCurves>();
  }

  static worker::TempDir* dir_;
  static std::vector<KnownFrame>* known_;
  const std::string name_;
};
worker::TempDir* OwnFilmsTest::dir_ = nullptr;
std::vector<KnownFrame>* OwnFilmsTest::known_ = nullptr;

// What was measured beside what is known, where both are. The set's part
// begins with the first picture's middle or the step after it.
constexpr double kBegin = .02;

TEST_F(OwnFilmsTest, AFilmWithoutTextGivesTheMouthThatItShows) {
  UseTake("bob/talk.mp4");
  const ProcessResult made = Make();
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.err, "");
  EXPECT_THAT(worker::ReadBytes(Out("manifest.tsv")),
              HasSubstr("own/bob/00000\town\tbob\tund\t"));
  EXPECT_FALSE(fs::exists(Out("own/bob/00000.phones")));
  const auto curves = Curves("own/bob/00000");
  ASSERT_GT(curves.size(), 500u);
  std::vector<double> jaw, known_jaw, seal, known_seal, wide, known_wide;
  for (size_t i = 1; i + 1 < known_->size(); ++i) {
    const MouthCurves seen =
        CurvesAt(curves, (static_cast<double>(i) + .5) / kFps - kBegin);
    const KnownFrame& known = (*known_)[i];
    if (!std::isnan(seen[worker::kCurveJaw])) {
      jaw.push_back(seen[worker::kCurveJaw]);
      known_jaw.push_back(known.jaw);
      wide.push_back(seen[worker::kCurveStretch]);
      known_wide.push_back(std::max(known.wide, 0.));
    }
    if (!std::isnan(seen[worker::kCurveLipClose])) {
      seal.push_back(seen[worker::kCurveLipClose]);
      known_seal.push_back(known.close);
    }
    for (const int c :
         {worker::kCurveFunnel, worker::kCurvePucker, worker::kCurveSmile,
          worker::kCurveRollLower, worker::kCurvePress, worker::kCurveUpperUp,
          worker::kCurveLowerDown, worker::kCurveTongue}) {
      ASSERT_TRUE(std::isnan(seen[c])) << c;
    }
  }
  EXPECT_GT(static_cast<double>(jaw.size()), .97 * known_->size());
  EXPECT_GT(static_cast<double>(seal.size()), .6 * known_->size());
  fmt::print("r of jaw {:.3f}, seal {:.3f}, width {:.3f}; {} of {} seals\n",
             Correlation(jaw, known_jaw), Correlation(seal, known_seal),
             Correlation(wide, known_wide), seal.size(), known_->size());
  EXPECT_GT(Correlation(jaw, known_jaw), .72);
  EXPECT_GT(Correlation(seal, known_seal), .75);
  EXPECT_GT(Correlation(wide, known_wide), .55);
}

TEST_F(OwnFilmsTest, KnownClosuresAreSeenAndNoOthers) {
  UseTake("bob/talk.mp4");
  ASSERT_EQ(Make().code, 0);
  const auto curves = Curves("own/bob/00000");
  const auto seen = [&](size_t frame) {
    return CurvesAt(curves, (static_cast<double>(frame) + .5) / kFps -
                                kBegin)[worker::kCurveLipClose];
  };
  const auto known = [&](size_t frame) { return (*known_)[frame].close; };
  // Runs above `least` of one; of those, where the other rises above `near`
  // within a picture and a half.
  const auto count = [&](const std::function<double(size_t)>& one,
                         const std::function<double(size_t)>& other,
                         double least, double near) {
    int runs = 0, met = 0;
    for (size_t i = 2; i + 2 < known_->size(); ++i) {
      if (!(one(i) > least) || one(i - 1) > least) continue;
      bool unknown = false, meets = false;
      size_t end = i;
      while (end + 2 < known_->size() && one(end) > least) ++end;
      for (size_t k = i - 1; k <= end; ++k) {
        unknown |= std::isnan(other(k));
        meets |= other(k) > near;
      }
      if (unknown) continue;
      ++runs;
      met += meets;
    }
    fmt::print("{} of {} closures\n", met, runs);
    return std::pair(runs, met);
  };
  const auto [closures, found] = count(known, seen, .8, .5);
  EXPECT_GE(closures, 12);
  EXPECT_GE(found, .85 * closures);
  const auto [shown, right] = count(seen, known, .5, .5);
  EXPECT_GE(shown, 12);
  EXPECT_GE(right, .85 * shown);
}

TEST_F(OwnFilmsTest, WithItsTextAFilmHasPhonesToo) {
  UseTake("bob/talk.mp4");
  worker::WriteBytes(In("bob/talk.txt"), kText);
  const ProcessResult made = Make({"--language", "en"});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto lines =
      speech_data::ParseManifest(worker::ReadBytes(Out("manifest.tsv")));
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_FALSE(lines->empty());
  int closures = 0, sealed = 0;
  for (const auto& line : *lines) {
    EXPECT_EQ(line.language, "en");
    const auto phones = worker::ReadPhones(Out(line.path + ".phones"));
    ASSERT_TRUE(phones.ok()) << phones.status();
    EXPECT_NEAR(phones->back().end, line.seconds, 1e-3);
    // The seal where the text says p, b or m: of the same moments.
    const auto curves = Curves(line.path);
    EXPECT_NEAR(static_cast<double>(curves.size()) * .02, line.seconds, .03);
    for (const auto& p : *phones) {
      if (!worker::ClosesLips(p.phone)) continue;
      const float seal =
          CurvesAt(curves, (p.begin + p.end) / 2)[worker::kCurveLipClose];
      closures += !std::isnan(seal);
      sealed += seal > .5f;
    }
  }
  EXPECT_GE(closures, 10);
  // Some seals lie beside the middle of their phone: 12 or 13 of 18 here.
  EXPECT_GE(sealed, .6 * closures);
}

TEST_F(OwnFilmsTest, FilmsThatShowNoSpeakerAreNamedAndLeftOut) {
  UseTake("bob/talk.mp4");
  Spoil("still.mp4",
        {"-vf", "select=eq(n\\,60),loop=loop=-1:size=1,setpts=N/25/TB", "-r",
         "25", "-c:a", "copy", "-shortest"});
  Spoil("short.mov", {"-t", "3", "-c", "copy"});
  Spoil("silent.mkv", {"-an", "-c", "copy"});
  Spoil("slow.mp4", {"-r", "10", "-c:a", "copy"});
  Spoil("sound.mp4", {"-vn", "-c:a", "copy"});
  const ProcessResult made = Make();
  ASSERT_EQ(made.code, 0) << made.err;
  const auto named = [&](const std::string& file, const std::string& why) {
    EXPECT_THAT(made.err, HasSubstr("left out: " + why)) << file;
    EXPECT_THAT(made.err, HasSubstr(file));
  };
  named("still.mp4", "video " + In("still.mp4") +
                         ": the mouth in it stands still while something");
  named("short.mov", "video " + In("short.mov") +
                         ": a face seen from the front says something for");
  named("silent.mkv", "audio " + In("silent.mkv") + ": there is no sound");
  named("slow.mp4", "video " + In("slow.mp4") + ": 10.0 pictures a second");
  named("sound.mp4", "video " + In("sound.mp4") + ": no pictures in it");
  EXPECT_EQ(std::count(made.err.begin(), made.err.end(), '\n'), 5) << made.err;
  EXPECT_THAT(made.err, Not(HasSubstr("talk.mp4")));
  EXPECT_TRUE(fs::exists(Out("own/bob/00000.curves")));
}

TEST_F(OwnFilmsTest, WhereNothingIsLeftTheReasonIsTold) {
  Spoil("bob/noface.mp4",
        {"-vf", "crop=64:64:0:0,scale=256:256", "-c:a", "copy"});
  const ProcessResult refused = Make();
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("noface.mp4: no face in it"));
  EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1);
  EXPECT_FALSE(fs::exists(Out("manifest.tsv")));
}

TEST_F(OwnFilmsTest, OfAFilmWithATextTheSoundIsStillOfUse) {
  Spoil("bob/slow.mp4", {"-r", "10", "-c:a", "copy"});
  worker::WriteBytes(In("bob/slow.txt"), kText);
  const ProcessResult made = Make({"--language", "en"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("its sound and its text are used"));
  EXPECT_TRUE(fs::exists(Out("own/bob/00000.phones")));
  EXPECT_FALSE(fs::exists(Out("own/bob/00000.curves")));
}

}  // namespace
}  // namespace longtake
