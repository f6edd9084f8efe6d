#include "worker/media/audio_length.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/audio_file.h"

namespace longtake::worker {
namespace {

TEST(AudioLengthTest, CountsAsTheAnalysisDoesAndStopsWhereItIsEnough) {
  const TempDir dir;
  for (const char* muxer : {"wav", "mp4"}) {
    SoundSpec sound;
    sound.muxer = muxer;
    if (sound.muxer == "mp4") sound.codec = AV_CODEC_ID_AAC;
    sound.samples = 48000 * 5 + 123;
    sound.wave = [](int64_t i) { return i % 100 < 50 ? 0.2 : -0.2; };
    const std::string path = dir.Path("s");
    ASSERT_TRUE(WriteSound(sound, path));
    const auto whole = MeasureAudio(path, "s", INT64_MAX);
    ASSERT_TRUE(whole.ok()) << whole.status();
    const auto facts = AnalyzeAudio(path, "s", dir.Path("pcm"));
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(whole->samples, facts->samples) << muxer;
    EXPECT_EQ(whole->sample_rate_hz, facts->sample_rate_hz);
    const auto part = MeasureAudio(path, "s", 1000000);
    ASSERT_TRUE(part.ok()) << part.status();
    EXPECT_GE(part->samples, 48000);
    EXPECT_LT(part->samples, 2 * 48000);
  }
}

TEST(AudioLengthTest, WhatIsNoSoundIsRefusedByName) {
  const TempDir dir;
  WriteBytes(dir.Path("x.wav"), "no sound");
  const Status status = MeasureAudio(dir.Path("x.wav"), "x.wav", 1).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(status).find("x.wav"), std::string::npos);
}

TEST(StatedAudioTest, IsWhatTheContainerSaysAndNoGuess) {
  const TempDir dir;
  SoundSpec spec;
  spec.muxer = "wav";
  spec.samples = 3 * 48000;
  spec.wave = [](int64_t) { return 0.1; };
  ASSERT_TRUE(WriteSound(spec, dir.Path("s.wav")));
  EXPECT_EQ(*StatedAudioMicros(dir.Path("s.wav"), "s.wav"), 3'000'000);
  // Bare AAC: FFmpeg would guess from the first packets' bit rate.
  spec.muxer = "adts";
  spec.codec = AV_CODEC_ID_AAC;
  ASSERT_TRUE(WriteSound(spec, dir.Path("s.aac")));
  EXPECT_EQ(*StatedAudioMicros(dir.Path("s.aac"), "s.aac"), 0);
  EXPECT_FALSE(StatedAudioMicros(dir.Path("none"), "none").ok());
}

}  // namespace
}  // namespace longtake::worker
