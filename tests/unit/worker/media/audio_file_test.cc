#include "worker/media/audio_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/pcm_file.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<float> ReadPcm(const std::string& path) {
  const auto pcm = PcmFile::Open(path);
  EXPECT_TRUE(pcm.ok()) << pcm.status();
  std::vector<float> all(static_cast<size_t>((*pcm)->size_samples()));
  EXPECT_TRUE((*pcm)->Read(0, all).ok());
  return all;
}

struct Case {
  const char* name;
  const char* muxer;
  AVCodecID codec;
  int rate;
  int channels;
  bool copyable;
  // What the container can't tell. FFmpeg's MP4 states its end in whole
  // milliseconds.
  int64_t extra_samples;
  int64_t late_samples;
};

class AudioFormatsTest : public ::testing::TestWithParam<Case> {};

TEST_P(AudioFormatsTest, CountsExactlyAndKeepsSoundInPlace) {
  const Case& c = GetParam();
  TempDir dir;
  const int64_t samples = 2 * c.rate + 731;
  const std::vector<int64_t> places = {c.rate / 5, c.rate * 3 / 2};
  const auto clicks = Clicks(places, c.rate);
  ASSERT_TRUE(WriteSound({.muxer = c.muxer,
                          .codec = c.codec,
                          .rate = c.rate,
                          .channels = c.channels,
                          .samples = samples,
                          .wave = clicks},
                         dir.Path("a")));
  const auto facts = AnalyzeAudio(dir.Path("a"), "a", dir.Path("a.pcm"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->codec, avcodec_get_name(c.codec));
  EXPECT_EQ(facts->sample_rate_hz, c.rate);
  EXPECT_EQ(facts->channels, c.channels);
  EXPECT_EQ(facts->samples, samples + c.extra_samples);
  EXPECT_EQ(facts->copyable_to_mp4, c.copyable);
  EXPECT_THAT(facts->warnings, IsEmpty());
  const std::vector<float> pcm = ReadPcm(dir.Path("a.pcm"));
  EXPECT_EQ(std::ssize(pcm), facts->pcm_samples);
  EXPECT_EQ(facts->pcm_samples, (facts->samples * 16000 + c.rate - 1) / c.rate);
  // The click's energy is centred where it was put, to a sample at 16 kHz.
  for (const int64_t place : places) {
    double energy = 0, moment = 0;
    const int64_t at = (place + c.late_samples) * 16000 / c.rate;
    for (int64_t i = at - 160; i < at + 160; ++i) {
      const double e = std::pow(pcm[static_cast<size_t>(i)], 2);
      energy += e;
      moment += e * static_cast<double>(i);
    }
    double true_energy = 0, true_moment = 0;
    for (int64_t i = place; i < place + c.rate / 100; ++i) {
      const double e = std::pow(clicks(i), 2);
      true_energy += e;
      true_moment += e * static_cast<double>(i + c.late_samples);
    }
    ASSERT_GT(energy, 0.01);
    EXPECT_NEAR(moment / energy, true_moment / true_energy * 16000 / c.rate,
                c.codec == AV_CODEC_ID_PCM_S16LE ? 1.0 : 4.0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, AudioFormatsTest,
    ::testing::Values(
        Case{"Wav48", "wav", AV_CODEC_ID_PCM_S16LE, 48000, 2, false, 0, 0},
        Case{"Wav44", "wav", AV_CODEC_ID_PCM_S16LE, 44100, 1, false, 0, 0},
        Case{"Wav8", "wav", AV_CODEC_ID_PCM_S16LE, 8000, 1, false, 0, 0},
        Case{"Flac", "flac", AV_CODEC_ID_FLAC, 44100, 1, false, 0, 0},
        Case{"AacInMp4", "mp4", AV_CODEC_ID_AAC, 48000, 1, true, -11, 0},
        Case{"AlacInMp4", "mp4", AV_CODEC_ID_ALAC, 44100, 2, true, 0, 0},
        Case{"Mp3", "mp3", AV_CODEC_ID_MP3, 44100, 2, true, 0, 0},
        Case{"OpusInOgg", "ogg", AV_CODEC_ID_OPUS, 48000, 1, true, 0, 0}),
    [](const auto& i) { return i.param.name; });

TEST(AudioFileTest, PcmAtSixteenKilohertzIsCopiedBitForBit) {
  TempDir dir;
  const auto wave = [](int64_t i) {
    return 0.5 * std::sin(static_cast<double>(i) * 0.05);
  };
  ASSERT_TRUE(WriteSound(
      {.muxer = "wav", .rate = 16000, .samples = 16001, .wave = wave},
      dir.Path("a.wav")));
  ASSERT_TRUE(AnalyzeAudio(dir.Path("a.wav"), "a.wav", dir.Path("a.pcm")).ok());
  const std::vector<float> pcm = ReadPcm(dir.Path("a.pcm"));
  ASSERT_EQ(pcm.size(), 16001u);
  for (int64_t i = 0; i < 16001; ++i) {
    ASSERT_EQ(std::lrint(pcm[static_cast<size_t>(i)] * 32768),
              std::lrint(wave(i) * 32767));
  }
}

TEST(AudioFileTest, SameFileGivesTheSameAnalysisBytes) {
  TempDir dir;
  const auto wave = [](int64_t i) {
    return 0.7 * std::sin(static_cast<double>(i * i % 9973) * 0.01);
  };
  ASSERT_TRUE(WriteSound({.muxer = "wav",
                          .rate = 44100,
                          .channels = 2,
                          .samples = 70000,
                          .wave = wave},
                         dir.Path("a.wav")));
  for (const char* out : {"1.pcm", "2.pcm"}) {
    ASSERT_TRUE(AnalyzeAudio(dir.Path("a.wav"), "a", dir.Path(out)).ok());
  }
  EXPECT_EQ(ReadBytes(dir.Path("1.pcm")), ReadBytes(dir.Path("2.pcm")));
}

TEST(AudioFileTest, FindsTheSoundOfAFilm) {
  TempDir dir;
  ASSERT_TRUE(WriteSound({.muxer = "mov",
                          .rate = 32000,
                          .samples = 64000,
                          .wave = Clicks({500}, 32000),
                          .with_video = true},
                         dir.Path("film.mov")));
  const auto facts =
      AnalyzeAudio(dir.Path("film.mov"), "film.mov", dir.Path("a.pcm"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->samples, 64000);
}

TEST(AudioFileTest, PictureHasNoSound) {
  TempDir dir;
  WriteBytes(
      dir.Path("a.png"),
      EncodePicture(AV_CODEC_ID_PNG, AV_PIX_FMT_GRAY8, 64, 64, [](AVFrame* f) {
        memset(f->data[0], 9, f->linesize[0] * size_t{64});
      }));
  const Status s =
      AnalyzeAudio(dir.Path("a.png"), "a.png", dir.Path("a.pcm")).status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("audio a.png: there is no sound"));
}

TEST(AudioFileTest, EmptyWavIsRefusedAndLeavesNoFile) {
  TempDir dir;
  ASSERT_TRUE(WriteSound(
      {.muxer = "wav", .samples = 0, .wave = [](int64_t) { return 0.0; }},
      dir.Path("a.wav")));
  const Status s =
      AnalyzeAudio(dir.Path("a.wav"), "a.wav", dir.Path("a.pcm")).status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("a.wav"));
  EXPECT_THAT(dir.Names(), ::testing::ElementsAre("a.wav"));
}

TEST(AudioFileTest, TextIsRefusedWithTheRemedy) {
  TempDir dir;
  WriteBytes(dir.Path("a.wav"), std::string(9000, 'q'));
  const Status s =
      AnalyzeAudio(dir.Path("a.wav"), "a.wav", dir.Path("a.pcm")).status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("give a WAV, MP3, M4A or FLAC file"));
}

TEST(AudioFileTest, CutMp3GivesWhatIsThere) {
  TempDir dir;
  ASSERT_TRUE(WriteSound({.muxer = "mp3",
                          .codec = AV_CODEC_ID_MP3,
                          .rate = 44100,
                          .samples = 441000,
                          .wave = Clicks({20000}, 44100)},
                         dir.Path("a.mp3")));
  const std::string bytes = ReadBytes(dir.Path("a.mp3"));
  WriteBytes(dir.Path("cut.mp3"), bytes.substr(0, bytes.size() / 2));
  const auto facts =
      AnalyzeAudio(dir.Path("cut.mp3"), "cut.mp3", dir.Path("a.pcm"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_NEAR(static_cast<double>(facts->samples), 220500, 4000);
}

TEST(AudioFileTest, DamagedPacketsAreReportedAndNotCopied) {
  TempDir dir;
  const auto wave = [](int64_t i) {
    return 0.4 * std::sin(static_cast<double>(i * i % 7919) * 0.1);
  };
  ASSERT_TRUE(WriteSound({.muxer = "mp4",
                          .codec = AV_CODEC_ID_AAC,
                          .samples = 480000,
                          .wave = wave},
                         dir.Path("a.m4a")));
  std::string bytes = ReadBytes(dir.Path("a.m4a"));
  std::fill_n(bytes.begin() + static_cast<int64_t>(bytes.size() / 2), 3000,
              '\xff');
  WriteBytes(dir.Path("bad.m4a"), bytes);
  const auto facts =
      AnalyzeAudio(dir.Path("bad.m4a"), "bad.m4a", dir.Path("a.pcm"));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_GT(facts->samples, 400000);
  EXPECT_LE(facts->samples, 480000);
  EXPECT_FALSE(facts->copyable_to_mp4);
  EXPECT_THAT(facts->warnings,
              ::testing::Contains(HasSubstr("damaged packet")));
}

TEST(AudioFileTest, UnwritableCopyNamesThePlace) {
  TempDir dir;
  ASSERT_TRUE(WriteSound({.muxer = "wav", .wave = Clicks({50}, 48000)},
                         dir.Path("a.wav")));
  const Status s =
      AnalyzeAudio(dir.Path("a.wav"), "a.wav", dir.Path("no/a.pcm")).status();
  EXPECT_FALSE(s.ok());
  EXPECT_THAT(Message(s), HasSubstr("no/a.pcm"));
}

// Sums up what it hears.
class ListeningTap : public SoundTap {
 public:
  Status Begin(int32_t sample_rate_hz, int32_t channel_count) override {
    rate = sample_rate_hz;
    channels = channel_count;
    return OkStatus();
  }
  Status Add(std::span<const float> samples) override {
    EXPECT_GT(channels, 0) << "before Begin";
    all.insert(all.end(), samples.begin(), samples.end());
    return OkStatus();
  }
  int rate = 0, channels = 0;
  std::vector<float> all;
};

TEST(SoundTapTest, HearsEverySampleAsItIs) {
  TempDir dir;
  const auto wave = [](int64_t i) {
    return static_cast<double>(i % 100) / 100 - 0.5;
  };
  ASSERT_TRUE(WriteSound({.muxer = "wav",
                          .codec = AV_CODEC_ID_PCM_S16LE,
                          .rate = 44100,
                          .channels = 2,
                          .samples = 50000,
                          .wave = wave},
                         dir.Path("a.wav")));
  ListeningTap tap;
  const auto facts = AnalyzeAudio(dir.Path("a.wav"), "a.wav", dir.Path("pcm"),
                                  kMaxAudioMillis, &tap);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(tap.rate, 44100);
  EXPECT_EQ(tap.channels, 2);
  ASSERT_EQ(tap.all.size(), 100000u);
  for (const int64_t i : {0, 1, 777, 49999}) {
    for (const int64_t c : {0, 1}) {
      EXPECT_NEAR(tap.all[static_cast<size_t>(2 * i + c)], wave(i), 1e-3) << i;
    }
  }
}

}  // namespace
}  // namespace longtake::worker
