// Motion at the borders of windows and segments against motion elsewhere: over
// minutes of speech, no channel may be quicker, slower or more jerky there.
//
// Each border is one draw of three frames; so is every other place. The mean of
// their velocities and accelerations, and how many of them pass the 99th
// percentile of all frames away from borders, must agree within what chance
// allows: five standard errors, for some 700 comparisons.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/philox.h"
#include "worker/engine/motion/windows.h"
#include "worker/engine/speech/speech_motion_model.h"
#include "worker/engine/speech/weights_file.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::worker {
namespace {

namespace fs = std::filesystem;

constexpr FrameRate kRate = {30, 1};
constexpr double kSeconds = 480;
constexpr double kErrors = 5;
// Segments of an odd length, computed apart and joined.
constexpr int64_t kSegment = 97;
// Where windows begin, where they end, and where one hands over to the next.
constexpr int kWindowPlaces[] = {kWindowStride - kWindowLead,
                                 kWindowOverlap - kWindowLead, 0};

std::vector<std::vector<float>> Clips() {
  const std::string scratch =
      testing::TempDir() + "/motion_borders_" + std::to_string(::getpid());
  std::vector<fs::path> paths;
  for (const auto& entry :
       fs::directory_iterator(LONGTAKE_GOLDEN_DIR "/speech")) {
    if (entry.path().extension() == ".flac") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::vector<float>> clips;
  for (const fs::path& path : paths) {
    const auto facts = AnalyzeAudio(path.string(), path.string(), scratch);
    EXPECT_TRUE(facts.ok()) << facts.status();
    const auto pcm = *PcmFile::Open(scratch);
    clips.emplace_back(static_cast<size_t>(pcm->size_samples()));
    EXPECT_TRUE(pcm->Read(0, clips.back()).ok());
  }
  fs::remove(scratch);
  return clips;
}

// Test clips in a drawn order with drawn pauses, over a floor of noise: no
// sound has a place in the period of its own.
VectorPcm Speech() {
  const KeyedRandom random(11, RandomPurpose::kFrameNoise);
  const std::vector<std::vector<float>> clips = Clips();
  VectorPcm pcm;
  for (int64_t i = 0;
       pcm.samples.size() < static_cast<size_t>(kSeconds * 16000); ++i) {
    const auto& clip = clips[static_cast<size_t>(
        random.Uniform(i, 0) * static_cast<double>(clips.size()))];
    pcm.samples.insert(pcm.samples.end(), clip.begin(), clip.end());
    pcm.samples.resize(pcm.samples.size() +
                       static_cast<size_t>(random.Uniform(i, 1) * 16000));
  }
  AddNoise(0.0005, &pcm);
  return pcm;
}

const VectorPcm& SharedSpeech() {
  static const VectorPcm& pcm = *new VectorPcm(Speech());
  return pcm;
}

std::vector<MotionFrame> MotionOf(const FineMotionModel& model,
                                  int64_t segment) {
  const std::map<std::string, std::string> controls;
  const VectorPcm& pcm = SharedSpeech();
  const MotionRequest request = {
      pcm, FramesForSamples(pcm.size_samples(), 16000, kRate), kRate, 3,
      controls};
  const auto keys = PlanKeyMotions(request);
  EXPECT_TRUE(keys.ok()) << keys.status();
  std::vector<MotionFrame> frames;
  for (FrameIndex begin = 0; begin < request.total_frames; begin += segment) {
    const auto part =
        SampleMotion(model, request, *keys,
                     {begin, std::min(begin + segment, request.total_frames)});
    EXPECT_TRUE(part.ok()) << part.status();
    frames.insert(frames.end(), part->frames.begin(), part->frames.end());
  }
  return frames;
}

std::unique_ptr<SpeechMotionModel> BuiltIn() {
  auto model = SpeechMotionModel::Create(BuiltInWeights(), "built-in");
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

// |first| and |second difference| of a channel, by frame; 0 at the ends.
using Curve = std::vector<double>;
Curve Velocity(const std::vector<MotionFrame>& frames, int channel) {
  Curve v(frames.size());
  for (size_t f = 1; f < frames.size(); ++f) {
    v[f] = std::abs(frames[f][channel] - frames[f - 1][channel]);
  }
  return v;
}
Curve Acceleration(const std::vector<MotionFrame>& frames, int channel) {
  Curve a(frames.size());
  for (size_t f = 1; f + 1 < frames.size(); ++f) {
    a[f] = std::abs(frames[f + 1][channel] - 2 * frames[f][channel] +
                    frames[f - 1][channel]);
  }
  return a;
}

int64_t Away(int64_t a, int64_t b, int64_t period) {
  const int64_t d = std::abs(a - b) % period;
  return std::min(d, period - d);
}

// Of a curve: the draws at some places of the period.
struct Draws {
  double sum = 0, squares = 0, count = 0, high = 0;
  void Add(const Curve& curve, size_t f, double limit) {
    const double mean = (curve[f - 1] + curve[f] + curve[f + 1]) / 3;
    sum += mean;
    squares += mean * mean;
    high += std::max({curve[f - 1], curve[f], curve[f + 1]}) > limit;
    ++count;
  }
  double mean() const { return sum / count; }
};

double Percentile99(Curve curve) {
  const auto at = curve.begin() + static_cast<int64_t>(curve.size() * 99 / 100);
  std::nth_element(curve.begin(), at, curve.end());
  return *at;
}

// How far the border lies from elsewhere, in standard errors: its mean, and the
// share of its draws that are high.
std::array<double, 2> Compare(const Draws& border, const Draws& elsewhere) {
  const double variance =
      elsewhere.squares / elsewhere.count - elsewhere.mean() * elsewhere.mean();
  const double share = elsewhere.high / elsewhere.count;
  return {(border.mean() - elsewhere.mean()) /
              std::sqrt(variance / border.count + 1e-18),
          (border.high - border.count * share) /
              std::sqrt(border.count * share * (1 - share) + 1e-9)};
}

void AddDifferences(const Curve& curve, const std::string& name, int64_t period,
                    const std::vector<int64_t>& borders,
                    std::vector<std::string>* found) {
  Curve interior;
  const auto near = [&](size_t f) {
    return std::any_of(borders.begin(), borders.end(), [&](int64_t b) {
      return Away(static_cast<int64_t>(f), b, period) < 4;
    });
  };
  for (size_t f = 1; f + 1 < curve.size(); ++f) {
    if (!near(f)) interior.push_back(curve[f]);
  }
  const double limit = Percentile99(interior);
  Draws elsewhere;
  std::map<int64_t, Draws> at;
  for (size_t f = 2; f + 2 < curve.size(); ++f) {
    if (!near(f)) elsewhere.Add(curve, f, limit);
    for (int64_t b : borders) {
      if (Away(static_cast<int64_t>(f), b, period) == 0) {
        at[b].Add(curve, f, limit);
      }
    }
  }
  for (const auto& [border, draws] : at) {
    const auto errors = Compare(draws, elsewhere);
    for (size_t k = 0; k < errors.size(); ++k) {
      if (std::abs(errors[k]) < kErrors) continue;
      found->push_back(name + (k == 0 ? ", mean" : ", 99th percentile") +
                       " at place " + std::to_string(border) + ": " +
                       std::to_string(draws.mean()) + ", elsewhere " +
                       std::to_string(elsewhere.mean()) + " (" +
                       std::to_string(errors[k]) + " standard errors)");
    }
  }
}

// What is wrong, a line for each; empty: nothing.
std::vector<std::string> Differences(const std::vector<MotionFrame>& frames,
                                     int64_t period,
                                     const std::vector<int64_t>& borders) {
  std::vector<std::string> found;
  for (int c = 0; c < kMotionChannels; ++c) {
    const std::string name(MotionChannelNames()[c]);
    AddDifferences(Velocity(frames, c), name + ", velocity", period, borders,
                   &found);
    AddDifferences(Acceleration(frames, c), name + ", acceleration", period,
                   borders, &found);
  }
  return found;
}

std::vector<std::string> WindowDifferences(
    const std::vector<MotionFrame>& frames) {
  return Differences(frames, kWindowStride,
                     {std::begin(kWindowPlaces), std::end(kWindowPlaces)});
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

const std::vector<MotionFrame>& BuiltInMotion() {
  static const auto& frames =
      *new std::vector<MotionFrame>(MotionOf(*BuiltIn(), kSegment));
  return frames;
}

TEST(MotionBordersTest, WindowAndSegmentBordersMoveAsInteriorsDo) {
  const std::vector<MotionFrame>& frames = BuiltInMotion();
  const auto windows = WindowDifferences(frames);
  EXPECT_TRUE(windows.empty()) << Lines(windows);
  const auto segments = Differences(frames, kSegment, {0});
  EXPECT_TRUE(segments.empty()) << Lines(segments);
}

// As a model of diffusion does: each window is a take of its own, about what
// is heard.
class TakesModel : public FineMotionModel {
 public:
  explicit TakesModel(double own) : own_(own) {}
  std::string_view version() const override { return "takes"; }
  FineMotionReach Reach(FrameRate) const override { return {}; }
  Status SampleWindow(const FineMotionWindow& window,
                      FineMotion* out) const override {
    const KeyedRandom random(1, RandomPurpose::kHeadYaw);
    out->frames.assign(kWindowFrames, MotionFrame{});
    for (int i = 0; i < kWindowFrames; ++i) {
      const double t = static_cast<double>(window.first_frame + i) / 30;
      for (MotionChannel c :
           {kJawOpen, kMouthPucker, kMouthStretchLeft, kMouthStretchRight}) {
        const double phase =
            6.283 * random.Uniform(window.index, static_cast<uint32_t>(c));
        // Slow, so that a jump would stand out; 0.7584 Hz is 1.618 cycles a
        // window.
        out->frames[i][c] = static_cast<float>(
            .35 + .2 * std::sin(6.283 * .7584 * t + static_cast<int>(c)) +
            own_ * std::sin(6.283 * .9077 * t + phase));
      }
    }
    return OkStatus();
  }

 private:
  const double own_;
};

TEST(MotionBordersTest, WindowsThatDisagreeAreJoinedWithoutAJolt) {
  const auto found =
      WindowDifferences(MotionOf(TakesModel(.05), int64_t{1} << 20));
  EXPECT_TRUE(found.empty()) << Lines(found);
}

TEST(MotionBordersTest, TheMeasureFindsJumpsOfATwentieth) {
  std::vector<MotionFrame> frames = BuiltInMotion();
  for (size_t f = 0; f < frames.size(); ++f) {
    if ((f + kWindowLead) / kWindowStride % 2 == 1) frames[f][kJawOpen] += .05f;
    if (f / kSegment % 2 == 1) frames[f][kMouthPucker] += .05f;
  }
  EXPECT_FALSE(WindowDifferences(frames).empty());
  EXPECT_FALSE(Differences(frames, kSegment, {0}).empty());
}

}  // namespace
}  // namespace longtake::worker
