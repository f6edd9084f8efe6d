#include "worker/media/image_file.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include "common/job/input_limits.h"
#include "worker/media/av_error.h"
#include "worker/media/av_handles.h"
#include "worker/media/input_file.h"
#include "worker/media/turn.h"

namespace longtake::worker {
namespace {

constexpr char kRemedy[] = "give a JPEG, PNG or WebP";
constexpr int kBackdrop = 128;  // mid grey behind transparent pixels

// EXIF's Orientation tag (TIFF 6.0, tag 274), values 1 to 8.
constexpr std::array<Turn, 8> kExifTurns = {{{1, 0, 0, 1},
                                             {-1, 0, 0, 1},
                                             {-1, 0, 0, -1},
                                             {1, 0, 0, -1},
                                             {0, 1, 1, 0},
                                             {0, 1, -1, 0},
                                             {0, -1, -1, 0},
                                             {0, -1, 1, 0}}};

// FFmpeg turns JPEG's tag into a display matrix; WebP's arrives as text.
Turn TurnOf(const AVFrame& frame) {
  if (const AVFrameSideData* side =
          av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
      side != nullptr) {
    const auto turn = TurnOfMatrix({side->data, side->size});
    if (turn) return *turn;
  }
  const AVDictionaryEntry* e =
      av_dict_get(frame.metadata, "Orientation", nullptr, 0);
  const int tag = e == nullptr ? 1 : std::atoi(e->value);
  return tag >= 1 && tag <= 8 ? kExifTurns[tag - 1] : Turn{};
}

Image OverBackdrop(const std::vector<uint8_t>& rgba, int stride, int width,
                   int height) {
  Image out(width, height);
  uint8_t* to = out.rgb.data();
  for (int y = 0; y < height; ++y) {
    const uint8_t* from = &rgba[static_cast<size_t>(y) * stride];
    for (int x = 0; x < width; ++x, from += 4, to += 3) {
      const int alpha = from[3];
      for (int c = 0; c < 3; ++c) {
        to[c] = static_cast<uint8_t>(
            (from[c] * alpha + kBackdrop * (255 - alpha) + 127) / 255);
      }
    }
  }
  return out;
}

// The frame's pixels as RGB, by its own matrix and range where it states them;
// JPEG and WebP mean BT.601.
StatusOr<Image> ToRgb(const AVFrame& frame, const std::string& what) {
  const auto from = static_cast<AVPixelFormat>(frame.format);
  SwsContextPtr sws(sws_getContext(frame.width, frame.height, from, frame.width,
                                   frame.height, AV_PIX_FMT_RGBA,
                                   SWS_BICUBIC | SWS_ACCURATE_RND |
                                       SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP |
                                       SWS_BITEXACT,
                                   nullptr, nullptr, nullptr));
  if (sws == nullptr) {
    return InvalidArgument(
        fmt::format("{}: its pixel format {} cannot be converted: {}", what,
                    av_get_pix_fmt_name(from), kRemedy));
  }
  const int* out_coefficients = sws_getCoefficients(SWS_CS_DEFAULT);
  const bool named = frame.colorspace != AVCOL_SPC_UNSPECIFIED &&
                     frame.colorspace != AVCOL_SPC_RGB;
  const int* in_coefficients =
      sws_getCoefficients(named ? frame.colorspace : SWS_CS_ITU601);
  int* inverse = nullptr;
  int* table = nullptr;
  int in_range = 0, out_range = 0, brightness = 0, contrast = 0, saturation = 0;
  if (sws_getColorspaceDetails(sws.get(), &inverse, &in_range, &table,
                               &out_range, &brightness, &contrast,
                               &saturation) >= 0) {
    if (frame.color_range == AVCOL_RANGE_JPEG) in_range = 1;
    sws_setColorspaceDetails(sws.get(), in_coefficients, in_range,
                             out_coefficients, 1, brightness, contrast,
                             saturation);
  }
  // Rows padded to what swscale's vector code likes to overrun.
  const int stride = FFALIGN(frame.width * 4, 64);
  std::vector<uint8_t> rgba(static_cast<size_t>(stride) * frame.height + 64);
  uint8_t* planes[4] = {rgba.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {stride, 0, 0, 0};
  if (sws_scale(sws.get(), frame.data, frame.linesize, 0, frame.height, planes,
                strides) != frame.height) {
    return Internal(fmt::format("{}: converting its pixels failed", what));
  }
  return OverBackdrop(rgba, stride, frame.width, frame.height);
}

struct PixelBound {
  int64_t most = 0;
  int64_t asked = 0;
  bool exceeded() const { return asked > most; }
};

// Refuses a picture by its size when the decoder asks for its memory.
int BoundedGetBuffer(AVCodecContext* context, AVFrame* frame, int flags) {
  auto* bound = static_cast<PixelBound*>(context->opaque);
  bound->asked = int64_t{frame->width} * frame->height;
  if (bound->exceeded()) return AVERROR(EINVAL);
  return avcodec_default_get_buffer2(context, frame, flags);
}

// The stream's first frame, or FFmpeg's error.
int DecodeFirstFrame(AVFormatContext* format, int stream,
                     AVCodecContext* decoder, AVFrame* frame) {
  AvPacketPtr packet(av_packet_alloc());
  if (packet == nullptr) return AVERROR(ENOMEM);
  int sent = 0;
  while (true) {
    const int received = avcodec_receive_frame(decoder, frame);
    if (received != AVERROR(EAGAIN)) {
      return received == AVERROR_EOF && sent < 0 ? sent : received;
    }
    int read = av_read_frame(format, packet.get());
    if (read >= 0 && packet->stream_index != stream) {
      av_packet_unref(packet.get());
      continue;
    }
    const int error =
        avcodec_send_packet(decoder, read < 0 ? nullptr : packet.get());
    av_packet_unref(packet.get());
    if (error < 0) sent = error;
    if (read < 0 && error < 0) return sent;
  }
}

// Pictures in ISO's container (ISO/IEC 23008-12), which this FFmpeg may not
// read: their name, else empty.
std::string HeifKind(const std::string& path) {
  std::array<char, 12> head{};
  std::ifstream in(path, std::ios::binary);
  if (!in.read(head.data(), head.size()) ||
      std::string_view(head.data() + 4, 4) != "ftyp") {
    return "";
  }
  const std::string_view brand(head.data() + 8, 4);
  if (brand == "avif" || brand == "avis") return "AVIF";
  for (const char* heic : {"heic", "heix", "hevc", "heim", "heis", "mif1"}) {
    if (brand == heic) return "HEIC";
  }
  return "";
}

Status CannotRead(const std::string& path, const std::string& what,
                  const std::string& why) {
  const std::string kind = HeifKind(path);
  if (!kind.empty()) {
    return InvalidArgument(
        fmt::format("{}: this FFmpeg can't read its {} picture: convert it to "
                    "JPEG or PNG",
                    what, kind));
  }
  return InvalidArgument(fmt::format(
      "{}: not an image that FFmpeg can read ({}): {}", what, why, kRemedy));
}

}  // namespace

StatusOr<Image> DecodeImage(const std::string& path,
                            const std::string& display_name,
                            int64_t max_pixels) {
  const std::string what = "portrait " + display_name;
  StatusOr<std::unique_ptr<InputFile>> opened =
      InputFile::Open(path, {.what = what,
                             .kind = "an image",
                             .remedy = kRemedy,
                             .max_bytes = kMaxImageBytes,
                             .max_pixels = max_pixels});
  if (!opened.ok() && !HeifKind(path).empty()) {
    return CannotRead(path, what, "");
  }
  LT_RETURN_IF_ERROR(opened.status());
  const std::unique_ptr<InputFile> file = *std::move(opened);
  const int stream = av_find_best_stream(file->format(), AVMEDIA_TYPE_VIDEO, -1,
                                         -1, nullptr, 0);
  if (stream < 0) {
    return InvalidArgument(
        fmt::format("{}: no picture in it: {}", what, kRemedy));
  }
  LT_ASSIGN_OR_RETURN(AvCodecContextPtr decoder,
                      MakeDecoder(*file->format()->streams[stream], what));
  PixelBound bound = {max_pixels};
  // What the header states; a decoder may refuse it before it asks for memory.
  const AVCodecParameters& stated = *file->format()->streams[stream]->codecpar;
  bound.asked = int64_t{stated.width} * stated.height;
  decoder->opaque = &bound;
  decoder->get_buffer2 = &BoundedGetBuffer;
  AvFramePtr frame(av_frame_alloc());
  int error = avcodec_open2(decoder.get(), decoder->codec, nullptr);
  if (error >= 0 && !bound.exceeded()) {
    error =
        DecodeFirstFrame(file->format(), stream, decoder.get(), frame.get());
  }
  if (bound.exceeded()) {
    return InvalidArgument(fmt::format(
        "{}: {}, the limit is {} (portrait_pixels): scale it down", what,
        MegapixelsText(bound.asked), MegapixelsText(max_pixels)));
  }
  if (error < 0) {
    return CannotRead(path, what, AvErrorText(error));
  }
  if (frame->width < kMinImageSide || frame->height < kMinImageSide) {
    return InvalidArgument(fmt::format(
        "{}: only {}x{} pixels: give a larger picture, the face at least 100 "
        "pixels wide",
        what, frame->width, frame->height));
  }
  LT_ASSIGN_OR_RETURN(Image image, ToRgb(*frame, what));
  return Turned(std::move(image), TurnOf(*frame));
}

}  // namespace longtake::worker
