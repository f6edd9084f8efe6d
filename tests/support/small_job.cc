#include "tests/support/small_job.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/image_file.h"

namespace longtake {
namespace {

constexpr int kSmallSide = 64;

// Syllables of a voice with pauses between phrases, from the sample's index
// alone.
double Babble(int64_t i, int rate, bool other_line) {
  const double t = static_cast<double>(i) / rate;
  const double pitch = other_line ? 190 : 130;
  const double phrase = std::fmod(t, 3.1) < 2.3 ? 1 : 0;
  const double syllable =
      std::pow(std::sin(std::numbers::pi * t * (other_line ? 5.3 : 4.1)), 2);
  return 0.5 * phrase * syllable * std::sin(2 * std::numbers::pi * pitch * t);
}

}  // namespace

JobSpec MakeSmallSpec(ArtifactStore& artifacts, const SmallJob& job) {
  const auto fresh = [&](const std::string& suffix) {
    auto path = artifacts.TemporaryPath(suffix);
    EXPECT_TRUE(path.ok()) << path.status();
    return *path;
  };
  const std::string portrait = fresh(".png");
  EXPECT_TRUE(worker::WritePng(worker::Gradient(96, 96), portrait).ok());
  worker::SoundSpec sound;
  sound.muxer = "wav";
  sound.rate = job.audio_rate_hz;
  sound.samples = job.audio_samples;
  sound.wave = [job](int64_t i) {
    return Babble(i, job.audio_rate_hz,
                  i >= job.replaced_begin && i < job.replaced_end);
  };
  const std::string audio = fresh(".wav");
  EXPECT_TRUE(worker::WriteSound(sound, audio));

  JobSpec spec;
  const auto store = [&](const std::string& path) {
    auto blob = artifacts.AdoptFile(path);
    EXPECT_TRUE(blob.ok()) << blob.status();
    return *blob;
  };
  spec.portrait = {store(portrait), "portrait.png"};
  spec.audio = {store(audio), "talk.wav"};
  spec.output.width = spec.output.height = kSmallSide;
  spec.output.rate = job.rate;
  spec.output.crf = job.crf;
  spec.output.preset = "ultrafast";
  spec.engine = "synthetic";
  spec.seed = job.seed;
  spec.segment_millis = job.segment_millis;
  return spec;
}

}  // namespace longtake
