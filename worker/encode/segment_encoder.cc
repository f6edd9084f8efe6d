#include "worker/encode/segment_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "common/digest/sha256.h"
#include "worker/encode/yuv_converter.h"
#include "worker/media/atomic_file.h"
#include "worker/media/av_error.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {
namespace {

// x264's own list; it would print a line of its own for another name.
constexpr std::array<std::string_view, 10> kPresets = {
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo"};

Status CheckSettings(const EncodeSettings& s, FrameRange range) {
  if (s.width <= 0 || s.height <= 0 || s.width % 2 != 0 || s.height % 2 != 0 ||
      s.width > kMaxFrameSide || s.height > kMaxFrameSide) {
    return InvalidArgument(
        fmt::format("frame size {}x{}: sides must be even and at most {}",
                    s.width, s.height, kMaxFrameSide));
  }
  if (s.crf < 0 || s.crf > 51) {
    return InvalidArgument(fmt::format("crf {}: must be 0 to 51", s.crf));
  }
  if (std::find(kPresets.begin(), kPresets.end(), s.preset) == kPresets.end()) {
    return InvalidArgument(
        fmt::format("preset {}: x264 has ultrafast, superfast, veryfast, "
                    "faster, fast, medium, slow, slower, veryslow, placebo",
                    s.preset));
  }
  if (s.rate.num <= 0 || s.rate.den <= 0 ||
      s.rate.num > int64_t{kMaxFramesPerSecond} * s.rate.den) {
    return InvalidArgument(
        fmt::format("frame rate {}/{}: must be above 0 and at most {}",
                    s.rate.num, s.rate.den, kMaxFramesPerSecond));
  }
  if (range.empty() || range.begin < 0) {
    return InvalidArgument(fmt::format("frames [{}, {}): an empty segment",
                                       range.begin, range.end));
  }
  return OkStatus();
}

void SetColours(AVCodecContext* c) {
  c->color_range = AVCOL_RANGE_MPEG;
  c->color_primaries = AVCOL_PRI_BT709;
  c->color_trc = AVCOL_TRC_BT709;
  c->colorspace = AVCOL_SPC_BT709;
  c->chroma_sample_location = AVCHROMA_LOC_LEFT;
}

StatusOr<AvCodecContextPtr> OpenEncoder(const EncodeSettings& s) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) {
    return FailedPrecondition(
        "this FFmpeg has no libx264: install one that was built with it");
  }
  AvCodecContextPtr c(avcodec_alloc_context3(codec));
  if (c == nullptr) return ResourceExhausted("out of memory");
  c->width = s.width;
  c->height = s.height;
  c->pix_fmt = AV_PIX_FMT_YUV420P;
  c->sample_aspect_ratio = {1, 1};
  c->time_base = {s.rate.den, s.rate.num};
  c->framerate = {s.rate.num, s.rate.den};
  c->gop_size = (kGopSeconds * s.rate.num + s.rate.den / 2) / s.rate.den;
  c->thread_count = 1;
  c->flags |= AV_CODEC_FLAG_CLOSED_GOP | AV_CODEC_FLAG_GLOBAL_HEADER |
              AV_CODEC_FLAG_BITEXACT;
  SetColours(c.get());
  AvDictionary options;
  options.Set("preset", s.preset);
  options.Set("crf", int64_t{s.crf});
  // A lookahead thread of its own would start with sync-lookahead.
  options.Set("x264-params",
              "cpu-independent=1:threads=1:lookahead-threads=1:"
              "sliced-threads=0:sync-lookahead=0");
  const int error = avcodec_open2(c.get(), codec, options.get());
  if (error < 0) {
    return InvalidArgument(
        fmt::format("x264 refuses preset {}, {}x{}, crf {}: {}", s.preset,
                    s.width, s.height, s.crf, AvErrorText(error)));
  }
  return c;
}

// A buffer that points to a plane and owns nothing. x264 copies a picture when
// it takes it, and Send returns only after that.
AVBufferRef* Lend(const std::vector<uint8_t>& plane) {
  return av_buffer_create(
      const_cast<uint8_t*>(plane.data()), plane.size(), [](void*, uint8_t*) {},
      nullptr, AV_BUFFER_FLAG_READONLY);
}

}  // namespace

struct SegmentEncoder::State {
  State(const EncodeSettings& s, FrameRange r, AtomicFile f, std::string p)
      : settings(s), range(r), file(std::move(f)), path(std::move(p)) {}

  Status OpenMuxer();
  Status Send(const AVFrame* frame);
  Status WritePacket();

  const EncodeSettings settings;
  const FrameRange range;
  AtomicFile file;
  const std::string path;  // for messages
  AvCodecContextPtr encoder;
  AvOutputContext muxer;
  AvFramePtr frame;
  AvPacketPtr packet;
  YuvFrame converted;
  int64_t added = 0;
  int64_t written = 0;
};

Status SegmentEncoder::State::OpenMuxer() {
  const std::string url = "file:" + file.temporary_path();
  int error = avformat_alloc_output_context2(muxer.address(), nullptr, "mp4",
                                             url.c_str());
  if (error < 0) return AvStatus(error, path);
  muxer->flags |= AVFMT_FLAG_BITEXACT;
  muxer->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  AVStream* stream = avformat_new_stream(muxer.get(), nullptr);
  if (stream == nullptr) return ResourceExhausted("out of memory");
  stream->time_base = {1, settings.rate.num};
  stream->avg_frame_rate = encoder->framerate;
  error = avcodec_parameters_from_context(stream->codecpar, encoder.get());
  if (error >= 0) {
    error = avio_open(&muxer->pb, url.c_str(), AVIO_FLAG_WRITE);
  }
  if (error < 0) return AvStatus(error, path);
  AvDictionary options;
  options.Set("video_track_timescale", int64_t{settings.rate.num});
  options.Set("movie_timescale", int64_t{settings.rate.num});
  error = avformat_write_header(muxer.get(), options.get());
  return error < 0 ? AvStatus(error, path) : OkStatus();
}

Status SegmentEncoder::State::WritePacket() {
  const int64_t ticks = settings.rate.den;
  const int64_t index = packet->pts;
  packet->dts = (written - encoder->has_b_frames) * ticks;
  packet->pts = index * ticks;
  packet->duration = ticks;
  packet->stream_index = 0;
  if (packet->pts < packet->dts || index < 0 || index >= range.size() ||
      (written == 0 && (index != 0 || !(packet->flags & AV_PKT_FLAG_KEY)))) {
    return Internal(
        fmt::format("{}: the encoder's packet {} has frame {} out of place",
                    path, written, index));
  }
  ++written;
  const int error = av_write_frame(muxer.get(), packet.get());
  av_packet_unref(packet.get());
  return error < 0 ? AvStatus(error, path) : OkStatus();
}

Status SegmentEncoder::State::Send(const AVFrame* picture) {
  int error = avcodec_send_frame(encoder.get(), picture);
  while (error >= 0) {
    error = avcodec_receive_packet(encoder.get(), packet.get());
    if (error >= 0) LT_RETURN_IF_ERROR(WritePacket());
  }
  if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return OkStatus();
  return AvStatus(error, path + ": H.264 encoder");
}

SegmentEncoder::SegmentEncoder(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
SegmentEncoder::~SegmentEncoder() = default;

StatusOr<std::unique_ptr<SegmentEncoder>> SegmentEncoder::Create(
    const EncodeSettings& settings, FrameRange range,
    const std::string& out_path) {
  RouteAvLog();
  LT_RETURN_IF_ERROR(CheckSettings(settings, range));
  LT_ASSIGN_OR_RETURN(AvCodecContextPtr encoder, OpenEncoder(settings));
  LT_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(out_path));
  auto state =
      std::make_unique<State>(settings, range, std::move(file), out_path);
  state->encoder = std::move(encoder);
  state->frame.reset(av_frame_alloc());
  state->packet.reset(av_packet_alloc());
  if (!state->frame || !state->packet) {
    return ResourceExhausted("out of memory");
  }
  LT_RETURN_IF_ERROR(state->OpenMuxer());
  return std::unique_ptr<SegmentEncoder>(new SegmentEncoder(std::move(state)));
}

Status SegmentEncoder::Add(const Image& frame) {
  LT_RETURN_IF_ERROR(ConvertToYuv420(frame, &state_->converted));
  return Add(state_->converted);
}

Status SegmentEncoder::Add(const YuvFrame& yuv) {
  State& s = *state_;
  if (yuv.width != s.settings.width || yuv.height != s.settings.height) {
    return InvalidArgument(fmt::format(
        "frame {} is {}x{}, the segment is {}x{}", s.range.begin + s.added,
        yuv.width, yuv.height, s.settings.width, s.settings.height));
  }
  if (s.added >= s.range.size()) {
    return InvalidArgument(
        fmt::format("a frame past the segment's end {}", s.range.end));
  }
  AVFrame* f = s.frame.get();
  av_frame_unref(f);
  f->width = yuv.width;
  f->height = yuv.height;
  f->format = AV_PIX_FMT_YUV420P;
  const std::vector<uint8_t>* const planes[] = {&yuv.y, &yuv.u, &yuv.v};
  for (int p = 0; p < 3; ++p) {
    f->buf[p] = Lend(*planes[p]);
    if (f->buf[p] == nullptr) return ResourceExhausted("out of memory");
    f->data[p] = f->buf[p]->data;
    f->linesize[p] = p == 0 ? yuv.width : yuv.width / 2;
  }
  f->pts = s.added++;
  return s.Send(f);
}

StatusOr<EncodedSegment> SegmentEncoder::Finish() {
  State& s = *state_;
  if (s.added != s.range.size()) {
    return FailedPrecondition(
        fmt::format("segment [{}, {}) got {} of its {} frames", s.range.begin,
                    s.range.end, s.added, s.range.size()));
  }
  LT_RETURN_IF_ERROR(s.Send(nullptr));
  if (s.written != s.added) {
    return Internal(fmt::format("{}: {} frames went in, {} packets came out",
                                s.path, s.added, s.written));
  }
  int error = av_write_trailer(s.muxer.get());
  const int close_error = avio_closep(&s.muxer->pb);
  if (error >= 0) error = close_error;
  if (error < 0) return AvStatus(error, s.path);
  EncodedSegment result{.range = s.range};
  std::error_code size_error;
  result.bytes = static_cast<int64_t>(
      std::filesystem::file_size(s.file.temporary_path(), size_error));
  result.extradata_sha256 = Sha256Hex(
      std::string_view(reinterpret_cast<const char*>(s.encoder->extradata),
                       static_cast<size_t>(s.encoder->extradata_size)));
  LT_RETURN_IF_ERROR(s.file.Commit());
  return result;
}

StatusOr<std::string> EncoderVersion() {
  RouteAvLog();
  LT_ASSIGN_OR_RETURN(AvCodecContextPtr encoder,
                      OpenEncoder({.width = 16, .height = 16}));
  AvFramePtr frame(av_frame_alloc());
  AvPacketPtr packet(av_packet_alloc());
  if (!frame || !packet) return ResourceExhausted("out of memory");
  frame->width = frame->height = 16;
  frame->format = AV_PIX_FMT_YUV420P;
  frame->pts = 0;
  int error = av_frame_get_buffer(frame.get(), 0);
  if (error >= 0) {
    for (int p = 0; p < 3; ++p) {
      std::fill_n(frame->data[p], frame->linesize[p] * (p == 0 ? 16 : 8),
                  uint8_t{128});
    }
    error = avcodec_send_frame(encoder.get(), frame.get());
  }
  if (error >= 0) error = avcodec_send_frame(encoder.get(), nullptr);
  if (error >= 0) error = avcodec_receive_packet(encoder.get(), packet.get());
  if (error < 0) return AvStatus(error, "x264");
  // "x264 - core 164 r3095 baee400 - H.264/..." in the information SEI.
  const std::string_view bytes(reinterpret_cast<const char*>(packet->data),
                               static_cast<size_t>(packet->size));
  const size_t begin = bytes.find("x264 - core ");
  const size_t end = bytes.find(" - H.264", begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) {
    return Internal("x264 does not state its version");
  }
  const unsigned v = avcodec_version();
  return fmt::format(
      "x264 {}, lavc {}.{}.{}", bytes.substr(begin + 7, end - begin - 7),
      AV_VERSION_MAJOR(v), AV_VERSION_MINOR(v), AV_VERSION_MICRO(v));
}

}  // namespace longtake::worker
