// Odd sounds are first-class: any length, rate, channel count and codec. The
// real engine, tiny takes, one farm.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/odd_inputs_fixture.h"

namespace longtake {
namespace {

using testing::Contains;
using testing::HasSubstr;

using OddSoundsTest = OddInputsTest;

int64_t FramesOf(int64_t samples, int64_t hz, FrameRate rate) {
  // ceil(samples / hz * num / den), in integers.
  const int64_t denominator = hz * rate.den;
  return (samples * rate.num + denominator - 1) / denominator;
}

TEST_F(OddSoundsTest, LengthsAtEveryRate) {
  struct Case {
    const char* fps;
    FrameRate rate;
    int64_t samples;
    int64_t frames;
  };
  // 48 kHz: a frame is 2002, 1920, 1601.6, 1600, 960 or 800.8 samples.
  const Case cases[] = {{"23.976", {24000, 1001}, 1, 1},
                        {"23.976", {24000, 1001}, 2002, 1},
                        {"23.976", {24000, 1001}, 2003, 2},
                        {"25", {25, 1}, 1920, 1},
                        {"25", {25, 1}, 1921, 2},
                        {"25", {25, 1}, 13 * 1920, 13},
                        {"29.97", {30000, 1001}, 1601, 1},
                        {"29.97", {30000, 1001}, 1602, 2},
                        {"29.97", {30000, 1001}, 8008, 5},
                        {"29.97", {30000, 1001}, 8009, 6},
                        {"30", {30, 1}, 1, 1},
                        {"30", {30, 1}, 1600, 1},
                        {"30", {30, 1}, 1601, 2},
                        {"30", {30, 1}, 31 * 1600, 31},
                        {"50", {50, 1}, 960, 1},
                        {"50", {50, 1}, 961, 2},
                        {"50", {50, 1}, 29 * 960, 29},
                        {"59.94", {60000, 1001}, 800, 1},
                        {"59.94", {60000, 1001}, 801, 2},
                        {"59.94", {60000, 1001}, 4004, 5},
                        {"59.94", {60000, 1001}, 4005, 6},
                        {"60", {60, 1}, 23 * 800, 23},
                        {"24", {24, 1}, 17 * 2000 - 1, 17},
                        {"24", {24, 1}, 17 * 2000 + 1, 18},
                        {"23.976", {24000, 1001}, 2002 * 19, 19}};
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.samples << " samples at " << c.fps);
    ASSERT_EQ(FramesOf(c.samples, 48000, c.rate), c.frames);
    WriteBabble({.samples = c.samples}, Path("a.wav"));
    client::JobFlags flags = EmbeddedTakes::Flags(kAstronaut, Path("a.wav"));
    flags.fps = c.fps;
    ExpectTake(flags, c.frames);
  }
}

// A sound made from the voice (24000 samples at 48 kHz) by ffmpeg's arguments.
struct OddSound {
  const char* name;
  std::vector<std::string> args;
  int hz = 48000;
  // Samples it must have, or 0 where the format can't say: then as many as the
  // voice had and less than `slack` more.
  int64_t samples = 24000;
  int64_t slack = 0;
};

std::vector<OddSound> OddSounds() {
  const std::vector<std::string> stereo = {"-ac", "2"};
  return {
      {"8k.wav", {"-ar", "8000"}, 8000, 4000},
      {"11k.wav", {"-ar", "11025"}, 11025, 5513},
      {"16k.wav", {"-ar", "16000"}, 16000, 8000},
      {"22k.wav", {"-ar", "22050"}, 22050, 11025},
      {"32k.wav", {"-ar", "32000"}, 32000, 16000},
      {"44k.wav", {"-ar", "44100"}, 44100, 22050},
      {"88k.wav", {"-ar", "88200"}, 88200, 44100},
      {"96k.wav", {"-ar", "96000"}, 96000, 48000},
      {"192k.wav", {"-ar", "192000"}, 192000, 96000},
      {"stereo.wav", {"-ac", "2"}},
      {"quad.wav", {"-ac", "4"}},
      {"5.1.wav", {"-ac", "6"}},
      {"7.1.wav", {"-ac", "8"}},
      {"8bit.wav", {"-c:a", "pcm_u8"}},
      {"24bit.wav", {"-c:a", "pcm_s24le", "-ac", "2"}},
      {"32bit.wav", {"-c:a", "pcm_s32le"}},
      {"float.wav", {"-c:a", "pcm_f32le"}},
      {"double.wav", {"-c:a", "pcm_f64le"}},
      {"mulaw.wav", {"-c:a", "pcm_mulaw"}},
      {"adpcm.wav", {"-c:a", "adpcm_ima_wav"}, 48000, 0, 4096},
      {"sound.aiff", {"-c:a", "pcm_s16be"}},
      {"sound.caf", {"-c:a", "pcm_s16be"}},
      {"16.flac", {}},
      {"24.flac", {"-sample_fmt", "s32"}},
      {"5.1.flac", {"-ac", "6"}},
      {"cbr.mp3", {"-b:a", "96k"}},
      {"mono_22k.mp3", {"-ar", "22050"}, 22050, 11025},
      {"vbr.mp3", {"-q:a", "4"}},
      // No Xing header: neither length nor priming is told.
      {"vbr_without_length.mp3",
       {"-q:a", "4", "-write_xing", "0", "-id3v2_version", "0"},
       48000,
       0,
       3 * 1152},
      {"aac.m4a", {"-c:a", "aac"}},
      {"aac_44k_stereo.m4a",
       {"-c:a", "aac", "-ar", "44100", "-ac", "2"},
       44100,
       22050},
      {"aac_5.1.m4a", {"-c:a", "aac", "-ac", "6"}},
      {"alac.m4a", {"-c:a", "alac"}},
      {"adts.aac", {"-c:a", "aac"}, 48000, 0, 3 * 1024},
      {"opus.ogg", {"-c:a", "libopus"}},
      {"opus.webm", {"-c:a", "libopus"}, 48000, 0, 2 * 960},
      {"opus.mka", {"-c:a", "libopus", "-ac", "2"}, 48000, 0, 2 * 960},
      // FFmpeg plays nothing of a Vorbis stream's first packet.
      {"vorbis.ogg", {"-c:a", "libvorbis"}, 48000, 24000 - 128},
      {"ac3.ac3", {"-c:a", "ac3"}, 48000, 0, 3 * 1536},
      {"film.mp4", {"FILM", "-c:v", "mpeg4", "-c:a", "aac"}},
      {"film.mov", {"FILM", "-c:v", "mpeg4", "-c:a", "pcm_s24le"}},
      {"film.mkv", {"FILM", "-c:v", "mpeg4", "-c:a", "flac"}},
  };
}

TEST_F(OddSoundsTest, SoundsOfEveryKind) {
  for (const OddSound& sound : OddSounds()) {
    SCOPED_TRACE(sound.name);
    const std::string path = Path(sound.name);
    std::vector<std::string> args = {"-i", Voice()};
    for (const std::string& arg : sound.args) {
      if (arg == "FILM") {
        // The picture is longer than the sound, which alone counts.
        args.insert(args.begin(),
                    {"-f", "lavfi", "-t", "0.8", "-i", "color=s=64x64:r=25"});
      } else {
        args.push_back(arg);
      }
    }
    args.push_back(path);
    ASSERT_TRUE(Ffmpeg(args));
    const auto facts = worker::AnalyzeAudio(path, "s", Path("s.pcm"));
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(facts->sample_rate_hz, sound.hz);
    if (sound.samples > 0) {
      EXPECT_EQ(facts->samples, sound.samples);
    } else {
      EXPECT_GE(facts->samples, 24000);
      EXPECT_LT(facts->samples, 24000 + sound.slack);
    }
    ExpectTake(EmbeddedTakes::Flags(kAstronaut, path),
               FramesOf(facts->samples, sound.hz, {30, 1}));
  }
}

TEST_F(OddSoundsTest, SilenceAroundTheVoiceStays) {
  WriteBabble({.samples = 48000, .lead = 12000, .trail = 12000},
              Path("around.wav"));
  ExpectTake(EmbeddedTakes::Flags(kAstronaut, Path("around.wav")), 30);
}

TEST_F(OddSoundsTest, SilenceAloneRendersWithAWarning) {
  WriteBabble({.gain = 0}, Path("silent.wav"));
  JobView job;
  ExpectTake(EmbeddedTakes::Flags(kAstronaut, Path("silent.wav")), 15, &job);
  EXPECT_THAT(job.warnings, Contains(HasSubstr("silent.wav is silent")));
}

TEST_F(OddSoundsTest, ClippedSoundRendersWithAWarning) {
  WriteBabble({.gain = 20}, Path("clipped.wav"));
  JobView job;
  ExpectTake(EmbeddedTakes::Flags(kAstronaut, Path("clipped.wav")), 15, &job);
  EXPECT_THAT(job.warnings, Contains(HasSubstr("clipped.wav is clipped")));
}

double PeakOf(const std::vector<float>& samples) {
  float peak = 0;
  for (const float s : samples) peak = std::max(peak, std::abs(s));
  return peak;
}

// Levels are made equal for the analysis alone.
TEST_F(OddSoundsTest, QuietSpeechMovesTheMouthAsLoudSpeechDoes) {
  constexpr double kQuiet = 0.02;  // -34 dB
  worker::DecodedVideo films[3];
  double peaks[3];
  const double gains[] = {1, kQuiet, 0};
  for (int i = 0; i < 3; ++i) {
    const std::string wav = Path("level.wav");
    WriteBabble({.rate_hz = 16000, .samples = 32000, .gain = gains[i]}, wav);
    client::JobFlags flags = EmbeddedTakes::Flags(kAstronaut, wav);
    flags.size = "128";
    flags.crf = 10;
    ExpectTake(flags, 60);
    films[i] = worker::DecodeVideo(Path("take.mp4"));
    peaks[i] = PeakOf(worker::DecodeSound(Path("take.mp4")).samples);
  }
  // As quiet in the take as it came.
  EXPECT_NEAR(peaks[1] / peaks[0], kQuiet, 0.2 * kQuiet);
  const double silent = MeanDifference(films[0], films[2]);
  EXPECT_GT(silent, 0.1);
  EXPECT_LT(MeanDifference(films[0], films[1]), 0.4 * silent);
}

}  // namespace
}  // namespace longtake
