#include "worker/media/jpeg.h"

#include <fmt/format.h>

#include "worker/media/av_error.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {
namespace {

constexpr char kWhat[] = "JPEG encoder";

Status Fill(const Image& image, AVFrame* frame) {
  SwsContextPtr sws(sws_getContext(
      image.width, image.height, AV_PIX_FMT_RGB24, image.width, image.height,
      AV_PIX_FMT_YUVJ420P, SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT,
      nullptr, nullptr, nullptr));
  if (sws == nullptr) return Internal("JPEG encoder: no conversion");
  const uint8_t* planes[4] = {image.rgb.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {3 * image.width, 0, 0, 0};
  if (sws_scale(sws.get(), planes, strides, 0, image.height, frame->data,
                frame->linesize) != image.height) {
    return Internal("JPEG encoder: converting the pixels failed");
  }
  return OkStatus();
}

}  // namespace

StatusOr<std::string> EncodeJpeg(const Image& image, int scale) {
  RouteAvLog();
  if (image.width <= 0 || image.height <= 0 ||
      image.rgb.size() != static_cast<size_t>(image.width) * image.height * 3 ||
      scale < kBestJpegScale || scale > kWorstJpegScale) {
    return InvalidArgument(
        fmt::format("{}: {}x{} pixels with {} bytes at scale {}", kWhat,
                    image.width, image.height, image.rgb.size(), scale));
  }
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (codec == nullptr) {
    return FailedPrecondition("this FFmpeg was built without its JPEG encoder");
  }
  AvCodecContextPtr encoder(avcodec_alloc_context3(codec));
  AvFramePtr frame(av_frame_alloc());
  AvPacketPtr packet(av_packet_alloc());
  if (!encoder || !frame || !packet) return ResourceExhausted("out of memory");
  encoder->width = frame->width = image.width;
  encoder->height = frame->height = image.height;
  encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
  frame->format = AV_PIX_FMT_YUVJ420P;
  encoder->time_base = {1, 1};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE;
  encoder->global_quality = frame->quality = FF_QP2LAMBDA * scale;
  int error = avcodec_open2(encoder.get(), codec, nullptr);
  if (error >= 0) error = av_frame_get_buffer(frame.get(), 0);
  if (error < 0) return AvStatus(error, kWhat);
  LT_RETURN_IF_ERROR(Fill(image, frame.get()));
  error = avcodec_send_frame(encoder.get(), frame.get());
  if (error >= 0) error = avcodec_send_frame(encoder.get(), nullptr);
  if (error >= 0) error = avcodec_receive_packet(encoder.get(), packet.get());
  if (error < 0) return AvStatus(error, kWhat);
  return std::string(reinterpret_cast<const char*>(packet->data),
                     static_cast<size_t>(packet->size));
}

}  // namespace longtake::worker
