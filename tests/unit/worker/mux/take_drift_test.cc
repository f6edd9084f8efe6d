// 45 minutes at the rates that are no whole number: picture and sound part by
// less than 5 ppm from the first packet to the last.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/worker/mux/take_fixture.h"

namespace longtake::worker {
namespace {

constexpr int kSoundHz = 44100;
constexpr int64_t kTakeSeconds = 45 * 60;
constexpr int64_t kChunkFrames = 600;
constexpr double kMaxDriftPpm = 5;
constexpr int kAacFrame = 1024;

// What a player reads of one track, through libavformat alone.
struct Track {
  double worst_seconds = 0;  // of any packet against its place by count
  double end_seconds = 0;
  int64_t packets = 0;
};

// `step`: what a packet lasts, seconds.
Track ReadTrack(const std::string& path, AVMediaType kind, double step) {
  AVFormatContext* opened = nullptr;
  EXPECT_GE(avformat_open_input(&opened, path.c_str(), nullptr, nullptr), 0);
  const AvFormatInputPtr format(opened);
  Track track;
  const int index = av_find_best_stream(format.get(), kind, -1, -1, nullptr, 0);
  EXPECT_GE(index, 0);
  const AVRational base = format->streams[index]->time_base;
  const AvPacketPtr packet(av_packet_alloc());
  double first = 0;
  std::vector<double> times;
  while (av_read_frame(format.get(), packet.get()) >= 0) {
    if (packet->stream_index == index) {
      times.push_back(static_cast<double>(packet->pts) * av_q2d(base));
    }
    av_packet_unref(packet.get());
  }
  std::sort(times.begin(), times.end());  // frames are stored out of order
  if (!times.empty()) first = times.front();
  track.packets = std::ssize(times);
  for (size_t i = 0; i < times.size(); ++i) {
    const double due = first + static_cast<double>(i) * step;
    track.worst_seconds =
        std::max(track.worst_seconds, std::abs(times[i] - due));
  }
  track.end_seconds =
      static_cast<double>(format->streams[index]->duration) * av_q2d(base);
  return track;
}

class TakeDriftTest : public TakeMuxerTest {
 protected:
  // 45 minutes and some of a few seconds, again and again: AAC's frames stand
  // for themselves.
  void MakeLongSound() {
    SoundSpec spec;
    spec.muxer = "adts";
    spec.codec = AV_CODEC_ID_AAC;
    spec.rate = kSoundHz;
    spec.samples = 3 * kSoundHz;
    spec.wave = [](int64_t i) { return 0.3 * std::sin(i * 0.02); };
    ASSERT_TRUE(WriteSound(spec, dir_.Path("piece.aac")));
    const std::string piece = ReadBytes(dir_.Path("piece.aac"));
    std::string sound;
    for (int64_t s = 0; s < kTakeSeconds + 3; s += 3) sound += piece;
    WriteBytes(dir_.Path("sound.aac"), sound);
    const auto facts = AnalyzeAudio(dir_.Path("sound.aac"), "sound.aac",
                                    dir_.Path("sound.pcm"));
    ASSERT_TRUE(facts.ok()) << facts.status();
    ASSERT_GT(facts->samples, kTakeSeconds * kSoundHz);
    ASSERT_TRUE(facts->copyable_to_mp4);
    inputs_.audio = *facts;
    inputs_.audio_path = dir_.Path("sound.aac");
    inputs_.audio_name = "sound.aac";
  }

  // One chunk of frames, joined to itself as often as the sound is long.
  void MakeLongPicture(FrameRate rate) {
    const int64_t frames =
        FramesForSamples(inputs_.audio.samples, kSoundHz, rate);
    MakeChunks(rate, {kChunkFrames, kChunkFrames + frames % kChunkFrames}, 40);
    const ChunkFile whole = inputs_.chunks[0], rest = inputs_.chunks[1];
    inputs_.chunks.clear();
    for (FrameIndex f = 0; f + kChunkFrames <= frames; f += kChunkFrames) {
      inputs_.chunks.push_back({whole.path, {f, f + kChunkFrames}});
    }
    inputs_.chunks.push_back(
        {rest.path, {frames - frames % kChunkFrames, frames}});
    inputs_.total_frames = frames;
  }
};

TEST_F(TakeDriftTest, FortyFiveMinutesDoNotDrift) {
  MakeLongSound();
  for (const FrameRate rate :
       {FrameRate{24000, 1001}, FrameRate{30000, 1001}}) {
    SCOPED_TRACE(FormatFrameRate(rate));
    MakeLongPicture(rate);
    const auto muxed = Mux();
    ASSERT_TRUE(muxed.ok()) << muxed.status();
    EXPECT_TRUE(muxed->audio_copied);
    const double frame = static_cast<double>(rate.den) / rate.num;
    const Track picture =
        ReadTrack(dir_.Path("take.mp4"), AVMEDIA_TYPE_VIDEO, frame);
    const Track sound = ReadTrack(dir_.Path("take.mp4"), AVMEDIA_TYPE_AUDIO,
                                  static_cast<double>(kAacFrame) / kSoundHz);
    EXPECT_EQ(picture.packets, inputs_.total_frames);
    const double seconds =
        static_cast<double>(inputs_.audio.samples) / kSoundHz;
    EXPECT_GT(seconds, kTakeSeconds);
    // The sound ends within the last frame: the count is exact.
    EXPECT_NEAR(sound.end_seconds, seconds, 1e-3);
    EXPECT_LE(seconds, picture.end_seconds + 1e-9);
    EXPECT_GT(seconds, picture.end_seconds - frame - 1e-9);
    const double drift_ppm =
        (picture.worst_seconds + sound.worst_seconds) / seconds * 1e6;
    EXPECT_LT(drift_ppm, kMaxDriftPpm);
    RecordProperty("drift_ppm", std::to_string(drift_ppm));
  }
}

}  // namespace
}  // namespace longtake::worker
