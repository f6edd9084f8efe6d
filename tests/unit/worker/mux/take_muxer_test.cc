#include "worker/mux/take_muxer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "common/media_time/media_time.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/encode/segment_encoder.h"
#include "worker/encode/yuv_converter.h"
#include "worker/mux/audio_packets.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kWidth = 64, kHeight = 48;

// A job's chunks and sound in a directory.
class TakeMuxerTest : public ::testing::Test {
 protected:
  void MakeSound(const SoundSpec& spec) {
    ASSERT_TRUE(WriteSound(spec, dir_.Path("sound")));
    auto facts =
        AnalyzeAudio(dir_.Path("sound"), "sound", dir_.Path("sound.pcm"));
    ASSERT_TRUE(facts.ok()) << facts.status();
    inputs_.audio = *facts;
    inputs_.audio_path = dir_.Path("sound");
    inputs_.audio_name = "sound";
  }

  // Chunks cut at `cuts` (the last one is the end).
  void MakeChunks(FrameRate rate, const std::vector<int64_t>& cuts,
                  int crf = 0) {
    inputs_.rate = rate;
    inputs_.chunks.clear();
    FrameIndex begin = 0;
    for (const int64_t end : cuts) {
      const ChunkFile chunk{dir_.Path("chunk_" + std::to_string(begin) + "_" +
                                      std::to_string(end)),
                            {begin, end}};
      auto encoder = SegmentEncoder::Create(
          {.width = kWidth, .height = kHeight, .rate = rate, .crf = crf},
          chunk.range, chunk.path);
      ASSERT_TRUE(encoder.ok()) << encoder.status();
      for (FrameIndex f = begin; f < end; ++f) {
        ASSERT_TRUE((*encoder)->Add(Picture(f)).ok());
      }
      const auto segment = (*encoder)->Finish();
      ASSERT_TRUE(segment.ok()) << segment.status();
      inputs_.chunks.push_back(chunk);
      begin = end;
    }
    inputs_.total_frames = begin;
  }

  static Image Picture(FrameIndex f) {
    return Gradient(kWidth, kHeight, static_cast<int>(f));
  }

  StatusOr<MuxedTake> Mux(const std::string& name = "take.mp4") {
    return MuxTake(inputs_, dir_.Path(name));
  }

  TempDir dir_;
  TakeInputs inputs_;
};

SoundSpec Wav(int64_t samples, int rate = 48000) {
  return {.muxer = "wav",
          .rate = rate,
          .samples = samples,
          .wave = Clicks({rate / 4}, rate)};
}

struct RateCase {
  FrameRate rate;
  const char* name;
};
class FrameRatesTest : public TakeMuxerTest,
                       public ::testing::WithParamInterface<RateCase> {};

TEST_P(FrameRatesTest, EveryFrameIsThereAtItsExactTime) {
  const FrameRate rate = GetParam().rate;
  const int64_t frames = 131;
  MakeSound(Wav(SampleAtFrame(frames, 48000, rate) - 700));
  ASSERT_EQ(FramesForSamples(inputs_.audio.samples, 48000, rate), frames);
  MakeChunks(rate, {1, 3, 50, 131});
  const auto take = Mux();
  ASSERT_TRUE(take.ok()) << take.status();
  EXPECT_EQ(take->frames, frames);
  EXPECT_EQ(take->bytes, std::ssize(ReadBytes(dir_.Path("take.mp4"))));

  const DecodedVideo video = DecodeVideo(dir_.Path("take.mp4"));
  EXPECT_EQ(video.time_base.num, 1);
  EXPECT_EQ(video.time_base.den, rate.num);
  EXPECT_EQ(video.duration, frames * rate.den);
  ASSERT_EQ(std::ssize(video.frames), frames);
  for (int64_t f = 0; f < frames; ++f) {
    EXPECT_EQ(video.pts[static_cast<size_t>(f)], f * rate.den);
    EXPECT_EQ(video.frames[static_cast<size_t>(f)],
              *ConvertToYuv420(Picture(f)))
        << f;
  }
  for (const int64_t cut : {0, 1, 3, 50}) {
    EXPECT_THAT(video.keyframes, ::testing::Contains(cut * rate.den));
  }
}

INSTANTIATE_TEST_SUITE_P(All, FrameRatesTest,
                         ::testing::Values(RateCase{{24000, 1001}, "R23976"},
                                           RateCase{{25, 1}, "R25"},
                                           RateCase{{30, 1}, "R30"},
                                           RateCase{{30000, 1001}, "R2997"},
                                           RateCase{{60, 1}, "R60"},
                                           RateCase{{60000, 1001}, "R5994"}),
                         [](const auto& i) { return i.param.name; });

TEST_F(TakeMuxerTest, LossyChunksWithReorderedFramesAlsoKeepTheirTimes) {
  MakeSound(Wav(48000 * 3));
  MakeChunks({30, 1}, {1, 2, 4, 41, 90}, 23);
  ASSERT_TRUE(Mux().ok());
  const DecodedVideo video = DecodeVideo(dir_.Path("take.mp4"));
  ASSERT_EQ(video.frames.size(), 90u);
  for (int64_t f = 0; f < 90; ++f) {
    EXPECT_EQ(video.pts[static_cast<size_t>(f)], f);
  }
}

TEST_F(TakeMuxerTest, HoweverTheJobIsCutTheFramesAreTheSame) {
  MakeSound(Wav(48000 * 2));
  std::vector<YuvFrame> reference;
  const std::vector<std::vector<int64_t>> all_cuts = {
      {60}, {7, 13, 29, 31, 43, 47, 60}, {59, 60}};
  for (const auto& cuts : all_cuts) {
    MakeChunks({30, 1}, cuts);
    ASSERT_TRUE(Mux().ok());
    DecodedVideo video = DecodeVideo(dir_.Path("take.mp4"));
    ASSERT_EQ(video.frames.size(), 60u);
    if (reference.empty()) reference = video.frames;
    EXPECT_EQ(video.frames, reference);
  }
}

TEST_F(TakeMuxerTest, SameInputsGiveTheSameBytes) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {11, 30}, 23);
  inputs_.tag = "abc";
  ASSERT_TRUE(Mux("a.mp4").ok());
  ASSERT_TRUE(Mux("b.mp4").ok());
  const std::string bytes = ReadBytes(dir_.Path("a.mp4"));
  EXPECT_EQ(bytes, ReadBytes(dir_.Path("b.mp4")));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("Lav")));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("chunk_")));
}

TEST_F(TakeMuxerTest, MoovComesFirst) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {30});
  ASSERT_TRUE(Mux().ok());
  const std::string bytes = ReadBytes(dir_.Path("take.mp4"));
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

TEST_F(TakeMuxerTest, TagIsReadBack) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {30});
  inputs_.tag = std::string(64, 'a');
  ASSERT_TRUE(Mux().ok());
  EXPECT_EQ(*ReadTakeTag(dir_.Path("take.mp4")), std::string(64, 'a'));
  EXPECT_EQ(*ReadTakeTag(dir_.Path("sound")), "");
  EXPECT_EQ(*ReadTakeTag(dir_.Path("sound.pcm")), "");
  EXPECT_EQ(*ReadTakeTag(inputs_.chunks[0].path), "");
  EXPECT_EQ(ReadTakeTag(dir_.Path("none")).status().code(),
            StatusCode::kNotFound);
}

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

TEST_F(TakeMuxerTest, MissingFramesAreDataLossWithTheNumbers) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {10, 20, 30});
  TakeInputs whole = inputs_;

  inputs_.chunks.erase(inputs_.chunks.begin() + 1);
  Status s = Mux().status();
  EXPECT_EQ(s.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(s), HasSubstr("[20, 30) follows where frame 10 is due"));

  inputs_ = whole;
  inputs_.chunks.pop_back();
  s = Mux().status();
  EXPECT_THAT(Message(s), HasSubstr("hold 20 frames of the take's 30"));

  inputs_ = whole;
  inputs_.chunks[1].path = inputs_.chunks[2].path;  // says [10, 20): 10 frames
  EXPECT_TRUE(Mux().ok());
  inputs_.chunks[1].range.end = inputs_.chunks[2].range.begin = 21;
  s = Mux().status();
  EXPECT_EQ(s.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(s), HasSubstr("holds 10 frames of its 11"));
}

TEST_F(TakeMuxerTest, ChunksOfOtherSettingsAreRefused) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {15, 30}, 0);
  const ChunkFile lossless = inputs_.chunks[1];
  const std::string kept = dir_.Path("kept");
  std::filesystem::copy_file(lossless.path, kept);
  MakeChunks({30, 1}, {15, 30}, 23);
  inputs_.chunks[1].path = kept;
  const Status s = Mux().status();
  EXPECT_EQ(s.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(s), HasSubstr("chunk [15, 30)"));

  MakeChunks({25, 1}, {15, 30}, 0);
  inputs_.rate = {30, 1};
  EXPECT_EQ(Mux().status().code(), StatusCode::kDataLoss);
}

TEST_F(TakeMuxerTest, DamagedChunkOrSoundLeavesTheOldTakeAlone) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {15, 30});
  WriteBytes(dir_.Path("take.mp4"), "old");
  const size_t names = dir_.Names().size();
  const std::string chunk = ReadBytes(inputs_.chunks[1].path);
  WriteBytes(inputs_.chunks[1].path, "rubbish");
  EXPECT_EQ(Mux().status().code(), StatusCode::kDataLoss);
  WriteBytes(inputs_.chunks[1].path, chunk);
  inputs_.audio.samples += 5000;
  EXPECT_EQ(Mux().status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ReadBytes(dir_.Path("take.mp4")), "old");
  EXPECT_EQ(dir_.Names().size(), names);
}

TEST_F(TakeMuxerTest, FullDiskIsResourceExhaustedAndLeavesNothing) {
  MakeSound(Wav(480000));
  MakeChunks({30, 1}, {300});
  const size_t names = dir_.Names().size();
  // A limit on file sizes fails writes midway just as a full disk does.
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit low = {100'000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
  const Status s = Mux().status();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_EQ(s.code(), StatusCode::kResourceExhausted) << s;
  EXPECT_THAT(Message(s), HasSubstr("free some space"));
  EXPECT_THAT(Message(s), HasSubstr("take.mp4"));
  EXPECT_EQ(dir_.Names().size(), names);
}

TEST_F(TakeMuxerTest, UnwritablePlaceIsNamedWithTheRemedy) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {30});
  const Status s = Mux("no/take.mp4").status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("no/take.mp4"));
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
