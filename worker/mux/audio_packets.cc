#include "worker/mux/audio_packets.h"

#include <fmt/format.h>

extern "C" {
#include <libavutil/audio_fifo.h>
}

#include <algorithm>
#include <array>
#include <utility>

#include "worker/media/av_error.h"
#include "worker/mux/ahead_packets.h"

namespace longtake::worker {
namespace {

struct AudioFifoFree {
  void operator()(AVAudioFifo* f) const { av_audio_fifo_free(f); }
};

// Decoders need some of what lies before a cut: MDCT overlap, the bit reservoir
// of MP3 (511 bytes: 0.16 s at 32 kbit/s), 80 ms of Opus.
constexpr int64_t kPreRollMillis = 250;

// Gives a packet its place: [*position, *position + samples), cut at `end`.
void PlacePacket(AVPacket* packet, int64_t samples, int64_t end,
                 int64_t* position) {
  av_packet_free_side_data(packet);
  packet->flags = AV_PKT_FLAG_KEY;
  packet->pos = -1;
  packet->pts = packet->dts = *position;
  packet->duration = std::min(samples, end - *position);
  *position += samples;
}

class CopiedAudio : public PacketSource {
 public:
  static StatusOr<std::unique_ptr<PacketSource>> Open(
      const TakeInputs& inputs) {
    LT_ASSIGN_OR_RETURN(AudioSource source,
                        OpenAudioSource(inputs.audio_path, inputs.audio_name));
    std::unique_ptr<CopiedAudio> audio(
        new CopiedAudio(inputs, std::move(source)));
    audio->parameters_.reset(avcodec_parameters_alloc());
    if (!audio->parameters_ ||
        avcodec_parameters_copy(audio->parameters_.get(),
                                audio->source_.stream->codecpar) < 0) {
      return ResourceExhausted("out of memory");
    }
    audio->parameters_->codec_tag = 0;
    return std::unique_ptr<PacketSource>(std::move(audio));
  }

  StatusOr<bool> Next(AVPacket* packet) override {
    const AudioFacts& facts = inputs_.audio;
    const int64_t pre_roll = facts.sample_rate_hz * kPreRollMillis / 1000;
    while (position_ < cut_.end) {
      const int error = av_read_frame(source_.file->format(), packet);
      if (error >= 0 && packet->stream_index != source_.stream->index) {
        av_packet_unref(packet);
        continue;
      }
      const int64_t samples =
          error < 0 ? 0 : PacketSamples(*source_.stream, *packet);
      if (samples <= 0) {
        return DataLoss(fmt::format(
            "audio {} ends at sample {} of {}: it is not the file that was "
            "analyzed",
            inputs_.audio_name, std::max<int64_t>(position_, 0),
            facts.samples));
      }
      if (cut_.begin > 0 && position_ + samples + pre_roll <= cut_.begin) {
        position_ += samples;
        av_packet_unref(packet);
        continue;
      }
      PlacePacket(packet, samples, cut_.end, &position_);
      packet->pts = packet->dts -= cut_.begin;
      return true;
    }
    return false;
  }

  const AVCodecParameters& parameters() const override { return *parameters_; }
  AVRational time_base() const override {
    return {1, inputs_.audio.sample_rate_hz};
  }

 private:
  CopiedAudio(const TakeInputs& inputs, AudioSource source)
      : inputs_(inputs),
        cut_(SamplesOf(inputs)),
        source_(std::move(source)),
        position_(-inputs.audio.leading_samples) {}

  const TakeInputs& inputs_;
  const SampleCut cut_;
  const AudioSource source_;
  AvCodecParametersPtr parameters_;
  int64_t position_;  // of the next packet, in the whole sound
};

class EncodedAudio : public PacketSource {
 public:
  static StatusOr<std::unique_ptr<PacketSource>> Open(AacOptions options) {
    std::unique_ptr<EncodedAudio> audio(new EncodedAudio(std::move(options)));
    LT_ASSIGN_OR_RETURN(
        audio->decoder_,
        AudioDecoder::Create(audio->options_.path, audio->options_.name));
    LT_RETURN_IF_ERROR(audio->OpenEncoder());
    return std::unique_ptr<PacketSource>(std::move(audio));
  }

  StatusOr<bool> Next(AVPacket* packet) override;
  const AVCodecParameters& parameters() const override { return *parameters_; }
  AVRational time_base() const override { return {1, encoder_->sample_rate}; }

 private:
  explicit EncodedAudio(AacOptions options) : options_(std::move(options)) {}
  Status OpenEncoder();
  void SetEnd(int64_t source_end);
  // Takes off the frame what lies outside the cut; what is left of it.
  int CutFrame(AVFrame* frame);
  Status CheckLength() const;
  Status OpenResampler(AVFrame* like);
  // Gives the encoder one frame, or the end.
  Status Feed();
  // Decodes and resamples until a whole frame, or the rest, waits in fifo_.
  Status FillFifo();
  Status Resample(AVFrame* frame);

  const AacOptions options_;
  std::unique_ptr<AudioDecoder> decoder_;
  int64_t decoded_ = 0;  // samples, at the source's rate
  AvCodecContextPtr encoder_;
  AvCodecParametersPtr parameters_;
  SwrContextPtr swr_;
  std::unique_ptr<AVAudioFifo, AudioFifoFree> fifo_;
  bool decoded_all_ = false;
  int64_t fed_ = 0;       // samples given to the encoder
  int64_t end_ = 0;       // samples of the take, at the encoder's rate
  int64_t position_ = 0;  // of the next packet
};

Status EncodedAudio::OpenEncoder() {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (codec == nullptr) {
    return FailedPrecondition("this FFmpeg was built without its AAC encoder");
  }
  encoder_.reset(avcodec_alloc_context3(codec));
  parameters_.reset(avcodec_parameters_alloc());
  if (!encoder_ || !parameters_) return ResourceExhausted("out of memory");
  AVCodecContext* c = encoder_.get();
  // AAC's own layouts; others are mixed to stereo.
  const int channels = options_.channels == 1   ? 1
                       : options_.channels == 6 ? 6
                                                : 2;
  c->ch_layout = channels == 1 ? AVChannelLayout AV_CHANNEL_LAYOUT_MONO
                 : channels == 6
                     ? AVChannelLayout AV_CHANNEL_LAYOUT_5POINT1_BACK
                     : AVChannelLayout AV_CHANNEL_LAYOUT_STEREO;
  c->sample_rate = AacSampleRate(options_.sample_rate_hz);
  c->sample_fmt = AV_SAMPLE_FMT_FLTP;
  c->time_base = {1, c->sample_rate};
  c->bit_rate = AacBitRate(channels, c->sample_rate);
  c->thread_count = 1;
  c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  // At these rates the simpler search is three times as fast and nearer to the
  // source than the default one (docs/performance.md).
  AvDictionary options;
  options.Set("aac_coder", "fast");
  int error = avcodec_open2(c, codec, options.get());
  if (error >= 0) error = avcodec_parameters_from_context(parameters_.get(), c);
  if (error < 0) return AvStatus(error, "AAC encoder");
  position_ = -c->initial_padding;
  SetEnd(options_.cut.end);
  fifo_.reset(av_audio_fifo_alloc(c->sample_fmt, channels, c->frame_size));
  return fifo_ ? OkStatus() : ResourceExhausted("out of memory");
}

void EncodedAudio::SetEnd(int64_t source_end) {
  // Of an end that nobody knows yet, so much that rescaling can't overflow.
  constexpr int64_t kLongest = int64_t{1} << 48;
  end_ = av_rescale_rnd(std::min(source_end - options_.cut.begin, kLongest),
                        encoder_->sample_rate, options_.sample_rate_hz,
                        AV_ROUND_UP);
}

int EncodedAudio::CutFrame(AVFrame* frame) {
  const int64_t begin = decoded_;
  decoded_ += frame->nb_samples;
  const int64_t early =
      std::clamp<int64_t>(options_.cut.begin - begin, 0, frame->nb_samples);
  const int64_t late =
      std::clamp<int64_t>(decoded_ - options_.cut.end, 0, frame->nb_samples);
  const int left =
      static_cast<int>(std::max<int64_t>(0, frame->nb_samples - early - late));
  if (left > 0 && early > 0) {
    av_samples_copy(frame->extended_data, frame->extended_data, 0,
                    static_cast<int>(early), left, frame->ch_layout.nb_channels,
                    static_cast<AVSampleFormat>(frame->format));
  }
  frame->nb_samples = left;
  return left;
}

Status EncodedAudio::CheckLength() const {
  const int64_t heard = decoder_->account().heard;
  if (options_.samples == 0 || heard == options_.samples) return OkStatus();
  return DataLoss(
      fmt::format("audio {} has {} samples, {} were analyzed: it is not the "
                  "same file",
                  options_.name, heard, options_.samples));
}

Status EncodedAudio::OpenResampler(AVFrame* like) {
  SwrContext* swr = nullptr;
  int error = swr_alloc_set_opts2(
      &swr, &encoder_->ch_layout, encoder_->sample_fmt, encoder_->sample_rate,
      &like->ch_layout, static_cast<AVSampleFormat>(like->format),
      like->sample_rate, 0, nullptr);
  swr_.reset(swr);
  if (error >= 0) {
    av_opt_set_int(swr, "exact_rational", 1, 0);
    error = swr_init(swr);
  }
  return error < 0 ? AvStatus(error, "resampler for AAC") : OkStatus();
}

Status EncodedAudio::Resample(AVFrame* frame) {
  const int room =
      swr_get_out_samples(swr_.get(), frame == nullptr ? 0 : frame->nb_samples);
  if (room <= 0) return OkStatus();
  AvFramePtr out(av_frame_alloc());
  if (out == nullptr) return ResourceExhausted("out of memory");
  out->nb_samples = room;
  out->format = encoder_->sample_fmt;
  av_channel_layout_copy(&out->ch_layout, &encoder_->ch_layout);
  int error = av_frame_get_buffer(out.get(), 0);
  if (error >= 0) {
    error = swr_convert(swr_.get(), out->extended_data, room,
                        frame == nullptr
                            ? nullptr
                            : const_cast<const uint8_t**>(frame->extended_data),
                        frame == nullptr ? 0 : frame->nb_samples);
  }
  if (error < 0) return AvStatus(error, "resampling for AAC");
  error = av_audio_fifo_write(
      fifo_.get(), reinterpret_cast<void**>(out->extended_data), error);
  return error < 0 ? AvStatus(error, "resampling for AAC") : OkStatus();
}

Status EncodedAudio::FillFifo() {
  while (!decoded_all_ &&
         av_audio_fifo_size(fifo_.get()) < encoder_->frame_size) {
    AVFrame* frame = nullptr;
    // To the file's end where its length is to be checked.
    if (decoded_ < options_.cut.end || options_.cut.end == options_.samples) {
      LT_ASSIGN_OR_RETURN(frame, decoder_->Next());
      if (frame == nullptr) {
        LT_RETURN_IF_ERROR(CheckLength());
        SetEnd(
            std::min(options_.cut.end, std::max(decoded_, options_.cut.begin)));
      }
    }
    if (frame == nullptr) {
      decoded_all_ = true;
      return swr_ == nullptr ? OkStatus() : Resample(nullptr);
    }
    if (CutFrame(frame) == 0) continue;
    if (swr_ == nullptr) LT_RETURN_IF_ERROR(OpenResampler(frame));
    LT_RETURN_IF_ERROR(Resample(frame));
  }
  return OkStatus();
}

Status EncodedAudio::Feed() {
  LT_RETURN_IF_ERROR(FillFifo());
  const int64_t left = std::min<int64_t>(end_ - fed_, encoder_->frame_size);
  const int samples = static_cast<int>(
      std::min<int64_t>(left, av_audio_fifo_size(fifo_.get())));
  if (samples <= 0) {
    const int error = avcodec_send_frame(encoder_.get(), nullptr);
    return error < 0 ? AvStatus(error, "AAC encoder") : OkStatus();
  }
  AvFramePtr frame(av_frame_alloc());
  if (frame == nullptr) return ResourceExhausted("out of memory");
  frame->nb_samples = samples;
  frame->format = encoder_->sample_fmt;
  frame->sample_rate = encoder_->sample_rate;
  av_channel_layout_copy(&frame->ch_layout, &encoder_->ch_layout);
  frame->pts = fed_;
  int error = av_frame_get_buffer(frame.get(), 0);
  if (error >= 0) {
    error = av_audio_fifo_read(
        fifo_.get(), reinterpret_cast<void**>(frame->extended_data), samples);
  }
  if (error >= 0) error = avcodec_send_frame(encoder_.get(), frame.get());
  fed_ += samples;
  return error < 0 ? AvStatus(error, "AAC encoder") : OkStatus();
}

StatusOr<bool> EncodedAudio::Next(AVPacket* packet) {
  while (position_ < end_) {
    const int error = avcodec_receive_packet(encoder_.get(), packet);
    if (error >= 0) {
      PlacePacket(packet, encoder_->frame_size, end_, &position_);
      return true;
    }
    if (error == AVERROR_EOF) {
      return Internal(
          fmt::format("AAC ends at sample {} of {}", position_, end_));
    }
    if (error != AVERROR(EAGAIN)) return AvStatus(error, "AAC encoder");
    LT_RETURN_IF_ERROR(Feed());
  }
  return false;
}

}  // namespace

int AacSampleRate(int rate_hz) {
  // ISO/IEC 14496-3, table 1.18.
  constexpr std::array kRates = {96000, 88200, 64000, 48000, 44100,
                                 32000, 24000, 22050, 16000, 12000,
                                 11025, 8000,  7350};
  if (std::find(kRates.begin(), kRates.end(), rate_hz) != kRates.end()) {
    return rate_hz;
  }
  return rate_hz % 44100 == 0 ? 44100 : 48000;
}

int64_t AacBitRate(int channels, int rate_hz) {
  const int64_t wish = channels == 1   ? 128'000
                       : channels == 2 ? 192'000
                                       : 448'000;
  // Six bits a sample is the encoder's ceiling; half of it is ample.
  return std::min<int64_t>(wish, int64_t{4} * channels * rate_hz);
}

SampleCut SamplesOf(const TakeInputs& inputs) {
  const auto at = [&inputs](FrameIndex frame) {
    return std::min(
        inputs.audio.samples,
        SampleAtFrame(frame, inputs.audio.sample_rate_hz, inputs.rate));
  };
  return {at(inputs.first_frame), at(inputs.first_frame + inputs.total_frames)};
}

StatusOr<std::unique_ptr<PacketSource>> OpenAudioPackets(
    const TakeInputs& inputs) {
  RouteAvLog();
  if (inputs.audio.samples <= 0) {
    return InvalidArgument(
        fmt::format("audio {}: no samples", inputs.audio_name));
  }
  if (inputs.audio.copyable_to_mp4) return CopiedAudio::Open(inputs);
  AacOptions aac;
  aac.path = inputs.audio_path;
  aac.name = inputs.audio_name;
  aac.sample_rate_hz = inputs.audio.sample_rate_hz;
  aac.channels = inputs.audio.channels;
  aac.cut = SamplesOf(inputs);
  aac.samples = inputs.audio.samples;
  LT_ASSIGN_OR_RETURN(std::unique_ptr<PacketSource> encoded,
                      OpenAacPackets(std::move(aac)));
  return MakeAhead(std::move(encoded));
}

StatusOr<std::unique_ptr<PacketSource>> OpenAacPackets(AacOptions options) {
  return EncodedAudio::Open(std::move(options));
}

}  // namespace longtake::worker
