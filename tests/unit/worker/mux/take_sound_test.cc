#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/worker/mux/take_fixture.h"
#include "worker/encode/yuv_converter.h"
#include "worker/mux/audio_packets.h"

namespace longtake::worker {
namespace {

struct SoundCase {
  const char* name;
  const char* muxer;
  AVCodecID codec;
  int rate;
  int channels;
  bool copied;
  const char* codec_out;
  int rate_out;
  int64_t late;  // priming that the source's container doesn't mention
};

// Centre of the energy of value(begin) ... value(end - 1).
template <typename Value>
double EnergyCentre(int64_t begin, int64_t end, const Value& value) {
  double energy = 0, moment = 0;
  for (int64_t i = begin; i < end; ++i) {
    const double v = value(i);
    energy += v * v;
    moment += v * v * static_cast<double>(i);
  }
  return moment / energy;
}

class SoundsTest : public TakeMuxerTest,
                   public ::testing::WithParamInterface<SoundCase> {};

TEST_P(SoundsTest, SoundStartsAtZeroAndStaysInStep) {
  const SoundCase& c = GetParam();
  const std::vector<int64_t> places = {c.rate / 3, c.rate, c.rate * 19 / 10};
  const int64_t length = 2 * c.rate + 77;
  MakeSound({.muxer = c.muxer,
             .codec = c.codec,
             .rate = c.rate,
             .channels = c.channels,
             .samples = length,
             .wave = Clicks(places, c.rate)});
  const FrameRate rate{30000, 1001};
  const int64_t frames = FramesForSamples(inputs_.audio.samples, c.rate, rate);
  MakeChunks(rate, {20, frames});
  const auto take = Mux();
  ASSERT_TRUE(take.ok()) << take.status();
  EXPECT_EQ(take->audio_copied, c.copied);
  EXPECT_EQ(take->audio_codec, c.codec_out);

  // Its own facts again: the same length to the sample.
  const auto facts =
      AnalyzeAudio(dir_.Path("take.mp4"), "take", dir_.Path("t.pcm"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->sample_rate_hz, c.rate_out);
  EXPECT_EQ(facts->samples,
            (inputs_.audio.samples * c.rate_out + c.rate - 1) / c.rate);
  EXPECT_EQ(facts->start_us, 0);
  // AAC keeps one, two and six channels; of others it is given two.
  EXPECT_EQ(facts->channels,
            c.channels == 1 || c.channels == 6 || c.copied ? c.channels : 2);

  // As libavcodec plays it, beside the source played the same way.
  const DecodedSound source = DecodeSound(dir_.Path("sound"));
  const DecodedSound sound = DecodeSound(dir_.Path("take.mp4"));
  EXPECT_NEAR(sound.first_seconds, 0, 1e-9);
  ASSERT_EQ(sound.rate, c.rate_out);
  for (const int64_t place : places) {
    SCOPED_TRACE(place);
    const auto in = [&](int64_t i) {
      return static_cast<double>(source.samples[static_cast<size_t>(i)]);
    };
    const auto out = [&](int64_t i) {
      return static_cast<double>(sound.samples[static_cast<size_t>(i)]);
    };
    const int64_t at = place + c.late;
    if (c.rate == c.rate_out) {
      const int64_t shift = ShiftOf(sound.samples, in, at - 200, at + 300, 300);
      EXPECT_NEAR(static_cast<double>(shift), 0, 1);
    } else {
      const int64_t at_out = at * c.rate_out / c.rate;
      EXPECT_NEAR(EnergyCentre(at_out - 200, at_out + 300, out),
                  EnergyCentre(at - 150, at + 220, in) * c.rate_out / c.rate,
                  2);
    }
  }
}

// A part of the job: its frames from 0 on, its sound to the sample.
TEST_P(SoundsTest, APartOfTheJobHasItsPartOfTheSound) {
  const SoundCase& c = GetParam();
  const int64_t place = c.rate * 13 / 10;
  MakeSound({.muxer = c.muxer,
             .codec = c.codec,
             .rate = c.rate,
             .channels = c.channels,
             .samples = 2 * c.rate + 77,
             .wave = Clicks({c.rate / 3, place, c.rate * 19 / 10}, c.rate)});
  const FrameRate rate{30000, 1001};
  MakeChunks(rate, {17, 30, 41, 55});
  inputs_.chunks = {inputs_.chunks[2], inputs_.chunks[3]};
  inputs_.first_frame = 30;
  inputs_.total_frames = 25;
  const auto take = Mux();
  ASSERT_TRUE(take.ok()) << take.status();
  EXPECT_EQ(take->frames, 25);
  EXPECT_EQ(take->audio_copied, c.copied);
  const DecodedVideo video = DecodeVideo(dir_.Path("take.mp4"));
  ASSERT_EQ(video.frames.size(), 25u);
  for (int64_t f = 0; f < 25; ++f) {
    EXPECT_EQ(video.pts[static_cast<size_t>(f)], f * rate.den);
    EXPECT_EQ(video.frames[static_cast<size_t>(f)],
              *ConvertToYuv420(Picture(30 + f)));
  }

  const int64_t begin = SampleAtFrame(30, c.rate, rate);
  const int64_t samples =
      std::min(inputs_.audio.samples, SampleAtFrame(55, c.rate, rate)) - begin;
  const auto facts =
      AnalyzeAudio(dir_.Path("take.mp4"), "take", dir_.Path("t.pcm"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->samples, (samples * c.rate_out + c.rate - 1) / c.rate);
  EXPECT_EQ(facts->start_us, 0);

  const DecodedSound source = DecodeSound(dir_.Path("sound"));
  const DecodedSound sound = DecodeSound(dir_.Path("take.mp4"));
  EXPECT_NEAR(sound.first_seconds, 0, 1e-9);
  const auto in = [&](int64_t i) {
    return static_cast<double>(source.samples[static_cast<size_t>(i)]);
  };
  const auto out = [&](int64_t i) {
    return static_cast<double>(sound.samples[static_cast<size_t>(i)]);
  };
  const int64_t at = place + c.late;
  const int64_t at_out = (at - begin) * c.rate_out / c.rate;
  EXPECT_NEAR(EnergyCentre(at_out - 200, at_out + 300, out),
              (EnergyCentre(at - 200 * c.rate / c.rate_out,
                            at + 300 * c.rate / c.rate_out, in) -
               static_cast<double>(begin)) *
                  c.rate_out / c.rate,
              2);
}

INSTANTIATE_TEST_SUITE_P(
    All, SoundsTest,
    ::testing::Values(SoundCase{"Wav48", "wav", AV_CODEC_ID_PCM_S16LE, 48000, 1,
                                false, "aac", 48000, 0},
                      SoundCase{"Wav44Stereo", "wav", AV_CODEC_ID_PCM_S16LE,
                                44100, 2, false, "aac", 44100, 0},
                      SoundCase{"Wav16", "wav", AV_CODEC_ID_PCM_S16LE, 16000, 1,
                                false, "aac", 16000, 0},
                      SoundCase{"Wav8", "wav", AV_CODEC_ID_PCM_S16LE, 8000, 1,
                                false, "aac", 8000, 0},
                      SoundCase{"Wav37", "wav", AV_CODEC_ID_PCM_S16LE, 37000, 1,
                                false, "aac", 48000, 0},
                      SoundCase{"Flac51", "flac", AV_CODEC_ID_FLAC, 48000, 6,
                                false, "aac", 48000, 0},
                      SoundCase{"AacInMp4", "mp4", AV_CODEC_ID_AAC, 48000, 2,
                                true, "aac", 48000, 0},
                      SoundCase{"AacInAdts", "adts", AV_CODEC_ID_AAC, 44100, 1,
                                true, "aac", 44100, 1024},
                      SoundCase{"AacInMatroska", "matroska", AV_CODEC_ID_AAC,
                                48000, 1, true, "aac", 48000, 1024},
                      SoundCase{"Mp3", "mp3", AV_CODEC_ID_MP3, 44100, 2, true,
                                "mp3", 44100, 0},
                      SoundCase{"Alac", "mp4", AV_CODEC_ID_ALAC, 44100, 2, true,
                                "alac", 44100, 0},
                      SoundCase{"Ac3", "ac3", AV_CODEC_ID_AC3, 48000, 2, true,
                                "ac3", 48000, 0},
                      SoundCase{"Opus", "ogg", AV_CODEC_ID_OPUS, 48000, 1, true,
                                "opus", 48000, 0},
                      SoundCase{"OpusInWebm", "webm", AV_CODEC_ID_OPUS, 48000,
                                2, true, "opus", 48000, 0}),
    [](const auto& i) { return i.param.name; });

TEST_F(TakeMuxerTest, CopiedSoundIsTheSourcesPackets) {
  MakeSound({.muxer = "mp4",
             .codec = AV_CODEC_ID_AAC,
             .samples = 96000,
             .wave = Clicks({1000, 40000}, 48000)});
  MakeChunks({25, 1}, {50});
  ASSERT_TRUE(Mux().ok());
  const DecodedSound source = DecodeSound(dir_.Path("sound"));
  const DecodedSound sound = DecodeSound(dir_.Path("take.mp4"));
  ASSERT_GE(sound.samples.size(), 95000u);
  for (size_t i = 0; i < 95000; ++i) {
    ASSERT_EQ(sound.samples[i], source.samples[i]) << i;
  }
}

TEST_F(TakeMuxerTest, CopiedSoundOfAPartIsTheSourcesSamples) {
  MakeSound({.muxer = "mp4",
             .codec = AV_CODEC_ID_AAC,
             .samples = 48000 * 4,
             .wave = [](int64_t i) {
               return 0.4 * std::sin(0.05 * static_cast<double>(i)) *
                      std::sin(3e-9 * static_cast<double>(i) *
                               static_cast<double>(i));
             }});
  MakeChunks({25, 1}, {50, 75});
  inputs_.chunks = {inputs_.chunks[1]};
  inputs_.first_frame = 50;
  inputs_.total_frames = 25;
  ASSERT_TRUE(Mux().ok());
  const DecodedSound source = DecodeSound(dir_.Path("sound"));
  const DecodedSound sound = DecodeSound(dir_.Path("take.mp4"));
  ASSERT_GE(sound.samples.size(), 48000u);
  for (size_t i = 0; i < 48000; ++i) {
    ASSERT_EQ(sound.samples[i], source.samples[96000 + i]) << i;
  }
}

TEST_F(TakeMuxerTest, PrimingLongerThanAFrameIsHiddenToTheSample) {
  // As other encoders write it: 2112 samples of priming, two frames and a bit.
  MakeSound({.muxer = "adts",
             .codec = AV_CODEC_ID_AAC,
             .rate = 44100,
             .samples = 88200,
             .wave = Clicks({9000, 60000}, 44100)});
  inputs_.audio.leading_samples = 2112;
  inputs_.audio.samples -= 2112 + 333;
  MakeChunks({25, 1}, {50});
  ASSERT_TRUE(Mux().ok());
  const auto facts =
      AnalyzeAudio(dir_.Path("take.mp4"), "take", dir_.Path("t.pcm"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->samples, inputs_.audio.samples);
  EXPECT_TRUE(facts->copyable_to_mp4);
  const DecodedSound source = DecodeSound(dir_.Path("sound"));
  const DecodedSound sound = DecodeSound(dir_.Path("take.mp4"));
  ASSERT_GE(sound.samples.size(), 70000u);
  EXPECT_EQ(
      ShiftOf(
          sound.samples,
          [&](int64_t i) {
            return static_cast<double>(source.samples[static_cast<size_t>(i)]);
          },
          60000, 63000, 3000),
      -2112);
}

TEST(AacTest, RatesOfAacAreKept) {
  EXPECT_EQ(AacSampleRate(44100), 44100);
  EXPECT_EQ(AacSampleRate(8000), 8000);
  EXPECT_EQ(AacSampleRate(192000), 48000);
  EXPECT_EQ(AacSampleRate(176400), 44100);
  EXPECT_EQ(AacSampleRate(37000), 48000);
}

}  // namespace
}  // namespace longtake::worker
