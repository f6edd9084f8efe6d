#include "worker/media/audio_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "worker/media/av_error.h"

namespace longtake::worker {
namespace {

constexpr char kRemedy[] = "give a WAV, MP3, M4A or FLAC file";

// QuickTime's movie timescale; an edit list is at most a tick of it off.
constexpr int kEditListTicksPerSecond = 600;

// Of a stated end, as a part of a second: more than any codec's last frame.
constexpr int kEndsEarlyPart = 4;

bool IsMp4Family(const AVFormatContext& format) {
  return std::strstr(format.iformat->name, "mp4") != nullptr;
}

}  // namespace

StatusOr<AudioSource> OpenAudioSource(const std::string& path,
                                      const std::string& display_name) {
  const std::string what = "audio " + display_name;
  AudioSource source;
  LT_ASSIGN_OR_RETURN(
      source.file,
      InputFile::Open(
          path, {.what = what, .kind = "a sound file", .remedy = kRemedy}));
  const int index = av_find_best_stream(source.file->format(),
                                        AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (index < 0) {
    return InvalidArgument(
        fmt::format("{}: there is no sound in this file: {}", what, kRemedy));
  }
  source.stream = source.file->format()->streams[index];
  for (unsigned i = 0; i < source.file->format()->nb_streams; ++i) {
    if (static_cast<int>(i) != index) {
      source.file->format()->streams[i]->discard = AVDISCARD_ALL;
    }
  }
  return source;
}

int64_t PacketSamples(const AVStream& stream, const AVPacket& packet) {
  const int rate = stream.codecpar->sample_rate;
  const AVRational tb = stream.time_base;
  if (rate <= 0) return 0;
  // These have frames of one size, whatever a container says of the last one.
  const AVCodecID codec = stream.codecpar->codec_id;
  if (stream.codecpar->frame_size > 0 &&
      (codec == AV_CODEC_ID_AAC || codec == AV_CODEC_ID_MP3 ||
       codec == AV_CODEC_ID_AC3)) {
    return stream.codecpar->frame_size;
  }
  // Where the container's ticks are too coarse, the decoder's count differs.
  return av_rescale_q(packet.duration, tb, {1, rate});
}

StatusOr<std::unique_ptr<AudioDecoder>> AudioDecoder::Create(
    const std::string& path, const std::string& display_name) {
  std::unique_ptr<AudioDecoder> d(new AudioDecoder);
  d->what_ = "audio " + display_name;
  LT_ASSIGN_OR_RETURN(d->source_, OpenAudioSource(path, display_name));
  LT_ASSIGN_OR_RETURN(d->decoder_, MakeDecoder(*d->source_.stream, d->what_));
  // libavcodec would drop hidden samples without saying how many.
  d->decoder_->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
  const int error =
      avcodec_open2(d->decoder_.get(), d->decoder_->codec, nullptr);
  if (error < 0) {
    return InvalidArgument(fmt::format("{}: its {} decoder refuses it ({}): {}",
                                       d->what_, d->decoder_->codec->name,
                                       AvErrorText(error), kRemedy));
  }
  d->packet_.reset(av_packet_alloc());
  d->current_.frame.reset(av_frame_alloc());
  d->next_.frame.reset(av_frame_alloc());
  if (!d->packet_ || !d->current_.frame || !d->next_.frame) {
    return ResourceExhausted("out of memory");
  }
  return d;
}

StatusOr<AVFrame*> AudioDecoder::Next() {
  if (!started_) {
    started_ = true;
    LT_RETURN_IF_ERROR(Advance());
  }
  if (ended_) return static_cast<AVFrame*>(nullptr);
  std::swap(current_, next_);
  LT_RETURN_IF_ERROR(Advance());
  if (ended_) TrimLast(&current_);
  AVFrame* frame = current_.frame.get();
  if (frame->nb_samples > 0) {
    if (account_.heard == 0) account_.leading = current_.raw_begin;
    account_.heard += frame->nb_samples;
    raw_heard_end_ = current_.raw_begin + frame->nb_samples;
  }
  if (ended_) Finish();
  return frame->nb_samples > 0 ? frame : nullptr;
}

Status AudioDecoder::Advance() {
  do {
    LT_ASSIGN_OR_RETURN(const bool got, DecodeRaw());
    if (!got) {
      ended_ = true;
      return OkStatus();
    }
    LT_RETURN_IF_ERROR(CheckUnchanged());
    AVFrame* frame = next_.frame.get();
    TrackTimestamps(*frame);
    next_.raw_begin = next_.raw_frame_begin = raw_position_;
    next_.packet_samples =
        av_rescale_q(frame->pkt_duration, source_.stream->time_base,
                     {1, account_.sample_rate});
    raw_position_ += frame->nb_samples;
    frame_samples_ += std::exchange(last_frame_samples_, frame->nb_samples);
  } while (TrimHidden() == 0);
  return OkStatus();
}

bool AudioDecoder::EndsEarly() const {
  const AVStream& stream = *source_.stream;
  // A length that is estimated from the file's size is no statement.
  if (source_.file->format()->duration_estimation_method ==
          AVFMT_DURATION_FROM_BITRATE ||
      stream.duration <= 0 || expected_pts_ == AV_NOPTS_VALUE) {
    return false;
  }
  const int64_t start =
      stream.start_time == AV_NOPTS_VALUE ? 0 : stream.start_time;
  const int64_t stated = av_rescale_q(start + stream.duration, stream.time_base,
                                      {1, account_.sample_rate});
  return expected_pts_ + account_.sample_rate / kEndsEarlyPart <= stated;
}

void AudioDecoder::Finish() {
  account_.ends_early = EndsEarly();
  account_.hidden = raw_heard_end_ - account_.leading - account_.heard;
  account_.trailing = raw_position_ - raw_heard_end_;
  if (packet_samples_ != frame_samples_) account_.packets_counted = false;
}

Status AudioDecoder::FeedPacket() {
  while (true) {
    const int read = av_read_frame(source_.file->format(), packet_.get());
    if (read < 0) {
      if (read != AVERROR_EOF) account_.read_error = true;
      flushing_ = true;
      avcodec_send_packet(decoder_.get(), nullptr);
      return OkStatus();
    }
    if (packet_->stream_index != source_.stream->index) {
      av_packet_unref(packet_.get());
      continue;
    }
    packet_samples_ += std::exchange(last_packet_samples_,
                                     PacketSamples(*source_.stream, *packet_));
    if (last_packet_samples_ <= 0) account_.packets_counted = false;
    if (packet_->flags & AV_PKT_FLAG_CORRUPT) ++account_.damaged_packets;
    const int error = avcodec_send_packet(decoder_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (error == AVERROR(ENOMEM)) return ResourceExhausted("out of memory");
    if (error >= 0) return OkStatus();
    ++account_.damaged_packets;
  }
}

StatusOr<bool> AudioDecoder::DecodeRaw() {
  while (true) {
    av_frame_unref(next_.frame.get());
    const int error = avcodec_receive_frame(decoder_.get(), next_.frame.get());
    if (error == AVERROR(EAGAIN)) {
      LT_RETURN_IF_ERROR(FeedPacket());
      continue;
    }
    if (error == AVERROR_EOF) return false;
    if (error == AVERROR(ENOMEM)) return ResourceExhausted("out of memory");
    if (error < 0) {
      ++account_.damaged_packets;
      if (flushing_) return false;
      continue;
    }
    if (next_.frame->nb_samples > 0) return true;
  }
}

Status AudioDecoder::CheckUnchanged() {
  AVFrame& frame = *next_.frame;
  if (account_.sample_rate == 0) {
    account_.sample_rate = frame.sample_rate;
    account_.channels = frame.ch_layout.nb_channels;
    sample_format_ = frame.format;
    if (frame.sample_rate <= 0 || account_.channels <= 0) {
      return InvalidArgument(
          fmt::format("{}: it states no sample rate: {}", what_, kRemedy));
    }
  }
  if (frame.sample_rate != account_.sample_rate ||
      frame.ch_layout.nb_channels != account_.channels) {
    return InvalidArgument(fmt::format(
        "{}: it changes from {} Hz, {} channels to {} Hz, {} channels midway: "
        "convert it to WAV",
        what_, account_.sample_rate, account_.channels, frame.sample_rate,
        frame.ch_layout.nb_channels));
  }
  // Whoever takes the samples was made for the first frame's.
  if (frame.format != sample_format_) {
    const auto name = [](int format) {
      return av_get_sample_fmt_name(static_cast<AVSampleFormat>(format));
    };
    return InvalidArgument(
        fmt::format("{}: its samples change from {} to {} midway: convert it "
                    "to WAV",
                    what_, name(sample_format_), name(frame.format)));
  }
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&frame.ch_layout, account_.channels);
  }
  return OkStatus();
}

void AudioDecoder::TrackTimestamps(const AVFrame& frame) {
  if (frame.pts == AV_NOPTS_VALUE) {
    expected_pts_ = AV_NOPTS_VALUE;
    return;
  }
  const int64_t pts = av_rescale_q(frame.pts, source_.stream->time_base,
                                   {1, account_.sample_rate});
  // A twentieth of a second is beyond any container's rounding.
  if (expected_pts_ != AV_NOPTS_VALUE &&
      pts > expected_pts_ + account_.sample_rate / 20) {
    ++account_.gaps;
  }
  expected_pts_ = pts + frame.nb_samples;
}

int AudioDecoder::TrimHidden() {
  AVFrame* f = next_.frame.get();
  int64_t padding = 0;
  if (const AVFrameSideData* side =
          av_frame_get_side_data(f, AV_FRAME_DATA_SKIP_SAMPLES);
      side != nullptr && side->size >= 10) {
    const int64_t skip = AV_RL32(side->data);
    if (skip > 0) pending_skip_ = skip;
    padding = AV_RL32(side->data + 4);
  }
  const int64_t skip = std::min<int64_t>(pending_skip_, f->nb_samples);
  pending_skip_ -= skip;
  if ((f->flags & AV_FRAME_FLAG_DISCARD) != 0) return 0;
  const int keep = static_cast<int>(f->nb_samples - skip);
  if (keep > 0 && skip > 0) {
    av_samples_copy(f->extended_data, f->extended_data, 0,
                    static_cast<int>(skip), keep, f->ch_layout.nb_channels,
                    static_cast<AVSampleFormat>(f->format));
    next_.raw_begin += skip;
  }
  f->nb_samples = static_cast<int>(std::max<int64_t>(0, keep - padding));
  return f->nb_samples;
}

void AudioDecoder::TrimLast(Piece* last) const {
  if (!IsMp4Family(*source_.file->format())) return;
  // MP4 states the end twice: by a shorter last packet, exact, and by the
  // track's duration with its edit list applied, which is rounded to the
  // movie's ticks, often milliseconds. libavformat 5.1 decodes past both.
  int64_t keep = last->frame->nb_samples;
  if (last->packet_samples > 0) {
    keep = std::min(
        keep, last->raw_frame_begin + last->packet_samples - last->raw_begin);
  }
  if (source_.stream->duration > 0) {
    const int64_t stated =
        av_rescale_q(source_.stream->duration, source_.stream->time_base,
                     {1, account_.sample_rate}) -
        account_.heard;
    const int64_t rounding = account_.sample_rate / kEditListTicksPerSecond + 1;
    if (stated + rounding < keep) keep = stated;
  }
  last->frame->nb_samples = static_cast<int>(std::max<int64_t>(0, keep));
}

}  // namespace longtake::worker
