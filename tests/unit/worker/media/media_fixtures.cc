#include "tests/unit/worker/media/media_fixtures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "worker/media/av_error.h"

namespace longtake::worker {
namespace {

namespace fs = std::filesystem;

void StoreSample(AVFrame* frame, int index, double value) {
  const auto format = static_cast<AVSampleFormat>(frame->format);
  const int channels = frame->ch_layout.nb_channels;
  const bool planar = av_sample_fmt_is_planar(format);
  for (int c = 0; c < channels; ++c) {
    uint8_t* plane = frame->extended_data[planar ? c : 0];
    const int at = planar ? index : index * channels + c;
    switch (av_get_packed_sample_fmt(format)) {
      case AV_SAMPLE_FMT_FLT:
        reinterpret_cast<float*>(plane)[at] = static_cast<float>(value);
        break;
      case AV_SAMPLE_FMT_S32:
        reinterpret_cast<int32_t*>(plane)[at] =
            static_cast<int32_t>(std::lrint(value * 2147483000.0));
        break;
      case AV_SAMPLE_FMT_S16:
        reinterpret_cast<int16_t*>(plane)[at] =
            static_cast<int16_t>(std::lrint(value * 32767));
        break;
      default:
        ADD_FAILURE() << "sample format " << frame->format;
    }
  }
}

int Drain(AVCodecContext* encoder, AVFormatContext* format, int stream) {
  AvPacketPtr packet(av_packet_alloc());
  int error = 0;
  while ((error = avcodec_receive_packet(encoder, packet.get())) >= 0) {
    packet->stream_index = stream;
    av_packet_rescale_ts(packet.get(), encoder->time_base,
                         format->streams[stream]->time_base);
    error = av_interleaved_write_frame(format, packet.get());
    if (error < 0) return error;
  }
  return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? 0 : error;
}

AvCodecContextPtr OpenSoundEncoder(const SoundSpec& spec,
                                   AVFormatContext* format) {
  const AVCodec* codec = avcodec_find_encoder(spec.codec);
  if (spec.codec == AV_CODEC_ID_OPUS) {
    codec = avcodec_find_encoder_by_name("libopus");
  }
  if (codec == nullptr) return nullptr;
  AvCodecContextPtr c(avcodec_alloc_context3(codec));
  c->sample_rate = spec.rate;
  c->sample_fmt = codec->sample_fmts[0];
  c->time_base = {1, spec.rate};
  c->bit_rate = 96000;
  av_channel_layout_default(&c->ch_layout, spec.channels);
  c->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if (format->oformat->flags & AVFMT_GLOBALHEADER) {
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  return avcodec_open2(c.get(), codec, nullptr) < 0 ? nullptr : std::move(c);
}

AvCodecContextPtr OpenVideoEncoder(AVFormatContext* format) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  AvCodecContextPtr c(avcodec_alloc_context3(codec));
  c->width = c->height = 64;
  c->pix_fmt = AV_PIX_FMT_YUV420P;
  c->time_base = {1, 25};
  if (format->oformat->flags & AVFMT_GLOBALHEADER) {
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  return avcodec_open2(c.get(), codec, nullptr) < 0 ? nullptr : std::move(c);
}

int AddStream(AVFormatContext* format, AVCodecContext* encoder) {
  AVStream* stream = avformat_new_stream(format, nullptr);
  stream->time_base = encoder->time_base;
  avcodec_parameters_from_context(stream->codecpar, encoder);
  return stream->index;
}

int EncodeVideo(AVCodecContext* encoder, AVFormatContext* format, int stream,
                int frames) {
  AvFramePtr frame(av_frame_alloc());
  frame->width = frame->height = 64;
  frame->format = AV_PIX_FMT_YUV420P;
  av_frame_get_buffer(frame.get(), 0);
  for (int i = 0; i < frames; ++i) {
    av_frame_make_writable(frame.get());
    for (int p = 0; p < 3; ++p) {
      std::fill_n(frame->data[p], frame->linesize[p] * (p ? 32 : 64), 90 + i);
    }
    frame->pts = i;
    avcodec_send_frame(encoder, frame.get());
    if (int error = Drain(encoder, format, stream); error < 0) return error;
  }
  avcodec_send_frame(encoder, nullptr);
  return Drain(encoder, format, stream);
}

int EncodeSound(const SoundSpec& spec, AVCodecContext* encoder,
                AVFormatContext* format, int stream) {
  const int block = encoder->frame_size > 0 ? encoder->frame_size : 1024;
  for (int64_t at = 0; at < spec.samples; at += block) {
    AvFramePtr frame(av_frame_alloc());
    frame->nb_samples =
        static_cast<int>(std::min<int64_t>(block, spec.samples - at));
    frame->format = encoder->sample_fmt;
    frame->sample_rate = encoder->sample_rate;
    av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout);
    frame->pts = at;
    if (int error = av_frame_get_buffer(frame.get(), 0); error < 0)
      return error;
    for (int i = 0; i < frame->nb_samples; ++i) {
      StoreSample(frame.get(), i, spec.wave(at + i));
    }
    if (int e = avcodec_send_frame(encoder, frame.get()); e < 0) return e;
    if (int e = Drain(encoder, format, stream); e < 0) return e;
  }
  avcodec_send_frame(encoder, nullptr);
  return Drain(encoder, format, stream);
}

// Opens the file with the libraries alone: the tests' view must not share a
// mistake with the code under test.
AvFormatInputPtr OpenPlain(const std::string& path) {
  AVFormatContext* format = nullptr;
  const std::string url = "file:" + path;
  if (avformat_open_input(&format, url.c_str(), nullptr, nullptr) < 0) {
    return nullptr;
  }
  AvFormatInputPtr owner(format);
  return avformat_find_stream_info(format, nullptr) < 0 ? nullptr
                                                        : std::move(owner);
}

// Decodes one kind of stream, calling back for packets and frames.
bool DecodeAll(const std::string& path, AVMediaType kind,
               const std::function<void(const AVStream&)>& on_stream,
               const std::function<void(const AVPacket&)>& on_packet,
               const std::function<void(const AVFrame&)>& on_frame) {
  RouteAvLog();
  AvFormatInputPtr format = OpenPlain(path);
  const int index = format == nullptr ? -1
                                      : av_find_best_stream(format.get(), kind,
                                                            -1, -1, nullptr, 0);
  if (index < 0) {
    ADD_FAILURE() << "can't open " << path;
    return false;
  }
  const AVStream& stream = *format->streams[index];
  on_stream(stream);
  AvCodecContextPtr c(
      avcodec_alloc_context3(avcodec_find_decoder(stream.codecpar->codec_id)));
  avcodec_parameters_to_context(c.get(), stream.codecpar);
  c->pkt_timebase = stream.time_base;
  EXPECT_GE(avcodec_open2(c.get(), nullptr, nullptr), 0);
  AvPacketPtr packet(av_packet_alloc());
  AvFramePtr frame(av_frame_alloc());
  bool more = true;
  while (more) {
    more = av_read_frame(format.get(), packet.get()) >= 0;
    if (more && packet->stream_index != index) {
      av_packet_unref(packet.get());
      continue;
    }
    if (more) on_packet(*packet);
    EXPECT_GE(avcodec_send_packet(c.get(), more ? packet.get() : nullptr), 0);
    av_packet_unref(packet.get());
    while (avcodec_receive_frame(c.get(), frame.get()) >= 0) on_frame(*frame);
  }
  return true;
}

void CopyPlane(const AVFrame& from, int plane, int width, int height,
               std::vector<uint8_t>* to) {
  av_image_copy_plane(to->data(), width, from.data[plane], from.linesize[plane],
                      width, height);
}

float SampleAt(const AVFrame& frame, int i) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const int at =
      av_sample_fmt_is_planar(format) ? i : i * frame.ch_layout.nb_channels;
  const uint8_t* data = frame.extended_data[0];
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_FLT:
      return reinterpret_cast<const float*>(data)[at];
    case AV_SAMPLE_FMT_S32:
      return static_cast<float>(reinterpret_cast<const int32_t*>(data)[at]) /
             2147483648.f;
    case AV_SAMPLE_FMT_S16:
      return static_cast<float>(reinterpret_cast<const int16_t*>(data)[at]) /
             32768.f;
    default:
      ADD_FAILURE() << "sample format " << frame.format;
      return 0;
  }
}

}  // namespace

DecodedVideo DecodeVideo(const std::string& path) {
  DecodedVideo video;
  DecodeAll(
      path, AVMEDIA_TYPE_VIDEO,
      [&](const AVStream& s) {
        video.time_base = s.time_base;
        video.duration = s.duration;
      },
      [&](const AVPacket& p) {
        if (p.flags & AV_PKT_FLAG_KEY) video.keyframes.push_back(p.pts);
      },
      [&](const AVFrame& f) {
        YuvFrame yuv(f.width, f.height);
        CopyPlane(f, 0, f.width, f.height, &yuv.y);
        CopyPlane(f, 1, f.width / 2, f.height / 2, &yuv.u);
        CopyPlane(f, 2, f.width / 2, f.height / 2, &yuv.v);
        video.frames.push_back(std::move(yuv));
        video.pts.push_back(f.pts);
      });
  return video;
}

DecodedSound DecodeSound(const std::string& path) {
  DecodedSound sound;
  AVRational time_base = {0, 1};
  DecodeAll(
      path, AVMEDIA_TYPE_AUDIO,
      [&](const AVStream& s) { time_base = s.time_base; },
      [](const AVPacket&) {},
      [&](const AVFrame& f) {
        if (sound.samples.empty()) {
          sound.first_seconds =
              static_cast<double>(f.pts) * time_base.num / time_base.den;
        }
        sound.rate = f.sample_rate;
        for (int i = 0; i < f.nb_samples; ++i) {
          sound.samples.push_back(SampleAt(f, i));
        }
      });
  return sound;
}

int64_t ShiftOf(const std::vector<float>& sound,
                const std::function<double(int64_t)>& wave, int64_t from,
                int64_t to, int64_t reach) {
  int64_t best = -reach - 1;
  double best_sum = 0;
  for (int64_t shift = -reach; shift <= reach; ++shift) {
    double sum = 0;
    for (int64_t i = from; i < to; ++i) {
      const int64_t at = i + shift;
      if (at < 0 || at >= std::ssize(sound)) continue;
      sum += wave(i) * sound[static_cast<size_t>(at)];
    }
    if (sum > best_sum) {
      best_sum = sum;
      best = shift;
    }
  }
  return best;
}

TempDir::TempDir() {
  std::string pattern = (fs::temp_directory_path() / "ltXXXXXX").string();
  root_ = mkdtemp(pattern.data());
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::vector<std::string> TempDir::Names() const {
  std::vector<std::string> names;
  for (const auto& e : fs::directory_iterator(root_)) {
    names.push_back(e.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string EncodePicture(AVCodecID id, AVPixelFormat format, int width,
                          int height,
                          const std::function<void(AVFrame*)>& fill) {
  const AVCodec* codec = avcodec_find_encoder(id);
  AvCodecContextPtr c(avcodec_alloc_context3(codec));
  AvFramePtr frame(av_frame_alloc());
  AvPacketPtr packet(av_packet_alloc());
  c->width = frame->width = width;
  c->height = frame->height = height;
  c->pix_fmt = format;
  frame->format = format;
  c->time_base = {1, 25};
  c->thread_count = 1;
  c->flags |= AV_CODEC_FLAG_QSCALE;
  c->global_quality = FF_QP2LAMBDA;
  frame->quality = FF_QP2LAMBDA;
  if (avcodec_open2(c.get(), codec, nullptr) < 0 ||
      av_frame_get_buffer(frame.get(), 0) < 0) {
    ADD_FAILURE() << "no encoder " << avcodec_get_name(id);
    return "";
  }
  fill(frame.get());
  avcodec_send_frame(c.get(), frame.get());
  avcodec_send_frame(c.get(), nullptr);
  EXPECT_GE(avcodec_receive_packet(c.get(), packet.get()), 0);
  return {reinterpret_cast<char*>(packet->data),
          static_cast<size_t>(packet->size)};
}

Image Gradient(int width, int height, int phase) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      uint8_t* p = &image.rgb[(static_cast<size_t>(y) * width + x) * 3];
      p[0] = static_cast<uint8_t>(40 + 180 * x / width);
      p[1] = static_cast<uint8_t>(30 + 190 * y / height);
      p[2] = static_cast<uint8_t>(60 + (x + y + 3 * phase) % 128);
    }
  }
  return image;
}

bool WriteSound(const SoundSpec& spec, const std::string& path) {
  RouteAvLog();
  AvOutputContext format;
  avformat_alloc_output_context2(format.address(), nullptr, spec.muxer.c_str(),
                                 path.c_str());
  if (format.get() == nullptr) return false;
  format->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  AvCodecContextPtr video;
  int video_stream = -1;
  if (spec.with_video) {
    video = OpenVideoEncoder(format.get());
    video_stream = AddStream(format.get(), video.get());
  }
  AvCodecContextPtr sound = OpenSoundEncoder(spec, format.get());
  if (sound == nullptr) {
    ADD_FAILURE() << "no encoder for " << avcodec_get_name(spec.codec);
    return false;
  }
  const int stream = AddStream(format.get(), sound.get());
  int error = avio_open(&format->pb, path.c_str(), AVIO_FLAG_WRITE);
  if (error >= 0) error = avformat_write_header(format.get(), nullptr);
  if (error >= 0 && video) {
    error = EncodeVideo(video.get(), format.get(), video_stream,
                        static_cast<int>(spec.samples * 25 / spec.rate));
  }
  if (error >= 0) error = EncodeSound(spec, sound.get(), format.get(), stream);
  if (error >= 0) error = av_write_trailer(format.get());
  EXPECT_GE(error, 0) << path << ": " << AvErrorText(error);
  return error >= 0;
}

std::function<double(int64_t)> Clicks(std::vector<int64_t> places, int rate) {
  const int64_t length = rate / 1000 + 8;
  return [places = std::move(places), length](int64_t i) {
    for (const int64_t p : places) {
      const int64_t k = i - p;
      if (k < 0 || k >= length) continue;
      const double fade = 1.0 - static_cast<double>(k) / length;
      return 0.8 * fade * fade * std::cos(0.9 * static_cast<double>(k));
    }
    return 0.0;
  };
}

}  // namespace longtake::worker
