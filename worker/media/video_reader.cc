#include "worker/media/video_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "worker/media/av_error.h"
#include "worker/media/av_handles.h"
#include "worker/media/input_file.h"
#include "worker/media/turn.h"

namespace longtake::worker {
namespace {

constexpr char kRemedy[] = "give an MP4, MOV or MKV with pictures";
constexpr AVRational kMicros = {1, 1000000};

// Packets that can't be decoded, in a row, before the file is given up.
constexpr int kMaxDamaged = 1000;

// As the container asks a player to do: films from a phone.
Turn TurnOf(const AVStream& stream) {
  size_t size = 0;
  const uint8_t* matrix =
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (matrix == nullptr) return {};
  return TurnOfMatrix({matrix, size}).value_or(Turn{});
}

// Eight-bit luma in a plane of its own.
bool HasPlainLuma(AVPixelFormat format) {
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format);
  constexpr uint64_t kOther = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL |
                              AV_PIX_FMT_FLAG_BITSTREAM |
                              AV_PIX_FMT_FLAG_HWACCEL;
  return d != nullptr && (d->flags & kOther) == 0 && d->comp[0].plane == 0 &&
         d->comp[0].depth == 8 && d->comp[0].step == 1 &&
         d->comp[0].offset == 0;
}

// The rate that times keep to. Where pictures were dropped the mean rate is on
// no picture's clock.
AVRational GridRate(const AVStream& stream, AVRational mean) {
  constexpr double kMostMissing = 0.1;
  const AVRational base = stream.r_frame_rate;
  if (base.num <= 0 || base.den <= 0 || mean.num <= 0) return mean;
  const double share = av_q2d(mean) / av_q2d(base);
  return share > 1 - kMostMissing && share < 1 + kMostMissing ? base : mean;
}

int Even(double v) { return std::max(2, 2 * static_cast<int>(v / 2 + 0.5)); }

}  // namespace

struct VideoReader::Parts {
  std::string what;
  std::unique_ptr<InputFile> file;
  AVStream* stream = nullptr;  // owned by file
  AvCodecContextPtr decoder;
  AvPacketPtr packet{av_packet_alloc()};
  AvFramePtr frame{av_frame_alloc()};
  SwsContextPtr sws;
  AVPixelFormat sws_from = AV_PIX_FMT_NONE;
  int sws_width = 0, sws_height = 0;
  std::vector<uint8_t> pixels;  // of Convert
  SwsContextPtr grey;           // of Luma, for formats without a plain one
  std::vector<uint8_t> grey_pixels;
  int max_short_side = 0;
  Turn turn;
  int64_t from_us = INT64_MIN;  // frames before it are passed over
  int damaged = 0;
  bool flushing = false;

  Status Convert(Image* out);
  StatusOr<LumaView> Luma();
  Status Feed();
  int64_t FrameTime() const;
};

int64_t VideoReader::Parts::FrameTime() const {
  const int64_t pts = frame->best_effort_timestamp;
  return pts == AV_NOPTS_VALUE ? 0
                               : av_rescale_q(pts, stream->time_base, kMicros);
}

Status VideoReader::Parts::Convert(Image* out) {
  const auto from = static_cast<AVPixelFormat>(frame->format);
  const int width = frame->width, height = frame->height;
  int to_width = width, to_height = height;
  const int shorter = std::min(width, height);
  if (max_short_side > 0 && shorter > max_short_side) {
    const double scale = static_cast<double>(max_short_side) / shorter;
    to_width = Even(width * scale);
    to_height = Even(height * scale);
  }
  if (sws == nullptr || from != sws_from || width != sws_width ||
      height != sws_height) {
    sws.reset(sws_getContext(
        width, height, from, to_width, to_height, AV_PIX_FMT_RGB24,
        to_width < width ? SWS_AREA : SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (sws == nullptr) {
      return InvalidArgument(
          fmt::format("{}: its pixel format {} cannot be converted: {}", what,
                      av_get_pix_fmt_name(from), kRemedy));
    }
    // bt709 where nothing is said and the picture is no small one, as players
    // do.
    const bool named = frame->colorspace != AVCOL_SPC_UNSPECIFIED &&
                       frame->colorspace != AVCOL_SPC_RGB;
    const int matrix = named          ? static_cast<int>(frame->colorspace)
                       : height < 720 ? SWS_CS_ITU601
                                      : SWS_CS_ITU709;
    sws_setColorspaceDetails(sws.get(), sws_getCoefficients(matrix),
                             frame->color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16,
                             1 << 16);
    sws_from = from;
    sws_width = width;
    sws_height = height;
  }
  if (out->width != to_width || out->height != to_height) {
    *out = Image(to_width, to_height);
  }
  // Rows padded to what swscale's vector code likes to overrun.
  const int stride = FFALIGN(3 * to_width, 64) + 64;
  pixels.resize(static_cast<size_t>(stride) * to_height + 64);
  uint8_t* planes[4] = {pixels.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {stride, 0, 0, 0};
  if (sws_scale(sws.get(), frame->data, frame->linesize, 0, height, planes,
                strides) != to_height) {
    return Internal(fmt::format("{}: converting its pixels failed", what));
  }
  for (int y = 0; y < to_height; ++y) {
    std::copy_n(
        pixels.begin() + static_cast<std::ptrdiff_t>(y) * stride, 3 * to_width,
        out->rgb.begin() + static_cast<std::ptrdiff_t>(y) * 3 * to_width);
  }
  return OkStatus();
}

StatusOr<LumaView> VideoReader::Parts::Luma() {
  const auto from = static_cast<AVPixelFormat>(frame->format);
  LumaView view;
  view.width = frame->width;
  view.height = frame->height;
  view.full_range = frame->color_range == AVCOL_RANGE_JPEG;
  if (HasPlainLuma(from)) {
    view.data = frame->data[0];
    view.stride_bytes = frame->linesize[0];
    return view;
  }
  grey.reset(sws_getCachedContext(grey.release(), view.width, view.height, from,
                                  view.width, view.height, AV_PIX_FMT_GRAY8,
                                  SWS_POINT, nullptr, nullptr, nullptr));
  if (grey == nullptr) {
    return InvalidArgument(
        fmt::format("{}: its pixel format {} cannot be converted: {}", what,
                    av_get_pix_fmt_name(from), kRemedy));
  }
  view.stride_bytes = FFALIGN(view.width, 64) + 64;
  view.full_range = true;  // what swscale makes of grey
  grey_pixels.resize(static_cast<size_t>(view.stride_bytes) * view.height + 64);
  uint8_t* planes[4] = {grey_pixels.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {view.stride_bytes, 0, 0, 0};
  if (sws_scale(grey.get(), frame->data, frame->linesize, 0, view.height,
                planes, strides) != view.height) {
    return Internal(fmt::format("{}: converting its pixels failed", what));
  }
  view.data = grey_pixels.data();
  return view;
}

// Reads one packet into the decoder, or tells it that there are no more.
Status VideoReader::Parts::Feed() {
  while (true) {
    const int read = av_read_frame(file->format(), packet.get());
    if (read < 0) {
      flushing = true;
      avcodec_send_packet(decoder.get(), nullptr);
      return OkStatus();
    }
    if (packet->stream_index != stream->index) {
      av_packet_unref(packet.get());
      continue;
    }
    const int sent = avcodec_send_packet(decoder.get(), packet.get());
    av_packet_unref(packet.get());
    damaged = sent < 0 ? damaged + 1 : 0;
    if (damaged > kMaxDamaged) {
      return InvalidArgument(
          fmt::format("{}: its pictures can't be decoded ({}): {}", what,
                      AvErrorText(sent), kRemedy));
    }
    if (sent >= 0) return OkStatus();
  }
}

VideoReader::VideoReader(std::unique_ptr<Parts> parts, VideoFacts facts)
    : parts_(std::move(parts)), facts_(facts) {}

VideoReader::~VideoReader() = default;

StatusOr<std::unique_ptr<VideoReader>> VideoReader::Open(
    const std::string& path, const std::string& display_name,
    const Options& options) {
  auto parts = std::make_unique<Parts>();
  parts->what = "video " + display_name;
  parts->max_short_side = options.max_short_side;
  LT_ASSIGN_OR_RETURN(parts->file,
                      InputFile::Open(path, {.what = parts->what,
                                             .kind = "a video",
                                             .remedy = kRemedy,
                                             .max_pixels = kMaxVideoPixels}));
  AVFormatContext* format = parts->file->format();
  const int index =
      av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (index < 0) {
    return InvalidArgument(
        fmt::format("{}: no pictures in it: {}", parts->what, kRemedy));
  }
  parts->stream = format->streams[index];
  parts->turn = TurnOf(*parts->stream);
  for (unsigned i = 0; i < format->nb_streams; ++i) {
    if (static_cast<int>(i) != index) {
      format->streams[i]->discard = AVDISCARD_ALL;
    }
  }
  LT_ASSIGN_OR_RETURN(parts->decoder, MakeDecoder(*parts->stream, parts->what));
  parts->decoder->max_pixels = kMaxVideoPixels;
  const int error =
      avcodec_open2(parts->decoder.get(), parts->decoder->codec, nullptr);
  const AVCodecParameters& codec = *parts->stream->codecpar;
  if (error < 0 || codec.width <= 0 || codec.height <= 0) {
    return InvalidArgument(
        fmt::format("{}: its pictures can't be decoded ({}): {}", parts->what,
                    error < 0 ? AvErrorText(error) : "no size", kRemedy));
  }
  VideoFacts facts;
  facts.width = codec.width;
  facts.height = codec.height;
  AVRational rate = parts->stream->avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = parts->stream->r_frame_rate;
  if (rate.num > 0 && rate.den > 0) facts.rate = {rate.num, rate.den};
  const AVRational grid = GridRate(*parts->stream, rate);
  if (grid.num > 0 && grid.den > 0) facts.grid = {grid.num, grid.den};
  facts.tick_hz = {parts->stream->time_base.den, parts->stream->time_base.num};
  facts.codec = avcodec_get_name(codec.codec_id);
  if (parts->stream->duration > 0) {
    facts.duration_us = av_rescale_q(parts->stream->duration,
                                     parts->stream->time_base, kMicros);
  } else if (format->duration > 0) {
    facts.duration_us = format->duration;
  }
  return std::unique_ptr<VideoReader>(new VideoReader(std::move(parts), facts));
}

Status VideoReader::SeekTo(int64_t time_us) {
  Parts& p = *parts_;
  const int64_t ticks = av_rescale_q_rnd(
      time_us, kMicros, p.stream->time_base,
      static_cast<AVRounding>(AV_ROUND_DOWN | AV_ROUND_PASS_MINMAX));
  AVFormatContext* format = p.file->format();
  int error =
      av_seek_frame(format, p.stream->index, ticks, AVSEEK_FLAG_BACKWARD);
  // Some demuxers know no place before the first picture.
  if (error < 0) error = av_seek_frame(format, p.stream->index, ticks, 0);
  if (error < 0) {
    return InvalidArgument(fmt::format(
        "{}: can't be read from {:.1f} s ({}): {}", p.what,
        static_cast<double>(time_us) * 1e-6, AvErrorText(error), kRemedy));
  }
  avcodec_flush_buffers(p.decoder.get());
  p.flushing = false;
  p.damaged = 0;
  p.from_us = time_us;
  return OkStatus();
}

StatusOr<bool> VideoReader::Advance(FrameStamp* stamp) {
  Parts& p = *parts_;
  while (true) {
    const int received = avcodec_receive_frame(p.decoder.get(), p.frame.get());
    if (received == AVERROR_EOF || (received < 0 && p.flushing)) return false;
    if (received < 0) {
      LT_RETURN_IF_ERROR(p.Feed());
      continue;
    }
    stamp->time_us = p.FrameTime();
    if (stamp->time_us < p.from_us) continue;
    const int64_t ticks = p.frame->best_effort_timestamp;
    stamp->ticks = ticks == AV_NOPTS_VALUE ? 0 : ticks;
    stamp->key = p.frame->key_frame != 0;
    return true;
  }
}

StatusOr<LumaView> VideoReader::Luma() { return parts_->Luma(); }

Status VideoReader::Picture(Image* image) {
  LT_RETURN_IF_ERROR(parts_->Convert(image));
  *image = Turned(std::move(*image), parts_->turn);
  return OkStatus();
}

StatusOr<bool> VideoReader::Next(VideoFrame* frame) {
  FrameStamp stamp;
  LT_ASSIGN_OR_RETURN(const bool more, Advance(&stamp));
  if (!more) return false;
  frame->time_us = stamp.time_us;
  LT_RETURN_IF_ERROR(Picture(&frame->image));
  return true;
}

}  // namespace longtake::worker
