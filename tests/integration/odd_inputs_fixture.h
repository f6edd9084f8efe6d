#pragma once
// One farm for a suite of odd inputs, and what holds for every take.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/embedded_takes.h"
#include "tests/support/odd_media.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/audio_file.h"

namespace longtake {

inline constexpr char kAstronaut[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
inline constexpr char kModels[] = LONGTAKE_SHARE_DIR "/models";

class OddInputsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new worker::TempDir;
    auto takes = EmbeddedTakes::Start(dir_->Path("cache"), kModels);
    ASSERT_TRUE(takes.ok()) << takes.status();
    takes_ = takes->release();
  }
  static void TearDownTestSuite() {
    delete takes_;
    takes_ = nullptr;
    delete dir_;
    dir_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(takes_, nullptr); }

  static std::string Path(const std::string& name) { return dir_->Path(name); }

  // A short voice, made once.
  static std::string Voice() {
    const std::string path = Path("voice.wav");
    if (!std::filesystem::exists(path)) WriteBabble({}, path);
    return path;
  }

  // Renders, and checks what holds for every take: frames for the whole sound
  // and no more, each at its exact time, the sound as long as it was.
  static void ExpectTake(const client::JobFlags& flags, int64_t frames,
                         JobView* view = nullptr) {
    const std::string out = Path("take.mp4");
    const auto job = takes_->Render(flags, out);
    ASSERT_TRUE(job.ok()) << job.status();
    if (view != nullptr) *view = *job;
    const FrameRate rate = job->spec.output.rate;
    EXPECT_EQ(job->progress.frames_total, frames);
    const worker::DecodedVideo video = worker::DecodeVideo(out);
    ASSERT_EQ(std::ssize(video.frames), frames);
    EXPECT_EQ(video.time_base.den, rate.num);
    EXPECT_EQ(video.duration, frames * rate.den);
    for (int64_t f = 0; f < frames; ++f) {
      ASSERT_EQ(video.pts[static_cast<size_t>(f)], f * rate.den);
    }
    const auto before =
        worker::AnalyzeAudio(flags.audio, "before", Path("before.pcm"));
    const auto after = worker::AnalyzeAudio(out, "after", Path("after.pcm"));
    ASSERT_TRUE(before.ok()) << before.status();
    ASSERT_TRUE(after.ok()) << after.status();
    // In seconds, for AAC has no rate above 96 kHz; to a sample of the slower.
    const double a =
        static_cast<double>(before->samples) / before->sample_rate_hz;
    const double b =
        static_cast<double>(after->samples) / after->sample_rate_hz;
    EXPECT_NEAR(a, b,
                1.0 / std::min(before->sample_rate_hz, after->sample_rate_hz));
    EXPECT_LE(b, static_cast<double>(frames) * rate.den / rate.num + 1e-9);
  }

  static worker::TempDir* dir_;
  static EmbeddedTakes* takes_;
};
inline worker::TempDir* OddInputsTest::dir_ = nullptr;
inline EmbeddedTakes* OddInputsTest::takes_ = nullptr;

// Mean difference of the luma, levels.
inline double MeanDifference(const worker::DecodedVideo& a,
                             const worker::DecodedVideo& b) {
  double sum = 0, count = 0;
  for (size_t f = 0; f < std::min(a.frames.size(), b.frames.size()); ++f) {
    for (size_t i = 0; i < a.frames[f].y.size(); ++i) {
      sum += std::abs(a.frames[f].y[i] - b.frames[f].y[i]);
      ++count;
    }
  }
  return sum / count;
}

}  // namespace longtake
