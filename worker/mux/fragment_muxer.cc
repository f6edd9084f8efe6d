#include "worker/mux/fragment_muxer.h"

#include <utility>

#include "worker/media/av_error.h"

namespace longtake::worker {
namespace {

void FreeBuffer(AVFormatContext* context) {
  if (context->pb == nullptr) return;
  uint8_t* bytes = nullptr;
  avio_close_dyn_buf(context->pb, &bytes);
  context->pb = nullptr;
  av_free(bytes);
}

}  // namespace

FragmentMuxer::~FragmentMuxer() {
  if (context_ == nullptr) return;
  FreeBuffer(context_);
  avformat_free_context(context_);
}

StatusOr<std::unique_ptr<FragmentMuxer>> FragmentMuxer::Create(
    const Track& video, const Track& audio) {
  RouteAvLog();
  std::unique_ptr<FragmentMuxer> muxer(new FragmentMuxer());
  int error =
      avformat_alloc_output_context2(&muxer->context_, nullptr, "mp4", nullptr);
  if (error < 0) return AvStatus(error, "fragmented MP4");
  int index = 0;
  for (const Track* track : {&video, &audio}) {
    AVStream* stream = avformat_new_stream(muxer->context_, nullptr);
    if (stream == nullptr ||
        avcodec_parameters_copy(stream->codecpar, track->parameters) < 0) {
      return ResourceExhausted("out of memory");
    }
    stream->codecpar->codec_tag = 0;
    stream->time_base = track->time_base;
    stream->disposition = AV_DISPOSITION_DEFAULT;
    muxer->time_bases_[index++] = track->time_base;
  }
  LT_RETURN_IF_ERROR(muxer->Begin());
  return muxer;
}

Status FragmentMuxer::Begin() {
  context_->flags |= AVFMT_FLAG_BITEXACT;
  context_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  int error = avio_open_dyn_buf(&context_->pb);
  if (error < 0) return AvStatus(error, "fragmented MP4");
  AvDictionary options;
  options.Set("movflags",
              "frag_custom+empty_moov+delay_moov+default_base_moof");
  options.Set("use_editlist", int64_t{1});
  options.Set("video_track_timescale", int64_t{time_bases_[0].den});
  error = avformat_write_header(context_, options.get());
  return error < 0 ? AvStatus(error, "fragmented MP4") : OkStatus();
}

Status FragmentMuxer::Add(AVPacket* packet, int track) {
  packet->stream_index = track;
  av_packet_rescale_ts(packet, time_bases_[track],
                       context_->streams[track]->time_base);
  const int error = av_write_frame(context_, packet);
  av_packet_unref(packet);
  return error < 0 ? AvStatus(error, "fragmented MP4") : OkStatus();
}

StatusOr<FragmentMuxer::Fragment> FragmentMuxer::Cut() {
  Fragment fragment;
  // With a delayed moov the first flush writes it alone.
  if (!std::exchange(began_, true)) {
    LT_ASSIGN_OR_RETURN(fragment.init, Flush());
  }
  LT_ASSIGN_OR_RETURN(fragment.media, Flush());
  return fragment;
}

StatusOr<std::string> FragmentMuxer::Flush() {
  int error = av_write_frame(context_, nullptr);
  if (error < 0) return AvStatus(error, "fragmented MP4");
  avio_flush(context_->pb);
  uint8_t* bytes = nullptr;
  const int size = avio_close_dyn_buf(context_->pb, &bytes);
  context_->pb = nullptr;
  std::string taken(reinterpret_cast<const char*>(bytes),
                    static_cast<size_t>(size < 0 ? 0 : size));
  av_free(bytes);
  error = avio_open_dyn_buf(&context_->pb);
  if (error < 0) return AvStatus(error, "fragmented MP4");
  return taken;
}

}  // namespace longtake::worker
