#include "worker/mux/preview_packager.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "worker/encode/segment_encoder.h"
#include "worker/media/audio_decoder.h"
#include "worker/mux/audio_packets.h"
#include "worker/mux/chunk_packets.h"
#include "worker/mux/fragment_muxer.h"

namespace longtake::worker {
namespace {

// The job's sound as AAC, from its first frame on. The encoder's priming is
// left out rather than hidden by an edit list: the next packet is at 0.
class PreviewSound {
 public:
  static StatusOr<std::unique_ptr<PreviewSound>> Open(
      const PreviewInputs& inputs) {
    AacOptions options;
    options.path = inputs.audio_path;
    options.name = inputs.audio_name;
    {
      LT_ASSIGN_OR_RETURN(
          const std::unique_ptr<AudioDecoder> decoder,
          AudioDecoder::Create(inputs.audio_path, inputs.audio_name));
      LT_ASSIGN_OR_RETURN(const AVFrame* const frame, decoder->Next());
      if (frame == nullptr) {
        return InvalidArgument(
            fmt::format("audio {}: nothing in it can be "
                        "decoded",
                        inputs.audio_name));
      }
      options.sample_rate_hz = frame->sample_rate;
      // Browsers are sure of stereo.
      options.channels = std::min(frame->ch_layout.nb_channels, 2);
    }
    options.cut = {
        SampleAtFrame(inputs.first_frame, options.sample_rate_hz, inputs.rate),
        std::numeric_limits<int64_t>::max()};
    std::unique_ptr<PreviewSound> sound(new PreviewSound());
    LT_ASSIGN_OR_RETURN(sound->source_, OpenAacPackets(std::move(options)));
    sound->packet_.reset(av_packet_alloc());
    if (!sound->packet_) return ResourceExhausted("out of memory");
    LT_RETURN_IF_ERROR(sound->Advance());
    while (!sound->ended_ && sound->packet_->pts < 0) {
      LT_RETURN_IF_ERROR(sound->Advance());
    }
    return sound;
  }

  // Everything that begins before `frames` of the take.
  Status AddUntil(int64_t frames, FrameRate rate, FragmentMuxer* muxer) {
    const AVRational frame_time = {rate.den, rate.num};
    while (!ended_ && av_compare_ts(packet_->pts, source_->time_base(), frames,
                                    frame_time) < 0) {
      LT_RETURN_IF_ERROR(muxer->AddAudio(packet_.get()));
      LT_RETURN_IF_ERROR(Advance());
    }
    return OkStatus();
  }

  FragmentMuxer::Track track() const {
    return {&source_->parameters(), source_->time_base()};
  }

 private:
  PreviewSound() = default;

  Status Advance() {
    av_packet_unref(packet_.get());
    LT_ASSIGN_OR_RETURN(const bool got, source_->Next(packet_.get()));
    ended_ = !got;
    return OkStatus();
  }

  std::unique_ptr<PacketSource> source_;
  AvPacketPtr packet_;  // the next one, unless ended_
  bool ended_ = false;
};

class Packager : public PreviewPackager {
 public:
  Packager(const PreviewInputs& inputs, std::unique_ptr<PreviewSound> sound)
      : rate_(inputs.rate),
        first_frame_(inputs.first_frame),
        next_frame_(inputs.first_frame),
        sound_(std::move(sound)) {}

  Status Add(const ChunkFile& chunk, const Sink& sink) override {
    if (chunk.range.begin != next_frame_) {
      return Internal(fmt::format("preview: frame {} follows where {} is due",
                                  chunk.range.begin, next_frame_));
    }
    TakeInputs one;
    one.chunks = {chunk};
    one.first_frame = chunk.range.begin;
    one.total_frames = chunk.range.size();
    one.rate = rate_;
    LT_ASSIGN_OR_RETURN(const std::unique_ptr<ChunkPackets> video,
                        ChunkPackets::Open(one));
    if (muxer_ == nullptr) {
      LT_ASSIGN_OR_RETURN(muxer_, FragmentMuxer::Create({&video->parameters(),
                                                         video->time_base()},
                                                        sound_->track()));
    }
    return AddPackets(video.get(), chunk.range.end, sink);
  }

 private:
  using Group = std::vector<AvPacketPtr>;

  // Cuts at the last keyframe before a media segment would become too long.
  Status AddPackets(ChunkPackets* video, FrameIndex end, const Sink& sink) {
    const int64_t ticks = (next_frame_ - first_frame_) * rate_.den;
    const size_t most = static_cast<size_t>(MostPreviewFrames(rate_));
    Group group;
    size_t last_key = 0;
    while (true) {
      AvPacketPtr packet(av_packet_alloc());
      if (packet == nullptr) return ResourceExhausted("out of memory");
      LT_ASSIGN_OR_RETURN(const bool got, video->Next(packet.get()));
      if (!got) break;
      packet->pts += ticks;
      packet->dts += ticks;
      if ((packet->flags & AV_PKT_FLAG_KEY) != 0) last_key = group.size();
      group.push_back(std::move(packet));
      if (group.size() > most && last_key > 0) {
        LT_RETURN_IF_ERROR(Emit(std::span(group).first(last_key), sink));
        group.erase(group.begin(),
                    group.begin() + static_cast<ptrdiff_t>(last_key));
        last_key = 0;
      }
    }
    LT_RETURN_IF_ERROR(Emit(group, sink));
    return next_frame_ == end
               ? OkStatus()
               : Internal(fmt::format("preview: frame {} is due, not {}", end,
                                      next_frame_));
  }

  Status Emit(std::span<AvPacketPtr> packets, const Sink& sink) {
    if (packets.empty()) return OkStatus();
    MediaSegment segment;
    segment.frames = std::ssize(packets);
    for (AvPacketPtr& packet : packets) {
      LT_RETURN_IF_ERROR(muxer_->AddVideo(packet.get()));
    }
    next_frame_ += segment.frames;
    LT_RETURN_IF_ERROR(
        sound_->AddUntil(next_frame_ - first_frame_, rate_, muxer_.get()));
    LT_ASSIGN_OR_RETURN(FragmentMuxer::Fragment fragment, muxer_->Cut());
    if (!fragment.init.empty()) LT_RETURN_IF_ERROR(sink.init(fragment.init));
    segment.bytes = std::move(fragment.media);
    return sink.media(segment);
  }

  const FrameRate rate_;
  const FrameIndex first_frame_;
  FrameIndex next_frame_;
  const std::unique_ptr<PreviewSound> sound_;
  std::unique_ptr<FragmentMuxer> muxer_;  // from the first chunk on
};

}  // namespace

StatusOr<std::unique_ptr<PreviewPackager>> PreviewPackager::Create(
    const PreviewInputs& inputs) {
  LT_ASSIGN_OR_RETURN(std::unique_ptr<PreviewSound> sound,
                      PreviewSound::Open(inputs));
  return std::unique_ptr<PreviewPackager>(
      std::make_unique<Packager>(inputs, std::move(sound)));
}

int64_t MostPreviewFrames(FrameRate rate) {
  // The encoder's distance of keyframes.
  return (int64_t{kGopSeconds} * rate.num + rate.den / 2) / rate.den;
}

}  // namespace longtake::worker
