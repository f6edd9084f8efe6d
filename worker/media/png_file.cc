#include <fmt/format.h>

#include <string_view>

#include "worker/media/atomic_file.h"
#include "worker/media/av_error.h"
#include "worker/media/av_handles.h"
#include "worker/media/image_file.h"

namespace longtake::worker {

Status WritePng(const Image& image, const std::string& path) {
  RouteAvLog();
  if (image.width <= 0 || image.height <= 0 ||
      image.rgb.size() != static_cast<size_t>(image.width) * image.height * 3) {
    return InvalidArgument(
        fmt::format("{}: an image of {}x{} pixels with {} bytes is no picture",
                    path, image.width, image.height, image.rgb.size()));
  }
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
  if (codec == nullptr) {
    return FailedPrecondition("this FFmpeg was built without its PNG encoder");
  }
  AvCodecContextPtr encoder(avcodec_alloc_context3(codec));
  AvFramePtr frame(av_frame_alloc());
  AvPacketPtr packet(av_packet_alloc());
  if (!encoder || !frame || !packet) return ResourceExhausted("out of memory");
  encoder->width = frame->width = image.width;
  encoder->height = frame->height = image.height;
  encoder->pix_fmt = AV_PIX_FMT_RGB24;
  frame->format = AV_PIX_FMT_RGB24;
  encoder->time_base = {1, 1};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  encoder->compression_level = 6;
  AvDictionary options;
  options.Set("pred", "paeth");
  int error = avcodec_open2(encoder.get(), codec, options.get());
  if (error >= 0) error = av_frame_get_buffer(frame.get(), 0);
  if (error < 0) return AvStatus(error, path + ": PNG encoder");
  av_image_copy_plane(frame->data[0], frame->linesize[0], image.rgb.data(),
                      image.width * 3, image.width * 3, image.height);
  error = avcodec_send_frame(encoder.get(), frame.get());
  if (error >= 0) error = avcodec_send_frame(encoder.get(), nullptr);
  if (error >= 0) error = avcodec_receive_packet(encoder.get(), packet.get());
  if (error < 0) return AvStatus(error, path + ": PNG encoder");
  return WriteFileAtomically(
      path, std::string_view(reinterpret_cast<const char*>(packet->data),
                             static_cast<size_t>(packet->size)));
}

}  // namespace longtake::worker
