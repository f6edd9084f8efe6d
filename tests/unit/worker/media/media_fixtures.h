#pragma once
// Media made on the spot for tests, through the FFmpeg libraries: pictures of
// any pixel format, sound files of any codec. Failures CHECK by GoogleTest
// expectations and return empty results.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "worker/encode/yuv_frame.h"
#include "worker/engine/image.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {

// A directory that goes away with the test.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  std::string Path(const std::string& name) const { return root_ / name; }
  std::vector<std::string> Names() const;

 private:
  std::filesystem::path root_;
};

void WriteBytes(const std::string& path, const std::string& bytes);
std::string ReadBytes(const std::string& path);

// One picture as an intra codec's packet, which is the whole file for PNG,
// MJPEG, BMP and the like. `fill` writes the frame's planes.
std::string EncodePicture(AVCodecID codec, AVPixelFormat format, int width,
                          int height,
                          const std::function<void(AVFrame*)>& fill);

// Smooth colours, different in every corner.
Image Gradient(int width, int height, int phase = 0);

struct SoundSpec {
  std::string muxer;  // "wav", "mp4", "mp3", "ogg", "adts", "flac", "mov"
  AVCodecID codec = AV_CODEC_ID_PCM_S16LE;
  int rate = 48000;
  int channels = 1;
  int64_t samples = 48000;
  // Value of sample i, -1..1, the same in every channel.
  std::function<double(int64_t)> wave;
  bool with_video = false;  // adds a small MPEG-4 stream in front
};
// Writes a sound file; false (with a test failure) where FFmpeg can't.
bool WriteSound(const SoundSpec& spec, const std::string& path);

// A click at each of `places` (samples at `rate`): a 1 ms tone burst. Over
// quiet, so that cross-correlation finds it to a sample.
std::function<double(int64_t)> Clicks(std::vector<int64_t> places, int rate);

// The video track as a player shows it: frames in order, their pts in ticks of
// time_base, and the pts of the packets that are keyframes.
struct DecodedVideo {
  AVRational time_base = {0, 1};
  int64_t duration = 0;  // of the track, in ticks
  std::vector<YuvFrame> frames;
  std::vector<int64_t> pts;
  std::vector<int64_t> keyframes;
};
DecodedVideo DecodeVideo(const std::string& path);

// The first channel of the sound as libavcodec plays it, priming skipped; the
// time of its first sample.
struct DecodedSound {
  int rate = 0;
  double first_seconds = 0;
  std::vector<float> samples;
};
DecodedSound DecodeSound(const std::string& path);

// Where `sound` follows `wave` best, by cross-correlation over shifts of up to
// `reach`: sound[i + shift] ~ wave(i).
int64_t ShiftOf(const std::vector<float>& sound,
                const std::function<double(int64_t)>& wave, int64_t from,
                int64_t to, int64_t reach);

}  // namespace longtake::worker
